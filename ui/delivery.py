"""How the page and its scripts travel: asked for early, compressed, and kept by the browser."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.components import bundle_url

MOST_LINKS = 3_000  # bytes: nginx takes 4 KB of headers by default
FOR_EVER = "max-age=31536000, immutable"


class Delivery:
    """Middleware around Gradio's answers.

    - The page's answer names the scripts that the page will ask for, so that they come while the first ones run: Gradio
      asks for them one level of imports after the other.
    - The page, which Gradio sends as it is, is compressed: most of its 160 KB are the components' properties.
    - Files with a digest in their address never change, and browsers need not ask again.
    """

    def __init__(self, app: ASGIApp, modules: Sequence[str]) -> None:
        """Goes around `app`, whose page loads `modules`, files of its folder `assets`."""
        self._app = app
        links = [f"<.{quote(bundle_url(), safe='/=?')}>;rel=preload;as=script"]
        used = len(links[0])
        for name in modules:
            link = f"<./assets/{name}>;rel=modulepreload"
            used += len(link) + 1
            if used > MOST_LINKS:
                break
            links.append(link)
        self._links = ",".join(links)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, query = scope["path"], scope["query_string"]
        if path.endswith("/"):  # without it, the links would lead to another place
            packs = "gzip" in Headers(scope=scope).get("accept-encoding", "")
            send = _Page(send, self._links, packs and scope["method"] == "GET")
        elif "/assets/" in path or query.startswith(b"v="):
            send = _Kept(send)
        await self._app(scope, receive, send)


class _Kept:
    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            MutableHeaders(scope=message).setdefault("cache-control", FOR_EVER)
        await self._send(message)


class _Page:
    """Holds the beginning of an HTML answer back until its length is known."""

    def __init__(self, send: Send, links: str, packs: bool) -> None:
        self._send = send
        self._links = links
        self._packs = packs
        self._held: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if message["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
                headers.append("link", self._links)
                if self._packs and "content-encoding" not in headers:
                    headers.add_vary_header("accept-encoding")
                    self._held = message
                    return
        elif self._held is not None:
            start, self._held = self._held, None
            if not message.get("more_body"):
                body = gzip.compress(message.get("body", b""), 6)
                headers = MutableHeaders(scope=start)
                headers["content-encoding"] = "gzip"
                headers["content-length"] = str(len(body))
                message = {**message, "body": body}
            await self._send(start)
        await self._send(message)
