"""The application around the page, and the server that runs it."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import gradio as gr
from fastapi import FastAPI

from phi_model.backend import Backend
from phi_model.serving import build_router, listen
from phi_model.serving.listen import open_link
from ui.page import build, mount_options

Tell = Callable[[str], None]


def create_app(backend: Backend, *, path: str = "/", api_key: str | None = None) -> FastAPI:
    """The application with the page at `path`, and the completions API beside it.

    The backend is closed when it shuts down.

    Args:
        backend: who completes, for the page and the API alike.
        path: of the page.
        api_key: what the API's clients must send; None lets everybody in, as the page does.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await backend.aclose()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.backend = backend
    app.include_router(build_router(backend, api_key=api_key))
    root_path = os.environ.get("GRADIO_ROOT_PATH")
    return gr.mount_gradio_app(
        app, build(backend), path=path, root_path=root_path, **mount_options()
    )


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


def serve(app: FastAPI, taken: socket.socket, *, share_link: bool, tell: Tell) -> None:
    """Serves until it is interrupted."""

    def ready() -> None:
        tell(f"Ready: open {open_link(taken)}")
        if share_link:
            threading.Thread(target=share, args=(taken, tell), daemon=True).start()

    listen.serve(app, taken, ready, app.state.backend.aclose)
