"""The four layouts, and their variations, give the oracle's logits."""

from __future__ import annotations

import pytest
import torch

import phi_model
from phi_model import layouts
from phi_model.config import PhiConfig
from tests.checkpoint.build import LAYOUTS, checkpoint, config_of, oracle, tensors_of, write
from tests.tiny import random_ids

IDS = random_ids(2, 9)
TOLERANCE = {"rtol": 1e-4, "atol": 2e-5}
CASES = [
    *((layout, architecture) for layout in LAYOUTS for architecture in ("mha",)),
    *(("transformers", architecture) for architecture in ("gqa", "mqa", "gqa_qk_layernorm")),
    ("fused", "qk_layernorm"),
    ("phi-msft", "gqa"),
    ("phi-msft", "mqa"),
    ("mixformer", "gqa"),
]


def hidden_of(model, ids=IDS):
    return getattr(model, "model", model)(ids).last_hidden_state


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize(("layout", "architecture"), CASES)
def test_layout_gives_the_oracles_trunk(tmp_path, layout, architecture, shards):
    folder, theirs = checkpoint(tmp_path, architecture, layout, shards)
    ours = phi_model.PhiModel.from_pretrained(folder)
    torch.testing.assert_close(hidden_of(ours), hidden_of(theirs), **TOLERANCE)


@pytest.mark.parametrize(("layout", "architecture"), [case for case in CASES if case[0] != "bare"])
def test_layout_gives_the_oracles_logits(tmp_path, layout, architecture):
    folder, theirs = checkpoint(tmp_path, architecture, layout)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder)
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("cls", ["PhiForSequenceClassification", "PhiForTokenClassification"])
def test_any_layout_gives_a_head_its_trunk(tmp_path, layout, cls):
    folder, theirs = checkpoint(tmp_path, layout=layout)
    ours = getattr(phi_model, cls).from_pretrained(folder, num_labels=3)
    torch.testing.assert_close(hidden_of(ours), hidden_of(theirs), **TOLERANCE)
    assert ours.score.weight.shape == (3, 32)


@pytest.mark.parametrize("cls", ["PhiForSequenceClassification", "PhiForTokenClassification"])
@pytest.mark.parametrize("head", ["score", "classifier"])
def test_head_under_either_name(tmp_path, cls, head):
    theirs = oracle(cls=cls, num_labels=4)
    renamed = {
        name.replace("score.", f"{head}."): value for name, value in tensors_of(theirs).items()
    }
    write(tmp_path, renamed, theirs.config.to_dict())
    ours = getattr(phi_model, cls).from_pretrained(tmp_path)
    ids = IDS[:1]
    torch.testing.assert_close(ours(ids).logits, theirs(ids).logits, **TOLERANCE)


@pytest.mark.parametrize("cls", ["PhiModel", "PhiForSequenceClassification"])
def test_trunk_alone_takes_a_file_with_any_head(tmp_path, cls):
    theirs = oracle(cls="PhiForTokenClassification", num_labels=4)
    write(tmp_path, tensors_of(theirs), theirs.config.to_dict())
    ours = getattr(phi_model, cls).from_pretrained(tmp_path)
    torch.testing.assert_close(hidden_of(ours), hidden_of(theirs), **TOLERANCE)


@pytest.mark.parametrize(
    ("layout", "buffer"),
    [
        ("transformers", "model.layers.0.self_attn.rotary_emb.inv_freq"),
        ("transformers", "model.rotary_emb.inv_freq"),
        ("transformers", "model.layers.1.self_attn.bias"),
        ("transformers", "model.layers.1.self_attn.masked_bias"),
        ("bare", "rotary_emb.inv_freq"),
        ("fused", "model.layers.0.self_attn.rotary_emb.inv_freq"),
        ("phi-msft", "transformer.h.0.mixer.rotary_emb.inv_freq"),
        ("phi-msft", "transformer.h.0.mixer.inner_attn.bias"),
        ("mixformer", "layers.1.mixer.rotary_emb.inv_freq"),
        ("mixformer", "layers.1.mixer.inner_cross_attn.mask"),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bool])
def test_constants_of_old_releases_are_skipped(tmp_path, layout, buffer, dtype):
    theirs = oracle()
    tensors = {**tensors_of(theirs, layout), buffer: torch.ones(4, dtype=dtype)}
    write(tmp_path, tensors, config_of(theirs, layout))
    ours = phi_model.PhiModel.from_pretrained(tmp_path)
    torch.testing.assert_close(hidden_of(ours), hidden_of(theirs), **TOLERANCE)


def test_interleaved_rows_differ_from_blocks():
    """Were the two row orders the same for these weights, the parity tests above would prove nothing."""
    sizes = PhiConfig(
        hidden_size=8, num_attention_heads=2, num_hidden_layers=1, intermediate_size=8, vocab_size=9
    )
    fused = torch.arange(24.0)[:, None].expand(24, 8)
    blocks = [part[:, 0].tolist() for part in layouts.split_blocks(fused, sizes)]
    assert blocks[0] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert blocks[2] == [16, 17, 18, 19, 20, 21, 22, 23]
    mixed = [part[:, 0].tolist() for part in layouts.split_interleaved(fused, sizes)]
    assert mixed[0] == [0, 1, 2, 3, 12, 13, 14, 15]
    assert mixed[1] == [4, 5, 6, 7, 16, 17, 18, 19]
    assert mixed[2] == [8, 9, 10, 11, 20, 21, 22, 23]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_is_told_by_names(layout):
    found = layouts.detect(tensors_of(oracle(), layout))
    expected = {
        "bare": layouts.TRANSFORMERS,
        "fused": layouts.TRANSFORMERS,
        "transformers": layouts.TRANSFORMERS,
        "phi-msft": layouts.PHI_MSFT,
        "mixformer": layouts.MIXFORMER,
    }
    assert found is expected[layout]


def test_foreign_names_are_no_layout():
    assert layouts.detect(["bert.embeddings.word_embeddings.weight", "cls.bias"]) is None
