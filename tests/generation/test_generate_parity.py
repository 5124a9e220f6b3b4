"""`generate` against transformers', token for token in float32."""

from __future__ import annotations

import pytest
import torch

from tests.tiny import ARCHITECTURES, padded_mask, pair, random_ids

NEW = 12


@pytest.fixture(scope="module")
def models():
    return pair("gqa")


def check(
    pair_of_models, ids: torch.Tensor | None, mask: torch.Tensor | None = None, **options
) -> torch.Tensor:
    theirs, ours = pair_of_models
    options.setdefault("max_new_tokens", NEW)
    want = theirs.generate(ids, attention_mask=mask, **options)
    got = ours.generate(ids, attention_mask=mask, **options)
    assert got.dtype == torch.long
    assert torch.equal(got, want), f"\n{got.tolist()}\n{want.tolist()}"
    return got


def padded(side: str, batch: int = 3, tokens: int = 9) -> tuple[torch.Tensor, torch.Tensor | None]:
    mask = padded_mask(side, batch, tokens)
    ids = random_ids(batch, tokens)
    return (ids if mask is None else ids.masked_fill(mask == 0, 0)), mask


def frequent_token(models, ids: torch.Tensor, mask: torch.Tensor | None = None, **options) -> int:
    """A token that greedy decoding chooses somewhere in the middle, to make an end token of it."""
    out = models[0].generate(
        ids, attention_mask=mask, max_new_tokens=NEW, eos_token_id=None, **options
    )
    return int(out[0, ids.shape[1] + NEW // 2])


@pytest.mark.parametrize("side", ["none", "left", "right"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_greedy(architecture: str, side: str) -> None:
    check(pair(architecture), *padded(side))


@pytest.mark.parametrize("architecture", ["gqa", "dynamic", "longrope", "yarn", "qk_layernorm"])
def test_greedy_with_eager_attention(architecture: str) -> None:
    check(pair(architecture, attn_implementation="eager"), *padded("left"))


@pytest.mark.parametrize("side", ["none", "left", "right"])
@pytest.mark.parametrize("architecture", ["mha", "mqa", "dynamic", "longrope", "llama3"])
def test_beam_search(architecture: str, side: str) -> None:
    check(pair(architecture), *padded(side), num_beams=3)


@pytest.mark.parametrize("beams", [2, 4, 7])
@pytest.mark.parametrize("length_penalty", [-1.0, 0.0, 0.6, 1.0, 2.5])
@pytest.mark.parametrize("early_stopping", [False, True, "never"])
@pytest.mark.parametrize("end", ["one", "two", "none"])
def test_beam_search_options(models, beams, length_penalty, early_stopping, end) -> None:
    ids, mask = padded("left")
    one = frequent_token(models, ids, mask)
    eos = {"one": one, "two": [one, 5], "none": None}[end]
    check(
        models,
        ids,
        mask,
        num_beams=beams,
        num_return_sequences=2,
        length_penalty=length_penalty,
        early_stopping=early_stopping,
        eos_token_id=eos,
        pad_token_id=0,
        max_new_tokens=8,
    )


@pytest.mark.parametrize("seed", range(12))
def test_beam_search_with_many_end_tokens(seed: int) -> None:
    """A third of the vocabulary ends a row, so that rows end at every step."""
    both = pair("mha", seed=seed)
    ids, mask = padded("left")
    for returned in (1, 4):
        check(
            both,
            ids,
            mask,
            num_beams=4,
            num_return_sequences=returned,
            eos_token_id=list(range(2, 99, 3)),
            pad_token_id=1,
        )


@pytest.mark.parametrize(
    "options",
    [
        {"repetition_penalty": 1.5},
        {"repetition_penalty": 0.6},
        {"no_repeat_ngram_size": 2},
        {"no_repeat_ngram_size": 1},
        {"no_repeat_ngram_size": 3, "repetition_penalty": 1.2},
        {"min_new_tokens": 8},
        {"min_length": 14},
        {"max_new_tokens": 1},
        {"max_new_tokens": None, "max_length": 15},
        {"max_new_tokens": 3, "max_length": 40},
        {"max_new_tokens": None},
        {"pad_token_id": 7},
        {"use_cache": False},
        {"cache_implementation": "static"},
        {"cache_implementation": "dynamic"},
    ],
    ids=str,
)
@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("side", ["none", "left"])
def test_options(models, options, beams, side) -> None:
    ids, mask = padded(side)
    eos = frequent_token(models, ids, mask)
    check(models, ids, mask, eos_token_id=[eos, 5], num_beams=beams, **options)


@pytest.mark.parametrize("architecture", ["dynamic", "longrope"])
@pytest.mark.parametrize("cache", ["static", "none"])
def test_length_dependent_rotation_with_other_caches(architecture: str, cache: str) -> None:
    options = {"cache_implementation": "static"} if cache == "static" else {"use_cache": False}
    check(pair(architecture), *padded("left"), **options)
    check(pair(architecture), *padded("none", tokens=5), **options)


@pytest.mark.parametrize("eos", ["one", "list", "none"])
def test_rows_end_one_by_one(models, eos) -> None:
    ids, mask = padded("left", batch=5)
    one = frequent_token(models, ids, mask)
    got = check(
        models,
        ids,
        mask,
        eos_token_id={"one": one, "list": [one, 11, 40], "none": None}[eos],
        max_new_tokens=20,
    )
    assert (got[:, -1] == 0).any() == (eos != "none")


def test_mask_is_inferred_from_the_pad_token(models) -> None:
    ids, mask = padded("left")
    inferred = check(models, ids, None)
    assert torch.equal(inferred, check(models, ids, mask))


def test_mask_is_not_inferred_where_the_pad_token_ends_rows(models) -> None:
    ids, _ = padded("left")
    check(models, ids, None, eos_token_id=[0, 5])
    check(models, ids, None, pad_token_id=None)


def test_a_mask_with_a_hole(models) -> None:
    ids, mask = padded("left")
    mask = mask.clone()
    mask[:, 4] = 0
    check(models, ids, mask)
    check(models, ids, mask, repetition_penalty=1.4, num_beams=2)


def test_a_prompt_of_one_token_and_of_none(models) -> None:
    check(models, torch.tensor([[5]]))
    check(models, None)


def test_beyond_the_context(models) -> None:
    """64 positions were trained: generation goes on, and the default length stops there."""
    check(models, random_ids(2, 60), max_new_tokens=10)
    check(models, random_ids(2, 60), max_new_tokens=None)


@pytest.mark.parametrize("size", [1, 3, 10])
@pytest.mark.parametrize("architecture", ["mha", "gqa", "qk_layernorm"])
def test_prompt_lookup(architecture: str, size: int) -> None:
    both = pair(architecture)
    ids = random_ids(1, 6).repeat(1, 4)
    plain = check(both, ids, max_new_tokens=30)
    looked_up = check(both, ids, max_new_tokens=30, prompt_lookup_num_tokens=size)
    assert torch.equal(plain, looked_up)


def test_prompt_lookup_with_penalties_and_ends(models) -> None:
    ids = random_ids(1, 6).repeat(1, 4)
    eos = frequent_token(models, ids)
    for options in (
        {"eos_token_id": eos},
        {"repetition_penalty": 1.3},
        {"no_repeat_ngram_size": 3},
        {"eos_token_id": eos, "min_new_tokens": 9},
    ):
        plain = check(models, ids, max_new_tokens=20, **options)
        ours = models[1].generate(ids, max_new_tokens=20, prompt_lookup_num_tokens=4, **options)
        assert torch.equal(plain, ours), options


@pytest.mark.parametrize("eos", [-1, [3, 500]], ids=str)
@pytest.mark.parametrize("beams", [1, 2])
def test_an_end_token_that_the_logits_lack_is_not_suppressed(eos, beams) -> None:
    """With a minimum length, -1 took the vocabulary's last token out of the choice, and 500 was an IndexError."""
    both = pair("gqa")
    for model in both:
        model.lm_head.bias.data[98] += 2
    options = {"eos_token_id": eos, "pad_token_id": 0, "min_new_tokens": NEW, "num_beams": beams}
    assert 98 in check(both, random_ids(1, 3), **options)


def test_inputs_embeds(models) -> None:
    theirs, ours = models
    ids, mask = padded("left")
    embeds = theirs.get_input_embeddings()(ids).detach()
    for extra in ({}, {"num_beams": 2}, {"input_ids": ids}, {"repetition_penalty": 1.5}):
        if "repetition_penalty" in extra:
            extra["attention_mask"], rows = None, embeds[-1:]
        else:
            extra["attention_mask"], rows = mask, embeds
        want = theirs.generate(inputs_embeds=rows, max_new_tokens=NEW, **extra)
        got = ours.generate(inputs_embeds=rows, max_new_tokens=NEW, **extra)
        assert torch.equal(got, want), extra


def test_generation_defaults_of_the_checkpoint(models) -> None:
    theirs, ours = pair("gqa")
    ids, mask = padded("left")
    eos = frequent_token(models, ids, mask)
    defaults = {
        "eos_token_id": [eos, 5],
        "max_length": 18,
        "repetition_penalty": 1.2,
        "num_beams": 2,
        "pad_token_id": 3,
    }
    for name, value in defaults.items():
        setattr(theirs.generation_config, name, value)
    ours.generation_config = dict(defaults)
    for options in ({}, {"num_beams": 1}, {"max_new_tokens": 3}, {"eos_token_id": None}):
        want = theirs.generate(ids, attention_mask=mask, **options)
        got = ours.generate(ids, attention_mask=mask, **options)
        assert torch.equal(got, want), options


def test_a_batch_gives_what_its_rows_give_alone(models) -> None:
    ids, mask = padded("left", batch=4)
    for options in ({}, {"do_sample": True, "seed": 3}):
        together = models[1].generate(ids, attention_mask=mask, max_new_tokens=NEW, **options)
        alone = models[1].generate(ids[:1, 1:], max_new_tokens=NEW, **options)
        assert together[0, 1:].tolist() == alone[0].tolist()
