"""Helpers that read a stream to its end."""

from __future__ import annotations

import asyncio
import random
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


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.001)


async def random_traffic(engine: Engine, count: int, longest: int) -> None:
    """Runs requests of every kind at once, most of which are read to their end and some left on the way.

    Args:
        engine: who serves them.
        count: how many.
        longest: below this many tokens each.
    """
    generator = random.Random(7)

    async def one(index: int) -> None:
        await asyncio.sleep(generator.random() * 0.3)
        prompt = "x" * generator.randrange(1, 60) + str(index)
        fields = {
            "max_tokens": generator.randrange(0, longest),
            "temperature": generator.choice([0.0, 1.0]),
            "n": generator.choice([1, 1, 1, 3]),
            "best_of": generator.choice([None, None, 4]),
            "stop": generator.choice([(), ("ab",)]),
            "logprobs": generator.choice([None, 2]),
            "echo": generator.random() < 0.2,
            "repetition_penalty": generator.choice([1.0, 1.2]),
        }
        session = generator.choice([None, "a", "b", f"own {index}"])
        stream = engine.stream(CompletionRequest(prompt=prompt, **fields), session=session)
        seen = generator.choice([0, 1, 3, 1000, 1000])
        ended: dict[int, str] = {}
        async for chunk in stream:
            if chunk.finish_reason:
                ended[chunk.index] = chunk.finish_reason
            seen -= 1
            if seen <= 0:
                break
        else:
            assert len(ended) == fields["n"]
        if generator.random() < 0.5:
            await stream.aclose()

    await asyncio.gather(*(one(index) for index in range(count)))


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
