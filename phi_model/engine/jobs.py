"""Work of others on the engine's thread: one job at a time, between two steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class Jobs:
    """Calls that wait for the thread which owns the model; the oldest runs first.

    `add` is called from any thread, under the worker's lock; the rest on the engine's thread.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[Callable[[], Any], Future[Any]]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, call: Callable[[], Any]) -> Future[Any]:
        """Queues a call; its result, or what it raises, goes to the future."""
        future: Future[Any] = Future()
        self._waiting.append((call, future))
        return future

    def run_next(self) -> None:
        """Runs the oldest call whose future was not cancelled, if there is one."""
        while self._waiting:
            call, future = self._waiting.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = call()
            except BaseException as error:  # the thread must outlive whatever a caller does
                future.set_exception(error)
            else:
                future.set_result(result)
            return

    def close(self) -> None:
        """Fails what still waits."""
        while self._waiting:
            _, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                future.set_exception(RuntimeError("the engine is closed"))
