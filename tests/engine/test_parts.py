"""The small parts on their own: the channel, the drafts, the sizes derived from a model."""

from __future__ import annotations

import asyncio

import pytest

from phi_model.backend import CompletionChunk
from phi_model.engine.limits import default_prefill_chunk, default_slots
from phi_model.engine.speculation import Drafter
from phi_model.engine.stream import Channel, Wakeups
from tests.engine.mock import MockModel


def chunk(index: int, text: str, reason: str | None = None) -> CompletionChunk:
    return CompletionChunk(index, text, (), reason)  # type: ignore[arg-type]


def test_a_slow_caller_gets_joined_chunks() -> None:
    channel = Channel()
    for new in (chunk(0, "a"), chunk(0, "b"), chunk(1, "c"), chunk(0, "d"), chunk(0, "e", "stop")):
        channel.put(new)
    channel.put(chunk(1, "f", "length"))
    channel.end()
    taken = [channel.take() for _ in range(4)]
    assert [(c.index, c.text, c.finish_reason) for c in taken] == [
        (0, "ab", None),
        (1, "c", None),
        (0, "de", "stop"),
        (1, "f", "length"),
    ]
    with pytest.raises(StopAsyncIteration):
        channel.take()


def test_an_error_comes_after_the_last_chunk() -> None:
    channel = Channel()
    channel.put(chunk(0, "a"))
    channel.end(RuntimeError("broken"))
    assert channel.take().text == "a"
    with pytest.raises(RuntimeError, match="broken"):
        channel.take()
    with pytest.raises(StopAsyncIteration):
        channel.take()


def test_a_closed_channel_keeps_nothing() -> None:
    channel = Channel()
    channel.put(chunk(0, "a"))
    channel.close()
    channel.put(chunk(0, "b"))
    with pytest.raises(StopAsyncIteration):
        channel.take()


async def test_wakeups_wait_unless_urgent() -> None:
    channel, wakeups = Channel(), Wakeups()

    async def woken(text: str, *, urgent: bool = False, force: bool = False) -> bool:
        future = channel.waiter()
        wakeups.add(channel.put(chunk(0, text)), urgent=urgent)
        wakeups.flush(force=force)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done = future.done()
        channel.take()
        return done

    assert await woken("first", force=True)
    assert not await woken("soon after")
    assert await woken("a finish reason", urgent=True)
    assert await woken("the engine is idle", force=True)


async def test_a_loop_that_was_closed_does_no_harm() -> None:
    channel, wakeups = Channel(), Wakeups()
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    loop.close()
    wakeups.add((loop, future), urgent=True)
    wakeups.flush()
    assert channel.take() is None


def test_drafts_are_what_followed_the_last_time() -> None:
    drafter = Drafter(8)
    assert drafter.draft([1, 2, 3, 4, 5], 8) == []
    assert drafter.draft([1, 2, 3, 4, 5, 1, 2], 8) == [3, 4, 5, 1]
    drafter.report(4, 4)
    tokens = [1, 2, 3, 4, 5, 1, 2, 3, 9, 2, 3]
    # Three tokens back decides before two: only (9, 2, 3) is new, (2, 3) was last followed by 9.
    assert drafter.draft(tokens, 8) == [9, 2, 3]
    assert drafter.draft(tokens, 2) == [9, 2]
    assert drafter.draft(tokens, 0) == []


def test_drafts_that_do_not_pay_become_rare() -> None:
    drafter = Drafter(8)
    tokens = [1, 2, 3] * 4
    made = 0
    for _ in range(100):
        window = drafter.draft(tokens, 8)
        made += bool(window)
        drafter.report(len(window), 0)
    assert made <= 7
    while not (window := drafter.draft(tokens, 8)):
        pass
    drafter.report(len(window), len(window))
    longer = drafter.draft(tokens, 8)
    assert len(longer) > len(window)


def test_sizes_go_by_the_model() -> None:
    model = MockModel()
    assert default_slots(model, 128) == 16
    assert default_prefill_chunk(model) == 256
    model.num_parameters = lambda: 1_400_000_000  # phi-1 on a CPU
    assert default_prefill_chunk(model) == 64
    model.config.num_hidden_layers = 10**9
    assert default_slots(model, 128) == 1
