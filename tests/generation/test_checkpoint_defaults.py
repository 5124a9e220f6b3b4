"""The defaults that a checkpoint's files give `generate`, against transformers on the same folder."""

from __future__ import annotations

import json

import pytest
import torch
import transformers

from phi_model import PhiForCausalLM
from tests.pipelines.conftest import save
from tests.tiny import configs, padded_mask, random_ids, randomise

LIKELY = list(range(20, 60))  # end tokens that random models do choose

CASES = {
    "the file of generation beats that of the model": (
        {"eos_token_id": 2},
        {"eos_token_id": LIKELY, "pad_token_id": 3},
    ),
    "no file of generation": ({"eos_token_id": LIKELY}, None),
    "no file, no end token": ({"eos_token_id": None}, None),
    "no end token in the file": ({"eos_token_id": LIKELY}, {"bos_token_id": 1}),
    "null in the file": ({"eos_token_id": LIKELY}, {"eos_token_id": None, "pad_token_id": 4}),
    "pad token only in the model's file": ({"pad_token_id": 0}, {"eos_token_id": LIKELY}),
    "beams and penalties": (
        {},
        {
            "eos_token_id": LIKELY,
            "num_beams": 3,
            "num_return_sequences": 2,
            "repetition_penalty": 1.3,
            "no_repeat_ngram_size": 2,
            "length_penalty": 0.5,
            "early_stopping": True,
            "max_length": 18,
        },
    ),
    "lengths": ({}, {"max_new_tokens": 5, "min_new_tokens": 3, "eos_token_id": LIKELY}),
    "temperature without sampling": (
        {},
        {"temperature": 0.3, "top_p": 0.5, "eos_token_id": LIKELY},
    ),
    "cache": ({}, {"use_cache": False, "max_length": 14}),
    "static cache": ({}, {"cache_implementation": "static", "max_length": 14}),
}


@pytest.fixture(params=CASES)
def folder(request, tmp_path):
    in_model, in_generation = CASES[request.param]
    config, _ = configs("gqa")
    model = transformers.PhiForCausalLM(config)
    randomise(model)
    model.save_pretrained(tmp_path)
    values = json.loads((tmp_path / "config.json").read_text()) | in_model
    (tmp_path / "config.json").write_text(json.dumps(values))
    if in_generation is None:
        (tmp_path / "generation_config.json").unlink()
    else:
        (tmp_path / "generation_config.json").write_text(json.dumps(in_generation))
    return tmp_path


def test_defaults(folder) -> None:
    theirs = transformers.PhiForCausalLM.from_pretrained(folder)
    ours = PhiForCausalLM.from_pretrained(folder)
    mask = padded_mask("left", 3, 8)
    ids = random_ids(3, 8, vocab_size=20).masked_fill(mask == 0, 0)
    for options in (
        {},
        {"attention_mask": mask},
        {"max_new_tokens": 9},
        {"num_beams": 2},
        {"eos_token_id": 7},
    ):
        if options.get("num_beams") and theirs.generation_config.num_return_sequences:
            options = {**options, "num_return_sequences": 1}
        want = theirs.generate(ids, **options)
        got = ours.generate(ids, **options)
        assert torch.equal(got, want), (options, got.tolist(), want.tolist())


def test_sampling_is_switched_on_by_the_file(folder) -> None:
    (folder / "generation_config.json").write_text('{"do_sample": true, "temperature": 5.0}')
    ours = PhiForCausalLM.from_pretrained(folder)
    ids = random_ids(1, 5)
    assert not torch.equal(ours.generate(ids, seed=1), ours.generate(ids, seed=2))
    assert torch.equal(
        ours.generate(ids, do_sample=False), ours.generate(ids, do_sample=False, seed=2)
    )


def test_ids_that_the_tokenizer_beside_the_model_does_not_know_are_never_sampled(tmp_path) -> None:
    folder = save(tmp_path, "PhiForCausalLM", vocab_size=8192 + 4000)
    model = PhiForCausalLM.from_pretrained(folder)
    ids = torch.tensor([[50, 60]])
    options = {"do_sample": True, "top_k": 0, "max_new_tokens": 4, "num_return_sequences": 60}
    assert model.known_ids == 8192
    assert int(model.generate(ids, seed=0, **options).max()) < 8192
    (folder / "tokenizer.json").unlink()
    unknown = PhiForCausalLM.from_pretrained(folder)
    assert unknown.known_ids is None
    assert int(unknown.generate(ids, seed=0, **options).max()) >= 8192
