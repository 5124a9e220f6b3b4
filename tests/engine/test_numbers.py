"""Numbers that are not finite: caught, retried in float32 once, never shown as "!!!!"."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator

import pytest
import torch

from phi_model.engine import Engine
from phi_model.engine.runner import upcast
from phi_model.quantization import optimize_for_inference
from tests.engine.collect import all_quiet, complete, free_slots, until
from tests.engine.mock import END, VOCAB, ByteTokenizer, MockModel, expected_tokens
from tests.tiny import pair

HELLO = list(b"hello")


@pytest.fixture
def half() -> MockModel:
    return MockModel(dtype=torch.float16)


@pytest.fixture
def engine(half: MockModel) -> Iterator[Engine]:
    engine = Engine(half, ByteTokenizer(), slots=2, prefill_chunk=4)
    yield engine
    engine.close()


@pytest.mark.parametrize("length", [5, 6, 9, 12])
async def test_retried_in_float32_from_wherever_it_broke(
    half: MockModel, engine: Engine, length: int
) -> None:
    """At the end of the prompt, and after some tokens: what was drawn stays, and goes on right."""
    half.overflows = lambda tokens, dtype: dtype == torch.float16 and len(tokens) >= length
    [choice] = await complete(engine, "hello", max_tokens=10)
    assert choice.ids == expected_tokens(HELLO, 10)
    assert choice.text == bytes(choice.ids).decode()
    assert (choice.finish_reason, choice.usage.retried) == ("length", True)
    await all_quiet(engine)
    assert engine._worker.precise is None


async def test_only_the_request_that_overflowed_is_retried(half: MockModel, engine: Engine) -> None:
    half.overflows = lambda tokens, dtype: dtype == torch.float16 and tokens[0] == HELLO[0]
    results = await asyncio.gather(
        complete(engine, "hello", max_tokens=9),
        complete(engine, "other", max_tokens=30),
        complete(engine, "hello again", max_tokens=9, n=2, echo=True, logprobs=1),
    )
    for prompt, choices in zip(("hello", "other", "hello again"), results, strict=True):
        tokens = list(prompt.encode())
        for choice in choices:
            assert choice.usage.retried == (prompt != "other")
            new = choice.ids[len(tokens) :] if len(choices) > 1 else choice.ids
            assert new == expected_tokens(tokens, len(new))
    await all_quiet(engine)


async def test_a_retry_leaves_the_other_choices_where_they_are(
    half: MockModel, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """The retried leader put a choice that waited for a slot into its own lane too, and the next
    step of the first lane met a sequence without a slot."""
    overflowed = 0

    def once(tokens: list[int], dtype: torch.dtype) -> bool:
        nonlocal overflowed
        broken = overflowed == 0 and dtype == torch.float16 and tokens == list(b"abc")
        overflowed += broken
        return broken

    half.overflows = once
    other = asyncio.create_task(complete(engine, "other", max_tokens=60))
    await until(lambda: free_slots(engine) == 1)
    choices = await complete(engine, "abc", max_tokens=6, n=3)
    assert [choice.ids for choice in choices] == [expected_tokens(list(b"abc"), 6)] * 3
    assert [choice.usage.retried for choice in choices] == [True, False, False]
    [choice] = await other
    assert choice.ids == expected_tokens(list(b"other"), 60)
    await all_quiet(engine)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_an_error_when_float32_overflows_too(half: MockModel, engine: Engine) -> None:
    half.overflows = lambda tokens, dtype: len(tokens) >= 8
    [choice] = await complete(engine, "hello", max_tokens=10)
    assert choice.ids == expected_tokens(HELLO, 3)
    assert (choice.finish_reason, choice.usage.retried) == ("error", True)
    assert "not finite" in choice.message
    half.overflows = lambda tokens, dtype: False
    [choice] = await complete(engine, "hello", max_tokens=10)
    assert choice.ids == expected_tokens(HELLO, 10)
    await all_quiet(engine)


async def test_float32_has_nothing_to_retry() -> None:
    model = MockModel()
    model.overflows = lambda tokens, dtype: len(tokens) >= 8
    engine = Engine(model, ByteTokenizer(), slots=1)
    [choice] = await complete(engine, "hello", max_tokens=10)
    assert (choice.finish_reason, choice.usage.retried) == ("error", False)
    engine.close()


async def test_no_nan_is_left_in_a_slot(half: MockModel, engine: Engine) -> None:
    half.overflows = lambda tokens, dtype: dtype == torch.float16 and len(tokens) >= 7
    await complete(engine, "hello", max_tokens=10, session="me")
    for tensor in (
        *engine._worker.lane.runner.cache.keys,
        *engine._worker.lane.runner.cache.values,
    ):
        assert tensor.isfinite().all()
    [choice] = await complete(engine, "hello", max_tokens=1, session="me")
    assert choice.usage.cached_tokens == 0


@pytest.mark.parametrize("packed", [False, True])
async def test_a_phi_that_overflows_fp16(packed: bool) -> None:
    """Activations beyond fp16's 65,504: the tokens are those of the same weights in float32."""
    _, ours = pair(vocab_size=VOCAB, max_position_embeddings=128, eos_token_id=END)
    with torch.no_grad():
        # The MLP's output explodes and the next norm tames it again, as outliers in phi-2 do.
        ours.model.layers[0].mlp.fc2.weight.mul_(4e4)
    exact = Engine(copy.deepcopy(ours.half()).float(), ByteTokenizer(), slots=1)
    if packed:
        optimize_for_inference(ours)
    engine = Engine(ours, ByteTokenizer(), slots=2, prefill_chunk=8)
    prompts = ("def f(x):", "import")
    results = await asyncio.gather(*(complete(engine, p, max_tokens=8) for p in prompts))
    assert ours.dtype == torch.float16  # the weights are as they were
    await all_quiet(engine)
    engine.close()
    for prompt, [choice] in zip(prompts, results, strict=True):
        [expected] = await complete(exact, prompt, max_tokens=8)
        assert choice.usage.retried
        assert (choice.ids, choice.finish_reason) == (expected.ids, expected.finish_reason)
    exact.close()


def test_upcast_gives_the_weights_back() -> None:
    _, ours = pair("tied", vocab_size=VOCAB)
    ours = ours.half()
    before = {name: (id(p), p.dtype) for name, p in ours.named_parameters()}
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad(), upcast(ours):
        inside = ours(ids).logits
    assert inside.dtype == torch.float32
    assert {name: (id(p), p.dtype) for name, p in ours.named_parameters()} == before
    with torch.no_grad():
        assert torch.allclose(inside, ours.float()(ids).logits, atol=1e-6)
        ours.half()
        with pytest.raises(IndexError), upcast(ours):
            ours(torch.tensor([[VOCAB]]))
    assert {p.dtype for p in ours.parameters()} == {torch.float16}
