"""Counter-based sampling noise: a hash of (seed, row, position, token), and no generator state.

Because nothing is carried from one draw to the next, the same seed gives the same completion alone, in a batch and under
speculation. The hash is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014) in
torch int64 arithmetic, which wraps the same way on every device.
"""

from __future__ import annotations

import secrets

import torch
from torch import Tensor

_GOLDEN = 0x9E3779B97F4A7C15
_MIX_A = 0xBF58476D1CE4E5B9
_MIX_B = 0x94D049BB133111EB
_UNIFORM_BITS = 40


def as_int64(value: int) -> int:
    """Wraps any integer into the signed 64-bit range, so that every Python integer can be a seed."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >= 1 << 63 else value


def fresh_seed() -> int:
    """A random seed in [0, 2**53): exact in JSON and in a JavaScript number, so that it can be shown and sent back."""
    return secrets.randbits(53)


def _shift_right(x: Tensor, bits: int) -> Tensor:
    """Logical right shift; torch's own keeps the sign."""
    return (x >> bits).bitwise_and_((1 << (64 - bits)) - 1)


def _mix_(x: Tensor) -> Tensor:
    """SplitMix64's finalizer without its last xor-shift, in place: the high bits are the good ones."""
    x.bitwise_xor_(_shift_right(x, 30)).mul_(as_int64(_MIX_A))
    x.bitwise_xor_(_shift_right(x, 27)).mul_(as_int64(_MIX_B))
    return x


def _finish(x: Tensor) -> Tensor:
    return x.bitwise_xor_(_shift_right(x, 31))


def gumbel_noise(seeds: Tensor, rows: Tensor, positions: Tensor, vocab_ids: Tensor) -> Tensor:
    """Standard Gumbel noise for every token of every row.

    `argmax(log_probs + gumbel_noise(...))` is one exact draw from the distribution; the k largest are k draws without
    replacement.

    Args:
        seeds: (batch,) int64, the seed of each row's request.
        rows: (batch,) int64, the index of the row within its request, below 2**31.
        positions: (batch,) int64, the index in the sequence, padding not counted, of the token that is being drawn.
        vocab_ids: (vocab,) int64 token ids.

    Returns:
        (batch, vocab) float32, all finite, the same numbers on every device up to the rounding of `log`.
    """
    key = _finish(_mix_(seeds + as_int64(_GOLDEN)))
    key = _finish(_mix_(key.bitwise_xor_((rows << 32) + positions)))  # (batch,)
    bits = key[:, None] + vocab_ids * as_int64(_GOLDEN)  # (batch, vocab)
    bits = _shift_right(_mix_(bits), 64 - _UNIFORM_BITS)
    # u is uniform in (0, 1) and precise near 0, where the largest noise comes from: -log(-log(1 - u)).
    minus_u = bits.to(torch.float32).mul_(-(2.0**-_UNIFORM_BITS)).sub_(2.0 ** -(_UNIFORM_BITS + 1))
    minus_u.clamp_(
        min=-(1.0 - 2.0**-24)
    )  # float32 rounds the last few up to 1, whose logarithm is infinite
    return minus_u.log1p_().neg_().log_().neg_()
