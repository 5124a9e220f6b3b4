"""Runs passes where the model is: on the resident engine's thread, between the steps of its streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from phi_model.backend import Backend
from phi_model.passes import Passes

CHUNK = 256  # tokens of a pass where no engine says otherwise
Result = TypeVar("Result")


class Runner:
    """Runs passes one after the other; every pass is one job of the engine, so that its streams wait for one at most.

    Args:
        backend: the page's. Where it has no engine in this process, heads run on a thread of their own.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._own: ThreadPoolExecutor | None = None

    @property
    def engine(self) -> Any:
        """The engine that is resident now; None where the model is elsewhere."""
        found = getattr(self._backend, "engine", self._backend)
        return found if hasattr(found, "submit") else None

    @property
    def resident(self) -> Any:
        """The model that is in memory now, if there is one; only `run` may run it."""
        return getattr(self.engine, "model", None)

    @property
    def chunk(self) -> int:
        """Most tokens of a pass."""
        return getattr(self.engine, "prefill_chunk", CHUNK)

    async def run(self, passes: Passes[Result]) -> Result:
        """Runs them to their end; the work between them is done on another thread.

        Raises:
            Exception: whatever they raise.
        """
        value: Any = None
        while True:
            call, result = await asyncio.to_thread(_send, passes, value)
            if call is None:
                return result
            value = await self._call(call)

    async def _call(self, call: Callable[[], Any]) -> Any:
        engine = self.engine
        try:
            return await asyncio.wrap_future(self._submit(engine, call))
        except RuntimeError:
            if engine is None or self.engine is engine:
                raise
            # The model was exchanged, and the old engine closed before the call had its turn.
            return await self._call(call)

    def _submit(self, engine: Any, call: Callable[[], Any]) -> Future[Any]:
        if engine is not None:
            return engine.submit(call)
        if self._own is None:
            self._own = ThreadPoolExecutor(1, "phi-heads")
        return self._own.submit(call)


def _send(passes: Passes[Any], value: Any) -> tuple[Callable[[], Any] | None, Any]:
    """The next call, or None and the result: a future cannot hold a StopIteration."""
    try:
        return passes.send(value), None
    except StopIteration as end:
        return None, end.value
