"""A request in the engine (`Job`) and one completion of it (`Sequence`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from phi_model.backend import Alternatives, CompletionChunk, FinishReason, TokenPiece, Usage
from phi_model.engine.slots import Slot
from phi_model.engine.speculation import Drafter
from phi_model.engine.stream import Channel, Wakeups
from phi_model.request import CompletionRequest
from phi_model.text import CompletionText

if TYPE_CHECKING:
    from phi_model.engine.scheduler import Lane


class Choice(NamedTuple):
    """What the sampler says of one position.

    Attributes:
        token: the token drawn.
        finite: whether every logit was a number; the token means nothing otherwise.
        logprob, top, sampler_logprob, sampler_top, removed_by, removed: as in `TokenPiece`.
    """

    token: int
    finite: bool
    logprob: float | None = None
    top: Alternatives = ()
    sampler_logprob: float | None = None
    sampler_top: Alternatives = ()
    removed_by: tuple[str | None, ...] = ()
    removed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """What the engine must know of the tokenizer.

    Attributes:
        size: ids from here on are never drawn.
        end: ids that end a completion.
        token_bytes: the bytes of a token; none for a special token.
    """

    size: int
    end: frozenset[int]
    token_bytes: Callable[[int], bytes]


class Job:
    """One request on its way through the engine.

    Args:
        request: what was asked.
        prompt: its tokens, already cropped.
        cropped: tokens cut off on the left.
        seed: the request's, or a fresh one.
        session: key of the session; unique where the request has none.
        lasting: whether the session may come back.
        context_length: the most tokens a slot holds.
        vocabulary: of the tokenizer.
    """

    def __init__(
        self,
        request: CompletionRequest,
        prompt: list[int],
        *,
        cropped: int,
        seed: int,
        session: Hashable,
        lasting: bool,
        context_length: int,
        vocabulary: Vocabulary,
    ) -> None:
        self.request = request
        self.prompt = prompt
        self.cropped = cropped
        self.seed = seed
        self.session = session
        self.lasting = lasting
        self.context_length = context_length
        self.vocabulary = vocabulary
        self.channel = Channel()
        self.submitted = time.perf_counter()
        self.admitted: float | None = None
        self.ended = False
        self.prompt_choices: list[Choice | None] = []  # log-probabilities of an echoed prompt
        count = request.best_of or request.n
        self.ranked = count > request.n
        self.scored = request.logprobs is not None or self.ranked
        self.sequences = [Sequence(self, index) for index in range(count)]

    def emit(self, chunk: CompletionChunk, wakeups: Wakeups) -> None:
        """Sends a chunk, or keeps it while the best of several completions is not known."""
        if self.ranked:
            self.sequences[chunk.index].kept.append(chunk)
        else:
            first = self.sequences[chunk.index].generated <= 1
            wakeups.add(self.channel.put(chunk), urgent=first or chunk.finish_reason is not None)

    def finish_if_done(self, wakeups: Wakeups) -> bool:
        """Ends the stream once every completion has ended; the best ones are sent now."""
        if self.ended or any(sequence.finish_reason is None for sequence in self.sequences):
            return self.ended
        self.ended = True
        if self.ranked:
            best = sorted(self.sequences, key=Sequence.mean_logprob, reverse=True)
            for index, sequence in enumerate(best[: self.request.n]):
                for chunk in sequence.kept:
                    wakeups.add(self.channel.put(_renumbered(chunk, index)))
        wakeups.add(self.channel.end(), urgent=True)
        return True


def _renumbered(chunk: CompletionChunk, index: int) -> CompletionChunk:
    return CompletionChunk(
        index, chunk.text, chunk.tokens, chunk.finish_reason, chunk.usage, chunk.message
    )


class Sequence:
    """One completion: its tokens, its text, and where its keys and values are.

    Args:
        job: the request.
        index: which of its completions; the row that its noise is drawn from.
    """

    def __init__(self, job: Job, index: int) -> None:
        self.job = job
        self.index = index
        self.tokens = list(job.prompt)
        self.slot: Slot | None = None
        self.lane: Lane | None = None
        self.cached = 0
        self.generated = 0
        self.finish_reason: FinishReason | None = None
        self.retried = False
        self.drafter: Drafter | None = None
        self.kept: list[CompletionChunk] = []
        self._text: CompletionText[tuple[int, Choice | None]] = CompletionText(job.request.stop)
        self._score = 0.0
        self._first: float | None = None
        self._last: float | None = None

    @property
    def pending(self) -> int:
        """Tokens whose keys and values are still to be computed."""
        return len(self.tokens) - self.slot.length

    @property
    def room(self) -> int:
        """Tokens that may still be drawn."""
        return self.job.request.max_tokens - self.generated

    @property
    def scoring(self) -> bool:
        """It computes the prompt's own log-probabilities, so it needs all of the prompt's logits."""
        request = self.job.request
        leads = self.index == 0 and self.generated == 0
        return leads and request.echo and request.logprobs is not None

    def mean_logprob(self) -> float:
        """Mean log-probability of the tokens drawn, under the model's own distribution."""
        if self.finish_reason == "error":
            return float("-inf")
        return self._score / max(self.generated, 1)

    def echo(self, wakeups: Wakeups) -> None:
        """Sends the prompt back."""
        job = self.job
        scores = job.prompt_choices or [None] * len(job.prompt)
        parts: list[str] = []
        pieces: list[TokenPiece] = []
        for token, score in zip(job.prompt, scores, strict=True):
            raw = job.vocabulary.token_bytes(token)
            text, done = self._text.push((token, score), raw, match=False)
            parts.append(text)
            pieces += [self._piece(*entry) for entry in done]
        job.emit(CompletionChunk(self.index, "".join(parts), tuple(pieces)), wakeups)

    def accept(self, choice: Choice, wakeups: Wakeups) -> None:
        """Appends the token drawn, and sends what became final. May finish the sequence."""
        job, token = self.job, choice.token
        now = time.perf_counter()
        self._first = self._first or now
        self._last = now
        self.tokens.append(token)
        self.generated += 1
        if choice.logprob is not None:
            self._score += choice.logprob
        ends = token in job.vocabulary.end
        raw = b"" if ends else job.vocabulary.token_bytes(token)
        text, done = self._text.push((token, choice), raw)
        if ends or self._text.stopped:
            self.finish("stop", wakeups, text=text, done=done)
        elif self.room <= 0:
            self.finish("length", wakeups, text=text, done=done)
        elif text or done:
            pieces = tuple([self._piece(*entry) for entry in done])
            job.emit(CompletionChunk(self.index, text, pieces), wakeups)

    def finish(
        self,
        reason: FinishReason,
        wakeups: Wakeups,
        *,
        text: str = "",
        done: list[tuple[tuple[int, Choice | None], int, int]] | None = None,
        message: str | None = None,
    ) -> None:
        """Ends the completion: sends what was held back, the reason and the usage."""
        self.finish_reason = reason
        last_text, last_done = self._text.finish()
        entries = [*(done or []), *last_done]
        chunk = CompletionChunk(
            index=self.index,
            text=text + last_text,
            tokens=tuple([self._piece(*entry) for entry in entries]),
            finish_reason=reason,
            usage=self.usage(),
            message=message,
        )
        self.job.emit(chunk, wakeups)

    def usage(self) -> Usage:
        """What it took so far."""
        job, now = self.job, time.perf_counter()
        admitted = job.admitted or now
        first = self._first or now
        return Usage(
            prompt_tokens=len(job.prompt),
            cached_tokens=self.cached,
            cropped_tokens=job.cropped,
            completion_tokens=self.generated,
            context_length=job.context_length,
            seed=job.seed,
            queue_s=admitted - job.submitted,
            prefill_s=first - admitted,
            first_token_s=first - job.submitted,
            decode_s=(self._last or first) - first,
            retried=self.retried,
        )

    def _piece(self, entry: tuple[int, Choice | None], start: int, end: int) -> TokenPiece:
        token, choice = entry
        if choice is None or self.job.request.logprobs is None:
            return TokenPiece(token, start, end)
        return TokenPiece(
            token,
            start,
            end,
            choice.logprob,
            choice.top,
            choice.sampler_logprob,
            choice.sampler_top,
            choice.removed_by,
            choice.removed,
        )
