"""From the engine's thread to an asyncio caller.

The worker holds the channel, the caller the stream: when the caller drops the stream without closing
it, nothing else keeps it alive, and the request is cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

from phi_model.backend import CompletionChunk

# Far below what an eye, or an editor that draws 60 frames a second, can tell from at once.
WAKE_INTERVAL_S = 0.004

Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Channel:
    """Chunks on their way to one caller; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunks: deque[CompletionChunk] = deque()
        self._waiter: Waiter | None = None
        self._error: BaseException | None = None
        self.ended = False  # nothing more will be put
        self.closed = False  # nobody reads any more

    def put(self, chunk: CompletionChunk) -> Waiter | None:
        """Adds a chunk; returns the caller that has to be woken, if one waits."""
        with self._lock:
            if not self.closed:
                self._chunks.append(chunk)
            return self._take_waiter()

    def end(self, error: BaseException | None = None) -> Waiter | None:
        """Says that no chunk follows; an error is raised in the caller after the last chunk."""
        with self._lock:
            self.ended, self._error = True, error
            return self._take_waiter()

    def close(self) -> None:
        """Says that nobody reads any more."""
        with self._lock:
            self.closed = True
            self._chunks.clear()

    def take(self) -> CompletionChunk | None:
        """Takes what is there of the next choice, as one chunk; None when nothing is.

        A caller that is slower than the model gets fewer and larger chunks.

        Raises:
            StopAsyncIteration: nothing is there and nothing will be.
        """
        with self._lock:
            if self._chunks:
                first = self._chunks.popleft()
                run = [first]
                while (
                    self._chunks
                    and run[-1].finish_reason is None
                    and self._chunks[0].index == first.index
                ):
                    run.append(self._chunks.popleft())
                return first if len(run) == 1 else _joined(run)
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            if self.ended or self.closed:
                raise StopAsyncIteration
            return None

    def waiter(self) -> asyncio.Future[None] | None:
        """A future of the running loop that resolves when there is something to take."""
        with self._lock:
            if self._chunks or self.ended or self.closed:
                return None
            loop = asyncio.get_running_loop()
            future: asyncio.Future[None] = loop.create_future()
            self._waiter = (loop, future)
            return future

    def _take_waiter(self) -> Waiter | None:
        waiter, self._waiter = self._waiter, None
        return waiter


def _joined(run: list[CompletionChunk]) -> CompletionChunk:
    last = run[-1]
    return CompletionChunk(
        index=last.index,
        text="".join(chunk.text for chunk in run),
        tokens=tuple(token for chunk in run for token in chunk.tokens),
        finish_reason=last.finish_reason,
        usage=last.usage,
        message=last.message,
    )


class Wakeups:
    """Callers to wake at the end of a step: one call into each event loop, not one a chunk.

    Waking a loop takes the interpreter from the engine's thread, so ordinary chunks wait until
    `WAKE_INTERVAL_S` has passed; what came in the meantime goes out with them.
    """

    def __init__(self) -> None:
        self._futures: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        self._urgent = False
        self._last = 0.0

    def add(self, waiter: Waiter | None, *, urgent: bool = False) -> None:
        """Notes a caller; None is ignored.

        Args:
            waiter: what `Channel.put` or `Channel.end` returned.
            urgent: a first token or an end, for which nobody should wait.
        """
        if waiter is not None:
            self._futures.setdefault(waiter[0], []).append(waiter[1])
            self._urgent = self._urgent or urgent

    def flush(self, *, force: bool = False) -> None:
        """Wakes them, if it is time or ``force`` is true."""
        if not self._futures:
            return
        now = time.perf_counter()
        if force or self._urgent or now - self._last >= WAKE_INTERVAL_S:
            self._last, self._urgent = now, False
            pending, self._futures = self._futures, {}
            for loop, futures in pending.items():
                # A loop that was closed has nobody left to wake; dropping its streams cancels them.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(_resolve, futures)


def _resolve(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


class CompletionStream(AsyncIterator[CompletionChunk]):
    """What a caller iterates over. Closing it, dropping it or cancelling its reader cancels.

    Args:
        channel: where the chunks come from.
        cancel: tells the engine; callable from any thread, even inside the garbage collector.
    """

    def __init__(self, channel: Channel, cancel: Callable[[], None]) -> None:
        self._channel = channel
        self._cancel = cancel

    def __aiter__(self) -> CompletionStream:
        return self

    async def __anext__(self) -> CompletionChunk:
        while True:
            chunk = self._channel.take()
            if chunk is not None:
                return chunk
            future = self._channel.waiter()
            if future is not None:
                try:
                    await future
                except asyncio.CancelledError:
                    self._close()
                    raise

    async def aclose(self) -> None:
        """Cancels the request, if it still runs. Further iteration ends at once."""
        self._close()

    async def __aenter__(self) -> CompletionStream:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._close()

    def _close(self) -> None:
        if not self._channel.closed:
            running = not self._channel.ended
            self._channel.close()
            if running:
                self._cancel()

    def __del__(self) -> None:
        # The channel's lock may be held by the very thread that collects: only the lock-free part.
        if not self._channel.ended and not self._channel.closed:
            self._cancel()
