"""Draws in flight: the host is one pass behind the device, and nobody can tell from the streams."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import torch

from phi_model.engine import Engine
from phi_model.engine.graph_runner import GraphRunner
from phi_model.engine.scheduler import Lane
from phi_model.request import CompletionRequest
from tests.engine.collect import all_quiet, complete, read, until
from tests.engine.test_exactness import PROMPTS, drawn, make, mixed_requests, tiny


class Gate:
    """Lets passes through one by one, and notes what happened in which order.

    Args:
        engine: one whose thread has not started.
    """

    def __init__(self, engine: Engine) -> None:
        runner = engine._worker.lane.runner
        self.events: list[tuple[str, int]] = []
        self.passes = 0
        self.open: threading.Semaphore | None = None
        run, decode = runner.run, runner.decode

        def prefill(*args: Any) -> torch.Tensor:
            self._enter()
            return run(*args)

        def decoded(*args: Any) -> Any:
            self._enter()
            draw, number = decode(*args), self.passes
            self.events.append(("start", number))
            choices = draw.choices

            def read() -> Any:
                self.events.append(("read", number))
                return choices()

            draw.choices = read
            return draw

        runner.run, runner.decode = prefill, decoded

    def _enter(self) -> None:
        if self.open is not None:
            assert self.open.acquire(timeout=20), "the test let no pass through"
        self.passes += 1


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Engine]:
    _, ours = tiny()
    engine = make(ours, graphs=True, speculation=False, slots=3)
    yield engine
    engine.close()


async def test_the_next_pass_starts_before_the_last_is_read(engine: Engine) -> None:
    gate = Gate(engine)
    [choice] = await complete(engine, PROMPTS[0], max_tokens=12)
    assert choice.finish_reason == "length"
    # Pass 4 is the first after three chunks of the prompt; no pass is started for a thirteenth token.
    numbers = [number for event, number in gate.events if event == "start"]
    assert numbers == list(range(numbers[0], numbers[0] + 11))
    for number in numbers[:-1]:
        assert gate.events.index(("start", number + 1)) < gate.events.index(("read", number))
    assert [number for event, number in gate.events if event == "read"] == numbers


async def test_log_probabilities_are_read_at_once(engine: Engine) -> None:
    """They look at the tokens so far, which the host must know."""
    gate = Gate(engine)
    await complete(engine, PROMPTS[0], max_tokens=6, logprobs=2, repetition_penalty=1.2)
    starts = [event for event, _ in gate.events]
    assert starts == ["start", "read"] * 5


async def test_a_draft_is_read_at_once_and_a_rest_is_not() -> None:
    _, ours = tiny()
    engine = make(ours, graphs=True, speculation=True, slots=1)
    gate = Gate(engine)
    plain = make(ours, speculation=False)
    # Four letters at random: every pair has occurred before, and what followed it mostly does not follow again.
    letters = {"temperature": 1.0, "seed": 1, "logit_bias": dict.fromkeys(b"abcd", 60.0)}
    found = [await complete(one, "abcd", max_tokens=60, **letters) for one in (plain, engine)]
    assert drawn(found[:1]) == drawn(found[1:])
    behind = sum(
        a[0] == b[0] == "start" for a, b in zip(gate.events, gate.events[1:], strict=False)
    )
    assert 0 < behind < len(gate.events) // 2
    engine.close()
    plain.close()


async def test_a_stop_leaves_no_trace_of_the_pass_behind_it(engine: Engine) -> None:
    """The row that ran for nothing is dropped, and the slot is as good as any for what comes next."""
    _, ours = tiny()
    plain = make(ours, speculation=False, slots=3)
    [whole] = await complete(plain, PROMPTS[0], max_tokens=24)
    for at in (1, 5, 11):
        bias = {"stop": (whole.text[at : at + 2],)}
        texts = [
            drawn([await complete(one, PROMPTS[0], session="me", max_tokens=24, **bias)])
            for one in (plain, engine)
        ]
        assert texts[0] == texts[1]
        assert texts[0][0][0][2] == "stop"
        again = whole.text[:at] + " more"
        results = [
            await complete(one, PROMPTS[0] + again, session="me", max_tokens=9)
            for one in (plain, engine)
        ]
        assert drawn(results[:1]) == drawn(results[1:])
        [choice] = results[1]
        assert choice.usage.cached_tokens == results[0][0].usage.cached_tokens > 0
    await all_quiet(engine)
    assert not engine._worker.lane.flights
    plain.close()


@pytest.mark.parametrize("passes", [1, 3, 4, 5, 7])
async def test_cancel_at_every_phase_frees_the_slot(engine: Engine, passes: int) -> None:
    """In the prompt, at the first token, with a draw in flight; others are not disturbed."""
    gate = Gate(engine)
    gate.open = threading.Semaphore(0)
    other = asyncio.create_task(complete(engine, "other", max_tokens=20))
    request = CompletionRequest(prompt=PROMPTS[0], max_tokens=40, temperature=0.0)
    stream = engine.stream(request)
    gate.open.release(passes)
    await until(lambda: gate.passes == passes)
    await stream.aclose()
    gate.open.release(200)
    [choice] = await other
    await all_quiet(engine)
    assert not engine._worker.lane.flights
    assert all(slot.flying == 0 or not slot.busy for slot in engine._worker.lane.table.slots)
    gate.open.release(200)
    results = [await complete(engine, "other", max_tokens=20)]
    assert drawn([[choice]]) == drawn(results)


async def test_random_cancellations_change_nobody_elses_stream() -> None:
    _, ours = tiny()
    requests = [request for request in mixed_requests() if request.logprobs is None] * 4
    plain = make(ours, slots=1, speculation=False, prefill_chunk=256)
    expected = [
        drawn([await read(plain.stream(request))]) for request in requests[: len(requests) // 4]
    ]
    plain.close()
    engine = make(ours, graphs=True, slots=5, prefill_chunk=9)
    choose = random.Random(5)

    async def run(index: int, request: CompletionRequest) -> bool:
        stream = engine.stream(request)
        patience = choose.randrange(12) if choose.random() < 0.5 else None
        if patience is None:
            assert drawn([await read(stream)]) == expected[index % len(expected)]
            return True
        async for _ in stream:
            patience -= 1
            if patience < 0:
                await stream.aclose()
        return False

    done = await asyncio.gather(*(run(*one) for one in enumerate(requests)))
    assert 0 < sum(done) < len(done)
    await all_quiet(engine)
    assert not engine._worker.lane.flights
    engine.close()


@pytest.mark.parametrize("call", [0, 4, 8, 15])
async def test_numbers_that_are_not_finite_are_retried(call: int) -> None:
    """In the prompt or with a draw in flight: the same tokens as the plain runner's retry gives."""
    choices = []
    for graphs in (False, True):
        _, ours = tiny()
        ours.half()
        engine = make(ours, graphs=graphs, speculation=False, slots=2)
        calls = [0]

        def broken(
            module: Any, args: Any, output: torch.Tensor, calls: list[int] = calls
        ) -> torch.Tensor | None:
            if output.dtype != torch.float16:
                return None
            calls[0] += 1
            return output * torch.nan if calls[0] == call + 1 else None

        if graphs:  # the first call of a recording is none of a request's
            engine._worker.lane.runner.warm_up()
        ours.lm_head.register_forward_hook(broken)
        choices.append((await complete(engine, "ab", max_tokens=12))[0])
        await all_quiet(engine)
        assert engine._worker.precise is None
        assert not engine._worker.lane.flights
        engine.close()
    plain, recorded = choices
    assert plain.usage.retried == recorded.usage.retried == (call < 12)
    assert drawn([[plain]]) == drawn([[recorded]])


def test_what_a_late_pass_left_is_zeroed() -> None:
    """Only where nothing of the slot's next sequence is: its own numbers are not touched."""
    _, ours = tiny()
    runner = GraphRunner(ours, slots=2, max_length=16, valid_vocab=200)
    lane = Lane(runner, 2)
    slot = lane.table.slots[1]
    held = runner.cache.keys[0]

    def left(busy: bool, length: int, flying: int) -> bool:
        held.fill_(torch.nan)
        slot.busy, slot.length, slot.flying = busy, length, flying
        lane.discard(slot, 5)
        assert held[0].isnan().all()
        assert held[1, :, :5].isnan().all()
        assert held[1, :, 6:].isnan().all()
        return bool(held[1, :, 5].isnan().all())

    assert not left(busy=False, length=9, flying=0)
    assert not left(busy=True, length=5, flying=0)
    assert left(busy=True, length=5, flying=1)
    assert left(busy=True, length=9, flying=0)
