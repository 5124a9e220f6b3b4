"""Tiny random Phi models, ours and the oracle's with the same weights; each architecture switch by name."""

from __future__ import annotations

import copy
from typing import Any

import torch
import transformers
from torch import nn

import phi_model

BASE: dict[str, Any] = {
    "vocab_size": 99,
    "hidden_size": 32,
    "intermediate_size": 37,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


def rope(rope_type: str, **parameters: Any) -> dict[str, Any]:
    """`rope_parameters` for a configuration."""
    return {"rope_parameters": {"rope_type": rope_type, **parameters}}


ARCHITECTURES: dict[str, dict[str, Any]] = {
    "mha": {},
    "gqa": {"num_key_value_heads": 2},
    "mqa": {"num_key_value_heads": 1},
    "qk_layernorm": {"qk_layernorm": True},
    "gqa_qk_layernorm": {"qk_layernorm": True, "num_key_value_heads": 2},
    "tied": {"tie_word_embeddings": True},
    "full_rotary": rope("default", partial_rotary_factor=1.0),
    "quarter_rotary": rope("default", partial_rotary_factor=0.25),
    "truncated_rotary": rope("default", partial_rotary_factor=0.6),
    "theta": rope("default", rope_theta=500.0),
    "linear": rope("linear", factor=2.0),
    "dynamic": {**rope("dynamic", factor=3.0), "max_position_embeddings": 8},
    "yarn": rope("yarn", factor=4.0, original_max_position_embeddings=16),
    "yarn_mscale": rope(
        "yarn",
        factor=4.0,
        original_max_position_embeddings=16,
        mscale=0.7,
        mscale_all_dim=1.2,
        beta_fast=8,
        beta_slow=2,
        truncate=False,
    ),
    "yarn_attention_factor": rope(
        "yarn", factor=4.0, original_max_position_embeddings=16, attention_factor=1.3
    ),
    "llama3": rope(
        "llama3",
        factor=4.0,
        low_freq_factor=1.0,
        high_freq_factor=4.0,
        original_max_position_embeddings=32,
    ),
    "longrope": rope(
        "longrope",
        factor=4.0,
        short_factor=[1.0, 1.3],
        long_factor=[2.0, 5.0],
        original_max_position_embeddings=8,
    ),
    "relu": {"hidden_act": "relu"},
    "exact_gelu": {"hidden_act": "gelu"},
    "eps": {"layer_norm_eps": 1e-2},
}

CLASSES = (
    "PhiModel",
    "PhiForCausalLM",
    "PhiForSequenceClassification",
    "PhiForTokenClassification",
)


@torch.no_grad()
def randomise(model: nn.Module, seed: int = 0) -> None:
    """Weights large enough to matter, biases and norms too: fresh ones would hide a forgotten bias."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        is_norm = "layernorm" in name and name.endswith("weight")
        parameter.copy_(1.0 + 0.2 * noise if is_norm else 0.15 * noise)


def configs(
    architecture: str = "mha", **overrides: Any
) -> tuple[transformers.PhiConfig, phi_model.PhiConfig]:
    """The oracle's configuration and ours."""
    values = {**BASE, **ARCHITECTURES[architecture], **overrides}
    return transformers.PhiConfig(**copy.deepcopy(values)), phi_model.PhiConfig(
        **copy.deepcopy(values)
    )


def pair(
    architecture: str = "mha",
    cls: str = "PhiForCausalLM",
    attn_implementation: str = "sdpa",
    seed: int = 0,
    **overrides: Any,
) -> tuple[transformers.PreTrainedModel, phi_model.PhiForCausalLM]:
    """The oracle's model and ours, with the same weights, in `eval()`."""
    theirs_config, ours_config = configs(architecture, **overrides)
    theirs_config._attn_implementation = attn_implementation
    ours_config._attn_implementation = attn_implementation
    theirs = getattr(transformers, cls)(theirs_config).eval()
    randomise(theirs, seed)
    ours = getattr(phi_model, cls)(ours_config).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    ours.tie_weights()
    return theirs, ours


def random_ids(batch: int, tokens: int, vocab_size: int = 99, seed: int = 0) -> torch.Tensor:
    """Ids (batch, tokens) without the special ones 0, 1, 2."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(3, vocab_size, (batch, tokens), generator=generator)


def padded_mask(side: str, batch: int, tokens: int) -> torch.Tensor | None:
    """A mask (batch, tokens) that pads row i by i + 1 tokens on the side, the last row by none; None for "none"."""
    if side == "none":
        return None
    mask = torch.ones(batch, tokens, dtype=torch.long)
    for row in range(batch - 1):
        if side == "left":
            mask[row, : row + 1] = 0
        else:
            mask[row, -(row + 1) :] = 0
    return mask
