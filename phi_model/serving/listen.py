"""The socket, and the server on it."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

# Streams may be open for minutes; Ctrl+C need not wait for them.
SHUTDOWN_S = 2


def bind(host: str, port: int) -> socket.socket:
    """Takes an address to listen on.

    Raises:
        OSError: it is taken or not this machine's; the message names it and says what to do.
        ValueError: the port is no port.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"--port must be an integer from 0 to 65535, got {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: only then does asyncio send what is written at once. Otherwise small writes, as those of a
    # stream are, wait up to 40 ms for the reader to acknowledge the one before.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        # Another process could still take the port while the model loads, were we not listening.
        taken.listen(1)
    except OSError as error:
        taken.close()
        raise OSError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from error
    return taken


def open_link(taken: socket.socket) -> str:
    """Where a program on this machine finds the server."""
    host, port = taken.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


class _Server(uvicorn.Server):
    on_ready: Callable[[], None]
    on_stop: Callable[[], Awaitable[None]]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams end with a word to their readers then, and are not cut off.
        await self.on_stop()
        await super().shutdown(sockets)


def serve(
    app: Any,
    taken: socket.socket,
    on_ready: Callable[[], None],
    on_stop: Callable[[], Awaitable[None]],
) -> None:
    """Serves an ASGI application until it is interrupted.

    Args:
        app: the application.
        taken: a socket from `bind`.
        on_ready: called once requests are answered.
        on_stop: called when it is interrupted; ends what streams run.
    """
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=SHUTDOWN_S)
    server = _Server(config)
    server.on_ready, server.on_stop = on_ready, on_stop
    server.run(sockets=[taken])
