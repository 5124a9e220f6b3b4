"""From the JSON of a completions request to what the backend understands.

The field names are OpenAI's, with vLLM's extensions. `CompletionRequest` knows the ranges of what it has; here is what is
about HTTP: several prompts in one call, limits of this server, and the shape of the answer.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from phi_model.backend import Backend
from phi_model.request import CompletionRequest, RequestError
from phi_model.serving.errors import ApiError

OWNER = "phi_model"  # as the list of models names it
MAX_SESSION_LENGTH = 256
_PASSED_ON = tuple(f.name for f in fields(CompletionRequest) if f.name != "prompt")
_FLAGS = ("stream", "return_token_ids", "return_pieces", "return_tokens_as_token_ids")

Prompt = str | tuple[int, ...]


@dataclass(frozen=True)
class Limits:
    """What one call may ask of the server.

    Attributes:
        max_tokens: more than this is never drawn for a choice; a call that asks for more gets this.
        max_body_bytes: size of a request's body.
        max_prompts: prompts of one call.
        max_choices: choices of one call, all prompts together.
    """

    max_tokens: int = 2048
    max_body_bytes: int = 2 * 2**20
    max_prompts: int = 64
    max_choices: int = 128


@dataclass(frozen=True)
class Call:
    """A completions call that was checked.

    Attributes:
        requests: one for each prompt, the prompt as token ids.
        session: whose call it is; a newer one supersedes it.
        stream: answer by server-sent events.
        include_usage: end the stream with the usage.
        return_token_ids: give the ids beside the text.
        return_pieces: give all that is known of each token; an extension of this server's own.
        return_tokens_as_token_ids: name tokens "token_id:7" in the log-probabilities.
        model: the name to answer with.
        id, created: of the answer.
    """

    requests: tuple[CompletionRequest, ...]
    session: str | None
    stream: bool
    include_usage: bool
    return_token_ids: bool
    return_pieces: bool
    return_tokens_as_token_ids: bool
    model: str
    id: str = field(default_factory=lambda: f"cmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def session_of(self, prompt: int) -> str | None:
        """The backend's session for a prompt: the prompts of one call must not supersede each other, and no API
        client may name a session of the page."""
        return None if self.session is None else f"api:{prompt}:{self.session}"


async def parse_call(
    body: Mapping[str, Any], backend: Backend, limits: Limits, session: str | None
) -> Call:
    """Checks a call. Unknown fields are ignored, null means the default.

    Args:
        body: the JSON object.
        backend: who will complete.
        limits: of this server.
        session: from the header; the body's `session_id` counts more.

    Raises:
        ApiError: another model is asked for.
        RequestError: a field is out of its range.
    """
    check_model(body.get("model"), backend)
    if body.get("suffix"):
        raise RequestError("suffix", "left out, this model only continues text", body["suffix"])
    flags = {name: _flag(body, name) for name in _FLAGS}
    include_usage = _include_usage(body, flags["stream"])
    given = {name: body[name] for name in _PASSED_ON if body.get(name) is not None}
    template = CompletionRequest(prompt="", **given)
    prompts = _prompts(body.get("prompt"), limits)
    choices = len(prompts) * (template.best_of or template.n)
    if choices > limits.max_choices:
        rule = f"such that prompts times choices are at most {limits.max_choices}"
        raise RequestError("best_of" if template.best_of else "n", rule, choices)
    keep = _truncation(body.get("truncate_prompt_tokens"))
    requests = [
        await _fit(prompt, template, backend, limits.max_tokens, keep) for prompt in prompts
    ]
    return Call(
        requests=tuple(requests),
        session=_session(body.get("session_id"), session),
        include_usage=include_usage,
        model=backend.info.name,
        **flags,
    )


def check_model(name: Any, backend: Backend) -> None:
    """Refuses a model that is not loaded. No name is the one that is.

    Raises:
        ApiError: 404.
    """
    info = backend.info
    if name is not None and name not in (info.name, f"{info.name}@{info.revision}"):
        raise ApiError(404, f"The model {name!r} does not exist; this is {info.name!r}", "model")


async def tokenize(text: Any, backend: Backend, name: str = "prompt") -> list[int]:
    """The ids of a text, without holding up the event loop.

    Raises:
        RequestError: it is no text, or holds half a surrogate pair, which JSON allows and UTF-8 does not.
    """
    if not isinstance(text, str):
        raise RequestError(name, "a text", text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        rule = f"valid Unicode (character {error.start} is half a surrogate pair)"
        raise RequestError(name, rule, text[error.start]) from None
    return await asyncio.to_thread(backend.tokenize, text)


def token_ids(ids: Any, backend: Backend, name: str) -> tuple[int, ...]:
    """Checks a list of ids.

    Raises:
        RequestError: it is none, or an id is not the model's.
    """
    vocab = backend.info.vocab_size
    if not isinstance(ids, list | tuple) or not all(
        isinstance(i, int) and not isinstance(i, bool) and 0 <= i < vocab for i in ids
    ):
        raise RequestError(name, f"a list of token ids from 0 to {vocab - 1}", ids)
    return tuple(ids)


async def _fit(
    prompt: Any, template: CompletionRequest, backend: Backend, most: int, keep: int | None
) -> CompletionRequest:
    """The request for one prompt, its length checked against the context.

    A page crops a prompt that outgrew the context, because the end is what an editor's user looks at. An API client
    measures and compares: it is told, unless it asked for the crop.
    """
    if isinstance(prompt, str):
        ids: Sequence[int] = await tokenize(prompt, backend)
    else:
        ids = token_ids(prompt, backend, "prompt")
    context, wanted = backend.info.context_length, min(template.max_tokens, most)
    # An empty prompt becomes the token that begins a document.
    longest = context - min(wanted, 1)
    if keep is not None:
        ids = ids[-min(keep or max(context - wanted, 1), longest) :]
    if len(ids) > longest:
        rule = (
            f"at most {longest} tokens long (the model's context is {context}; "
            "truncate_prompt_tokens crops it on the left)"
        )
        raise RequestError("prompt", rule, f"{len(ids)} tokens")
    room = context - max(len(ids), 1)
    return replace(template, prompt=tuple(ids) or "", max_tokens=min(wanted, room))


def _prompts(prompt: Any, limits: Limits) -> list[Any]:
    if prompt is None:
        raise RequestError("prompt", "given", prompt)
    if isinstance(prompt, str):
        return [prompt]
    if not isinstance(prompt, list) or not prompt:
        raise RequestError("prompt", "a text, token ids, or a list of either", prompt)
    if isinstance(prompt[0], int):
        return [prompt]
    if len(prompt) > limits.max_prompts:
        raise RequestError("prompt", f"at most {limits.max_prompts} prompts", len(prompt))
    kind = type(prompt[0])
    if kind not in (str, list) or any(type(p) is not kind for p in prompt):
        raise RequestError("prompt", "a text, token ids, or a list of either", prompt)
    return prompt


def _truncation(value: Any) -> int | None:
    """Tokens to keep; 0 as many as fit (-1 on the wire); None all."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < -1 or value == 0:
        rule = "an integer of at least 1, or -1 for as many as fit, or null"
        raise RequestError("truncate_prompt_tokens", rule, value)
    return max(value, 0)


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise RequestError(name, "true or false", value)
    return bool(value)


def _include_usage(body: Mapping[str, Any], stream: bool) -> bool:
    options = body.get("stream_options")
    if options is None:
        return False
    if not stream:
        raise RequestError("stream_options", "left out where stream is not true", options)
    if not isinstance(options, dict):
        raise RequestError("stream_options", "an object", options)
    return _flag(options, "include_usage")


def _session(body: Any, header: str | None) -> str | None:
    session = header if body is None else body
    if session is None or session == "":
        return None
    if not isinstance(session, str) or len(session) > MAX_SESSION_LENGTH:
        rule = f"a text of at most {MAX_SESSION_LENGTH} characters"
        raise RequestError("session_id", rule, session)
    return session
