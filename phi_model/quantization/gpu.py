"""Products with one weight matrix on a GPU: cuBLAS for a dense one, Triton kernels for one in few bits."""

from __future__ import annotations

import functools
import logging
import math
from types import ModuleType

import torch
from torch import Tensor
from torch.nn import functional as F

from phi_model.quantization.formats import Quantized, encode, table

logger = logging.getLogger(__name__)

METHODS = ("int8", "int4", "nf4")
FEW_ROWS = 8  # up to here the memory decides, and every row goes with one reading of the codes
# Beyond this the codes are decoded once and cuBLAS multiplies: the arithmetic decides then.
MOST_ROWS = 128
_INT8_PART = 128
_SMALLEST_PART = 32  # the matrix units take no fewer than 16 of the halves
_CODES_AT_ONCE = 2048  # bytes that a program of `few_rows` reads in one go, for 4 outputs


@functools.cache
def kernels() -> ModuleType | None:
    """The kernels, where Triton is installed."""
    try:
        from phi_model.quantization import triton_linear
    except ImportError:
        logger.info("no Triton: weights in few bits are decoded before each product")
        return None
    return triton_linear


class DenseKernel:
    """A matrix as it is, and its bias in the dtype of the inputs, converted once."""

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight
        self._bias: tuple[Tensor, Tensor] | None = None
        self.rows, self.filled = weight.shape
        self.nbytes, self.device, self.dtype = weight.nbytes, weight.device, weight.dtype

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        if bias is not None and x.dtype == self.dtype:
            if self._bias is None or self._bias[0] is not bias:
                self._bias = bias, bias[: self.rows].to(x.dtype)
            bias = self._bias[1]
        elif bias is not None:
            bias = bias[: self.rows].to(x.dtype)
        return F.linear(x, self._weight.to(x.dtype), bias)

    def unpack(self) -> Tensor:
        return self._weight


class TritonKernel:
    """A matrix in few bits, read as it is kept.

    Args:
        weight: one that `takes` says yes to.
    """

    def __init__(self, weight: Quantized) -> None:
        self._weight = weight
        self._part = _part(weight)
        self._table = table("nf4", weight.device) if weight.method == "nf4" else weight.scale
        self._zero = weight.scale if weight.zero is None else weight.zero
        self.rows, self.filled = weight.rows, weight.filled
        self.nbytes, self.device, self.dtype = weight.nbytes, weight.device, None

    @staticmethod
    def takes(weight: Quantized) -> bool:
        """Whether the kernels are made for such a matrix, and compute it right on this device."""
        part = _part(weight)
        whole = part >= _SMALLEST_PART and part & (part - 1) == 0
        return whole and kernels() is not None and agrees(weight.method, str(weight.device))

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """`x @ weight.T + bias`.

        Args:
            x: (tokens, filled). What is not in half precision, or long, meets decoded weights.
            bias: float32 (rows or more).

        Returns:
            (tokens, rows) in x's dtype.
        """
        tokens = x.shape[0]
        if x.dtype not in (torch.bfloat16, torch.float16) or tokens > MOST_ROWS:
            return self._decoded(x, bias)
        weight, part = self._weight, self._part
        x = x.contiguous()
        out = x.new_empty(tokens, self.rows)
        arguments = (
            x,
            weight.codes,
            weight.scale,
            self._zero,
            self._table,
            self._table if bias is None else bias,
            out,
            tokens,
            self.rows,
            self.filled,
        )
        shared = {
            "FORMAT": METHODS.index(weight.method),
            "GROUP": weight.group,
            "PART": part,
            "BIASED": bias is not None,
        }
        if tokens <= FEW_ROWS:
            rows = 1 << (tokens - 1).bit_length()
            block = 4
            wide = part if weight.method == "int8" else part // 2
            parts = max(1, _CODES_AT_ONCE // (block * wide))
            kernels().few_rows[(-(-self.rows // block),)](
                *arguments, **shared, PARTS=parts, ROWS=rows, BLOCK=block, num_warps=4
            )
        else:
            rows = min(max(16, 1 << (tokens - 1).bit_length()), 64)
            block = 32
            kernels().many_rows[(-(-self.rows // block), -(-tokens // rows))](
                *arguments, **shared, ROWS=rows, BLOCK=block, num_warps=4, num_stages=3
            )
        return out

    def _decoded(self, x: Tensor, bias: Tensor | None) -> Tensor:
        # The import is here: `kernels` chooses among the classes of this module.
        from phi_model.quantization.kernels import PlainKernel

        return PlainKernel(self._weight)(x[:, : self._weight.columns], bias)

    def unpack(self) -> Quantized:
        return self._weight


def make_gpu_kernel(weight: Tensor | Quantized) -> DenseKernel | TritonKernel | None:
    """The product for a matrix on a GPU; None where its weights have to be decoded for each."""
    if isinstance(weight, Tensor):
        return DenseKernel(weight)
    return TritonKernel(weight) if TritonKernel.takes(weight) else None


@functools.cache
def agrees(method: str, device: str) -> bool:
    """Whether the kernels, compiled for this device, compute what torch does; the log says where not."""
    generator = torch.Generator().manual_seed(0)
    dense = torch.randn(70, 192, generator=generator)
    weight = encode(dense, method).to(torch.device(device))
    bias = torch.randn(70, generator=generator).to(device)
    expected = weight.dequantize().t()
    kernel = TritonKernel(weight)
    # Triton's interpreter, which runs on a CPU, multiplies matrices of bfloat16 by their bits.
    dtype = torch.float16 if device == "cpu" else torch.bfloat16
    try:
        for tokens in (1, 3, 20):
            x = torch.randn(tokens, 192, generator=generator).to(device, dtype)
            wanted = x.float() @ expected + bias
            torch.testing.assert_close(kernel(x, bias).float(), wanted, atol=0.15, rtol=0.02)
    except Exception as error:  # whatever a compiler may raise: decoded weights do as well
        logger.warning("%s weights are decoded before each product: %s", method, error)
        return False
    return True


def _part(weight: Quantized) -> int:
    """Columns that are multiplied before a scale is applied."""
    return math.gcd(weight.group, _INT8_PART) if weight.method == "int8" else weight.group
