"""A backend that is somebody else's server: this project's, vLLM, llama.cpp, SGLang, Ray Serve, transformers serve.

It speaks OpenAI's completions API. Servers differ in what they add and leave out, and they break: a stream ends at its
finish reason; one that breaks off before is resumed with what was received; busy and broken servers are asked again.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import httpx

from phi_model.backend import CompletionChunk, ModelInfo
from phi_model.engine.context import crop_start
from phi_model.request import CompletionRequest, RequestError
from phi_model.sampling import fresh_seed
from phi_model.serving.errors import RemoteError
from phi_model.serving.protocol import OWNER
from phi_model.serving.remote_run import Run
from phi_model.serving.remote_state import Prepared
from phi_model.serving.remote_wire import Unsteady, check_status

CONNECT_TIMEOUT_S = 5.0
# A hung server never closes. This project's sends a sign of life every 5 seconds.
READ_TIMEOUT_S = 15.0
# What Phi models have, where the server does not say.
CONTEXT_LENGTH = 2048
# Of Python, with the tokenizers of Phi; only where the server has no /tokenize.
BYTES_PER_TOKEN = 3.2
SEEDS = 2**31  # some servers take no larger one
NO_ROUTE = frozenset({404, 405, 501})


class RemoteBackend:
    """Completes code on a server; see `phi_model.backend.Backend`.

    A stream that broke off is resumed by token ids where the server gives them, else by text. With this project's server
    the result is the one an unbroken stream would have had, for the first choice of a request without presence and
    frequency penalties; otherwise it is another draw from the same distribution.

    Log-probabilities after the samplers come from this project's server only. Where a server names alternatives by text
    alone, their ids here are negative.

    Args:
        base_url: of the server, with or without "/v1".
        model: its name there; None takes the first of the server's list.
        api_key: sent as a bearer token.
        context_length: tokens of prompt and completion together, where the server does not say.
        read_timeout: seconds of silence after which the server counts as hung.

    Raises:
        ValueError: the URL is none.
        RemoteError: the server cannot be reached, or has no models.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        api_key: str | None = None,
        *,
        context_length: int | None = None,
        read_timeout: float = READ_TIMEOUT_S,
    ) -> None:
        url = base_url.rstrip("/").removesuffix("/v1")
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"base_url must begin with http:// or https://, got {base_url!r}")
        self.url = url
        self._options: dict[str, Any] = {
            "base_url": url,
            "headers": {"Authorization": f"Bearer {api_key}"} if api_key else {},
            "timeout": httpx.Timeout(read_timeout, connect=CONNECT_TIMEOUT_S),
            "limits": httpx.Limits(max_connections=None),
        }
        self._sync = httpx.Client(**self._options)
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient]
        self._clients = weakref.WeakKeyDictionary()
        self._runs: weakref.WeakValueDictionary[str, Run] = weakref.WeakValueDictionary()
        self._texts: dict[int, str] = {}
        self._named: dict[str, int] = {}
        self._tokenizes = True
        self.plain = False
        described = self._describe(model)
        self.model: str = described["id"]
        self.final_ids = described.get("owned_by") == OWNER
        self.context_length = context_length or described.get("max_model_len") or CONTEXT_LENGTH
        self.info = ModelInfo(
            name=self.model,
            revision=described.get("revision"),
            parameters=described.get("parameters") or 0,
            dtype=described.get("dtype") or "unknown",
            device=f"{httpx.URL(url).netloc.decode()} ({described.get('device') or 'remote'})",
            memory_bytes=described.get("memory_bytes") or 0,
            context_length=self.context_length,
            vocab_size=described.get("vocab_size") or 0,
            quantization=described.get("quantization"),
            fingerprint=described.get("fingerprint"),
        )

    def stream(
        self, request: CompletionRequest, *, session: str | None = None
    ) -> AsyncIterator[CompletionChunk]:
        """Starts a request when the iterator is first asked; closing it hangs up.

        Raises, from the iterator:
            BusyError: the server stayed busy.
            RemoteError: it refused, or failed before it gave anything. Later the choices end as "error".
            RequestError: the request does not fit the model.
        """
        seed = fresh_seed() % SEEDS if request.seed is None else request.seed
        run = Run(self, request, seed, session)
        if session is not None:
            older = self._runs.get(session)
            self._runs[session] = run
            if older is not None:
                older.supersede()
        return run.chunks()

    def count_tokens(self, text: str) -> int:
        """How many tokens a text makes; an estimate where the server cannot tell. Asks the server, so it blocks."""
        if self._tokenizes:
            try:
                return len(self.tokenize(text))
            except RemoteError as error:
                if error.status not in NO_ROUTE:
                    raise
        return round(len(text.encode()) / BYTES_PER_TOKEN)

    def tokenize(self, text: str) -> list[int]:
        """The ids of a text. Asks the server, so it blocks.

        Raises:
            RemoteError: the server cannot tell.
        """
        return self._ask("/tokenize", {"prompt": text})["tokens"]

    def detokenize(self, ids: Sequence[int]) -> str:
        """The text of ids. Asks the server, so it blocks.

        Raises:
            RemoteError: the server cannot tell.
        """
        return self._ask("/detokenize", {"tokens": list(ids)})["prompt"]

    def token_text(self, token_id: int) -> str:
        """A token as text. It is known of every token with log-probabilities; of others the server is asked."""
        known = self._texts.get(token_id)
        if known is None:
            known = self._texts[token_id] = self.detokenize([token_id])
        return known

    async def aclose(self) -> None:
        """Hangs up."""
        self._sync.close()
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    # What a run needs.

    def client(self) -> httpx.AsyncClient:
        """The running loop's client: connections cannot be shared between loops."""
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = httpx.AsyncClient(**self._options)
        return client

    def learn(self, token: int | None, text: str) -> int:
        """Remembers a token's text, and names a token of which only that is known."""
        if token is None:
            token = self._named.setdefault(text, -len(self._named) - 1)
        else:
            self._named.setdefault(text, token)
        self._texts[token] = text
        return token

    async def prepare(self, request: CompletionRequest) -> Prepared:
        """Crops a prompt that outgrew the context in the engine's way; servers would refuse it."""
        budget = self.context_length - request.max_tokens
        if budget < 1:
            rule = f"below the context length of {self.context_length}"
            raise RequestError("max_tokens", rule, request.max_tokens)
        prompt = request.prompt
        echo = request.echo and request.logprobs is None and isinstance(prompt, str)
        if echo:
            request = replace(request, echo=False)
        # A token has at least one byte.
        length = len(prompt.encode()) if isinstance(prompt, str) else len(prompt)
        if length <= budget:
            return Prepared(request, 0, prompt if echo else "")
        ids, texts = await self._tokens_of(prompt)
        if ids is None:
            return Prepared(request, 0, prompt if echo else "")
        start = crop_start(range(len(ids)), budget, lambda at: texts[at].endswith("\n"))
        kept = replace(request, prompt=tuple(ids[start:]))
        return Prepared(kept, start, "".join(texts[start:]) if echo else "")

    async def _tokens_of(
        self, prompt: str | tuple[int, ...]
    ) -> tuple[Sequence[int] | None, list[str]]:
        """The ids and texts of a prompt; None where the server cannot tell."""
        if not isinstance(prompt, str):
            return prompt, [""] * len(prompt)
        if not self._tokenizes:
            return None, []
        body = {"prompt": prompt, "model": self.model, "return_token_strs": True}
        try:
            response = await self.client().post("/tokenize", json=body)
        except httpx.TransportError as error:
            raise RemoteError(f"{self.url} cannot be reached: {error!r}") from error
        if response.status_code in NO_ROUTE:
            self._tokenizes = False
            return None, []
        try:
            await check_status(response)
        except Unsteady as error:
            raise RemoteError(str(error)) from error
        told = response.json()
        return told["tokens"], told.get("token_strs") or [""] * len(told["tokens"])

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._sync.post(path, json={**body, "model": self.model})
        except httpx.TransportError as error:
            raise RemoteError(f"{self.url} cannot be reached: {error!r}") from error
        if response.status_code != 200:
            if response.status_code in NO_ROUTE and path == "/tokenize":
                self._tokenizes = False
            status = response.status_code
            raise RemoteError(f"{self.url}{path} answered {status}", status)
        return response.json()

    def _describe(self, model: str | None) -> dict[str, Any]:
        """The server's own words about a model."""
        try:
            response = self._sync.get("/v1/models")
        except httpx.TransportError as error:
            raise RemoteError(f"{self.url} cannot be reached: {error!r}") from error
        if response.status_code == 200:
            entries = response.json().get("data") or []
            for entry in entries:
                if model in (None, entry.get("id")):
                    return entry
        elif model is None or response.status_code not in NO_ROUTE:
            status = response.status_code
            raise RemoteError(f"{self.url}/v1/models answered {status}", status)
        if model is None:
            raise RemoteError(f"{self.url} has no models")
        # Some servers answer to names that they do not list.
        return {"id": model}
