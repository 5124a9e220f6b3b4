"""Tiny checkpoints on disk, in each layout that exists, out of the oracle's random models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import save_file

from tests.tiny import pair

Tensors = dict[str, torch.Tensor]
LAYOUTS = ("transformers", "bare", "fused", "phi-msft", "mixformer")
SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"


def oracle(
    architecture: str = "mha", cls: str = "PhiForCausalLM", **overrides: Any
) -> transformers.PreTrainedModel:
    """A random model of transformers."""
    return pair(architecture, cls, **overrides)[0]


def tensors_of(model: transformers.PreTrainedModel, layout: str = "transformers") -> Tensors:
    """The model's weights under the names, and in the row order, of a layout."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    return {
        "transformers": dict,
        "bare": _bare,
        "fused": lambda tensors: _fused(tensors, model.config.num_attention_heads),
        "phi-msft": lambda tensors: _msft(tensors, "transformer.h.{}."),
        "mixformer": lambda tensors: _mixformer(tensors, model.config.num_hidden_layers),
    }[layout](state)


def config_of(model: transformers.PreTrainedModel, layout: str = "transformers") -> dict[str, Any]:
    """The config.json that goes with the layout."""
    config = model.config
    if layout not in ("phi-msft", "mixformer"):
        return config.to_dict()
    return {
        "model_type": "phi-msft" if layout == "phi-msft" else "mixformer-sequential",
        "vocab_size": config.vocab_size,
        "n_embd": config.hidden_size,
        "n_layer": config.num_hidden_layers,
        "n_head": config.num_attention_heads,
        "n_head_kv": config.num_key_value_heads,
        "n_inner": config.intermediate_size,
        "n_positions": config.max_position_embeddings,
        "rotary_dim": config.hidden_size // config.num_attention_heads // 2,
        "layer_norm_epsilon": config.layer_norm_eps,
        "activation_function": config.hidden_act,
        "tie_word_embeddings": False,
    }


def write(
    folder: Path,
    tensors: Tensors,
    config: Mapping[str, Any],
    shards: int = 1,
    **files: Mapping[str, Any],
) -> Path:
    """Writes a checkpoint; `files` are further JSON files by name without the ending."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    if shards == 1:
        save_file(tensors, folder / SINGLE, metadata={"format": "pt"})
        return folder
    names = list(tensors)
    weight_map = {}
    for number in range(shards):
        filename = f"model-{number + 1:05d}-of-{shards:05d}.safetensors"
        part = {name: tensors[name] for name in names[number::shards]}
        save_file(part, folder / filename, metadata={"format": "pt"})
        weight_map.update(dict.fromkeys(part, filename))
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    (folder / INDEX).write_text(json.dumps(index))
    return folder


def checkpoint(
    folder: Path, architecture: str = "mha", layout: str = "transformers", shards: int = 1
) -> tuple[Path, transformers.PreTrainedModel]:
    """A causal model's checkpoint in a layout, and the model."""
    model = oracle(architecture)
    write(folder, tensors_of(model, layout), config_of(model, layout), shards)
    return folder, model


def _bare(tensors: Tensors) -> Tensors:
    return {
        name.removeprefix("model."): value
        for name, value in tensors.items()
        if name.startswith("model.")
    }


def _fused(tensors: Tensors, heads: int) -> Tensors:
    """Each layer's projections as one, rows (heads, 3, head_dim)."""

    def merge(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        rows = torch.stack([part.unflatten(0, (heads, -1)) for part in (q, k, v)], dim=1)
        return rows.flatten(0, 2)

    return _merge(tensors, "self_attn.query_key_value", merge)


def _merge(tensors: Tensors, target: str, merge: Any) -> Tensors:
    merged: Tensors = {}
    for name, value in tensors.items():
        if ".q_proj." in name:
            parts = [tensors[name.replace("q_proj", f"{part}_proj")] for part in "qkv"]
            merged[name.replace("self_attn.q_proj", target)] = merge(*parts)
        elif ".k_proj." not in name and ".v_proj." not in name:
            merged[name] = value
    return merged


def _msft(tensors: Tensors, block: str, first: int = 0) -> Tensors:
    """The first releases' names; q, k and v as blocks of rows."""
    renamed = {
        "model.embed_tokens.weight": "transformer.embd.wte.weight",
        "model.final_layernorm.weight": "lm_head.ln.weight",
        "model.final_layernorm.bias": "lm_head.ln.bias",
        "lm_head.weight": "lm_head.linear.weight",
        "lm_head.bias": "lm_head.linear.bias",
    }
    inner = {
        "input_layernorm": "ln",
        "self_attn.dense": "mixer.out_proj",
        "self_attn.Wqkv": "mixer.Wqkv",
        "mlp.fc1": "mlp.fc1",
        "mlp.fc2": "mlp.fc2",
    }
    merged = _merge(tensors, "self_attn.Wqkv", lambda q, k, v: torch.cat([q, k, v]))
    result = {}
    for name, value in merged.items():
        if name in renamed:
            result[renamed[name]] = value
            continue
        _, _, number, rest = name.split(".", 3)
        module, _, parameter = rest.rpartition(".")
        result[f"{block.format(int(number) + first)}{inner[module]}.{parameter}"] = value
    return result


def _mixformer(tensors: Tensors, layers: int) -> Tensors:
    ends = {
        "transformer.embd.wte.weight": "layers.0.wte.weight",
        **{
            f"lm_head.{module}.{parameter}": f"layers.{layers + 1}.{module}.{parameter}"
            for module in ("ln", "linear")
            for parameter in ("weight", "bias")
        },
    }
    return {ends.get(name, name): value for name, value in _msft(tensors, "layers.{}.", 1).items()}
