"""Products with one weight matrix by the kernels of `native.py`: the order that its numbers lie in, and the call."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from phi_model.quantization import native
from phi_model.quantization.formats import Quantized, table
from phi_model.quantization.pages import in_huge_pages

BLOCK = 64  # rows of the largest block
# Fewer multiplications than this are over before a second thread has begun.
ALONE = 1 << 17
_FORMATS = {"bf16": 0, "int8": 1, "int4": 2, "nf4": 3}
_TYPES = {torch.float32: 0, torch.bfloat16: 1}
_SIGN = 128  # what makes a signed byte an unsigned one
_LARGEST = 32512  # what nf4's 1.0 becomes where its values are two bytes, as in bytes.c and words.c
_UNSIGNED = ("bytes", "words")  # arithmetics of unsigned weights


class Order(NamedTuple):
    """Blocks of so many rows, in which so many columns of a row lie together."""

    rows: int
    columns: int


_ORDERS = {
    "pairs": Order(64, 2),
    "floats": Order(64, 2),
    "bytes": Order(32, 4),
    "words": Order(32, 4),
    "tiles": Order(32, 2),
}


class NativeKernel:
    """Products with one weight matrix in the order of its kernel.

    Args:
        weight: bfloat16 (rows, columns), or in few bits.
        arithmetic: one of `native.arithmetics`; None is the fastest on this processor.

    Raises:
        RuntimeError: this machine cannot have the kernels.
        ValueError: the arithmetic is not made for such weights, or not for this processor.
    """

    def __init__(self, weight: Tensor | Quantized, arithmetic: str | None = None) -> None:
        self._library = native.load()
        if self._library is None:
            raise RuntimeError("the native kernels are not available on this machine")
        self.method = weight.method if isinstance(weight, Quantized) else None
        self.arithmetic = self._check(
            arithmetic or native.best_arithmetic(self.method, native.rates())
        )
        self._order = _ORDERS[self.arithmetic]
        self._scale = self._zero = self._table = None
        if isinstance(weight, Quantized):
            self.rows, self.columns, self.filled = weight.rows, weight.columns, weight.filled
            self._group = weight.group
            levels = _tiles(weight.levels(), self._order)
            self._scale = in_huge_pages(_by_block(weight.scale, self._order))
            if weight.zero is not None:
                self._zero = in_huge_pages(_by_block(weight.zero, self._order))
            if weight.method != "int8":
                self._table = self._values(weight.method)
                levels = _join_halves(levels)
            elif self.arithmetic in _UNSIGNED:
                levels = levels.view(torch.uint8) ^ _SIGN
            self._weight = in_huge_pages(levels)
        else:
            self.rows, self.columns = weight.shape
            self.filled = self._group = self.columns + self.columns % 2
            self._weight = in_huge_pages(_tiles(F.pad(weight, (0, self.columns % 2)), self._order))
        self.call = native.Linear(
            weight=self._weight.data_ptr(),
            scale=_pointer(self._scale),
            zero=_pointer(self._zero),
            table=_pointer(self._table),
            n=self.rows,
            k=self.filled,
            group=self._group,
            arithmetic=native.ARITHMETICS.index(self.arithmetic),
            format=_FORMATS[self.method or "bf16"],
        )
        self.device = weight.device
        self.dtype = None if self.method else torch.bfloat16
        held = (self._weight, self._scale, self._zero)
        self.nbytes = sum(tensor.nbytes for tensor in held if tensor is not None)

    def _check(self, arithmetic: str) -> str:
        allowed = native.arithmetics(self.method, native.rates())
        if arithmetic not in allowed:
            raise ValueError(
                f"arithmetic of {self.method or 'bf16'} weights must be one of {', '.join(allowed)} on this processor, "
                f"got {arithmetic!r}"
            )
        return arithmetic

    def _values(self, method: str) -> Tensor:
        """What the 16 codes stand for, as the kernel looks them up."""
        values = table(method)
        if self.arithmetic == "pairs":
            return values.bfloat16().repeat(2)
        whole = (values * _LARGEST).round().int()
        high = (whole + _SIGN) >> 8
        return torch.cat((high, whole - (high << 8))).add(_SIGN).to(torch.uint8)

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """`x @ weight.T + bias`; the result of a row does not depend on the others.

        Args:
            x: (tokens, filled) of any float dtype. What one product cannot hold of it is added by a second.
            bias: float32 (rows filled up to whole blocks).

        Returns:
            (tokens, rows) in x's dtype.
        """
        tokens = x.shape[0]
        if x.dtype == torch.bfloat16:
            return self._run(x.contiguous(), tokens, bias, torch.bfloat16)
        if self.arithmetic in ("floats", "bytes"):
            return self._run(x.float().contiguous(), tokens, bias, torch.float32).to(x.dtype)
        if self.arithmetic == "words":
            parts = x.float().contiguous()
        else:
            high = x.bfloat16()
            parts = torch.cat((high, (x - high).bfloat16()))
        both = self._run(parts, 2 * tokens, None, torch.float32)
        out = both[:tokens] + both[tokens:]
        if bias is not None:
            out += bias[: self.rows]
        return out.to(x.dtype)

    def _run(self, x: Tensor, rows: int, bias: Tensor | None, dtype: torch.dtype) -> Tensor:
        out = torch.empty(rows, self.rows, dtype=dtype)
        # A copy: several threads may be multiplying with these weights.
        call = native.Linear.from_buffer_copy(self.call)
        call.x, call.out, call.m = x.data_ptr(), out.data_ptr(), rows
        call.bias = _pointer(bias)
        call.x_type, call.out_type = _TYPES[x.dtype], _TYPES[dtype]
        call.threads = 1 if x.numel() * self.rows < ALONE else torch.get_num_threads()
        if self._library.phi_linear(ctypes.byref(call)):
            raise MemoryError(f"no memory for a product of {rows} rows")
        return out

    def unpack(self) -> Tensor | Quantized:
        """The weights as they were given."""
        if self.method is None:
            return _rows(self._weight, self.rows)[:, : self.columns]
        if self.method != "int8":
            levels = _split_halves(self._weight)
        elif self.arithmetic in _UNSIGNED:
            levels = (self._weight ^ _SIGN).view(torch.int8)
        else:
            levels = self._weight
        levels = _rows(levels, self.rows)
        if self.method != "int8":
            levels = levels[:, ::2] | (levels[:, 1::2] << 4)
        return Quantized(
            self.method,
            self.columns,
            levels.contiguous(),
            _by_row(self._scale, self.rows),
            None if self._zero is None else _by_row(self._zero, self.rows),
        )


def _pointer(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.data_ptr()


def _tiles(values: Tensor, order: Order) -> Tensor:
    """(rows, columns) -> (blocks, columns / together, rows of a block, together)."""
    rows, columns = values.shape
    values = F.pad(values, (0, 0, 0, -rows % order.rows))
    return (
        values.view(-1, order.rows, columns // order.columns, order.columns)
        .transpose(1, 2)
        .contiguous()
    )


def _rows(tiles: Tensor, rows: int) -> Tensor:
    """What `_tiles` was given."""
    return tiles.transpose(1, 2).flatten(0, 1).flatten(1)[:rows]


def _join_halves(tiles: Tensor) -> Tensor:
    """Codes of rows r and r + 16 of each 32 into one byte: (blocks, columns / together, rows / 32, 16, together)."""
    tiles = tiles.unflatten(2, (-1, 2, 16))  # (..., rows / 32, low or high, 16, together)
    return tiles[:, :, :, 0] | (tiles[:, :, :, 1] << 4)


def _split_halves(joined: Tensor) -> Tensor:
    return torch.stack((joined & 15, joined >> 4), dim=3).flatten(2, 4)


def _by_block(scale: Tensor, order: Order) -> Tensor:
    """(rows, groups) -> (blocks, groups, rows of a block)."""
    rows, groups = scale.shape
    filled = F.pad(scale, (0, 0, 0, -rows % order.rows))
    return filled.view(-1, order.rows, groups).transpose(1, 2).contiguous()


def _by_row(scale: Tensor, rows: int) -> Tensor:
    """What `_by_block` was given."""
    return scale.transpose(1, 2).flatten(0, 1)[:rows].contiguous()
