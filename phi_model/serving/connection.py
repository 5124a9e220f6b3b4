"""The HTTP connection itself: the body that comes in, and the client that goes away."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.types import Receive

from phi_model.serving.errors import ApiError

T = TypeVar("T")


def require_key(api_key: str | None) -> Callable[[Request], Awaitable[None]]:
    """A route's dependency that lets nobody in without the key; None lets everybody in."""

    def digest(key: bytes) -> bytes:
        # Of equal length whatever was sent: the time to compare says nothing about the key.
        return hashlib.sha256(key).digest()

    expected = None if api_key is None else digest(api_key.encode("utf-8", "surrogateescape"))

    async def check(request: Request) -> None:
        if expected is None:
            return
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        # Headers are bytes; starlette reads them as Latin-1.
        sent = digest(key.strip().encode("latin-1"))
        if scheme.lower() != "bearer" or not hmac.compare_digest(sent, expected):
            raise ApiError(
                401,
                "a valid API key must be sent as 'Authorization: Bearer KEY'",
                headers={"WWW-Authenticate": "Bearer"},
            )

    return check


async def read_json(request: Request, limit: int) -> dict[str, Any]:
    """Reads the body as a JSON object.

    Args:
        request: the request.
        limit: bytes.

    Raises:
        ApiError: it is no JSON object, or longer than the limit.
    """
    # A page of another site can send a form or plain text here without asking, but not this type.
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, f"Content-Type must be application/json, got {kind or 'none'!r}")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise ApiError(413, f"the body must be at most {limit} bytes long")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"the body must be JSON: {error}") from None
    if not isinstance(value, dict):
        raise ApiError(400, f"the body must be a JSON object, got {type(value).__name__}")
    return value


async def unless_gone(work: Coroutine[Any, Any, T], receive: Receive) -> T | None:
    """Does the work, unless the client goes away first.

    Args:
        work: cancelled when the client has gone.
        receive: of the ASGI connection, whose body was read.

    Returns:
        What the work gave; None where it was cancelled.
    """
    task = asyncio.create_task(work)
    watcher = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({task, watcher}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        watcher.cancel()
        await asyncio.gather(task, watcher, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
