"""The page where strangers use it: who may come in, and what one of them may ask."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from phi_model.backend import Backend, CompletionChunk
from phi_model.lease import leased
from phi_model.request import CompletionRequest, RequestError
from phi_model.serving import Limits

PUBLIC_TOKENS = 256
PUBLIC_CHOICES = 4
PUBLIC_LIMITS = Limits(
    max_tokens=PUBLIC_TOKENS, max_body_bytes=2**18, max_prompts=4, max_choices=PUBLIC_CHOICES
)
OPEN_PATHS = ("/health",)  # load balancers have no password


def public_address(env: Mapping[str, str]) -> str | None:
    """Where the world finds a Space; None elsewhere, where a browser's own address is the right one.

    The page around a Space's page hands the fragment of its own address down to it.
    """
    space = env.get("SPACE_ID")
    return f"https://huggingface.co/spaces/{space}" if space else None


def frame_address(env: Mapping[str, str]) -> str | None:
    """What an `<iframe>` in another page shows of a Space: the app itself, without the page around it."""
    host = env.get("SPACE_HOST")
    return f"https://{host}/" if env.get("SPACE_ID") and host else None


class PublicBackend:
    """A backend that gives one caller no more than a public server can give everybody.

    A completion ends after `PUBLIC_TOKENS` tokens, as it would by `max_tokens`.

    Args:
        backend: who completes.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def stream(
        self, request: CompletionRequest, *, session: str | None = None
    ) -> AsyncIterator[CompletionChunk]:
        """See `Backend.stream`.

        Raises:
            RequestError: more than `PUBLIC_CHOICES` completions are to be drawn.
        """
        for name in ("best_of", "n"):
            value = getattr(request, name)
            if value is not None and value > PUBLIC_CHOICES:
                rule = f"an integer from 1 to {PUBLIC_CHOICES} on this public server"
                raise RequestError(name, rule, value)
        capped = replace(request, max_tokens=min(request.max_tokens, PUBLIC_TOKENS))
        return self._backend.stream(capped, session=session)

    @contextmanager
    def lease(self) -> Iterator[Backend]:
        """See `phi_model.lease.leased`; the limits hold for the lease too."""
        with leased(self._backend) as current:
            yield PublicBackend(current)

    def __getattr__(self, name: str) -> Any:
        # All the rest of a backend costs little.
        return getattr(self._backend, name)


class PasswordGate:
    """Lets nobody near an application without the password, its API and its files included.

    A browser asks its user for it (HTTP Basic). A program may send it as a bearer token, `user:password`, where its
    client knows only API keys; so may one that has the API's own key.

    Args:
        app: the application behind it.
        auth: `user:password`.
        api_key: of the API, if it has one.

    Raises:
        ValueError: the user or the password is empty.
    """

    def __init__(self, app: ASGIApp, auth: str, api_key: str | None = None) -> None:
        if not all(auth.partition(":")):
            # The value is a secret: it is not repeated.
            raise ValueError("auth must be user:password, neither of them empty")
        self._app = app
        self._auth = _digest(auth.encode())
        self._key = None if api_key is None else _digest(api_key.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what may pass."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN_PATHS or self._may_pass(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._refuse(send)

    def _may_pass(self, scope: Scope) -> bool:
        header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, sent = header.partition(b" ")
        sent = sent.strip()
        if scheme.lower() == b"basic":
            try:
                sent = base64.b64decode(sent, validate=True)
            except binascii.Error:
                return False
        elif scheme.lower() != b"bearer":
            return False
        elif self._key is not None and hmac.compare_digest(_digest(sent), self._key):
            return True
        return hmac.compare_digest(_digest(sent), self._auth)

    @staticmethod
    async def _refuse(send: Send) -> None:
        body = b"This page asks for a user name and a password.\n"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"www-authenticate", b'Basic realm="Phi code studio", charset="UTF-8"'),
        ]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _digest(secret: bytes) -> bytes:
    # Of equal length whatever was sent: the time to compare says nothing about the secret.
    return hashlib.sha256(secret).digest()
