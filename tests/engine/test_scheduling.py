"""Requests join, leave, wait, are cancelled and superseded; on the mock model, in milliseconds."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import threading
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from phi_model.backend import BusyError
from phi_model.engine import Engine
from phi_model.engine.stream import CompletionStream
from phi_model.request import CompletionRequest, RequestError
from tests.engine.collect import (
    all_quiet,
    complete,
    free_slots,
    random_traffic,
    read,
    until,
)
from tests.engine.mock import END, ByteTokenizer, MockModel, default_rule, expected_tokens


@pytest.fixture
def model() -> MockModel:
    return MockModel()


@pytest_asyncio.fixture
async def engine(model: MockModel) -> AsyncIterator[Engine]:
    engine = Engine(model, ByteTokenizer(), slots=3, max_waiting=4, prefill_chunk=4)
    yield engine
    engine.close()


def greedy(prompt: str, **fields: object) -> CompletionRequest:
    return CompletionRequest(prompt=prompt, **{"temperature": 0.0, "max_tokens": 8, **fields})


async def fill(engine: Engine, model: MockModel) -> list[CompletionStream]:
    """Starts a request a slot and stops the model once all of them are in."""
    model.gate = threading.Semaphore(0)
    streams = [engine.stream(greedy(f"run {i}", max_tokens=60)) for i in range(3)]
    while free_slots(engine):
        model.gate.release()
        await asyncio.sleep(0.002)
    return streams


async def test_one_request(engine: Engine) -> None:
    [choice] = await complete(engine, "hello", max_tokens=20)
    assert choice.ids == expected_tokens(list(b"hello"), 20)
    assert choice.text == bytes(choice.ids).decode()
    assert choice.finish_reason == "length"
    assert (choice.usage.prompt_tokens, choice.usage.completion_tokens) == (5, 20)
    assert choice.usage.cached_tokens == choice.usage.cropped_tokens == 0
    await all_quiet(engine)


async def test_more_requests_than_slots_all_end_right(engine: Engine) -> None:
    prompts = [f"prompt {i}" * (1 + i % 4) for i in range(7)]
    results = await asyncio.gather(*(complete(engine, p, max_tokens=9) for p in prompts))
    for prompt, [choice] in zip(prompts, results, strict=True):
        assert choice.ids == expected_tokens(list(prompt.encode()), 9)
    await all_quiet(engine)


async def test_end_token_stops(model: MockModel) -> None:
    model.rule = lambda tokens: END if len(tokens) == 8 else default_rule(tokens)
    engine = Engine(model, ByteTokenizer(), slots=1)
    [choice] = await complete(engine, "hello", max_tokens=20)
    assert choice.finish_reason == "stop"
    assert choice.ids == expected_tokens(list(b"hello"), 20, model.rule)
    assert (choice.ids[-1], len(choice.text)) == (END, 3)
    assert choice.tokens[-1].start == choice.tokens[-1].end == 3
    engine.close()


async def test_stop_string_ends_and_never_leaks(model: MockModel) -> None:
    script = b"x = 1\nclamp\nclass B:"
    model.rule = lambda tokens: script[len(tokens) - 2]
    engine = Engine(model, ByteTokenizer(), slots=1)
    streamed = ""
    request = greedy("ab", max_tokens=40, stop=("\nclass",))
    async for chunk in engine.stream(request):
        streamed += chunk.text
        assert b"x = 1\nclamp".decode().startswith(streamed)
    assert streamed == "x = 1\nclamp"
    assert chunk.finish_reason == "stop"
    assert chunk.usage.completion_tokens == len(b"x = 1\nclamp\nclass")
    engine.close()


async def test_split_characters_arrive_whole(model: MockModel) -> None:
    script = "aé🐍b".encode() + b"\xf0\x9f"
    model.rule = lambda tokens: script[len(tokens) - 2]
    engine = Engine(model, ByteTokenizer(), slots=1)
    [choice] = await complete(engine, "ab", max_tokens=len(script))
    assert choice.text == "aé🐍b\ufffd"
    assert len(choice.tokens) == len(script)
    assert choice.tokens[-1].end == len(choice.text.encode())
    engine.close()


async def test_a_long_prompt_does_not_stop_the_others(model: MockModel) -> None:
    """Between two chunks of a prompt the running rows get a decode step each."""
    engine = Engine(model, ByteTokenizer(), slots=2, prefill_chunk=4, speculation=False)
    model.gate = threading.Semaphore(4)  # two chunks of the short prompt, two decode steps
    short = asyncio.create_task(complete(engine, "short", max_tokens=30))
    await until(lambda: len(model.forwards) == 4)
    prompt = "a prompt of forty tokens, more or less.."
    long = asyncio.create_task(complete(engine, prompt, max_tokens=2))
    await asyncio.sleep(0.01)
    model.gate.release(100)
    await asyncio.gather(short, long)
    chunks = [i for i, f in enumerate(model.forwards) if i > 2 and f[0][2] > 1]
    assert len(chunks) == 10
    assert {b - a for a, b in itertools.pairwise(chunks)} == {2}
    engine.close()


async def test_a_keystroke_does_not_wait_for_a_long_prompt(model: MockModel) -> None:
    engine = Engine(model, ByteTokenizer(), slots=2, prefill_chunk=8)
    model.gate = threading.Semaphore(1)
    long = asyncio.create_task(complete(engine, "p" * 80, max_tokens=1))
    await until(lambda: len(model.forwards) == 1)
    short = asyncio.create_task(complete(engine, "key", max_tokens=1))
    await asyncio.sleep(0.01)
    model.gate.release()  # the chunk that was already planned when the key came
    model.gate.release()
    await asyncio.wait_for(short, 30)
    assert not long.done()
    model.gate.release(40)
    await long
    engine.close()


@pytest.mark.parametrize("forwards", range(8))
async def test_cancel_at_every_phase_frees_the_slot(
    model: MockModel, engine: Engine, forwards: int
) -> None:
    """Three forward passes of prompt, then decoding: the stream is closed after each of them."""
    model.gate = threading.Semaphore(forwards)
    stream = engine.stream(greedy("ten tokens", max_tokens=50))
    await until(lambda: len(model.forwards) == forwards and free_slots(engine) == 2)
    await stream.aclose()
    model.gate.release(10)
    await all_quiet(engine)
    # The step that is running may still be the last chunk of a prompt and its first decode pass.
    assert len(model.forwards) <= forwards + 2
    assert free_slots(engine) == 3
    with pytest.raises(StopAsyncIteration):
        await stream.__anext__()


async def test_cancel_while_waiting(model: MockModel, engine: Engine) -> None:
    running = await fill(engine, model)
    waiting = engine.stream(greedy("w"))
    await until(lambda: engine.waiting == 1)
    await waiting.aclose()
    model.gate.release(100)
    await asyncio.gather(*map(read, running))
    await all_quiet(engine)
    assert (0, 1) not in {(start, count) for f in model.forwards for _, start, count in f}


async def test_cancelling_the_reading_task_cancels_the_request(
    model: MockModel, engine: Engine
) -> None:
    model.gate = threading.Semaphore(0)
    task = asyncio.create_task(complete(engine, "hello"))
    await until(lambda: free_slots(engine) == 2)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    model.gate.release(1)
    await all_quiet(engine)


async def test_dropping_the_stream_cancels_the_request(model: MockModel, engine: Engine) -> None:
    model.gate = threading.Semaphore(0)
    stream = engine.stream(greedy("hello", max_tokens=50))
    await until(lambda: free_slots(engine) == 2)
    del stream
    gc.collect()
    model.gate.release(1)
    await all_quiet(engine)
    assert len(model.forwards) <= 1


async def test_leaving_the_loop_early_cancels(engine: Engine) -> None:
    async for chunk in engine.stream(greedy("hello", max_tokens=100)):
        assert chunk.text
        break
    await all_quiet(engine)


async def test_a_newer_request_of_a_session_supersedes(model: MockModel, engine: Engine) -> None:
    model.gate = threading.Semaphore(3)
    old = engine.stream(greedy("old prompt", max_tokens=50), session="me")
    other = engine.stream(greedy("other", max_tokens=5), session="you")
    await until(lambda: len(model.forwards) == 3)
    new = engine.stream(greedy("new prompt"), session="me")
    model.gate.release(200)
    [[old_choice], [new_choice], [other_choice]] = await asyncio.gather(
        *map(read, (old, new, other))
    )
    assert old_choice.finish_reason == "cancelled"
    assert old_choice.usage.completion_tokens < 50
    assert old_choice.text == bytes(old_choice.ids).decode()
    assert new_choice.ids == expected_tokens(list(b"new prompt"), 8)
    assert other_choice.finish_reason == "length"
    await all_quiet(engine)


async def test_a_waiting_request_is_superseded_too(model: MockModel, engine: Engine) -> None:
    running = await fill(engine, model)
    streams = [engine.stream(greedy(f"key {i}"), session="me") for i in range(6)]
    model.gate.release(1000)
    choices = [(await read(stream))[0] for stream in streams]
    assert [choice.finish_reason for choice in choices] == ["cancelled"] * 5 + ["length"]
    assert choices[-1].ids == expected_tokens(list(b"key 5"), 8)
    await asyncio.gather(*map(read, running))
    await all_quiet(engine)


async def test_busy_when_the_waiting_list_is_full(model: MockModel, engine: Engine) -> None:
    streams = await fill(engine, model)
    streams += [engine.stream(greedy(f"wait {i}")) for i in range(4)]
    with pytest.raises(BusyError) as caught:
        engine.stream(greedy("too many"))
    assert (caught.value.waiting, caught.value.limit) == (4, 4)
    model.gate.release(1000)
    results = await asyncio.gather(*map(read, streams))
    assert all(choice.finish_reason == "length" for [choice] in results)
    await complete(engine, "again")
    await all_quiet(engine)


async def test_a_burst_fills_idle_slots_before_it_is_busy(model: MockModel) -> None:
    engine = Engine(model, ByteTokenizer(), slots=3, max_waiting=0)
    model.gate = threading.Semaphore(0)
    streams = [engine.stream(greedy(f"run {i}")) for i in range(3)]
    with pytest.raises(BusyError):
        engine.stream(greedy("one more"))
    model.gate.release(1000)
    await asyncio.gather(*map(read, streams))
    engine.close()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"max_tokens": 128}, "max_tokens"),
        ({"logit_bias": {300: 1.0}}, "logit_bias"),
        ({"prompt": (1, 999)}, "prompt"),
        ({"prompt": "half a pair: \ud83d"}, "prompt"),
    ],
)
async def test_a_request_that_does_not_fit_the_model(
    engine: Engine, fields: dict[str, object], name: str
) -> None:
    with pytest.raises(RequestError) as caught:
        engine.stream(CompletionRequest(**{"prompt": "x", **fields}))
    assert caught.value.field == name
    assert engine.waiting == 0


async def test_empty_prompt_begins_a_document(engine: Engine) -> None:
    [choice] = await complete(engine, "", max_tokens=3)
    assert choice.ids == expected_tokens([END], 3)


async def test_max_tokens_zero_ends_after_the_prompt(engine: Engine) -> None:
    [choice] = await complete(engine, "hello", max_tokens=0, echo=True)
    assert (choice.text, choice.finish_reason) == ("hello", "length")
    assert choice.usage.completion_tokens == 0
    await all_quiet(engine)


async def test_close_ends_everything(model: MockModel) -> None:
    before = threading.active_count()
    engine = Engine(model, ByteTokenizer(), slots=1, max_waiting=2)
    model.gate = threading.Semaphore(2)
    streams = [engine.stream(greedy(f"run {i}", max_tokens=60)) for i in range(3)]
    readers = [asyncio.create_task(read(stream)) for stream in streams]
    await until(lambda: len(model.forwards) == 2)
    closing = asyncio.create_task(engine.aclose())
    await asyncio.sleep(0.01)
    model.gate.release(100)
    await closing
    results = await asyncio.gather(*readers)
    assert [choice.finish_reason for [choice] in results][1:] == ["cancelled"] * 2
    assert threading.active_count() - before <= 1  # the loop's own thread of `to_thread`
    assert "phi-engine" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(RuntimeError, match="closed"):
        engine.stream(greedy("late"))
    engine.close()


async def test_streams_of_several_loops(engine: Engine) -> None:
    """One engine serves event loops in different threads."""

    def run(prompt: str) -> list[int]:
        [choice] = asyncio.run(complete(engine, prompt, max_tokens=30))
        return choice.ids

    prompts = [f"loop {i}" for i in range(3)]
    results = await asyncio.gather(*(asyncio.to_thread(run, prompt) for prompt in prompts))
    for prompt, ids in zip(prompts, results, strict=True):
        assert ids == expected_tokens(list(prompt.encode()), 30)


async def test_a_failing_step_reaches_the_caller_and_the_engine_lives(
    model: MockModel, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(tokens: list[int]) -> int:
        raise ValueError("broken rule")

    model.rule = broken
    with pytest.raises(ValueError, match="broken rule"):
        await complete(engine, "hello")
    model.rule = default_rule
    [choice] = await complete(engine, "hello")
    assert choice.ids == expected_tokens(list(b"hello"), 16)
    await all_quiet(engine)


async def test_two_hundred_mixed_requests_leave_nothing_behind(model: MockModel) -> None:
    """Random lengths, sessions, choices, stops and cancellations; then every slot is free."""
    engine = Engine(model, ByteTokenizer(), slots=4, max_waiting=300, prefill_chunk=8)
    await random_traffic(engine, 200, longest=40)
    await all_quiet(engine)
    assert free_slots(engine) == 4
    engine.close()
    assert "phi-engine" not in {thread.name for thread in threading.enumerate()}
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize(("rows", "drafts"), [(1, True), (2, True), (3, False)])
async def test_drafts_are_made_while_few_rows_are_active(
    model: MockModel, rows: int, drafts: bool
) -> None:
    """Of a text that always goes on as it did; where nobody says otherwise, on a CPU."""
    model.rule = lambda tokens: b"ab"[len(tokens) % 2]
    engine = Engine(model, ByteTokenizer(), slots=3, prefill_chunk=64)
    model.gate = threading.Semaphore(0)
    tasks = [asyncio.create_task(complete(engine, "ababab", max_tokens=20)) for _ in range(rows)]
    await until(lambda: engine.active == rows)
    model.gate.release(500)
    await asyncio.gather(*tasks)
    together = [one for one in model.forwards if len(one) == rows and all(s[1] >= 6 for s in one)]
    assert together
    assert drafts == any(count > 1 for one in together for _, _, count in one)
    engine.close()
