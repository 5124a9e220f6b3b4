"""What completes code, seen from outside: the engine in this process, or a server somewhere else.

The page and the HTTP API know only this protocol.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from phi_model.request import CompletionRequest

FinishReason = Literal["stop", "length", "cancelled", "error"]
Alternatives = tuple[tuple[int, float], ...]  # (token id, log-probability), most probable first


class BusyError(RuntimeError):
    """The waiting list is full.

    Attributes:
        waiting: how many requests wait.
        limit: how many may.
    """

    def __init__(self, waiting: int, limit: int) -> None:
        super().__init__(f"busy: {waiting} requests are waiting, the limit is {limit}")
        self.waiting = waiting
        self.limit = limit


@dataclass(frozen=True, slots=True)
class TokenPiece:
    """One token of a completion.

    Attributes:
        id: the token's id.
        start, end: the bytes [start, end) that it makes of the choice's whole text in UTF-8 (with `echo`, the
            prompt's bytes come first).
        logprob: log-probability under the model's own distribution; None where not asked for.
        top: the most probable tokens of that distribution.
        sampler_logprob, sampler_top: the same after penalties, temperature and filters.
        removed_by: for each token of `top`, the filter that removed it, by the request's field; None where none did.
        removed: the filters that removed tokens at this step, in their order, and how many. Each sees what those
            before it left; "unknown" stands for the ids that the tokenizer does not know.
    """

    id: int
    start: int
    end: int
    logprob: float | None = None
    top: Alternatives = ()
    sampler_logprob: float | None = None
    sampler_top: Alternatives = ()
    removed_by: tuple[str | None, ...] = ()
    removed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a choice took. Times are seconds.

    Attributes:
        prompt_tokens: tokens of the prompt that the model saw.
        cached_tokens: how many of them an earlier request had left in the cache.
        cropped_tokens: how many were cut from the left because the context is too short.
        completion_tokens: tokens drawn.
        context_length: the most tokens the model can hold.
        seed: the seed used.
        queue_s: from the request to its admission.
        prefill_s: from the admission to the first token.
        first_token_s: from the request to the first token.
        decode_s: from the first token to the last.
        retried: whether numbers overflowed and the request was run again in float32.
    """

    prompt_tokens: int
    cached_tokens: int
    cropped_tokens: int
    completion_tokens: int
    context_length: int
    seed: int
    queue_s: float
    prefill_s: float
    first_token_s: float
    decode_s: float
    retried: bool = False


@dataclass(frozen=True, slots=True)
class CompletionChunk:
    """What is new in one choice.

    Attributes:
        index: which of the `n` choices.
        text: newly final text; it is never taken back.
        tokens: the tokens that became final.
        finish_reason: None while the choice goes on.
        usage: with the choice's last chunk.
        message: why, where the finish reason is "error".
    """

    index: int
    text: str
    tokens: tuple[TokenPiece, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is loaded; see `phi_model.fingerprint` for the weights' fingerprint."""

    name: str
    revision: str | None
    parameters: int
    dtype: str
    device: str
    memory_bytes: int
    context_length: int
    vocab_size: int
    quantization: str | None = None
    fingerprint: str | None = None


class Backend(Protocol):
    """Completes code for many callers at once."""

    @property
    def info(self) -> ModelInfo:
        """What is loaded."""
        ...

    def stream(
        self, request: CompletionRequest, *, session: str | None = None
    ) -> AsyncIterator[CompletionChunk]:
        """Streams the choices of a request, interleaved.

        Closing the iterator cancels the request. A newer request of the same `session` supersedes the older one,
        whose choices end as "cancelled".

        Raises:
            BusyError: too many are waiting.
            RequestError: the request does not fit this model.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` makes."""
        ...

    def tokenize(self, text: str) -> list[int]:
        """The ids of `text`."""
        ...

    def detokenize(self, ids: Sequence[int]) -> str:
        """The text of ids; special tokens have none."""
        ...

    def token_text(self, token_id: int) -> str:
        """A token as text, for display; parts of characters show as U+FFFD."""
        ...

    async def aclose(self) -> None:
        """Ends all requests and frees the model."""
        ...
