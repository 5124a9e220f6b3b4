"""The application around the page, and the server that runs it."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import gradio as gr
import uvicorn
from fastapi import FastAPI

from phi_model.backend import Backend
from ui.page import build, mount_options

# A browser keeps its event stream open; Ctrl+C need not wait for it.
SHUTDOWN_S = 2

Tell = Callable[[str], None]


def create_app(backend: Backend, *, path: str = "/") -> FastAPI:
    """The application with the page at `path`. The backend is closed when it shuts down."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await backend.aclose()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    root_path = os.environ.get("GRADIO_ROOT_PATH")
    return gr.mount_gradio_app(
        app, build(backend), path=path, root_path=root_path, **mount_options()
    )


def bind(host: str, port: int) -> socket.socket:
    """Takes an address to listen on.

    Raises:
        OSError: it is taken or not this machine's; the message names it and says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
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
    """Where a browser on this machine finds the page."""
    host, port = taken.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


def share(taken: socket.socket, tell: Tell) -> None:
    """Opens a public link; without a way out to the internet it says so, and the page goes on."""
    from gradio.networking import setup_tunnel

    try:
        link = setup_tunnel(
            "127.0.0.1", taken.getsockname()[1], secrets.token_urlsafe(32), None, None
        )
    except Exception as error:
        tell(f"No public link: {error}")
    else:
        tell(f"Public link, for up to a week: {link}")


class _Server(uvicorn.Server):
    on_ready: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()


def serve(app: FastAPI, taken: socket.socket, *, share_link: bool, tell: Tell) -> None:
    """Serves until it is interrupted."""
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=SHUTDOWN_S)
    server = _Server(config)

    def ready() -> None:
        tell(f"Ready: open {open_link(taken)}")
        if share_link:
            threading.Thread(target=share, args=(taken, tell), daemon=True).start()

    server.on_ready = ready
    server.run(sockets=[taken])
