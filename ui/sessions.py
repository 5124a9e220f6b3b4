"""Who is streaming: one run for each browser tab, and how it is stopped."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")

TICK_S = 1 / 28  # a browser follows 25-30 updates a second; one update a token would queue up
HEARTBEAT_S = 0.25  # Gradio notices a closed tab only when something is yielded
REMEMBERED_STOPS = 1024


class Run:
    """One completion while it runs.

    Attributes:
        request: the browser's id of it.
        stopped: whether somebody asked it to end.
        superseded: whether a newer one of the same tab did.
    """

    def __init__(self, request: str) -> None:
        self.request = request
        self.stopped = False
        self.superseded = False
        self.wake = asyncio.Event()

    def stop(self, *, superseded: bool = False) -> None:
        """Asks it to end."""
        self.stopped = True
        self.superseded = self.superseded or superseded
        self.wake.set()


class Sessions:
    """The runs of all tabs. A new run of a tab supersedes its older one; nobody can stop another tab's."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        # A stop takes a shorter way than a request and may arrive first.
        self._stopped_early: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begin(self, session: str, request: str) -> Run:
        """Starts the run `request` of a tab."""
        older = self._runs.get(session)
        if older is not None:
            older.stop(superseded=True)
        run = self._runs[session] = Run(request)
        if request and self._stopped_early.pop((session, request), "") is None:
            run.stop()
        return run

    def stop(self, session: str, request: str) -> None:
        """Stops the run `request` of a tab, now or as soon as it begins."""
        run = self._runs.get(session)
        if run is not None and run.request == request:
            run.stop()
            return
        self._stopped_early[session, request] = None
        while len(self._stopped_early) > REMEMBERED_STOPS:
            self._stopped_early.popitem(last=False)

    def end(self, session: str, run: Run) -> None:
        """Forgets a run that is over."""
        if self._runs.get(session) is run:
            del self._runs[session]


async def batches(
    stream: AsyncIterator[T],
    run: Run,
    *,
    tick: float = TICK_S,
    heartbeat: float = HEARTBEAT_S,
) -> AsyncGenerator[list[T], None]:
    """Gathers what a stream sends into at most one batch a tick, and an empty one each `heartbeat` seconds of silence.

    The last batch does not wait for its tick.

    It ends with the stream or when `run` is stopped; either way the stream is closed, which cancels the request.

    Raises:
        Exception: whatever the stream raised, after what came before it.
    """
    pending: list[T] = []

    async def read() -> None:
        try:
            async for item in stream:
                pending.append(item)
                run.wake.set()
        finally:
            run.wake.set()

    reader = asyncio.create_task(read())
    try:
        while not run.stopped:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the event.
            waiter = asyncio.create_task(run.wake.wait())
            try:
                await asyncio.wait({waiter}, timeout=heartbeat)
            finally:
                waiter.cancel()
            if not run.wake.is_set():
                yield []
                continue
            run.wake.clear()
            over = reader.done()
            batch, pending[:] = pending[:], []
            if batch:
                yield batch
            if over:
                await reader
                return
            if batch and not run.stopped:
                await asyncio.wait({reader}, timeout=tick)
        if pending:
            yield pending
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
