"""Copies between host and device that nobody waits for."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import torch
from torch import Tensor

from phi_model.sampling import SamplingBatch


def to_device(values: Any, device: torch.device, dtype: torch.dtype | None = None) -> Tensor:
    """A tensor of Python numbers.

    On a GPU it goes through pinned memory: a copy from ordinary memory waits for all that was started before it.
    """
    if device.type != "cuda":
        return torch.tensor(values, dtype=dtype, device=device)
    return torch.tensor(values, dtype=dtype, pin_memory=True).to(device, non_blocking=True)


def batch_to_device(batch: SamplingBatch, device: torch.device) -> SamplingBatch:
    """Sampling parameters on another device; nothing is waited for."""
    if device.type == "cpu":
        return batch

    def moved(tensor: Tensor) -> Tensor:
        pinned = tensor.pin_memory() if device.type == "cuda" else tensor
        return pinned.to(device, non_blocking=True)

    values = {field.name: getattr(batch, field.name) for field in fields(batch)}
    tensors = {name: moved(value) for name, value in values.items() if isinstance(value, Tensor)}
    bias = None if batch.bias is None else tuple(map(moved, batch.bias))
    return replace(batch, **tensors, bias=bias)


class Arriving:
    """Numbers on their way to the host.

    Args:
        values: (rows, columns) on any device; may be overwritten as soon as this is made.
    """

    def __init__(self, values: Tensor) -> None:
        self._event: torch.cuda.Event | None = None
        if values.device.type == "cuda":
            self._values = torch.empty(values.shape, dtype=values.dtype, pin_memory=True)
            self._values.copy_(values, non_blocking=True)
            self._event = torch.cuda.Event()
            self._event.record()
        else:
            self._values = values.clone()

    def tolist(self) -> list[list[float]]:
        """The numbers; waits until they are there."""
        if self._event is not None:
            self._event.synchronize()
        return self._values.tolist()


def fill(target: Tensor, values: Any) -> None:
    """Overwrites a tensor with Python numbers, in its dtype; waits for nothing."""
    pinned = target.device.type == "cuda"
    target.copy_(torch.tensor(values, dtype=target.dtype, pin_memory=pinned), non_blocking=True)
