"""A head on the weights of the model in memory: shared where they are the same, and only there."""

from __future__ import annotations

import gc
import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from phi_model import PhiForCausalLM, PhiForSequenceClassification
from phi_model.errors import CheckpointError
from phi_model.passes import run
from phi_model.quantization import optimize_for_inference
from phi_model.sharing import LenderGoneError, load_head
from phi_model.windows import classify_texts
from tests.pipelines.conftest import MODEL, save

TEXTS = ["def f(x):\n    return x", "import os", "x = 1"]
LABELS = {0: "one", 1: "two", 2: "three"}


@pytest.fixture(scope="module")
def resident() -> PhiForCausalLM:
    """The embedded model as the app holds it: packed."""
    return optimize_for_inference(PhiForCausalLM.from_pretrained(MODEL))


@pytest.fixture
def folder(tmp_path):
    """A head on the embedded model's trunk."""
    model = PhiForSequenceClassification.from_pretrained(
        MODEL, id2label=LABELS, label2id={label: i for i, label in LABELS.items()}
    )
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        model.score.weight.copy_(torch.randn(model.score.weight.shape, generator=generator))
    model.save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(MODEL / name, tmp_path / name)
    return tmp_path


def scores(head) -> list[list[float]]:
    return [r.scores for r in run(classify_texts(head.model, head.tokenizer, TEXTS, chunk=64))]


def test_the_same_trunk_is_shared(folder, resident) -> None:
    shared, alone = load_head(folder, resident), load_head(folder)
    assert (shared.shared, alone.shared) == (True, False)
    assert shared.labels == alone.labels == ["one", "two", "three"]
    # Nothing but the head's own numbers is held beside the resident model.
    assert shared.model.memory_bytes() == shared.model.score.weight.nbytes
    assert alone.model.memory_bytes() > 100 * shared.model.memory_bytes()
    assert scores(shared) == scores(alone)


def test_one_other_number_is_another_trunk(folder, resident) -> None:
    before = scores(load_head(folder, resident))
    file = folder / "model.safetensors"
    tensors = load_file(file)
    tensors["model.layers.1.mlp.fc2.weight"][7, 11] += 1
    save_file(tensors, file)
    head = load_head(folder, resident)
    assert not head.shared
    assert scores(head) != before


@pytest.mark.parametrize(
    ("field", "value"), [("layer_norm_eps", 1e-3), ("partial_rotary_factor", 1)]
)
def test_other_settings_are_another_trunk(folder, resident, field, value) -> None:
    file = folder / "config.json"
    values = json.loads(file.read_text())
    values[field] = value
    if field in values["rope_parameters"]:
        values["rope_parameters"][field] = value
    file.write_text(json.dumps(values))
    assert not load_head(folder, resident).shared


def test_a_borrower_does_not_keep_its_lender(folder) -> None:
    lender = optimize_for_inference(PhiForCausalLM.from_pretrained(MODEL))
    head = load_head(folder, lender)
    assert head.fits(lender)
    assert not head.fits(None)
    del lender
    gc.collect()
    assert not head.fits(None)  # nothing is no lender
    with pytest.raises(LenderGoneError, match="whose weights this head shares was exchanged"):
        scores(head)


def test_what_is_no_head_is_refused_by_name(tmp_path, resident) -> None:
    with pytest.raises(CheckpointError, match=r"config.json: architectures must name a Phi…ForSeq"):
        load_head(MODEL, resident)
    folder = save(tmp_path, "PhiForCausalLM", architectures=["PhiForTokenClassification"])
    file = folder / "config.json"
    values = json.loads(file.read_text()) | {"architectures": ["PhiForTokenClassification"]}
    file.write_text(json.dumps(values))
    with pytest.raises(CheckpointError, match=r"must hold score.weight or classifier.weight"):
        load_head(folder, resident)
    with pytest.raises(CheckpointError, match="no such folder"):
        load_head("./nowhere/at/all")
