"""Runs the prompts of one call and gathers what they give.

Nothing a call started outlives `close`: not its tasks, and not the backend's requests behind them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time

from phi_model.backend import Backend, BusyError, CompletionChunk, Usage
from phi_model.serving.errors import ApiError
from phi_model.serving.protocol import Call

PROMPTS_AT_ONCE = 16
BUSY_POLL_S = 0.1


class Collector:
    """The running call.

    Args:
        backend: who completes.
        call: what was asked.

    Attributes:
        usage: of each choice that has ended.
        first_token_s: from the start to the first chunk.
        completion_tokens: tokens received so far, an echoed prompt's not among them.
        error: why the call broke off.
    """

    def __init__(self, backend: Backend, call: Call) -> None:
        self.usage: dict[int, Usage] = {}
        self.first_token_s: float | None = None
        self.completion_tokens = 0
        self.error: Exception | None = None
        self._backend = backend
        self._call = call
        self._choices = call.requests[0].n
        self._pending: dict[int, list[CompletionChunk]] = {}
        self._begun: set[int] = set()
        self._news = asyncio.Event()
        self._urgent = asyncio.Event()
        self._ended = asyncio.Event()
        self._places = asyncio.Semaphore(PROMPTS_AT_ONCE)
        self._started = time.perf_counter()
        self._tasks = [
            asyncio.create_task(self._complete(prompt)) for prompt in range(len(call.requests))
        ]
        self._running = len(self._tasks)

    @property
    def done(self) -> bool:
        """Nothing more will come; `take` gives what is left."""
        return self._running == 0 or self.error is not None

    @property
    def begun(self) -> bool:
        """Something came."""
        return bool(self._begun)

    async def wait(self, timeout: float, *, urgent: bool = False) -> bool:
        """Waits for news.

        Args:
            timeout: seconds.
            urgent: only the first chunk of a choice, and the end, count.

        Returns:
            Whether there are any.
        """
        event = self._urgent if urgent else self._news
        if not event.is_set():
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the event.
            waiter = asyncio.create_task(event.wait())
            try:
                await asyncio.wait({waiter}, timeout=timeout)
            finally:
                waiter.cancel()
        return event.is_set()

    def take(self) -> list[CompletionChunk]:
        """What came since the last call: one chunk for each choice, numbered over all prompts."""
        pending, self._pending = self._pending, {}
        if not self.done:
            self._news.clear()
            self._urgent.clear()
        return [_joined(index, chunks) for index, chunks in pending.items()]

    async def finish(self) -> list[CompletionChunk]:
        """Waits for the end and gives each choice as one chunk, in order.

        Raises:
            Exception: what broke the call off.
        """
        await self._ended.wait()
        if self.error is not None:
            raise self.error
        return sorted(self.take(), key=lambda chunk: chunk.index)

    async def close(self) -> None:
        """Cancels what still runs, and waits until it has."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _complete(self, prompt: int) -> None:
        try:
            async with self._places:
                while not await self._read(prompt):
                    await asyncio.sleep(BUSY_POLL_S)
        except Exception as error:
            self.error = self.error or error
        finally:
            self._running -= 1
            if self.done:
                for event in (self._news, self._urgent, self._ended):
                    event.set()

    async def _read(self, prompt: int) -> bool:
        """Completes one prompt; False when the backend was busy and it is worth waiting."""
        request = self._call.requests[prompt]
        session = self._call.session_of(prompt)
        try:
            stream = self._backend.stream(request, session=session)
            async with contextlib.aclosing(stream):
                async for chunk in stream:
                    self._put(prompt, chunk)
        except BusyError:
            # A call is turned away before it has begun, and not after.
            if not self._begun:
                raise
            return False
        return True

    def _put(self, prompt: int, chunk: CompletionChunk) -> None:
        index = prompt * self._choices + chunk.index
        if chunk.finish_reason == "error":
            raise ApiError(500, chunk.message or "the completion failed")
        if chunk.finish_reason == "cancelled":
            raise self._cancelled()
        if self.first_token_s is None:
            self.first_token_s = time.perf_counter() - self._started
        if chunk.usage is not None:
            self.usage[index] = chunk.usage
        self.completion_tokens += len(chunk.tokens)
        self._pending.setdefault(index, []).append(chunk)
        self._news.set()
        if index not in self._begun:
            self._begun.add(index)
            self._urgent.set()
            request = self._call.requests[prompt]
            if request.echo:
                self.completion_tokens -= max(len(request.prompt), 1)

    def _cancelled(self) -> ApiError:
        if self._call.session is not None:
            return ApiError(409, "a newer request of the same session took its place", "session_id")
        return ApiError(503, "the server is closing")


def _joined(index: int, chunks: list[CompletionChunk]) -> CompletionChunk:
    last = chunks[-1]
    return CompletionChunk(
        index=index,
        text="".join(chunk.text for chunk in chunks),
        tokens=tuple([token for chunk in chunks for token in chunk.tokens]),
        finish_reason=last.finish_reason,
        usage=last.usage,
    )
