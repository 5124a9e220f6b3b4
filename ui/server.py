"""The application around the page, and the server that runs it."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import gradio as gr
from fastapi import FastAPI

from phi_model.backend import Backend
from phi_model.engine.resident import Resident
from phi_model.serving import build_router, listen
from phi_model.serving.listen import open_link
from ui.delivery import Delivery
from ui.models.rules import Rules
from ui.modules import page_modules
from ui.page import LOCKED, build, mount_options
from ui.share.hosting import PUBLIC_LIMITS, PasswordGate, PublicBackend

# Gradio remembers 0.4 MB of each visit, of 10,000 of them. Nothing of ours is in it: a page whose visit is forgotten works on.
REMEMBERED_VISITS = 256

Tell = Callable[[str], None]


def create_app(
    backend: Backend,
    *,
    path: str = "/",
    root_path: str | None = None,
    api_key: str | None = None,
    auth: str | None = None,
    public: bool = False,
    rules: Rules = LOCKED,
) -> FastAPI:
    """The application with the page at `path`, and the completions API beside it.

    The backend is closed when it shuts down.

    Args:
        backend: who completes, for the page and the API alike.
        path: of the page.
        root_path: what a proxy strips from the addresses of both, such as "/phi".
        api_key: what the API's clients must send; None lets everybody in, as the page does.
        auth: `user:password`, asked of everybody, the API's clients included.
        public: whether one caller gets only what a public server can give everybody.
        rules: which models the page's visitors may choose, where `backend` is a `Resident`.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await backend.aclose()

    serving = PublicBackend(backend) if public else backend
    resident = backend if isinstance(backend, Resident) else None
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.backend = serving
    app.include_router(
        build_router(serving, api_key=api_key, limits=PUBLIC_LIMITS if public else None)
    )
    if auth is not None:
        app.add_middleware(PasswordGate, auth=auth, api_key=api_key)
    key = "API_KEY" if api_key is not None else "USER:PASSWORD" if auth is not None else None
    app.state.page = build(serving, key=key, public=public, resident=resident, rules=rules)
    app.state.page.state_session_capacity = REMEMBERED_VISITS
    kinds = (component["type"] for component in app.state.page.config["components"])
    app.add_middleware(Delivery, modules=page_modules(kinds))
    return gr.mount_gradio_app(
        app,
        app.state.page,
        path=path,
        root_path=root_path,
        **mount_options(public=public),
    )


def share(taken: socket.socket, tell: Tell) -> None:
    """Opens a public link; without a way out to the internet it says so, and the page goes on."""
    from gradio.networking import setup_tunnel

    try:
        link = setup_tunnel(
            "127.0.0.1", taken.getsockname()[1], secrets.token_urlsafe(32), None, None
        )
    except Exception as error:
        reason = " ".join(str(error).split())  # the relay's own log may follow
        tell(f"No public link, the page goes on without one: {reason}")
    else:
        tell(f"Public link, for up to a week: {link}")


def serve(app: FastAPI, taken: socket.socket, *, share_link: bool, tell: Tell) -> None:
    """Serves until it is interrupted."""

    def ready() -> None:
        tell(f"Ready: open {open_link(taken)}")
        if share_link:
            threading.Thread(target=share, args=(taken, tell), daemon=True).start()

    listen.serve(app, taken, ready, app.state.backend.aclose)
