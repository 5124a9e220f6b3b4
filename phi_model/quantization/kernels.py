"""Ways to multiply with a weight matrix that is kept packed, and the choice among them.

All take `x` (tokens, filled columns) and give (tokens, rows) in x's dtype; all give the weights back by `unpack`,
so that a packed model can be saved, or moved to another device.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from phi_model.quantization import native
from phi_model.quantization.formats import Quantized
from phi_model.quantization.gpu import make_gpu_kernel
from phi_model.quantization.native_linear import NativeKernel

BACKENDS = ("auto", "native", "torch")
_INT4_GROUPS = (32, 64, 128, 256)
_INT4_ROWS = 64  # rows that torch's int4 product takes at once
# Columns of torch's int8 product at once: it is several times slower on long rows.
_INT8_COLUMNS = 2048
# Weights decoded for one product: on a GPU as many as keep it busy, on a CPU as few as stay in its caches.
_DECODED_AT_ONCE = {False: 1 << 26, True: 1 << 20}


class Kernel(Protocol):
    """Products with one weight matrix.

    Attributes:
        filled: columns that x must have.
        nbytes: memory of the weights.
        device: where they are.
        dtype: of a dense matrix; None for one in few bits.
    """

    filled: int
    nbytes: int
    device: torch.device
    dtype: torch.dtype | None

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor: ...

    def unpack(self) -> Tensor | Quantized: ...


class PlainKernel:
    """A matrix as it is. Also what any device and dtype can do with one in few bits: decode it, then multiply."""

    def __init__(self, weight: Tensor | Quantized) -> None:
        self._weight = weight
        packed = isinstance(weight, Quantized)
        self.rows, self.filled = (weight.rows, weight.columns) if packed else weight.shape
        self.nbytes, self.device = weight.nbytes, weight.device
        self.dtype = None if packed else weight.dtype

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        weight = self._weight
        bias = None if bias is None else bias[: self.rows].to(x.dtype)
        if isinstance(weight, Tensor):
            return F.linear(x, weight.to(x.dtype), bias)
        pieces = weight.split(max(1, _DECODED_AT_ONCE[self.device.type == "cpu"] // self.filled))
        out = torch.cat([F.linear(x, piece.dequantize(x.dtype)) for piece in pieces], dim=-1)
        return out if bias is None else out + bias

    def unpack(self) -> Tensor | Quantized:
        return self._weight


class OneDnnKernel:
    """A bfloat16 matrix in the order that oneDNN likes for few rows."""

    def __init__(self, weight: Tensor) -> None:
        self.rows, self.filled = weight.shape
        self.nbytes, self.device, self.dtype = weight.nbytes, weight.device, weight.dtype
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, 1)

    @staticmethod
    def runs_here() -> bool:
        """Whether oneDNN is there and takes bfloat16, which it refuses on a processor with AVX2 alone."""
        return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        if x.dtype != torch.bfloat16:
            return PlainKernel(self.unpack())(x, bias)
        bias = None if bias is None else bias[: self.rows].bfloat16()
        return torch.ops.mkldnn._linear_pointwise(x, self._weight, bias, "none", [], "")

    def unpack(self) -> Tensor:
        return self._weight.to_dense()


class TorchInt8Kernel:
    """torch's product with int8 rows, in bfloat16."""

    def __init__(self, weight: Quantized) -> None:
        self.rows, self.columns, self.filled = weight.rows, weight.columns, weight.filled
        self.nbytes, self.device, self.dtype = weight.nbytes, weight.device, None
        self._scale = weight.scale
        # Pieces of one scale each: a group, or less where it is long.
        self._width = min(weight.group, _INT8_COLUMNS)
        if weight.group % self._width:
            self._width = weight.group
        self._pieces = [piece.contiguous() for piece in weight.codes.split(self._width, dim=1)]
        repeat = weight.group // self._width
        self._scales = [weight.scale[:, i // repeat].contiguous() for i in range(len(self._pieces))]

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        inputs = x.bfloat16().split(self._width, dim=1)
        out = None if bias is None else bias[: self.rows].float()
        for piece, weight, scale in zip(inputs, self._pieces, self._scales, strict=True):
            part = torch._weight_int8pack_mm(piece.contiguous(), weight, scale).float()
            out = part if out is None else out + part
        return out.to(x.dtype)

    def unpack(self) -> Quantized:
        return Quantized("int8", self.columns, torch.cat(self._pieces, dim=1), self._scale)


class TorchInt4Kernel:
    """torch's product with int4 groups, in bfloat16."""

    def __init__(self, weight: Quantized) -> None:
        self.rows, self.columns, self.filled = weight.rows, weight.columns, weight.filled
        self._group = weight.group
        self._scales = torch.stack((weight.scale.t(), weight.zero.t()), dim=-1).contiguous()
        self._weight = torch.ops.aten._convert_weight_to_int4pack_for_cpu(weight.levels().int(), 1)
        self.nbytes = self._weight.nbytes + self._scales.nbytes
        self.device, self.dtype = weight.device, None

    @staticmethod
    def takes(weight: Quantized) -> bool:
        """Whether torch's product is made for such a matrix."""
        return weight.rows % _INT4_ROWS == 0 and weight.group in _INT4_GROUPS

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        out = self._product(x.bfloat16().contiguous(), self._scales)
        out = out if bias is None else out.float() + bias[: self.rows]
        return out.to(x.dtype)

    def _product(self, x: Tensor, scales: Tensor) -> Tensor:
        return torch.ops.aten._weight_int4pack_mm_for_cpu(x, self._weight, self._group, scales)

    def unpack(self) -> Quantized:
        # The order of the packed codes is torch's secret and depends on the processor; a product with
        # the unit matrix at scale 1 and zero 0 gives them back exactly.
        plain = torch.zeros_like(self._scales)
        plain[..., 0] = 1
        unit = torch.eye(self.filled, dtype=torch.bfloat16)
        rows = [self._product(part, plain) for part in unit.split(512)]
        levels = (torch.cat(rows).t() + 8).to(torch.uint8)
        codes = (levels[:, ::2] | (levels[:, 1::2] << 4)).contiguous()
        scale, zero = (part.t().contiguous() for part in self._scales.unbind(-1))
        return Quantized("int4", self.columns, codes, scale, zero)


def make_kernel(weight: Tensor | Quantized, backend: str = "auto") -> Kernel:
    """The fastest product for a matrix where it lies.

    Args:
        weight: dense (rows, columns), or in few bits.
        backend: "native" is `native_linear.py`, "torch" torch's own products, "auto" the first where it can be had. On a GPU
            "native" and "auto" are the Triton kernels, where they can be had.

    Raises:
        ValueError: no such backend.
        RuntimeError: "native" on a machine that cannot have it.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
    packed = isinstance(weight, Quantized)
    if weight.device.type == "cuda":
        own = None if packed and backend == "torch" else make_gpu_kernel(weight)
        return own or PlainKernel(weight)
    if weight.device.type != "cpu" or (not packed and weight.dtype != torch.bfloat16):
        return PlainKernel(weight)
    if backend == "native" or (backend == "auto" and native.load() is not None):
        return NativeKernel(weight)
    if not packed:
        return OneDnnKernel(weight) if OneDnnKernel.runs_here() else PlainKernel(weight)
    if weight.method == "int8":
        return TorchInt8Kernel(weight)
    if weight.method == "int4" and TorchInt4Kernel.takes(weight):
        return TorchInt4Kernel(weight)
    return PlainKernel(weight)
