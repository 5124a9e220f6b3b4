"""Calls of others on the engine's thread: between two steps, one at a time; on the mock model."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import torch

from phi_model.engine import Engine
from tests.engine.collect import all_quiet, complete, read, until
from tests.engine.mock import ByteTokenizer, MockModel, expected_tokens
from tests.engine.test_scheduling import greedy


@pytest.fixture
def model() -> MockModel:
    return MockModel()


@pytest_asyncio.fixture
async def engine(model: MockModel) -> AsyncIterator[Engine]:
    engine = Engine(model, ByteTokenizer(), slots=2, prefill_chunk=4, speculation=False)
    yield engine
    engine.close()


async def test_a_call_runs_on_the_engine_s_thread_when_nothing_else_does(engine: Engine) -> None:
    def call() -> tuple[str, bool]:
        return threading.current_thread().name, torch.is_inference_mode_enabled()

    for _ in range(2):  # the first starts the thread, the second wakes it
        assert await asyncio.wrap_future(engine.submit(call)) == ("phi-engine", True)


async def test_streams_go_on_with_at_most_one_call_between_two_steps(
    engine: Engine, model: MockModel
) -> None:
    steps: list[int] = []
    model.gate = threading.Semaphore(0)
    streams = [asyncio.create_task(read(engine.stream(greedy("a", max_tokens=40))))]
    await until(lambda: not engine._worker.idle)
    futures = [engine.submit(lambda: steps.append(len(model.forwards))) for _ in range(20)]
    for _ in range(60):
        model.gate.release()
    [[choice]] = await asyncio.gather(*streams)
    assert choice.ids == expected_tokens(list(b"a"), 40)
    await asyncio.gather(*map(asyncio.wrap_future, futures))
    assert len(steps) == 20
    # Each call found one more forward pass than the one before it: none ran twice in a row.
    assert [later - earlier for earlier, later in itertools.pairwise(steps)] == [1] * 19
    await all_quiet(engine)


async def test_calls_run_in_their_order(engine: Engine) -> None:
    order: list[int] = []
    futures = [engine.submit(lambda number=number: order.append(number)) for number in range(10)]
    await asyncio.gather(*map(asyncio.wrap_future, futures))
    assert order == list(range(10))


async def test_an_error_reaches_the_caller_and_nobody_else(engine: Engine) -> None:
    stream = asyncio.create_task(complete(engine, "hello", max_tokens=20))

    def call() -> None:
        raise SystemExit("not the engine's")

    with pytest.raises(SystemExit, match="not the engine's"):
        engine.submit(call).result(timeout=10)
    [choice] = await stream
    assert choice.ids == expected_tokens(list(b"hello"), 20)
    assert engine.submit(lambda: 3).result(timeout=10) == 3


async def test_a_cancelled_call_is_not_run(engine: Engine) -> None:
    started, go, ran = threading.Event(), threading.Event(), []

    def wait() -> None:
        started.set()
        assert go.wait(10)

    first = engine.submit(wait)
    assert started.wait(10)
    second, third = (engine.submit(lambda n=n: ran.append(n)) for n in (2, 3))
    assert second.cancel()
    go.set()
    third.result(timeout=10)
    assert first.done()
    assert ran == [3]


def test_closing_fails_what_still_waits() -> None:
    engine = Engine(MockModel(), ByteTokenizer(), slots=1)
    started, go = threading.Event(), threading.Event()

    def wait() -> str:
        started.set()
        assert go.wait(10)
        return "ran to its end"

    first = engine.submit(wait)
    assert started.wait(10)
    engine._worker._inbox.put(("close", None))  # so that it comes before the calls behind
    closing = threading.Thread(target=engine.close)
    second = engine.submit(lambda: None)
    third = engine.submit(lambda: None)
    closing.start()
    go.set()
    closing.join(10)
    assert first.result(timeout=10) == "ran to its end"
    # One of them may have come between the running call and the end.
    errors = [future.exception(timeout=10) for future in (second, third)]
    assert str(errors[-1]) == "the engine is closed"
    with pytest.raises(RuntimeError, match="the engine is closed"):
        engine.submit(lambda: None)
