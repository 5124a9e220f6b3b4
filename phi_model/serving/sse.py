"""The answer as server-sent events."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from phi_model.backend import Backend
from phi_model.serving.collector import Collector
from phi_model.serving.connection import unless_gone
from phi_model.serving.errors import api_error
from phi_model.serving.protocol import Call
from phi_model.serving.wire import ChoiceWriter, answer, event, usage_json

# A fast model draws hundreds of tokens a second; eyes and proxies want fewer events.
EVENT_INTERVAL_S = 0.04
# Readers give up on a silent server; a long prompt on a CPU takes longer than they wait.
KEEP_ALIVE_S = 5.0
KEEP_ALIVE = b": still working\n\n"


async def events(call: Call, collector: Collector, backend: Backend) -> AsyncIterator[bytes]:
    """The events of a call. The first token of each choice and the end go out at once; between them a choice has at
    most one event in `EVENT_INTERVAL_S`."""
    writers: dict[int, ChoiceWriter] = {}
    last = float("-inf")
    while True:
        if not await collector.wait(KEEP_ALIVE_S):
            yield KEEP_ALIVE
            continue
        early = last + EVENT_INTERVAL_S - time.perf_counter()
        if early > 0:
            await collector.wait(early, urgent=True)
        done = collector.done
        for chunk in collector.take():
            writer = writers.get(chunk.index)
            if writer is None:
                writer = writers[chunk.index] = ChoiceWriter(call, chunk.index, backend)
            yield event(answer(call, [writer.write(chunk)]))
        last = time.perf_counter()
        if done:
            break
    if collector.error is not None:
        yield event(api_error(collector.error).body())
    elif call.include_usage:
        yield event(answer(call, [], usage=usage_json(call, collector.usage)))
    yield event("[DONE]")


class EventStream(Response):
    """Sends events, and ends the work behind them with the connection, whoever closes it.

    Starlette's own streaming response leaves the closing of its generator to the garbage collector; here the backend's
    request has ended when the response has.

    Args:
        body: the events.
        close: called at the end, whatever the end was; True says that the client went away before it.
    """

    media_type = "text/event-stream"

    def __init__(
        self, body: AsyncIterator[bytes], close: Callable[[bool], Awaitable[None]]
    ) -> None:
        # Proxies must neither keep nor gather the events.
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._body = body
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = True
        try:
            gone = not await unless_gone(self._send(send), receive)
        finally:
            await self._close(gone)

    async def _send(self, send: Send) -> bool:
        headers = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **headers})
        async for body in self._body:
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return True
