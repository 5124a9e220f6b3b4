"""How checkpoints of other releases spell a Phi model's configuration, in today's names.

The flat `rope_theta` / `rope_scaling` / `partial_rotary_factor` of transformers v4, and the `n_embd`-style names of the first
releases (`phi-msft`, `mixformer-sequential`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

DEFAULT_ROPE_THETA = 10000.0
DEFAULT_PARTIAL_ROTARY_FACTOR = 0.5

ACCEPTED_MODEL_TYPES = ("phi", "phi-msft", "mixformer-sequential")
ROPE_TYPES: dict[str, tuple[str, ...]] = {  # rope type -> the keys it cannot do without
    "default": (),
    "linear": ("factor",),
    "dynamic": ("factor",),
    "yarn": ("factor",),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor"),
    "longrope": ("short_factor", "long_factor"),
}
# The early releases' names, and what they are called today.
LEGACY_NAMES = {
    "n_embd": "hidden_size",
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "n_head_kv": "num_key_value_heads",
    "n_inner": "intermediate_size",
    "n_positions": "max_position_embeddings",
    "layer_norm_epsilon": "layer_norm_eps",
    "activation_function": "hidden_act",
    "attn_pdrop": "attention_dropout",
}


def fold_rope_parameters(
    given: Mapping[str, Any] | None,
    flat: Mapping[str, Any],
    max_position_embeddings: int,
    original_length: int | None,
) -> dict[str, Any]:
    """Today's `rope_parameters` from those of any release.

    Args:
        given: `rope_parameters`, or the `rope_scaling` of older files.
        flat: `rope_theta` and `partial_rotary_factor` beside it, None where absent.
        max_position_embeddings: stands in for an original length that is not said.
        original_length: `original_max_position_embeddings` beside it, as Phi-3 has it.

    Raises:
        ValueError: an unknown type, a key that the type needs is missing, or a number out of its range.
    """
    rope = dict(given or {})
    rope["rope_type"] = rope.get("rope_type") or rope.pop("type", None) or "default"
    rope.pop("type", None)
    defaults = {
        "rope_theta": DEFAULT_ROPE_THETA,
        "partial_rotary_factor": DEFAULT_PARTIAL_ROTARY_FACTOR,
    }
    for key, default in defaults.items():
        if rope.get(key) is None:
            rope[key] = default if flat[key] is None else flat[key]
    rope_type = rope["rope_type"]
    if rope_type not in ROPE_TYPES:
        raise ValueError(f"rope_type must be one of {', '.join(ROPE_TYPES)}, got {rope_type!r}")
    if missing := [key for key in ROPE_TYPES[rope_type] if key not in rope]:
        raise ValueError(f"rope_parameters of rope_type {rope_type!r} lack {', '.join(missing)}")
    if rope_type in ("yarn", "llama3", "longrope"):
        rope.setdefault("original_max_position_embeddings", max_position_embeddings)
        if original_length is not None:  # Phi-3's place for it, which beats the one in here
            rope["original_max_position_embeddings"] = original_length
    for key in ("factor", "rope_theta"):
        value = rope.get(key)
        if value is not None and (not isinstance(value, (int, float)) or value <= 0):
            raise ValueError(f"rope_parameters' {key} must be a number above 0, got {value!r}")
    return rope


def flat_rope(rope: Mapping[str, Any]) -> dict[str, Any]:
    """`rope_parameters` as transformers 4 spells them; version 5 prefers this spelling where it finds both."""
    flat = {key: rope[key] for key in ("rope_theta", "partial_rotary_factor")}
    if rope["rope_type"] == "default":
        return flat
    scaling = {key: value for key, value in rope.items() if key not in flat}
    return {**flat, "rope_scaling": scaling}


def refuse_other_architectures(values: Mapping[str, Any]) -> None:
    """Raises ValueError for the configuration of a model that is no Phi."""
    model_type = values.get("model_type")
    if model_type is not None and model_type not in ACCEPTED_MODEL_TYPES:
        raise ValueError(
            f"model_type must be one of {', '.join(ACCEPTED_MODEL_TYPES)}, got {model_type!r}: "
            "this is another architecture"
        )
    if values.get("num_local_experts") is not None:
        raise ValueError(
            f"num_local_experts is {values['num_local_experts']!r}: a mixture of experts (PhiMoE) is "
            "another architecture"
        )


def rename_legacy(values: dict[str, Any], legacy: list[str]) -> dict[str, Any]:
    """Early names to today's; null `n_inner` is four times the width, null `n_head_kv` all heads."""
    for old in legacy:
        value = values.pop(old)
        if value is not None:
            values.setdefault(LEGACY_NAMES[old], value)
    values.setdefault("intermediate_size", 4 * values.get("hidden_size", 2048))
    rotary_dim = values.pop("rotary_dim", None)
    if rotary_dim is not None and "partial_rotary_factor" not in values:
        head_dim = values.get("hidden_size", 2048) // values.get("num_attention_heads", 32)
        factor = rotary_dim / head_dim
        # The product is truncated again later: a quotient rounded down would lose a dimension.
        if int(head_dim * factor) < rotary_dim:
            factor = math.nextafter(factor, math.inf)
        values["partial_rotary_factor"] = factor
    return values
