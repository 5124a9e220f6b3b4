"""The model in the repository: small files, loads, writes Python, and its card tells the truth."""

from __future__ import annotations

import ast
import json

import pytest
import torch
from transformers import AutoConfig
from transformers import PhiForCausalLM as Oracle

from phi_model import PhiForCausalLM, PhiTokenizer
from training.card import card
from training.recipe import RECIPE
from training.sources import FIRST_RESULTS, MANIFEST, MODEL_DIR, RESULTS, TRAINED


@pytest.fixture(scope="module")
def model() -> PhiForCausalLM:
    return PhiForCausalLM.from_pretrained(MODEL_DIR, dtype=torch.float32)


def test_files_are_small_and_safe() -> None:
    files = list(MODEL_DIR.iterdir())
    shards = [path for path in files if path.suffix == ".safetensors"]
    assert len(shards) >= 2
    assert all(path.stat().st_size < 10_000_000 for path in files)
    assert not [path for path in files if path.suffix in (".bin", ".pt", ".pkl", ".py")]


def test_it_is_the_recipe_s_model(model) -> None:
    recipe = RECIPE
    assert model.config.architectures == ["PhiForCausalLM"]
    assert AutoConfig.from_pretrained(MODEL_DIR).model_type == "phi"
    assert model.config.hidden_size == recipe.hidden
    assert model.config.max_position_embeddings == recipe.context
    assert model.lm_head.weight is model.model.embed_tokens.weight
    trained = json.loads(TRAINED.read_text())
    assert (trained["step"], trained["decay_steps"]) == (recipe.steps, recipe.decay_steps)
    assert abs(trained["loss"] - trained["loss_bfloat16"]) < 0.005


def test_transformers_reads_the_same_model(model) -> None:
    oracle = Oracle.from_pretrained(MODEL_DIR, dtype=torch.float32).eval()
    ids = torch.tensor([PhiTokenizer.from_pretrained(MODEL_DIR).encode("def fibonacci(n):\n")])
    with torch.inference_mode():
        torch.testing.assert_close(model(ids).logits, oracle(ids).logits, rtol=1e-4, atol=1e-4)


def test_it_writes_an_indented_body_that_parses(model) -> None:
    tokenizer = PhiTokenizer.from_pretrained(MODEL_DIR)
    for prompt in ("def print_prime(n):\n", "def fibonacci(n):\n", "class Stack:\n"):
        ids = torch.tensor([tokenizer.encode(prompt)])
        out = model.generate(ids, max_new_tokens=24, do_sample=False)
        text = tokenizer.decode(out[0].tolist())
        first = text.split("\n")[1]
        assert first.startswith("    ")
        assert first.strip()
        ast.parse(text.split("\n")[0] + "\n    pass\n")


def test_the_card_has_the_measured_figures() -> None:
    paths = (MANIFEST, RESULTS, FIRST_RESULTS, TRAINED)
    manifest, results, first, trained = (json.loads(path.read_text()) for path in paths)
    text = (MODEL_DIR / "README.md").read_text()
    assert text == card(manifest, results, first, trained)
    total = results["bits_per_byte"]["total"]
    other = first["bits_per_byte"]["total"]["model"]
    row = f"| {total['bytes']:,} | {total['model']:.3f} | {other:.3f} | {total['xz']:.3f} |"
    assert f"| **total** {row}" in text
    assert f"{results['parse']['parsed']} of {results['parse']['samples']} (" in text
    assert f"| 60 tasks, pass@1 | {results['tasks']['pass@1']:.2%} |" in text
    for entry in (*manifest["sources"], *manifest["more"]):
        assert f"| {entry['name']} | {entry['version']} | {entry['licence']} |" in text


def test_the_figures_are_good_enough_to_ship() -> None:
    results, first = (json.loads(path.read_text()) for path in (RESULTS, FIRST_RESULTS))
    for name, row in results["bits_per_byte"].items():
        assert row["model"] < row["xz"], name
    assert results["parse"]["samples"] == first["parse"]["samples"] == 200
    assert results["parse"]["parsed"] > first["parse"]["parsed"]
    assert results["tasks"]["pass@1"] > first["tasks"]["pass@1"]
    assert results["next_lines"]["lines"] == 500
    assert results["tasks"]["problems"] == 60
    assert results["memorisation"]["samples"] == 1_000
