"""Devices in the spellings that transformers knows."""

from __future__ import annotations

from collections.abc import Mapping

import torch

Device = torch.device | str | int | None
# What accelerate spreads over several devices; a Phi model is on one.
_CHOSEN_FOR_ME = ("auto", "balanced", "balanced_low_0", "sequential")


def default_device(device: Device) -> torch.device:
    """A device as pipelines name them: None is the GPU where there is one, a number is that GPU, -1 is the CPU."""
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if isinstance(device, int):
        return torch.device("cpu" if device < 0 else f"cuda:{device}")
    return torch.device(device)


def mapped_device(device_map: Device | Mapping[str, Device]) -> torch.device:
    """The one device of a `device_map`: "auto" is the GPU where there is one.

    Raises:
        ValueError: it names several.
    """
    if isinstance(device_map, Mapping):
        if set(device_map) != {""}:
            raise ValueError(
                f"device_map must put the whole model on one device, got {dict(device_map)!r}"
            )
        device_map = device_map[""]
    return default_device(None if device_map in _CHOSEN_FOR_ME else device_map)
