"""The engine on the model in the box, in float32: text, seeds, batches, drafts, as a user meets them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from phi_model import PhiForCausalLM, PhiTokenizer
from phi_model.engine import Engine
from phi_model.fingerprint import fingerprint
from phi_model.request import CompletionRequest
from tests.engine.collect import (
    Completion,
    all_quiet,
    complete,
    free_slots,
    random_traffic,
    read,
    until,
)

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "model"
PROMPTS = (
    "def print_prime(n):\n",
    "import os\n\n\ndef read_lines(path):\n    ",
    "class Node:\n    def __init__(self, value, left=None, right=None):\n        self.value = value\n",
    "# Ünïcödé 🐍\nname = '",
)


@pytest.fixture(scope="module")
def model() -> PhiForCausalLM:
    return PhiForCausalLM.from_pretrained(ASSETS, dtype=torch.float32)


@pytest.fixture(scope="module")
def tokenizer() -> PhiTokenizer:
    return PhiTokenizer.from_pretrained(ASSETS)


@pytest.fixture
def engine(model: PhiForCausalLM, tokenizer: PhiTokenizer) -> Iterator[Engine]:
    engine = Engine(model, tokenizer, slots=8, prefill_chunk=32)
    yield engine
    engine.close()


def requests() -> list[CompletionRequest]:
    fields = [
        {"temperature": 0.0},
        {"temperature": 0.8, "top_p": 0.95},
        {"temperature": 0.0, "repetition_penalty": 1.2},
        {"temperature": 1.0, "top_k": 50, "n": 2},
        {"temperature": 0.3, "stop": ("\ndef", "\nclass")},
        {"temperature": 0.9, "frequency_penalty": 0.5, "logprobs": 2},
    ]
    return [
        CompletionRequest(prompt=PROMPTS[i % len(PROMPTS)], max_tokens=40, seed=i, **field)
        for i, field in enumerate(fields)
    ]


def drawn(results: list[list[Completion]]) -> list[list[tuple[str, list[int], str | None]]]:
    return [[(c.text, c.ids, c.finish_reason) for c in choices] for choices in results]


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_streamed_text_equals_generates(
    engine: Engine, model: PhiForCausalLM, tokenizer: PhiTokenizer, prompt: str
) -> None:
    ids = torch.tensor([tokenizer.encode(prompt)])
    for settings in ({"do_sample": False}, {"do_sample": True, "seed": 5, "temperature": 1.3}):
        out = model.generate(ids, max_new_tokens=48, top_k=0, **settings)[0, ids.shape[1] :]
        sampled = {"seed": 5, "temperature": 1.3} if settings["do_sample"] else {}
        [choice] = await complete(engine, prompt, max_tokens=48, **sampled)
        assert choice.ids == out.tolist()
        assert choice.text == tokenizer.decode(out.tolist())
        spans = [(token.start, token.end) for token in choice.tokens]
        assert spans[-1][1] == len(choice.text.encode())


async def test_batch_and_drafts_change_nothing(
    model: PhiForCausalLM, tokenizer: PhiTokenizer
) -> None:
    plain = Engine(model, tokenizer, slots=1, speculation=False)
    alone = [await read(plain.stream(request)) for request in requests()]
    plain.close()
    for options in ({"slots": 7, "speculation": True}, {"slots": 2, "prefill_chunk": 16}):
        engine = Engine(model, tokenizer, **options)
        results = await asyncio.gather(*(read(engine.stream(request)) for request in requests()))
        assert drawn(list(results)) == drawn(alone), options
        await all_quiet(engine)
        engine.close()


async def test_echoed_logprobs_are_the_models(
    engine: Engine, model: PhiForCausalLM, tokenizer: PhiTokenizer
) -> None:
    [choice] = await complete(engine, PROMPTS[3], max_tokens=4, echo=True, logprobs=3)
    assert choice.text.startswith(PROMPTS[3])
    with torch.no_grad():
        expected = model(torch.tensor([choice.ids])).logits[0].log_softmax(-1)
    for at, token in enumerate(choice.tokens[1:]):
        assert token.logprob == pytest.approx(expected[at, token.id].item(), abs=2e-4)
    assert choice.tokens[0].logprob is None
    assert tokenizer.decode(choice.ids) == choice.text


async def test_a_keystroke_is_not_a_prompt(engine: Engine) -> None:
    """One more character of a prompt of some 600 tokens computes a few tokens, not 600."""
    text = "".join(f"value_{i} = compute({i}, key='k{i}')\n" for i in range(40)) + "resu"
    [cold] = await complete(engine, text, session="me", max_tokens=4)
    [warm] = await complete(engine, text + "l", session="me", max_tokens=4)
    assert cold.usage.cached_tokens == 0
    assert warm.usage.prompt_tokens > 500
    assert warm.usage.prompt_tokens - warm.usage.cached_tokens <= 4
    assert warm.usage.prefill_s < cold.usage.prefill_s / 3


async def test_from_pretrained_reports_and_serves(model: PhiForCausalLM) -> None:
    told: list[tuple[str, float | None]] = []
    engine = Engine.from_pretrained(
        ASSETS, dtype=torch.float32, device="cpu", slots=2, progress=lambda *news: told.append(news)
    )
    words = [message.split()[0] for message, _ in told]
    assert list(dict.fromkeys(words)) == ["Loading", "Packing", "Making", "Ready"]
    shares = [share for message, share in told if "weights of" in message]
    assert shares == sorted(shares)
    assert (shares[-1], told[-1][1]) == (1.0, 1.0)
    assert len(told) <= 106  # the weights once a percent, all else once
    info = engine.info
    assert (info.dtype, info.device) == ("float32", "cpu")
    assert info.fingerprint == fingerprint(ASSETS)
    assert info.memory_bytes > 4 * info.parameters
    [choice] = await complete(engine, "def f(", max_tokens=8)
    ids = torch.tensor([engine.tokenize("def f(")])
    plain = model.generate(ids, max_new_tokens=8, do_sample=False)
    assert choice.ids == plain[0, ids.shape[1] :].tolist()
    text = "naïve = 🐍"
    ids = engine.tokenize(text)
    assert engine.count_tokens(text) == len(ids)
    assert engine.detokenize(ids) == text
    assert engine.token_text(0) == "<|endoftext|>"
    await engine.aclose()


async def test_two_hundred_mixed_requests_leave_nothing_behind(
    model: PhiForCausalLM, tokenizer: PhiTokenizer
) -> None:
    engine = Engine(model, tokenizer, slots=8, max_waiting=300, prefill_chunk=32)
    await random_traffic(engine, 200, longest=8)
    await all_quiet(engine)
    assert free_slots(engine) == 8
    await engine.aclose()
    assert "phi-engine" not in {thread.name for thread in threading.enumerate()}
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("passes", [0, 1, 2, 3, 5])
async def test_cancel_at_every_phase_frees_the_slot(engine: Engine, passes: int) -> None:
    """Two chunks of a prompt of some 60 tokens, then tokens: cancelled behind so many passes."""
    lane = engine._worker.lane
    run, gate, count = lane.runner.run, threading.Semaphore(passes), 0

    def gated(*args: object) -> torch.Tensor:
        nonlocal count
        assert gate.acquire(timeout=60), "the test let no forward pass through"
        count += 1
        return run(*args)

    lane.runner.run = gated
    request = CompletionRequest(prompt=PROMPTS[2] * 2, max_tokens=40, temperature=0.0)
    stream = engine.stream(request)
    await until(lambda: count == passes and free_slots(engine) == 7)
    await stream.aclose()
    gate.release(100)
    await all_quiet(engine)
    assert free_slots(engine) == 8
    assert count <= passes + 2  # the step that ran
