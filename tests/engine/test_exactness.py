"""Against plain forward passes and `generate`, on tiny random Phis in float32: tokens and numbers.

What is promised, and tested here: in float32 the tokens of a request do not depend on what else runs,
on how its prompt was split or reused, or on speculation. The logits themselves may differ in the last
bits, because a matrix product of one row and of many rows sums in another order.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import torch

import phi_model
from phi_model.engine import Engine
from phi_model.request import CompletionRequest
from tests.engine.collect import Completion, all_quiet, complete, read
from tests.engine.mock import END, VOCAB, ByteTokenizer
from tests.tiny import pair

SIZES = {"vocab_size": VOCAB, "max_position_embeddings": 256, "eos_token_id": END}
ARCHITECTURES = (
    "mha",
    "gqa",
    "mqa",
    "gqa_qk_layernorm",
    "tied",
    "full_rotary",
    "quarter_rotary",
    "linear",
    "yarn",
    "llama3",
    "longrope",
)
PROMPTS = [
    "def f(x):\n    return x\n\ndef f(y):\n    return",
    "a",
    "import os\nimport sys\n" * 3,
    "for i in range(10):\n    print(i)\nfor i in range(",
    "é🐍 = 1",
]


def tiny(architecture: str = "mha", **overrides: Any) -> tuple[Any, phi_model.PhiForCausalLM]:
    return pair(architecture, **{**SIZES, **overrides})


def make(model: phi_model.PhiForCausalLM, **options: Any) -> Engine:
    return Engine(model, ByteTokenizer(), **{"slots": 4, "prefill_chunk": 16, **options})


async def together(engine: Engine, requests: list[CompletionRequest]) -> list[list[Completion]]:
    return list(await asyncio.gather(*(read(engine.stream(request)) for request in requests)))


def oracle_greedy(theirs: Any, prompt: str, count: int) -> list[int]:
    ids = torch.tensor([list(prompt.encode())])
    out = theirs.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=count,
        do_sample=False,
        eos_token_id=END,
        pad_token_id=0,
    )
    return out[0, ids.shape[1] :].tolist()


@pytest.mark.parametrize("speculation", [True, False])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
async def test_greedy_equals_transformers(architecture: str, speculation: bool) -> None:
    """All prompts at once, in chunks, with and without drafts."""
    theirs, ours = tiny(architecture)
    engine = make(ours, speculation=speculation)
    results = await asyncio.gather(*(complete(engine, p, max_tokens=40) for p in PROMPTS))
    for prompt, [choice] in zip(PROMPTS, results, strict=True):
        assert choice.ids == oracle_greedy(theirs, prompt, 40)
    engine.close()


async def test_sampling_equals_generate_row_by_row() -> None:
    """Choice i of a request draws what row i of `generate` draws with the same seed."""
    _, ours = tiny()
    prompt = PROMPTS[0]
    ids = torch.tensor([list(prompt.encode())] * 3)
    settings = {"temperature": 0.9, "top_k": 40, "top_p": 0.95, "repetition_penalty": 1.1}
    expected = ours.generate(ids, max_new_tokens=24, do_sample=True, seed=11, **settings)
    engine = make(ours)
    choices = await complete(engine, prompt, max_tokens=24, seed=11, n=3, **settings)
    for row, choice in zip(expected[:, ids.shape[1] :].tolist(), choices, strict=True):
        assert choice.ids == row[: len(choice.ids)]
        assert len(choice.ids) == 24 or choice.ids[-1] == END
    assert len({tuple(choice.ids) for choice in choices}) == 3
    engine.close()


def mixed_requests() -> list[CompletionRequest]:
    """Every kind of parameter, each in a request of its own."""
    fields: list[dict[str, Any]] = [
        {"temperature": 0.0},
        {"temperature": 1.0},
        {"temperature": 0.7, "top_k": 20},
        {"temperature": 1.2, "top_p": 0.9},
        {"temperature": 1.0, "min_p": 0.05},
        {"temperature": 1.0, "typical_p": 0.8},
        {"temperature": 0.0, "repetition_penalty": 1.3},
        {"temperature": 0.8, "presence_penalty": 1.0, "frequency_penalty": 0.5},
        {"temperature": 0.0, "no_repeat_ngram_size": 3},
        {"temperature": 0.5, "logit_bias": {97: 5.0, 98: -100.0}},
        {"temperature": 0.9, "n": 2},
        {"temperature": 0.0, "stop": ("a", "\n")},
        {"temperature": 1.0, "logprobs": 3, "echo": True},
    ]
    return [
        CompletionRequest(prompt=PROMPTS[i % len(PROMPTS)], max_tokens=30, seed=i, **field)
        for i, field in enumerate(fields)
    ]


def drawn(results: list[list[Completion]]) -> list[list[tuple[str, list[int], str | None]]]:
    return [[(c.text, c.ids, c.finish_reason) for c in choices] for choices in results]


@pytest.mark.parametrize("architecture", ["mha", "gqa"])
async def test_batch_equals_alone_whatever_the_parameters(architecture: str) -> None:
    """The same seed gives the same completion alone, in company, in small chunks, with drafts."""
    _, ours = tiny(architecture)
    plain = make(ours, slots=1, speculation=False, prefill_chunk=256)
    alone = [await read(plain.stream(request)) for request in mixed_requests()]
    plain.close()
    for options in (
        {"slots": 13, "speculation": False},
        {"slots": 13, "speculation": True, "prefill_chunk": 7},
        {"slots": 3, "speculation": True},
        {"slots": 1, "speculation": True},
    ):
        engine = make(ours, **options)
        assert drawn(await together(engine, mixed_requests())) == drawn(alone), options
        await all_quiet(engine)
        engine.close()


async def test_drafts_are_kept_and_the_output_is_the_same() -> None:
    """On text that repeats itself speculation needs fewer forward passes for the same tokens."""
    _, ours = tiny()
    with torch.no_grad():
        ours.lm_head.weight.mul_(0.05)  # near-uniform: greedy falls into loops, as models do
    passes: dict[bool, int] = {}
    texts: dict[bool, list[Any]] = {}
    for speculation in (False, True):
        engine = make(ours, speculation=speculation)
        count = 0
        run = engine._worker.lane.runner.run

        def counted(*args: Any, run: Any = run) -> torch.Tensor:
            nonlocal count
            count += 1
            return run(*args)

        engine._worker.lane.runner.run = counted
        texts[speculation] = drawn([await complete(engine, PROMPTS[2], max_tokens=120)])
        passes[speculation] = count
        engine.close()
    assert texts[True] == texts[False]
    assert passes[True] < 0.6 * passes[False]


async def test_a_drafted_window_cannot_cross_the_end() -> None:
    """max_tokens, an end token and a stop string inside a window end the completion there."""
    _, ours = tiny()
    prompt = tuple(b"abcabcabcabcabcab")
    bias = {int(token): 0.0 for token in b"abc"}
    for extra in ({}, {"stop": ("ca",)}, {"logit_bias": {**bias, END: 1.0}}):
        results = []
        for speculation in (False, True):
            engine = make(ours, speculation=speculation)
            for count in (1, 2, 3, 5, 9):
                results.append(drawn([await complete(engine, prompt, max_tokens=count, **extra)]))
            engine.close()
        assert results[:5] == results[5:]


def plain_logprobs(model: phi_model.PhiForCausalLM, ids: list[int]) -> torch.Tensor:
    """Row i: log-probabilities of the token behind the first i + 1 tokens."""
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].log_softmax(-1)


async def test_logprobs_are_those_of_a_plain_forward() -> None:
    _, ours = tiny()
    prompt = list(PROMPTS[0].encode())
    settings = {"temperature": 0.7, "top_k": 12, "repetition_penalty": 1.2, "seed": 3}
    engine = make(ours)
    [choice] = await complete(engine, PROMPTS[0], max_tokens=16, logprobs=4, echo=True, **settings)
    assert choice.ids[: len(prompt)] == prompt
    expected = plain_logprobs(ours, choice.ids)
    first, *rest = choice.tokens
    assert (first.logprob, first.top) == (None, ())
    for at, token in enumerate(rest):
        assert token.logprob == pytest.approx(expected[at, token.id].item(), abs=1e-4)
        best = expected[at].topk(4)
        assert [value for _, value in token.top] == pytest.approx(best.values.tolist(), abs=1e-4)
        assert [i for i, _ in token.top] == best.indices.tolist()
    for token in choice.tokens[len(prompt) :]:
        # After top-k 12 the twelve are all there is: their probabilities add up to 1.
        assert token.sampler_logprob <= 0
        assert len(token.sampler_top) == 4
        assert token.sampler_logprob >= token.sampler_top[-1][1] or token.id not in dict(
            token.sampler_top
        )
    assert [token.start for token in rest] == [token.end for token in choice.tokens[:-1]]
    engine.close()


async def test_sampler_logprobs_follow_the_filters() -> None:
    _, ours = tiny()
    engine = make(ours)
    [choice] = await complete(
        engine, "abc", max_tokens=6, temperature=0.5, top_k=3, seed=1, logprobs=5
    )
    scores = plain_logprobs(ours, [*b"abc", *choice.ids])
    for at, token in enumerate(choice.tokens):
        kept = scores[at + 2].div(0.5).topk(3)
        expected = kept.values.log_softmax(-1)
        assert [i for i, _ in token.sampler_top] == kept.indices.tolist()
        assert [v for _, v in token.sampler_top] == pytest.approx(expected.tolist(), abs=1e-4)
        assert token.sampler_logprob == pytest.approx(dict(token.sampler_top)[token.id], abs=1e-6)
    engine.close()


@pytest.mark.parametrize("slots", [5, 2, 1])
async def test_n_choices_cost_one_prefill(slots: int) -> None:
    """However few slots there are: the prompt is computed once, and the choices are the same."""
    _, ours = tiny()
    engine = make(ours, slots=slots, speculation=False)
    computed = 0
    run = engine._worker.lane.runner.run

    def counted(segments: Any, wanted: Any = None) -> torch.Tensor:
        nonlocal computed
        computed += sum(len(segment.tokens) for segment in segments)
        return run(segments, wanted)

    engine._worker.lane.runner.run = counted
    choices = await complete(engine, PROMPTS[0], n=4, seed=5, temperature=1.0, max_tokens=6)
    prompt = len(PROMPTS[0].encode())
    drawn_tokens = sum(len(choice.ids) for choice in choices)
    # A sibling that had to wait for a slot computes the prompt's last token again.
    assert computed <= prompt + drawn_tokens + 3
    assert [choice.usage.cached_tokens for choice in choices] == [0] * 4
    lone = make(ours, slots=8)
    again = await complete(lone, PROMPTS[0], n=4, seed=5, temperature=1.0, max_tokens=6)
    assert drawn([choices]) == drawn([again])
    await all_quiet(engine)
    engine.close()
    lone.close()


async def test_best_of_returns_the_most_probable() -> None:
    _, ours = tiny()
    engine = make(ours, slots=6)
    fields = {"seed": 9, "temperature": 1.0, "max_tokens": 10}
    every = await complete(engine, PROMPTS[3], n=6, logprobs=0, **fields)
    best = await complete(engine, PROMPTS[3], n=2, best_of=6, **fields)

    def mean(choice: Completion) -> float:
        return sum(token.logprob for token in choice.tokens) / len(choice.tokens)

    expected = sorted(every, key=mean, reverse=True)[:2]
    assert [choice.ids for choice in best] == [choice.ids for choice in expected]
    assert [choice.text for choice in best] == [choice.text for choice in expected]
    assert all(token.logprob is None for choice in best for token in choice.tokens)
    engine.close()


async def test_echo_of_several_choices_is_scored_once() -> None:
    _, ours = tiny()
    for slots in (4, 1):
        engine = make(ours, slots=slots)
        choices = await complete(
            engine, "hello there", n=3, seed=1, temperature=1.0, echo=True, logprobs=1
        )
        prompts = [choice.tokens[:11] for choice in choices]
        assert prompts[0] == prompts[1] == prompts[2]
        assert all(choice.text.startswith("hello there") for choice in choices)
        engine.close()


async def test_ids_that_the_tokenizer_does_not_know_are_never_drawn() -> None:
    """A checkpoint's vocabulary is often filled up to a round number: however likely those ids are."""
    _, ours = tiny(vocab_size=VOCAB + 40)
    with torch.no_grad():
        ours.lm_head.bias[VOCAB:] = 50.0
    engine = make(ours)
    for fields in ({}, {"temperature": 2.0, "seed": 1, "n": 4}, {"temperature": 1.0, "top_k": 3}):
        for choice in await complete(engine, PROMPTS[0], max_tokens=20, **fields):
            assert max(choice.ids) < VOCAB
            assert len(choice.ids) == 20 or choice.finish_reason == "stop"
    engine.close()


async def test_streamed_text_is_the_decoded_ids() -> None:
    _, ours = tiny()
    engine = make(ours)
    for prompt in PROMPTS:
        [choice] = await complete(engine, prompt, max_tokens=50, temperature=1.5, seed=2)
        assert choice.text == ByteTokenizer().decode(choice.ids)
    engine.close()


@pytest.mark.parametrize("length", [6, 8, 9, 30])
async def test_longrope_beyond_its_original_length(length: int) -> None:
    """The frequencies change with the sequence's length, so nothing of it is packed or reused."""
    theirs, ours = tiny("longrope", max_position_embeddings=64)
    assert ours.config.rope_parameters["original_max_position_embeddings"] == 8
    engine = make(ours, prefill_chunk=4)
    prompts = [("abcdefgh" * 4)[:length], "xy", "other prompt"]
    for _ in range(2):
        results = await asyncio.gather(
            *(complete(engine, p, session=p, max_tokens=8) for p in prompts)
        )
        for prompt, [choice] in zip(prompts, results, strict=True):
            assert choice.ids == oracle_greedy(theirs, prompt, 8)
    engine.close()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
async def test_half_precision_runs(dtype: torch.dtype) -> None:
    _, ours = tiny("gqa")
    engine = make(ours.to(dtype))
    results = await asyncio.gather(*(complete(engine, p, max_tokens=12) for p in PROMPTS))
    for [choice] in results:
        assert choice.finish_reason in ("length", "stop")
        assert not choice.usage.retried
    assert engine.info.dtype == str(dtype).removeprefix("torch.")
    engine.close()
