"""`PhiConfig`: every spelling that real checkpoints use, and clear refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import transformers
from transformers.models.phi.modeling_phi import PhiRotaryEmbedding

from phi_model import PhiConfig, PhiModel
from phi_model.rope import RotaryEmbedding
from tests.tiny import ARCHITECTURES, configs

PHI_2_MSFT = {
    "model_type": "phi-msft",
    "n_embd": 2560,
    "n_layer": 32,
    "n_head": 32,
    "n_head_kv": None,
    "n_inner": None,
    "n_positions": 2048,
    "rotary_dim": 32,
    "layer_norm_epsilon": 1e-5,
    "activation_function": "gelu_new",
    "attn_pdrop": 0.0,
    "resid_pdrop": 0.1,
    "vocab_size": 51200,
}


def test_defaults_are_the_documented_ones() -> None:
    """`id2label` had texts as keys in `to_dict`, where transformers has numbers."""
    ours, theirs = PhiConfig().to_dict(), transformers.PhiConfig().to_dict()
    assert ours.keys() >= {"rope_parameters", "id2label", "label2id", "architectures"}
    for name in ours.keys() & theirs.keys():
        assert ours[name] == theirs[name], name


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_round_trip_and_transformers_reads_it(architecture: str, tmp_path: Path) -> None:
    _, ours = configs(architecture, num_labels=3)
    ours.save_pretrained(tmp_path)
    assert PhiConfig.from_pretrained(tmp_path) == ours
    theirs = transformers.PhiConfig.from_pretrained(tmp_path)
    for name in ("hidden_size", "num_key_value_heads", "num_labels", "pad_token_id", "hidden_act"):
        assert getattr(theirs, name) == getattr(ours, name), name
    # The flat copy, which transformers prefers, once brought a key "type" of its own with linear and dynamic.
    assert theirs.rope_parameters == ours.rope_parameters


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_reads_what_transformers_writes(architecture: str, tmp_path: Path) -> None:
    theirs, ours = configs(architecture)
    theirs.save_pretrained(tmp_path)
    read = PhiConfig.from_pretrained(tmp_path)
    assert read.rope_parameters == ours.rope_parameters
    assert read.num_key_value_heads == ours.num_key_value_heads


def test_flat_rope_names_are_folded() -> None:
    config = PhiConfig.from_dict(
        {
            "rope_theta": 5e5,
            "partial_rotary_factor": 0.4,
            "rope_scaling": {"type": "linear", "factor": 2.0},
        }
    )
    assert config.rope_parameters == {
        "rope_type": "linear",
        "factor": 2.0,
        "rope_theta": 5e5,
        "partial_rotary_factor": 0.4,
    }
    assert PhiConfig.from_dict({"rope_scaling": None}).rope_parameters == {
        "rope_type": "default",
        "rope_theta": 10000.0,
        "partial_rotary_factor": 0.5,
    }


STRETCHED = {
    "yarn": {"factor": 4.0},
    "llama3": {"factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0},
    "longrope": {"short_factor": [1.0, 1.1], "long_factor": [2.0, 3.0]},
}


@pytest.mark.parametrize("inside", [None, 40])
@pytest.mark.parametrize("rope_type", STRETCHED)
def test_the_original_length_at_the_top_level_counts(rope_type: str, inside: int | None) -> None:
    """Phi-3 fine-tunes have it there: it was kept as an attribute and used for nothing, so the angles were wrong."""
    rope = {"rope_type": rope_type, **STRETCHED[rope_type]}
    if inside is not None:
        rope["original_max_position_embeddings"] = inside
    values = {
        "hidden_size": 32,
        "num_attention_heads": 4,
        "max_position_embeddings": 96,
        "original_max_position_embeddings": 12,
        "rope_theta": 20.0,
    }
    theirs = transformers.PhiConfig(**values, rope_scaling=dict(rope))
    ours = PhiConfig.from_dict({**values, "rope_scaling": dict(rope)})
    assert ours.rope_parameters["original_max_position_embeddings"] == 12
    oracle = PhiRotaryEmbedding(theirs)
    for length in (12, 13):
        positions = torch.arange(length)[None]
        want_cos, want_sin = oracle(torch.zeros(1), positions)
        cos, sin = RotaryEmbedding(ours)(positions, torch.float32)
        torch.testing.assert_close(cos[:, 0], want_cos, rtol=0, atol=1e-6)
        torch.testing.assert_close(sin[:, 0], want_sin, rtol=0, atol=1e-6)


@pytest.mark.parametrize("model_type", ["phi", "phi-msft", "mixformer-sequential"])
def test_early_names_are_told_by_the_fields(model_type: str) -> None:
    config = PhiConfig.from_dict({**PHI_2_MSFT, "model_type": model_type})
    assert config.hidden_size == 2560
    assert config.intermediate_size == 4 * 2560
    assert config.num_hidden_layers == 32
    assert config.num_attention_heads == config.num_key_value_heads == 32
    assert config.head_dim == 80
    assert config.rotary_dim == 32
    assert config.resid_pdrop == 0.1
    assert config.max_position_embeddings == 2048


@pytest.mark.parametrize(("head_dim", "rotary_dim"), [(80, 32), (64, 32), (100, 58), (98, 46)])
def test_rotary_dim_survives_the_division(head_dim: int, rotary_dim: int) -> None:
    values = {"n_embd": 4 * head_dim, "n_head": 4, "rotary_dim": rotary_dim}
    assert PhiConfig.from_dict(values).rotary_dim == rotary_dim


def test_null_end_of_text() -> None:
    assert PhiConfig.from_dict({"eos_token_id": None}).eos_token_id == 50256
    assert PhiConfig.from_dict({"eos_token_id": None, "vocab_size": 50256}).eos_token_id is None
    assert PhiConfig.from_dict({"eos_token_id": [3, 4]}).eos_token_id == [3, 4]
    assert PhiConfig.from_dict({}).eos_token_id == 2


def test_labels() -> None:
    config = PhiConfig(id2label={"0": "bug", "1": "ok", "2": "odd"})
    assert config.num_labels == 3
    assert config.id2label[2] == "odd"
    assert config.label2id == {"bug": 0, "ok": 1, "odd": 2}
    assert PhiConfig(num_labels=4).id2label[3] == "LABEL_3"
    config.num_labels = 2
    assert config.id2label == {0: "LABEL_0", 1: "LABEL_1"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model_type": "llama"}, r"model_type.*'llama'"),
        ({"model_type": "phi3"}, r"model_type.*'phi3'"),
        ({"model_type": "phi", "num_local_experts": 16}, r"num_local_experts.*16"),
        ({"num_attention_heads": 3}, r"hidden_size.*3.*2048"),
        ({"num_key_value_heads": 5}, r"num_key_value_heads.*32.*5"),
        ({"hidden_act": "geglu"}, r"hidden_act.*'geglu'"),
        ({"rope_scaling": {"type": "cubic", "factor": 2}}, r"rope_type.*'cubic'"),
        ({"rope_scaling": {"type": "linear"}}, r"linear.*factor"),
        ({"rope_scaling": {"type": "linear", "factor": -1}}, r"factor.*-1"),
        ({"rope_theta": 0}, r"rope_theta must be a number above 0, got 0"),
        ({"vocab_size": 0}, r"vocab_size.*0"),
        ({"hidden_size": "big"}, r"hidden_size.*'big'"),
        ({"resid_pdrop": 2}, r"resid_pdrop.*2"),
    ],
)
def test_refusals_name_field_and_value(values: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PhiConfig.from_dict(values)


@pytest.mark.parametrize("factor", [1.5, 0.4, 0.0])
def test_an_impossible_rotation_is_refused_by_the_model(factor: float) -> None:
    """The configuration alone may hold it: 0.4 of 64 is what a half-filled phi-2 config says."""
    config = PhiConfig(partial_rotary_factor=factor, num_hidden_layers=1)
    with torch.device("meta"), pytest.raises(ValueError, match=r"partial_rotary_factor"):
        PhiModel(config)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"vocab_size": ')
    with pytest.raises(ValueError, match=r"config\.json.*JSON"):
        PhiConfig.from_pretrained(tmp_path)
    path.write_text("[1]")
    with pytest.raises(ValueError, match=r"config\.json.*object"):
        PhiConfig.from_pretrained(tmp_path)
    path.write_text(json.dumps({"vocab_size": -1}))
    with pytest.raises(ValueError, match=r"config\.json.*vocab_size"):
        PhiConfig.from_pretrained(tmp_path)


def test_overrides_beat_the_file(tmp_path: Path) -> None:
    PhiConfig(vocab_size=99).save_pretrained(tmp_path)
    assert PhiConfig.from_pretrained(tmp_path, num_labels=7).num_labels == 7
