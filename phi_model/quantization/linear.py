"""A linear layer, or several in one product, over a packed weight matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from phi_model.quantization.formats import Quantized, same_groups
from phi_model.quantization.kernels import make_kernel
from phi_model.quantization.native_linear import BLOCK

Weight = Tensor | Quantized


@dataclass(frozen=True)
class Part:
    """One of the linears: its name in the model, seen from the packed one's parent, weight and bias."""

    name: str
    weight: Weight
    bias: Tensor | None

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        if isinstance(self.weight, Quantized):
            return self.weight.rows, self.weight.columns
        return self.weight.shape[0], self.weight.shape[1]


class PackedLinear(nn.Module):
    """Several linears as one matrix product, for inference.

    Their weights are no parameters: they lie in the order that the product reads them in. `state_dict` has them under
    the names of the linears that they replace; `to` another device packs them anew.

    Args:
        parts: the linears. Beside each other (`join="rows"`) they share an input, and `forward` gives their
            outputs in one tensor; behind each other (`join="columns"`) each has its own input, and `forward`
            gives the sum of their outputs.
        join: "rows" or "columns".
        backend: see `make_kernel`.
        shared: whether the weight is counted elsewhere too, as a tied embedding.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        join: str = "rows",
        backend: str = "auto",
        shared: bool = False,
    ) -> None:
        super().__init__()
        self.shared = shared
        self.join = join
        self.backend = backend
        self._take(list(parts))

    def _take(self, parts: list[Part]) -> None:
        """Packs the parts; empties the list as it goes, so that no weight is there twice for long."""
        self.names = [part.name for part in parts]
        self.shapes = [part.shape for part in parts]
        self.biases = [part.bias for part in parts]
        self.widths = [shape[0] for shape in self.shapes]
        weights = tuple(part.weight for part in parts)
        parts.clear()
        joined = weights[0] if len(weights) == 1 else _join(weights, self.join)
        self._inner_groups = (
            [w.group if isinstance(w, Quantized) else 0 for w in weights]
            if self.join == "columns"
            else []
        )
        self._filled = [w.filled if isinstance(w, Quantized) else w.shape[1] for w in weights]
        del weights
        self.kernel = make_kernel(joined, self.backend)
        self.bias = self._joined_bias()

    def _joined_bias(self) -> Tensor | None:
        if all(bias is None for bias in self.biases):
            return None
        biases = [
            torch.zeros(rows, device=self.device) if bias is None else bias.float()
            for bias, (rows, _) in zip(self.biases, self.shapes, strict=True)
        ]
        joined = torch.cat(biases) if self.join == "rows" else torch.stack(biases).sum(dim=0)
        return F.pad(joined, (0, -len(joined) % BLOCK))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.kernel.device

    @property
    def filled(self) -> list[int]:
        """Columns that each part's input takes, filled up to what its format needs."""
        return self._filled

    @property
    def packed_bytes(self) -> int:
        """Memory of weights and biases."""
        biases = [bias.nbytes for bias in self.biases if bias is not None]
        return self.kernel.nbytes + sum(biases) + (0 if self.bias is None else self.bias.nbytes)

    @property
    def packed_numbers(self) -> int:
        """How many numbers the linears have."""
        weights = 0 if self.shared else sum(rows * columns for rows, columns in self.shapes)
        return weights + sum(bias.numel() for bias in self.biases if bias is not None)

    def forward(self, *inputs: Tensor) -> Tensor:
        """(..., columns), for columns one of each part -> (..., rows)."""
        if len(inputs) == 1:
            x = inputs[0]
        elif all(x.shape[-1] == filled for x, filled in zip(inputs, self._filled, strict=True)):
            x = torch.cat(inputs, dim=-1)
        else:
            pairs = zip(inputs, self._filled, strict=True)
            x = torch.cat([F.pad(x, (0, filled - x.shape[-1])) for x, filled in pairs], dim=-1)
        lead = x.shape[:-1]
        x = x.reshape(-1, x.shape[-1])
        if missing := self.kernel.filled - x.shape[1]:
            x = F.pad(x, (0, missing))
        return self.kernel(x, self.bias).view(*lead, -1)

    def parts(self) -> list[Part]:
        """The linears as they were given."""
        weight = self.kernel.unpack()
        pieces = _split(weight, self.shapes, self._filled, self._inner_groups, self.join)
        return [
            Part(name, piece, bias)
            for name, piece, bias in zip(self.names, pieces, self.biases, strict=True)
        ]

    def extra_repr(self) -> str:
        return f"{', '.join(self.names)}, join={self.join}, kernel={type(self.kernel).__name__}"

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        parent = prefix.rstrip(".").rpartition(".")[0]
        parent = f"{parent}." if parent else ""
        for part in self.parts():
            name = f"{parent}{part.name}"
            if isinstance(part.weight, Quantized):
                for suffix, tensor in part.weight.tensors().items():
                    destination[f"{name}.{suffix}"] = tensor
            else:
                destination[f"{name}.weight"] = part.weight
            if part.bias is not None:
                destination[f"{name}.bias"] = part.bias

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> PackedLinear:
        super()._apply(fn, recurse)
        dtype = self.kernel.dtype
        probe = fn(torch.empty(0, dtype=dtype, device=self.device))
        if probe.device != self.device or (dtype is not None and probe.dtype != dtype):
            self._take([_moved(part, fn, probe.device) for part in self.parts()])
        else:
            self.biases = [None if bias is None else fn(bias) for bias in self.biases]
        return self


def _moved(part: Part, fn: Callable[[Tensor], Tensor], device: torch.device) -> Part:
    weight = part.weight
    moved = weight.to(device) if isinstance(weight, Quantized) else fn(weight)
    return replace(part, weight=moved, bias=None if part.bias is None else fn(part.bias))


def _join(weights: tuple[Weight, ...], join: str) -> Weight:
    """One matrix of several, their rows or their columns behind each other."""
    dim = 0 if join == "rows" else 1
    if not isinstance(weights[0], Quantized):
        return torch.cat(weights, dim=dim)
    if dim == 1:
        weights = same_groups(weights)
    first = weights[0]
    return Quantized(
        first.method,
        first.columns if dim == 0 else sum(weight.filled for weight in weights),
        torch.cat([weight.codes for weight in weights], dim=dim),
        torch.cat([weight.scale for weight in weights], dim=dim),
        None if first.zero is None else torch.cat([weight.zero for weight in weights], dim=dim),
    )


def _split(
    weight: Weight,
    shapes: list[tuple[int, int]],
    filled: list[int],
    groups: list[int],
    join: str,
) -> list[Weight]:
    """What `_join` was given."""
    if len(shapes) == 1:
        return [weight]
    sizes = [rows for rows, _ in shapes] if join == "rows" else filled
    dim = 0 if join == "rows" else 1
    if not isinstance(weight, Quantized):
        return [piece.contiguous() for piece in weight.split(sizes, dim=dim)]
    per_byte = 1 if weight.method == "int8" else 2
    codes = weight.codes.split([s // per_byte for s in sizes] if dim else sizes, dim=dim)
    spans = [size // weight.group for size in sizes] if dim else sizes
    scales = weight.scale.split(spans, dim=dim)
    zeros = [None] * len(sizes) if weight.zero is None else weight.zero.split(spans, dim=dim)
    pieces = []
    for index, (_, columns) in enumerate(shapes):
        # A row's scale was repeated where the parts' groups differed.
        every = groups[index] // weight.group if dim else 1
        zero = zeros[index]
        pieces.append(
            Quantized(
                weight.method,
                columns,
                codes[index].contiguous(),
                scales[index][:, ::every].contiguous(),
                None if zero is None else zero[:, ::every].contiguous(),
            )
        )
    return pieces
