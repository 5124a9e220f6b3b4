"""The page's own API for `gradio_client`: one request in, its texts out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import fields
from typing import Any

import gradio as gr

from phi_model.backend import Backend, BusyError
from phi_model.lease import UnavailableError
from phi_model.request import CompletionRequest, RequestError
from ui.controls import MAX_TOKENS
from ui.sessions import Run, batches

NAME = "completion"
_FIELDS = frozenset(field.name for field in fields(CompletionRequest))


def build(backend: Backend) -> None:
    """Adds the endpoint to the page that is being built."""

    async def complete(request: dict[str, Any]) -> AsyncGenerator[list[str], None]:
        """Completes. The fields are those of /v1/completions; the answer is the text of each choice."""
        try:
            async with aclosing(texts(backend, request)) as growing:
                async for each in growing:
                    yield each
        except (RequestError, BusyError, UnavailableError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    gr.api(complete, api_name=NAME, concurrency_limit=None)


async def texts(backend: Backend, given: dict[str, Any]) -> AsyncGenerator[list[str], None]:
    """The texts of all choices as they grow.

    Raises:
        BusyError: too many are waiting.
        RequestError: a field is unknown or out of its range.
        UnavailableError: no model is there.
        RuntimeError: the completion failed.
    """
    request = read(given)
    found = [""] * request.n
    async with aclosing(batches(backend.stream(request), Run(""))) as arriving:
        async for chunks in arriving:
            for chunk in chunks:
                found[chunk.index] += chunk.text
                if chunk.finish_reason == "error":
                    raise RuntimeError("the completion failed on the server")
            # Where nothing came, the same again: Gradio notices a client that left only by a yield.
            yield list(found)


def read(given: Any) -> CompletionRequest:
    """The request of a JSON object.

    Raises:
        RequestError: see `texts`.
    """
    if not isinstance(given, dict):
        raise RequestError("request", "an object with the fields of a completion", given)
    unknown = sorted(set(given) - _FIELDS)
    if unknown:
        raise RequestError(
            "request", f"without unknown fields ({', '.join(sorted(_FIELDS))})", unknown
        )
    if "prompt" not in given:
        raise RequestError("prompt", "given", None)
    request = CompletionRequest(**given)
    if not 1 <= request.max_tokens <= MAX_TOKENS:
        raise RequestError("max_tokens", f"an integer from 1 to {MAX_TOKENS}", request.max_tokens)
    return request
