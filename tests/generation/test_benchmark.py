"""The benchmark runs, and compares two models that are the same."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest
import torch

from tests.pipelines.conftest import save
from tests.tiny import random_ids

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "generate.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("benchmark_generate", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def small(script, monkeypatch):
    sizes = {"vocab_size": 300, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    monkeypatch.setattr(
        script, "PHI_1", script.PHI_1 | sizes | {"num_attention_heads": 4, "eos_token_id": 2}
    )
    monkeypatch.setattr(script, "MEASURED_BYTES", 1 << 22)


def run(script, monkeypatch, capsys, *flags: str) -> dict:
    argv = ["generate.py", "--device", "cpu", "--new-tokens", "4", "--repeats", "1", *flags]
    monkeypatch.setattr(sys, "argv", argv)
    script.main()
    return json.loads(capsys.readouterr().out.strip().splitlines()[-1])


def test_a_folder(script, small, monkeypatch, capsys, tmp_path) -> None:
    folder = save(tmp_path, "PhiForCausalLM")
    report = run(script, monkeypatch, capsys, "--model", str(folder), "--prompt-tokens", "9")
    assert report["equal_new_tokens"] == 4
    assert set(report["results"]) == {"phi_model", "phi_model static cache", "transformers"}
    for result in report["results"].values():
        assert result["tokens_per_s"] > 0
        assert result["first_token_ms"] > 0
    assert report["speed_ratio"] > 0


def test_random_phi_1(script, small, monkeypatch, capsys) -> None:
    report = run(script, monkeypatch, capsys, "--phi1")
    assert report["dtype"] == "bfloat16"
    assert report["model"] == "phi-1 shape, random"


def test_the_random_models_share_their_weights(script, small) -> None:
    ours, theirs = script.phi1_models(torch.device("cpu"), 0)
    ids = random_ids(2, 9)
    with torch.no_grad():
        got, want = ours(ids).logits, theirs(ids).logits
    assert want.float().std() > 0.05
    torch.testing.assert_close(got, want, rtol=0, atol=5e-3)  # bfloat16
    assert ours.lm_head.weight.data_ptr() == theirs.lm_head.weight.data_ptr()
    weights = sum(p.numel() * 2 for p in ours.parameters())
    assert script.weight_bytes(ours) == weights - 300 * 32 * 2
