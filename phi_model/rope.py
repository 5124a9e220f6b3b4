"""Rotary position embedding (RoFormer, arXiv:2104.09864) and the five ways to stretch it.

A rope function maps `(config, seq_len)` to the inverse frequencies, float32 of shape `(rotary_dim / 2,)`, and
the factor by which cos and sin are multiplied. `seq_len` matters to `dynamic` and `longrope` only.

Everything here is float32 whatever the model's dtype: in bfloat16 two positions near 2,048 would share an angle.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from phi_model.config import PhiConfig

MAX_KNOWN_FREQUENCIES = 8
RopeFunction = Callable[[PhiConfig, int], tuple[Tensor, float]]


def _exponents(config: PhiConfig) -> Tensor:
    dim = config.rotary_dim
    return torch.arange(0, dim, 2, dtype=torch.float32, device="cpu") / dim


def _plain(config: PhiConfig) -> Tensor:
    return 1.0 / (config.rope_parameters["rope_theta"] ** _exponents(config))


def _default(config: PhiConfig, seq_len: int) -> tuple[Tensor, float]:
    return _plain(config), 1.0


def _linear(config: PhiConfig, seq_len: int) -> tuple[Tensor, float]:
    """Positions divided by `factor` (kaiokendev 2023; Chen et al., arXiv:2306.15595)."""
    return _plain(config) / config.rope_parameters["factor"], 1.0


def _dynamic(config: PhiConfig, seq_len: int) -> tuple[Tensor, float]:
    """NTK-aware scaling whose base grows with the sequence (bloc97 and emozilla 2023)."""
    rope, dim, trained = config.rope_parameters, config.rotary_dim, config.max_position_embeddings
    factor = rope["factor"]
    # float32 from here on, as the oracle has it: float64 would differ in the last digit of the base.
    length = torch.tensor(max(seq_len, trained), dtype=torch.int64, device="cpu")
    stretch = (factor * length / trained) - (factor - 1)
    base = rope["rope_theta"] * stretch ** (dim / (dim - 2))
    return 1.0 / (base ** _exponents(config)), 1.0


def _yarn(config: PhiConfig, seq_len: int) -> tuple[Tensor, float]:
    """YaRN (Peng et al., arXiv:2309.00071, sections 3.2 and 3.4)."""
    rope, dim = config.rope_parameters, config.rotary_dim
    base = rope["rope_theta"]
    trained = rope["original_max_position_embeddings"]
    factor = rope["factor"]
    if factor is None:
        factor = config.max_position_embeddings / trained

    def magnitude(scale: float, weight: float = 1.0) -> float:
        return 1.0 if scale <= 1 else 0.1 * weight * math.log(scale) + 1.0

    attention_factor = rope.get("attention_factor")
    if attention_factor is None:
        numerator, denominator = rope.get("mscale"), rope.get("mscale_all_dim")
        attention_factor = (
            magnitude(factor, numerator) / magnitude(factor, denominator)
            if numerator and denominator
            else magnitude(factor)
        )

    def dimension_of(rotations: float) -> float:
        return dim * math.log(trained / (rotations * 2 * math.pi)) / (2 * math.log(base))

    low = dimension_of(rope.get("beta_fast") or 32)
    high = dimension_of(rope.get("beta_slow") or 1)
    if rope.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, dim - 1)
    if low == high:
        high += 0.001  # a ramp of width zero would divide by zero
    steps = torch.arange(dim // 2, dtype=torch.float32, device="cpu")
    ramp = ((steps - low) / (high - low)).clamp(0, 1)
    keep = 1 - ramp
    frequencies = base ** _exponents(config)
    inv_freq = (1.0 / (factor * frequencies)) * (1 - keep) + (1.0 / frequencies) * keep
    return inv_freq, float(attention_factor)


def _llama3(config: PhiConfig, seq_len: int) -> tuple[Tensor, float]:
    """Low frequencies scaled, high ones kept, a ramp between (Llama 3.1, arXiv:2407.21783)."""
    rope = config.rope_parameters
    factor, trained = rope["factor"], rope["original_max_position_embeddings"]
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    inv_freq = _plain(config)
    wavelength = 2 * math.pi / inv_freq
    scaled = torch.where(wavelength > trained / low, inv_freq / factor, inv_freq)
    smooth = (trained / wavelength - low) / (high - low)
    blended = (1 - smooth) * scaled / factor + smooth * scaled
    between = (wavelength >= trained / high) & (wavelength <= trained / low)
    return torch.where(between, blended, scaled), 1.0


def _longrope(config: PhiConfig, seq_len: int) -> tuple[Tensor, float]:
    """One factor per dimension, another list beyond the trained length (arXiv:2402.13753)."""
    rope = config.rope_parameters
    trained = rope["original_max_position_embeddings"]
    factor = rope.get("factor")
    if factor is None:
        factor = config.max_position_embeddings / trained
    attention_factor = rope.get("attention_factor")
    if attention_factor is None:
        attention_factor = (
            1.0 if factor <= 1 else math.sqrt(1 + math.log(factor) / math.log(trained))
        )
    name = "long_factor" if seq_len > trained else "short_factor"
    per_dimension = torch.tensor(rope[name], dtype=torch.float32, device="cpu")
    if per_dimension.numel() != config.rotary_dim // 2:
        raise ValueError(
            f"rope_parameters' {name} must have {config.rotary_dim // 2} numbers, one for each rotated pair, "
            f"got {per_dimension.numel()}"
        )
    return 1.0 / (per_dimension * rope["rope_theta"] ** _exponents(config)), attention_factor


ROPE_FUNCTIONS: dict[str, RopeFunction] = {
    "default": _default,
    "linear": _linear,
    "dynamic": _dynamic,
    "yarn": _yarn,
    "llama3": _llama3,
    "longrope": _longrope,
}


class RotaryEmbedding:
    """Cosines and sines of positions.

    No module and no buffer: `half()` must not reach the frequencies, and a model built on the meta device has
    nothing to load for them. Frequencies that depend on the length are computed anew from the length given, so
    that one request never changes another's.

    Raises:
        ValueError: the rotated part of a head is odd, empty or wider than the head.
    """

    def __init__(self, config: PhiConfig) -> None:
        self.config = config
        rope = config.rope_parameters
        # `dynamic` raises its base to dim / (dim - 2).
        lowest = 4 if rope["rope_type"] == "dynamic" else 2
        if config.rotary_dim % 2 or not lowest <= config.rotary_dim <= config.head_dim:
            raise ValueError(
                f"partial_rotary_factor must rotate an even number of {lowest} to head_dim "
                f"({config.head_dim}) dimensions, got {rope['partial_rotary_factor']} "
                f"({config.rotary_dim} dimensions)"
            )
        self._function = ROPE_FUNCTIONS[rope["rope_type"]]
        self._depends_on_length = rope["rope_type"] in ("dynamic", "longrope")
        self._frequencies: dict[tuple[torch.device, int], tuple[Tensor, float]] = {}

    def _effective_length(self, position_ids: Tensor) -> int:
        """The length that decides the frequencies, folded so that equal frequencies share an entry."""
        if not self._depends_on_length:
            return 0
        length = int(position_ids.max()) + 1
        rope = self.config.rope_parameters
        if rope["rope_type"] == "longrope":
            trained = rope["original_max_position_embeddings"]
            return trained + 1 if length > trained else 0
        return max(length, self.config.max_position_embeddings)

    def frequencies(self, device: torch.device, seq_len: int = 0) -> tuple[Tensor, float]:
        """Inverse frequencies `(rotary_dim / 2,)` on `device` and the factor of cos and sin."""
        known = self._frequencies.get((device, seq_len))
        if known is None:
            inv_freq, scaling = self._function(self.config, seq_len)
            known = inv_freq.to(device), scaling
            if len(self._frequencies) >= MAX_KNOWN_FREQUENCIES:
                self._frequencies.clear()  # a sequence that grows under `dynamic` needs each once
            self._frequencies[device, seq_len] = known
        return known

    def __call__(self, position_ids: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """cos and sin of shape (batch, 1, tokens, rotary_dim) in `dtype`.

        Args:
            position_ids: integers of shape (batch, tokens).
        """
        inv_freq, scaling = self.frequencies(
            position_ids.device, self._effective_length(position_ids)
        )
        angles = position_ids[:, None, :, None].float() * inv_freq  # (batch, 1, tokens, rotary/2)
        angles = torch.cat((angles, angles), dim=-1)  # (batch, 1, tokens, rotary)
        cos, sin = angles.cos(), angles.sin()
        if scaling != 1.0:
            cos, sin = cos * scaling, sin * scaling
        return cos.to(dtype), sin.to(dtype)


def apply_rotary(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotates the first `cos.shape[-1]` dimensions of each head and passes the others through.

    Args:
        x: (batch, heads, tokens, head_dim).
        cos, sin: (batch, 1, tokens, rotary_dim).
    """
    rotary_dim = cos.shape[-1]
    rotated, passed = x[..., :rotary_dim], x[..., rotary_dim:]
    first, second = rotated.chunk(2, dim=-1)
    rotated = rotated * cos + torch.cat((-second, first), dim=-1) * sin
    return torch.cat((rotated, passed), dim=-1) if passed.shape[-1] else rotated
