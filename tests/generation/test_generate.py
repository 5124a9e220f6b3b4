"""What `generate` promises beyond parity: draws, seeds, streaming, caches, errors."""

from __future__ import annotations

import math

import pytest
import torch
from transformers.generation import logits_process as oracle

from phi_model import DynamicCache, PhiTokenizer
from phi_model.generation import stream_generate
from tests.generation.test_sampling import chi_square_p_value
from tests.generation.test_stop_strings import MODEL
from tests.tiny import padded_mask, pair, random_ids


@pytest.fixture(scope="module")
def models():
    return pair("gqa")


@pytest.fixture(scope="module")
def model(models):
    return models[1]


def test_sampled_tokens_follow_transformers_distribution(models) -> None:
    theirs, ours = models
    ids = random_ids(1, 7)
    options = {
        "do_sample": True,
        "temperature": 1.4,
        "top_k": 20,
        "top_p": 0.9,
        "repetition_penalty": 1.3,
    }
    logits = theirs(ids).logits[:, -1]
    for processor in (
        oracle.RepetitionPenaltyLogitsProcessor(1.3),
        oracle.TemperatureLogitsWarper(1.4),
        oracle.TopKLogitsWarper(20),
        oracle.TopPLogitsWarper(0.9),
    ):
        logits = processor(ids, logits)
    out = ours.generate(ids, max_new_tokens=1, num_return_sequences=8_000, seed=1, **options)
    counts = torch.bincount(out[:, -1], minlength=99)
    probs = logits.softmax(-1)[0].detach()
    assert counts[probs == 0].sum() == 0
    assert chi_square_p_value(counts, probs) > 1e-4


def test_top_k_is_50_unless_switched_off(model) -> None:
    ids = random_ids(1, 5)
    options = {
        "do_sample": True,
        "temperature": 100.0,
        "max_new_tokens": 1,
        "num_return_sequences": 2000,
        "seed": 0,
    }
    assert len(set(model.generate(ids, **options)[:, -1].tolist())) == 50
    assert len(set(model.generate(ids, top_k=0, **options)[:, -1].tolist())) > 90
    assert len(set(model.generate(ids, top_k=None, **options)[:, -1].tolist())) > 90


def test_seeds(model) -> None:
    ids = random_ids(2, 5)
    options = {"do_sample": True, "max_new_tokens": 10, "temperature": 2.0}
    first = model.generate(ids, seed=4, **options)
    assert torch.equal(first, model.generate(ids, seed=4, **options))
    assert not torch.equal(first, model.generate(ids, seed=5, **options))
    assert not torch.equal(model.generate(ids, **options), model.generate(ids, **options))


def test_torchs_seed_repeats_a_call_without_one(model) -> None:
    """As with transformers; the seed came from the system, so `torch.manual_seed` had no effect."""
    ids = random_ids(2, 5)
    options = {"do_sample": True, "max_new_tokens": 10, "temperature": 2.0}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first, second = model.generate(ids, **options), model.generate(ids, **options)
        torch.manual_seed(1)
        assert torch.equal(model.generate(ids, **options), first)
        assert not torch.equal(first, second)
        state = torch.get_rng_state()
        model.generate(ids, max_new_tokens=3)
        model.generate(ids, seed=4, **options)
        assert torch.equal(torch.get_rng_state(), state)


def test_rows_of_one_call_differ(model) -> None:
    ids = random_ids(1, 5)
    out = model.generate(
        ids,
        do_sample=True,
        temperature=2.0,
        num_return_sequences=4,
        max_new_tokens=10,
        seed=0,
        eos_token_id=None,
    )
    assert out.shape == (4, 15)
    assert len({tuple(row) for row in out.tolist()}) == 4
    twice = model.generate(
        ids.repeat(4, 1),
        do_sample=True,
        temperature=2.0,
        max_new_tokens=10,
        seed=0,
        eos_token_id=None,
    )
    assert torch.equal(out, twice)


def test_a_sampled_row_does_not_depend_on_padding_or_company(model) -> None:
    mask = padded_mask("left", 4, 9)
    ids = random_ids(4, 9).masked_fill(mask == 0, 0)
    options = {
        "do_sample": True,
        "seed": 9,
        "max_new_tokens": 12,
        "eos_token_id": None,
        "repetition_penalty": 1.2,
    }
    together = model.generate(ids, attention_mask=mask, **options)
    alone = model.generate(ids[:1, 1:], **options)
    assert together[0, 1:].tolist() == alone[0].tolist()


@pytest.mark.parametrize("size", [2, 8])
def test_prompt_lookup_does_not_change_what_is_drawn(model, size) -> None:
    ids = random_ids(1, 4).repeat(1, 6)
    options = {
        "do_sample": True,
        "top_k": 4,
        "temperature": 0.5,
        "max_new_tokens": 30,
        "eos_token_id": None,
    }
    for seed in range(5):
        plain = model.generate(ids, seed=seed, **options)
        assert torch.equal(
            plain, model.generate(ids, seed=seed, prompt_lookup_num_tokens=size, **options)
        )


def test_prompt_lookup_saves_forward_passes(model) -> None:
    """A model that copies its input: drafts are accepted, and fewer steps are run than tokens drawn."""
    ids = torch.tensor([[5, 9, 11, 7] * 8])
    forced = dict.fromkeys(range(99), 0.0) | {5: 50.0, 9: 50.0, 11: 50.0, 7: 50.0}
    options = {"max_new_tokens": 24, "logit_bias": forced, "eos_token_id": None}
    calls = []
    hook = model.register_forward_hook(lambda *_: calls.append(1))
    try:
        plain = model.generate(ids, **options)
        steps, calls[:] = len(calls), []
        looked_up = model.generate(ids, prompt_lookup_num_tokens=6, **options)
    finally:
        hook.remove()
    assert torch.equal(plain, looked_up)
    assert steps == 24
    assert len(calls) < 24


@pytest.mark.parametrize("architecture", ["dynamic", "longrope", "yarn"])
@pytest.mark.parametrize("length", [4, 6, 20])
def test_prompt_lookup_across_the_trained_length(architecture, length) -> None:
    """Eight positions were trained: rotations that depend on the length must be those of plain decoding."""
    _, model = pair(architecture)
    ids = random_ids(1, 2).repeat(1, length // 2)
    plain = model.generate(ids, max_new_tokens=20, eos_token_id=None)
    assert torch.equal(
        plain, model.generate(ids, max_new_tokens=20, eos_token_id=None, prompt_lookup_num_tokens=5)
    )


def test_sampled_beams(model) -> None:
    ids = random_ids(2, 5)
    options = {
        "do_sample": True,
        "num_beams": 3,
        "num_return_sequences": 2,
        "max_new_tokens": 6,
        "top_k": 5,
    }
    out = model.generate(ids, seed=1, **options)
    assert out.shape[0] == 4
    assert torch.equal(out, model.generate(ids, seed=1, **options))
    others = [model.generate(ids, seed=seed, **options).tolist() for seed in range(2, 8)]
    assert any(other != out.tolist() for other in others)


def test_sampled_beams_follow_transformers_distribution(models) -> None:
    """One step of two beams from one row: the pair of tokens is a draw of two without replacement."""
    theirs, ours = models
    ids = random_ids(1, 6)
    rows = 6000
    out = ours.generate(
        ids.repeat(rows, 1),
        do_sample=True,
        num_beams=2,
        top_k=6,
        max_new_tokens=1,
        seed=3,
        eos_token_id=None,
    )
    log_probs = theirs(ids).logits[0, -1].log_softmax(-1).detach()
    kept = oracle.TopKLogitsWarper(6)(None, log_probs[None])[0]
    p = kept.softmax(-1)
    # The better of the first two drawn is returned: P(best = a) sums over the draws (a, b) and (b, a) with b worse.
    tokens = p.nonzero().flatten().tolist()
    expected = torch.zeros(99)
    for a in tokens:
        for b in tokens:
            if a != b:
                expected[a if p[a] > p[b] else b] += p[a] * p[b] / (1 - p[a])
    counts = torch.bincount(out[:, -1], minlength=99)
    assert chi_square_p_value(counts, expected) > 1e-4


def test_unknown_ids_are_never_sampled() -> None:
    tokenizer = PhiTokenizer.from_pretrained(MODEL)
    _, model = pair("mha", vocab_size=len(tokenizer) + 3000, hidden_size=16, eos_token_id=0)
    ids = torch.tensor([tokenizer.encode("def f():")])
    options = {
        "do_sample": True,
        "top_k": 0,
        "max_new_tokens": 4,
        "num_return_sequences": 50,
        "seed": 0,
    }
    assert int(model.generate(ids, **options).max()) >= len(tokenizer)
    assert int(model.generate(ids, tokenizer=tokenizer, **options).max()) < len(tokenizer)


@pytest.mark.parametrize(
    "options", [{}, {"do_sample": True, "seed": 3}, {"prompt_lookup_num_tokens": 3}], ids=str
)
def test_streaming_yields_what_generate_returns(model, options) -> None:
    ids = random_ids(1, 4).repeat(1, 3)
    want = model.generate(ids, max_new_tokens=10, **options)
    steps = list(stream_generate(model, ids, max_new_tokens=10, **options))
    assert torch.equal(torch.stack(steps, dim=1), want[:, ids.shape[1] :])


def test_streaming_leaves_gradients_alone_between_steps(model) -> None:
    for _ in stream_generate(model, random_ids(1, 4), max_new_tokens=3):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


def test_streamer(model) -> None:
    class Streamer:
        def __init__(self) -> None:
            self.values: list[list[int]] = []
            self.ended = 0

        def put(self, value: torch.Tensor) -> None:
            self.values.append(value.flatten().tolist())

        def end(self) -> None:
            self.ended += 1

    ids, streamer = random_ids(1, 4), Streamer()
    out = model.generate(ids, max_new_tokens=5, streamer=streamer)
    assert streamer.values == [ids[0].tolist(), *[[t] for t in out[0, 4:].tolist()]]
    assert streamer.ended == 1


def test_the_result_may_take_part_in_training(model) -> None:
    out = model.generate(random_ids(1, 4), max_new_tokens=3)
    loss = model(out, labels=out).loss
    loss.backward()
    assert math.isfinite(loss.item())
    model.zero_grad()


def test_works_inside_inference_mode(model) -> None:
    ids = random_ids(2, 4)
    want = model.generate(ids, max_new_tokens=5)
    with torch.inference_mode():
        assert torch.equal(model.generate(ids, max_new_tokens=5), want)
        steps = list(stream_generate(model, ids, max_new_tokens=5))
    assert torch.equal(torch.stack(steps, 1), want[:, 4:])


@pytest.mark.parametrize("tokens", [1, 4, 6])
def test_continues_from_a_cache(models, tokens) -> None:
    theirs, ours = models
    ids = random_ids(2, 7)
    cache = DynamicCache()
    with torch.no_grad():
        ours(ids[:, :tokens], past_key_values=cache)
    got = ours.generate(ids, past_key_values=cache, max_new_tokens=6)
    assert torch.equal(got, theirs.generate(ids, max_new_tokens=6))
    assert cache.get_seq_length() == 12
    with pytest.raises(ValueError, match="past_key_values must hold fewer tokens"):
        ours.generate(ids, past_key_values=cache, max_new_tokens=6)


def test_options_given_as_an_object(models) -> None:
    from transformers import GenerationConfig

    theirs, ours = models
    config = GenerationConfig(max_new_tokens=7, num_beams=2, eos_token_id=5, pad_token_id=0)
    ids = random_ids(2, 4)
    want = theirs.generate(ids, generation_config=config)
    assert torch.equal(ours.generate(ids, generation_config=config), want)
    assert torch.equal(
        ours.generate(
            ids, generation_config={"max_new_tokens": 7, "num_beams": 2, "eos_token_id": 5}
        ),
        want,
    )


def test_penalties_of_the_completions_api(model) -> None:
    ids = random_ids(1, 5)
    out = model.generate(ids, max_new_tokens=30, frequency_penalty=100.0, eos_token_id=None)
    assert len(set(out[0, 5:].tolist())) == 30
    biased = model.generate(ids, max_new_tokens=4, logit_bias={17: 1000.0})
    assert biased[0, 5:].tolist() == [17] * 4


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_dtypes_decode(dtype) -> None:
    _, model = pair("gqa")
    model = model.to(dtype)
    for options in ({}, {"cache_implementation": "static"}, {"num_beams": 2}, {"do_sample": True}):
        assert model.generate(
            random_ids(2, 5), max_new_tokens=4, eos_token_id=None, **options
        ).shape == (2, 9)


BAD = [
    ({"max_new_tokens": 0}, "max_new_tokens must be an integer of at least 1, got 0"),
    ({"max_new_tokens": 2.5}, "max_new_tokens must be an integer of at least 1, got 2.5"),
    ({"max_length": 4}, "max_length must exceed the 4 tokens of the prompt, got 4"),
    ({"num_beams": 0}, "num_beams must be"),
    ({"do_sample": True, "temperature": 0.0}, "temperature must be above 0"),
    ({"do_sample": True, "temperature": -1}, "temperature must be above 0"),
    ({"do_sample": True, "top_k": -2}, "top_k must be"),
    ({"do_sample": True, "top_p": 1.5}, "top_p must be between 0 and 1, got 1.5"),
    ({"do_sample": True, "min_p": -0.1}, "min_p must be between 0 and 1"),
    ({"do_sample": True, "typical_p": 0.0}, "typical_p must be"),
    ({"repetition_penalty": 0.0}, "repetition_penalty must be above 0"),
    ({"repetition_penalty": float("nan")}, "repetition_penalty must be"),
    ({"no_repeat_ngram_size": -1}, "no_repeat_ngram_size must be"),
    ({"num_return_sequences": 2}, "num_return_sequences must be 1 in greedy decoding"),
    (
        {"num_beams": 2, "num_return_sequences": 3},
        "num_return_sequences must be at most num_beams=2, got 3",
    ),
    (
        {"cache_implementation": "paged"},
        "cache_implementation must be None or one of dynamic, static, got 'paged'",
    ),
    ({"early_stopping": "soon"}, "early_stopping must be"),
    ({"prompt_lookup_num_tokens": 0}, "prompt_lookup_num_tokens must be"),
    ({"eos_token_id": "2"}, "eos_token_id must be"),
    ({"seed": 1.5}, "seed must be"),
    ({"max_tokens": 4}, "no such option: max_tokens"),
    ({"logit_bias": {99: 1.0}}, "logit_bias must"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_bad_options_are_named(model, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        model.generate(random_ids(1, 4), **options)


def test_filters_are_not_looked_at_in_greedy_decoding(model) -> None:
    ids = random_ids(1, 4)
    assert torch.equal(
        model.generate(ids, temperature=0.0, top_p=7.0, top_k=-1), model.generate(ids)
    )


def test_bad_inputs_are_named(model) -> None:
    ids = random_ids(2, 4)
    cases = [
        ({"input_ids": ids[0]}, r"input_ids must be a tensor of shape \(batch, tokens\)"),
        ({"input_ids": [[1, 2]]}, "input_ids must be a tensor"),
        ({"input_ids": ids.float()}, "input_ids must hold integers"),
        ({"input_ids": ids[:, :0]}, "input_ids must hold at least one token"),
        ({"input_ids": ids + 90}, "input_ids must be between 0 and 98"),
        ({"input_ids": ids, "attention_mask": ids[:, 1:]}, "attention_mask must have the shape"),
        ({"inputs_embeds": torch.zeros(1, 2, 3)}, "inputs_embeds must have the shape"),
        (
            {"input_ids": ids, "prompt_lookup_num_tokens": 3},
            "prompt_lookup_num_tokens must be None",
        ),
        ({"input_ids": ids, "num_beams": 2, "streamer": object()}, "streamer must be None"),
        (
            {"input_ids": ids, "past_key_values": DynamicCache(), "cache_implementation": "static"},
            "cache_implementation must be None with past_key_values",
        ),
    ]
    for arguments, message in cases:
        with pytest.raises(ValueError, match=message):
            model.generate(**arguments)
    with pytest.raises(ValueError, match="num_beams must be 1 when streaming"):
        next(stream_generate(model, ids, num_beams=2))


def test_no_bos_and_no_prompt() -> None:
    _, model = pair("mha", bos_token_id=None)
    with pytest.raises(ValueError, match="no bos_token_id"):
        model.generate(max_new_tokens=2)
