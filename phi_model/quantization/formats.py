"""How a weight matrix is kept in fewer bits: int8, int4 and nf4, encoded and decoded in plain torch.

    int8   a row's weights are `scale * code`, codes -127..127
    int4   64 weights are `scale * (code - 8) + zero`, codes 0..15
    nf4    64 weights are `scale * NF4[code]`: the 16 quantiles of a normal distribution (QLoRA, arXiv:2305.14314)

Scales and zeros are bfloat16, which is what the fast matrix products take; a code is chosen with the rounded
scale, so the rounding costs nothing. What the weights are multiplied with keeps the precision of bfloat16, except where a
processor is fastest at products of bytes (`native.py`): there bfloat16 inputs are rounded to 8 bits, for each 128 columns
of int8 and 64 of the others together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

GROUP = 64
ROW_MULTIPLE = 32  # an int8 row is filled up to this, which the matrix products need
# Appendix E of QLoRA.
NF4 = (
    -1.0,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0.0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1.0,
)
_INT8_MAX = 127
_INT4_MIDDLE, _INT4_MAX = 8, 15
# Shrunken ranges that are tried for int4: cutting off a group's extremes often costs less than coarser steps.
_INT4_SHRINK = (1.0, 0.95, 0.9, 0.85, 0.8)
_CHUNK = 512 * 1024  # weights encoded at once: few enough for the caches


@dataclass(frozen=True)
class Quantized:
    """A weight matrix (rows, columns) in few bits. Columns are filled up with zeros to whole groups.

    Attributes:
        method: "int8", "int4" or "nf4".
        columns: columns that count.
        codes: int8 (rows, filled columns); for 4 bits uint8 (rows, filled columns / 2), the even column in
            the low half.
        scale: bfloat16 (rows, groups).
        zero: bfloat16 (rows, groups), added to a group's weights; int4 only.
    """

    method: str
    columns: int
    codes: Tensor
    scale: Tensor
    zero: Tensor | None = None

    @property
    def rows(self) -> int:
        """Output features."""
        return self.codes.shape[0]

    @property
    def filled(self) -> int:
        """Columns with those that fill up the last group."""
        return self.codes.shape[1] * (1 if self.method == "int8" else 2)

    @property
    def group(self) -> int:
        """Columns that share a scale."""
        return self.filled // self.scale.shape[1]

    def tensors(self) -> dict[str, Tensor]:
        """What a file holds of it: the end of a tensor's name -> tensor."""
        tensors = {"weight": self.codes, "weight_scale": self.scale}
        return tensors if self.zero is None else {**tensors, "weight_zero": self.zero}

    @property
    def nbytes(self) -> int:
        """Memory of codes, scales and zeros."""
        return sum(tensor.nbytes for tensor in self.tensors().values())

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.codes.device

    def to(self, device: torch.device) -> Quantized:
        """The same on another device."""
        return replace(
            self,
            codes=self.codes.to(device),
            scale=self.scale.to(device),
            zero=None if self.zero is None else self.zero.to(device),
        )

    def split(self, rows: int) -> list[Quantized]:
        """Pieces of so many rows."""
        codes, scales = self.codes.split(rows), self.scale.split(rows)
        zeros = [None] * len(codes) if self.zero is None else self.zero.split(rows)
        return [
            replace(self, codes=code, scale=scale, zero=zero)
            for code, scale, zero in zip(codes, scales, zeros, strict=True)
        ]

    def levels(self) -> Tensor:
        """Codes (rows, filled) as one uint8 each; int8 stays signed."""
        if self.method == "int8":
            return self.codes
        return torch.stack((self.codes & 15, self.codes >> 4), dim=-1).flatten(1)

    def dequantize(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """The weights (rows, columns), computed in float32."""
        levels = self.levels().int()
        if self.method == "nf4":
            values = table("nf4", levels.device)[levels]
        else:
            values = levels.float() - (_INT4_MIDDLE if self.method == "int4" else 0)
        values = values.unflatten(1, (-1, self.group)) * self.scale.float()[..., None]
        if self.zero is not None:
            values = values + self.zero.float()[..., None]
        return values.flatten(1)[:, : self.columns].to(dtype)


def table(method: str, device: torch.device | None = None) -> Tensor:
    """What the 16 codes of a 4-bit method stand for, float32 (16,), each exact in bfloat16.

    A product with bfloat16 inputs is then the same wherever it is computed.
    """
    values = NF4 if method == "nf4" else range(-_INT4_MIDDLE, _INT4_MAX - _INT4_MIDDLE + 1)
    return torch.tensor(values, dtype=torch.float32, device=device).bfloat16().float()


@torch.no_grad()
def encode(weight: Tensor, method: str, group: int = GROUP) -> Quantized:
    """Rounds a weight matrix to few bits.

    Args:
        weight: (rows, columns) of any float dtype.
        method: "int8", "int4" or "nf4".
        group: columns that share a scale; int8 takes whole rows.
    """
    columns = weight.shape[1]
    step = max(1, _CHUNK // columns)
    parts = [_encode_rows(rows, method, group) for rows in weight.split(step)]
    codes, scale, zero = zip(*parts, strict=True)
    return Quantized(
        method,
        columns,
        torch.cat(codes),
        torch.cat(scale),
        None if zero[0] is None else torch.cat(zero),
    )


def _encode_rows(weight: Tensor, method: str, group: int) -> tuple[Tensor, Tensor, Tensor | None]:
    columns = weight.shape[1]
    weight = F.pad(weight, (0, -columns % (ROW_MULTIPLE if method == "int8" else group)))
    weight = weight.float()
    if method == "int8":
        scale = _above(weight.abs().amax(dim=1, keepdim=True) / _INT8_MAX)
        codes = (weight / _nonzero(scale)).round_().clamp_(-_INT8_MAX, _INT8_MAX)
        return codes.to(torch.int8), scale, None
    groups = weight.unflatten(1, (-1, group))  # (rows, groups, group)
    if method == "nf4":
        scale = groups.abs().amax(dim=-1).bfloat16()
        values = table("nf4", weight.device)
        edges = (values[1:] + values[:-1]) / 2
        relative = groups / _nonzero(scale)[..., None]
        levels = torch.zeros(groups.shape, dtype=torch.uint8, device=weight.device)
        for edge in edges.tolist():  # several times faster than torch.bucketize
            levels += relative > edge
        zero = None
    else:
        levels, scale, zero = _encode_int4(groups)
    levels = levels.flatten(1).to(torch.uint8)
    return levels[:, ::2] | (levels[:, 1::2] << 4), scale, zero


def _encode_int4(groups: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Levels (rows, groups, group), scale and zero (rows, groups): the range of least squared error."""
    low, high = groups.amin(dim=-1), groups.amax(dim=-1)
    middle, half = (low + high) / 2, (high - low) / 2
    # -1..1 over the whole range, where the middles of the 16 steps are odd multiples of a half step.
    relative = (groups - middle[..., None]).div_(_nonzero(half)[..., None])
    least, best = None, None
    for shrink in _INT4_SHRINK:
        step = 2 * shrink / _INT4_MAX
        decoded = (relative / step).sub_(0.5).round_().clamp_(-_INT4_MIDDLE, _INT4_MIDDLE - 1)
        error = decoded.add_(0.5).mul_(step).sub_(relative).square_().sum(dim=-1)
        if least is None:
            least, best = error, torch.full_like(error, shrink)
        else:
            best = torch.where(error < least, shrink, best)
            least = torch.minimum(error, least)
    scale = (half * best * (2 / _INT4_MAX)).bfloat16()
    zero = (middle + scale.float() / 2).bfloat16()  # code 8 lies half a step above the middle
    levels = (groups - zero.float()[..., None]).div_(_nonzero(scale)[..., None])
    return levels.round_().add_(_INT4_MIDDLE).clamp_(0, _INT4_MAX), scale, zero


def _above(value: Tensor) -> Tensor:
    """bfloat16, rounded away from zero: the largest weight must stay within the codes."""
    rounded = value.bfloat16()
    return torch.where(rounded.float() < value, rounded * (1 + 2**-7), rounded)


def _nonzero(scale: Tensor) -> Tensor:
    scale = scale.float()
    return torch.where(scale == 0, torch.ones_like(scale), scale)


def same_groups(parts: tuple[Quantized, ...]) -> tuple[Quantized, ...]:
    """int8 matrices that are to stand side by side, with their rows' scale repeated for groups of one size."""
    width = math.gcd(*(part.group for part in parts))
    return tuple(
        replace(part, scale=part.scale.repeat_interleave(part.group // width, dim=1))
        for part in parts
    )
