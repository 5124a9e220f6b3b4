"""A request of every kind is cancelled at every phase: its slots come free, and nobody else is disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from phi_model.engine import Engine
from phi_model.request import CompletionRequest
from tests.engine.collect import all_quiet, complete, free_slots, until
from tests.engine.mock import ByteTokenizer, MockModel, expected_tokens

PROMPT = "ten tokens"  # three chunks of four
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "drafts": {"prompt": "abababab"},
    "more choices than slots": {"n": 4},
    "the best of several": {"n": 1, "best_of": 3},
    "scored echo": {"echo": True, "logprobs": 2},
    "retried in float32": {},
    "retried choices": {"n": 3},
}
PHASES = range(11)


def start(kind: str, permits: int) -> tuple[Engine, MockModel]:
    """An engine of two slots whose model computes so many passes and then waits."""
    half = torch.float16 if kind.startswith("retried") else torch.float32
    model = MockModel(dtype=half)
    if (
        half == torch.float16
    ):  # in the middle of the completion, so that there is a prompt to compute anew
        model.overflows = lambda tokens, dtype: dtype == half and len(tokens) == len(PROMPT) + 2
    if kind == "drafts":
        model.rule = lambda tokens: b"ab"[len(tokens) % 2]
    engine = Engine(model, ByteTokenizer(), slots=2, max_waiting=4, prefill_chunk=4)
    model.gate = threading.Semaphore(permits)
    return engine, model


@pytest.fixture(autouse=True)
def _collections_are_short() -> Iterator[None]:
    """What other tests have imported is not looked through at each of the collections here."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("leave", ["close", "cancel the reader", "drop"])
@pytest.mark.parametrize("kind", KINDS)
async def test_every_phase_frees_every_slot(kind: str, leave: str) -> None:
    ended = set()
    for permits in PHASES:
        engine, model = start(kind, permits)
        fields = {"prompt": PROMPT, "max_tokens": 30, "temperature": 0.0, **KINDS[kind]}
        stream = engine.stream(CompletionRequest(**fields), session="me")
        await until(lambda: len(model.forwards) == permits)  # noqa: B023
        await until(lambda: _has_a_slot(engine))  # noqa: B023
        ended.add(_phase(engine))
        if leave == "close":
            await stream.aclose()
        elif leave == "cancel the reader":
            reader = asyncio.create_task(_read(stream))
            await asyncio.sleep(0)
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
            del reader
        del stream
        gc.collect()
        model.gate.release(200)
        await all_quiet(engine)
        # The pass that runs ends, and its step with it: a chunk, a decode pass, and the same of a retry.
        assert len(model.forwards) <= permits + 4
        assert free_slots(engine) == 2
        assert engine._worker.precise is None
        model.overflows = lambda tokens, dtype: False
        [choice] = await complete(engine, "another", max_tokens=5, session="me")
        assert choice.ids == expected_tokens(list(b"another"), 5, model.rule)
        await all_quiet(engine)
        await asyncio.to_thread(engine.close)
    wanted = {"prompt", "decoding"} | ({"retry"} if kind.startswith("retried") else set())
    assert wanted <= ended


async def _read(stream: Any) -> None:
    async for _ in stream:
        pass


def _has_a_slot(engine: Engine) -> bool:
    precise = engine._worker.precise
    return free_slots(engine) < 2 or (precise is not None and precise.table.free == 0)


def _phase(engine: Engine) -> str:
    worker = engine._worker
    if worker.precise is not None and not worker.precise.idle:
        return "retry"
    return "decoding" if worker.lane.decoding else "prompt"


async def test_cancelled_while_it_waits_behind_others() -> None:
    """Neither admitted nor computed, and its place in the waiting list is free at once."""
    engine, model = start("plain", 0)
    fields = {"max_tokens": 60, "temperature": 0.0}
    running = [asyncio.create_task(complete(engine, f"run {i}", **fields)) for i in range(2)]
    await until(lambda: engine.active == 2)
    waiting = [engine.stream(CompletionRequest(prompt=f"w{i}", **fields)) for i in range(4)]
    for left, stream in zip(range(3, -1, -1), waiting, strict=True):
        await stream.aclose()
        del stream
        model.gate.release(3)  # the step that runs ends, and another begins
        await until(lambda: engine.waiting <= left)  # noqa: B023
    model.gate.release(200)
    for number, [choice] in enumerate(await asyncio.gather(*running)):
        assert choice.ids == expected_tokens(list(f"run {number}".encode()), 60)
    await all_quiet(engine)
    assert all(count != 2 for passes in model.forwards for _, start, count in passes if start == 0)
    await asyncio.to_thread(engine.close)
