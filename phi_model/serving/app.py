"""The routes."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException

from phi_model.backend import Backend, BusyError
from phi_model.lease import UnavailableError, leased
from phi_model.request import RequestError
from phi_model.serving.collector import Collector
from phi_model.serving.connection import read_json, require_key, unless_gone
from phi_model.serving.errors import ApiError, ApiRoute
from phi_model.serving.metrics import CONTENT_TYPE, Metrics, Outcome
from phi_model.serving.protocol import (
    OWNER,
    Call,
    Limits,
    check_model,
    parse_call,
    token_ids,
    tokenize,
)
from phi_model.serving.sse import EventStream, events
from phi_model.serving.wire import ChoiceWriter, answer, usage_json

SESSION_HEADER = "x-session-id"
# How long a stream's first token may take before the 200 goes out; an error within it has a status of its own.
ADMISSION_S = 1.0


def build_app(
    backend: Backend, *, api_key: str | None = None, limits: Limits | None = None
) -> FastAPI:
    """The API as an application of its own.

    Args:
        backend: who completes; it stays the caller's to close.
        api_key: must be sent with every call but `/health`; None lets everybody in.
        limits: what one call may ask.
    """
    # No pages about the API: they would load scripts from another host.
    app = FastAPI(title=OWNER, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(build_router(backend, api_key=api_key, limits=limits))

    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        message = f"{request.method} {request.url.path}: {error.detail}"
        return ApiError(error.status_code, message, headers=error.headers).response()

    return app


def build_router(
    backend: Backend, *, api_key: str | None = None, limits: Limits | None = None
) -> APIRouter:
    """The API's routes, to be included in an application. The arguments are those of `build_app`."""
    limits = limits or Limits()
    metrics = Metrics()
    created = int(time.time())
    # Open to load balancers, which have no key.
    router = APIRouter(route_class=ApiRoute)
    guarded = APIRouter(route_class=ApiRoute, dependencies=[Depends(require_key(api_key))])

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @guarded.post("/v1/completions")
    async def completions(request: Request) -> Response:
        return await Completions(backend, limits, metrics).answer(request)

    @guarded.get("/v1/models")
    async def models() -> dict[str, Any]:
        with ExitStack() as held:
            try:
                current = held.enter_context(leased(backend))
            except UnavailableError:
                return {"object": "list", "data": []}
            return {"object": "list", "data": [_model(current, created)]}

    @guarded.get("/v1/models/{name:path}")
    async def model(name: str) -> dict[str, Any]:
        with leased(backend) as current:
            check_model(name, current)
            return _model(current, created)

    @guarded.post("/tokenize")
    async def tokens(request: Request) -> dict[str, Any]:
        body = await read_json(request, limits.max_body_bytes)
        with leased(backend) as current:
            check_model(body.get("model"), current)
            ids = await tokenize(body.get("prompt"), current)
            wanted = body.get("return_token_strs")
            return {
                "count": len(ids),
                "max_model_len": current.info.context_length,
                "tokens": ids,
                "token_strs": [current.token_text(i) for i in ids] if wanted else None,
            }

    @guarded.post("/detokenize")
    async def text(request: Request) -> dict[str, str]:
        body = await read_json(request, limits.max_body_bytes)
        with leased(backend) as current:
            check_model(body.get("model"), current)
            ids = token_ids(body.get("tokens"), current, "tokens")
            return {"prompt": await asyncio.to_thread(current.detokenize, ids)}

    @guarded.get("/metrics")
    async def prometheus() -> Response:
        return PlainTextResponse(metrics.render(backend), media_type=CONTENT_TYPE)

    router.include_router(guarded)
    return router


def _model(backend: Backend, created: int) -> dict[str, Any]:
    """A model as OpenAI's list has it, with vLLM's length and what else is known of it."""
    info = backend.info
    return {
        "id": info.name,
        "object": "model",
        "created": created,
        "owned_by": OWNER,
        "root": info.name,
        "parent": None,
        "max_model_len": info.context_length,
        "permission": [],
        "revision": info.revision,
        "parameters": info.parameters,
        "vocab_size": info.vocab_size,
        "dtype": info.dtype,
        "device": info.device,
        "memory_bytes": info.memory_bytes,
        "quantization": info.quantization,
        "fingerprint": info.fingerprint,
    }


class Completions:
    """One call of `/v1/completions`, and its trace in the metrics."""

    def __init__(self, backend: Backend, limits: Limits, metrics: Metrics) -> None:
        self._backend = backend
        self._lease = ExitStack()
        self._limits = limits
        self._metrics = metrics
        self._started = time.perf_counter()

    async def answer(self, request: Request) -> Response:
        """Reads, checks, completes, answers.

        Raises:
            Exception: what `api_error` turns into an answer.
        """
        try:
            body = await read_json(request, self._limits.max_body_bytes)
            session = request.headers.get(SESSION_HEADER)
            # Another model may come while this call runs; it ends on the one that it began on.
            self._backend = self._lease.enter_context(leased(self._backend))
            call = await parse_call(body, self._backend, self._limits, session)
        except BaseException as error:
            self._lease.close()
            if isinstance(error, ApiError | RequestError):
                self._metrics.count("refused")
            elif isinstance(error, UnavailableError):
                self._metrics.count("busy")
            raise
        self._metrics.running += 1
        collector = Collector(self._backend, call)
        try:
            if call.stream:
                return await self._stream(call, collector)
            response = await unless_gone(self._whole(call, collector), request.receive)
        except BaseException:
            await self._close(call, collector)
            raise
        await self._close(call, collector, gone=response is None)
        # Nobody reads the answer to a client that has gone.
        return response or Response(status_code=499)

    async def _stream(self, call: Call, collector: Collector) -> Response:
        await collector.wait(ADMISSION_S)
        if collector.error is not None and not collector.begun:
            raise collector.error

        async def close(gone: bool) -> None:
            await self._close(call, collector, gone=gone)

        return EventStream(events(call, collector, self._backend), close)

    async def _whole(self, call: Call, collector: Collector) -> Response:
        chunks = await collector.finish()
        choices = [ChoiceWriter(call, chunk.index, self._backend).write(chunk) for chunk in chunks]
        return JSONResponse(answer(call, choices, usage=usage_json(call, collector.usage)))

    async def _close(self, call: Call, collector: Collector, gone: bool = False) -> None:
        await collector.close()
        self._lease.close()
        metrics, usage = self._metrics, usage_json(call, collector.usage)
        metrics.running -= 1
        metrics.count(_outcome(collector.error, gone))
        metrics.prompt_tokens += usage["prompt_tokens"]
        metrics.cached_tokens += usage["prompt_tokens_details"]["cached_tokens"]
        metrics.completion_tokens += collector.completion_tokens
        metrics.duration.observe(time.perf_counter() - self._started)
        if collector.first_token_s is not None:
            metrics.first_token.observe(collector.first_token_s)


def _outcome(error: Exception | None, gone: bool) -> Outcome:
    if isinstance(error, BusyError):
        return "busy"
    if isinstance(error, RequestError):
        return "refused"
    if isinstance(error, ApiError) and error.status == 409:
        return "cancelled"
    if error is not None:
        return "failed"
    return "cancelled" if gone else "ok"
