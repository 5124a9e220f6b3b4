"""Helpers that read a stream to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from phi_model.backend import CompletionChunk, TokenPiece, Usage
from phi_model.engine import Engine
from phi_model.request import CompletionRequest


@dataclass
class Completion:
    """All of one choice."""

    text: str = ""
    tokens: list[TokenPiece] = field(default_factory=list)
    finish_reason: str | None = None
    usage: Usage | None = None
    message: str | None = None

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]


async def read(stream: AsyncIterator[CompletionChunk]) -> list[Completion]:
    """Reads a stream to its end; the choices in order."""
    choices: dict[int, Completion] = {}
    async for chunk in stream:
        choice = choices.setdefault(chunk.index, Completion())
        assert choice.finish_reason is None, "a chunk came after the last one"
        choice.text += chunk.text
        choice.tokens += chunk.tokens
        choice.finish_reason = chunk.finish_reason
        choice.usage = chunk.usage
        choice.message = chunk.message
    return [choices[index] for index in sorted(choices)]


async def complete(
    engine: Engine, prompt: str | tuple[int, ...], session: str | None = None, **fields: object
) -> list[Completion]:
    """Runs one request; the choices in order."""
    fields = {"temperature": 0.0, **fields}
    request = CompletionRequest(prompt=prompt, **fields)
    return await read(engine.stream(request, session=session))


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.001)


def free_slots(engine: Engine) -> int:
    """Idle slots of the main lane."""
    return engine._worker.lane.table.free


async def all_quiet(engine: Engine) -> None:
    """Waits until nothing runs, and checks that nothing was left behind."""
    worker = engine._worker
    await until(lambda: worker.idle and worker._inbox.empty() and not worker.scheduler.jobs)
    lane = worker.lane
    await until(lambda: lane.table.free == len(lane.table.slots))
    assert [*lane.prefilling, *lane.decoding, *lane.queue, *worker.scheduler.waiting] == []
    assert not worker.scheduler._sessions
    assert worker.scheduler.depth() == 0
