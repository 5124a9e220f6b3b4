"""Requests to, and events from, servers that are more or less like OpenAI's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from phi_model.backend import Alternatives, TokenPiece
from phi_model.request import CompletionRequest
from phi_model.serving.errors import RemoteError
from phi_model.serving.wire import LOWEST_LOGPROB

MAX_ERROR_TEXT = 300
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
# Neutral values: servers have defaults of their own, so even these are sent where they are understood.
_NEUTRAL = {
    "top_k": 0,
    "min_p": 0.0,
    "typical_p": 1.0,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
}
_OPTIONAL = {"presence_penalty": 0.0, "frequency_penalty": 0.0, "n": 1, "best_of": None}


class Unsteady(Exception):
    """Something that may go better the next time.

    Attributes:
        retry_after: seconds that the server asks to wait.
        busy: it was too much at once.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, busy: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.busy = busy


def payload(request: CompletionRequest, model: str | None, seed: int) -> dict[str, Any]:
    """The part of a request's JSON that every server understands."""
    prompt = request.prompt
    body: dict[str, Any] = {
        "prompt": prompt if isinstance(prompt, str) else list(prompt),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": seed,
        "stream": True,
    }
    if model is not None:
        body["model"] = model
    for name, neutral in _OPTIONAL.items():
        if getattr(request, name) != neutral:
            body[name] = getattr(request, name)
    if request.stop:
        body["stop"] = list(request.stop)
    if request.logit_bias:
        body["logit_bias"] = {str(token): value for token, value in request.logit_bias.items()}
    if request.echo:
        body["echo"] = True
    if request.logprobs is not None:
        body["logprobs"] = request.logprobs
    return body


def extensions(request: CompletionRequest) -> dict[str, Any]:
    """What some servers understand, most ignore, and transformers' refuses."""
    return {
        **{name: getattr(request, name) for name in _NEUTRAL},
        "stream_options": {"include_usage": True},
        "return_token_ids": True,
        "return_pieces": True,
    }


def needed_extension(request: CompletionRequest) -> str | None:
    """A sampling parameter beyond OpenAI's that the request cannot go without."""
    for name, neutral in _NEUTRAL.items():
        value = getattr(request, name)
        if value != neutral and not (name == "top_k" and value == -1):
            return name
    return None


async def check_status(response: httpx.Response) -> None:
    """Reads what an error answer says.

    Raises:
        Unsteady: it may go better the next time.
        RemoteError: it will not.
    """
    if response.status_code == 200:
        return
    await response.aread()
    status = response.status_code
    message = f"{response.url.host} answered {status}: {_error_text(response)}"
    if status in RETRIED:
        busy = status in (429, 503)
        raise Unsteady(message, retry_after=_retry_after(response), busy=busy)
    raise RemoteError(message, status)


async def events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """The JSON of each event, up to the "[DONE]" or the end of the stream.

    Lines end where HTTP says that they do; httpx's own line reader also ends them at U+2028.

    Raises:
        Unsteady, RemoteError: an event says that the server failed, or makes no sense.
    """
    rest = b""
    async for part in response.aiter_bytes():
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            # Everything else is a comment, or a field that completions have no use for.
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if data == b"[DONE]":
                return
            yield _event(data)


def _event(data: bytes) -> dict[str, Any]:
    try:
        event = json.loads(data)
    except ValueError:
        raise Unsteady(f"an event is no JSON: {data[:MAX_ERROR_TEXT]!r}") from None
    if not isinstance(event, dict):
        raise RemoteError(f"an event is no JSON object: {data[:MAX_ERROR_TEXT]!r}")
    error = event.get("error")
    if error:
        told = error if isinstance(error, dict) else {"message": error}
        code = told.get("code")
        message = str(told.get("message"))[:MAX_ERROR_TEXT]
        if code in (429, 503):
            raise Unsteady(message, busy=True)
        raise RemoteError(message, code if isinstance(code, int) else None)
    return event


def _error_text(response: httpx.Response) -> str:
    """OpenAI's error form, FastAPI's, or whatever text it is (Ray Serve's overload is plain)."""
    try:
        body = response.json()
    except ValueError:
        body = response.text
    for key in ("error", "detail", "message"):
        if isinstance(body, dict) and key in body:
            body = body[key]
    text = body if isinstance(body, str) else json.dumps(body)
    return " ".join(text.split())[:MAX_ERROR_TEXT] or "no more"


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    try:
        return max(float(value), 0.0)
    except ValueError:
        return None  # a date; the usual pause will do


class PieceReader:
    """Makes a choice's tokens of its events.

    Args:
        learn: told each token's text; it gives the id of a text whose id the server did not say.
    """

    def __init__(self, learn: Callable[[int | None, str], int]) -> None:
        self._learn = learn
        self._bytes = 0  # of the choice's text before this event
        self._base = 0  # of the text before this answer
        self._characters = 0  # of this answer before this event

    def skip(self, text: str = "") -> None:
        """The next event is the first of an answer that goes on behind what was read, and behind this text."""
        self._bytes += len(text.encode())
        self._base, self._characters = self._bytes, 0

    def read(self, choice: dict[str, Any], text: str) -> tuple[TokenPiece, ...]:
        """The tokens of an event.

        Where only ids are known, the event's last token is said to make all of its text.
        """
        before = self._bytes
        self._bytes += len(text.encode())
        try:
            if isinstance(choice.get("pieces"), list):
                return tuple([self._own(told) for told in choice["pieces"]])
            ids = choice.get("token_ids")
            if choice.get("logprobs"):
                return self._openai(choice["logprobs"], ids, text, before)
            if not ids:
                return ()
            spans = [(before, before)] * (len(ids) - 1) + [(before, self._bytes)]
            return tuple([TokenPiece(i, *span) for i, span in zip(ids, spans, strict=True)])
        finally:
            self._characters += len(text)

    def _own(self, told: dict[str, Any]) -> TokenPiece:
        start, end = self._base + told["start"], self._base + told["end"]
        if "logprob" not in told:
            return TokenPiece(told["id"], start, end)
        self._learn(told["id"], told["text"])
        return TokenPiece(
            told["id"],
            start,
            end,
            _logprob(told["logprob"]),
            self._rows(told["top"]),
            _logprob(told["sampler_logprob"]),
            self._rows(told["sampler_top"]),
            tuple([None if name is None else str(name) for name in told.get("removed_by") or ()]),
            tuple([(str(name), int(count)) for name, count in told.get("removed") or ()]),
        )

    def _rows(self, rows: list[list[Any]]) -> Alternatives:
        return tuple([(self._learn(i, text), _logprob(value)) for i, value, text in rows])

    def _openai(
        self, told: dict[str, Any], ids: list[int] | None, text: str, before: int
    ) -> tuple[TokenPiece, ...]:
        labels, values = told["tokens"], told["token_logprobs"]
        tops = told.get("top_logprobs") or [None] * len(labels)
        if not ids or len(ids) != len(labels):
            ids = [None] * len(labels)
        offsets = [o - self._characters for o in told.get("text_offset") or ()]
        if len(offsets) != len(labels) or offsets[:1] != [0]:
            # Some servers count from the prompt on.
            ends = [len("".join(labels[: i + 1])) for i in range(len(labels))]
            offsets = [0, *ends[:-1]]
        ends = [*offsets[1:], len(text)]
        pieces = []
        rows = zip(ids, labels, values, tops, offsets, ends, strict=True)
        for token, label, value, top, start, end in rows:
            pieces.append(
                TokenPiece(
                    self._learn(token, label),
                    before + len(text[:start].encode()),
                    before + len(text[:end].encode()),
                    _logprob(value),
                    self._ranked(top or {}),
                )
            )
        return tuple(pieces)

    def _ranked(self, top: dict[str, float]) -> Alternatives:
        best = sorted(top.items(), key=lambda item: -item[1])
        return tuple([(self._learn(None, label), _logprob(value)) for label, value in best])


def _logprob(value: float | None) -> float | None:
    return float("-inf") if value is not None and value <= LOWEST_LOGPROB else value
