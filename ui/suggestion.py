"""The suggestions of one request, from the backend's chunks: text, cuts, probabilities."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from phi_model.backend import Alternatives, CompletionChunk, TokenPiece, Usage
from ui.components import Prompt
from ui.controls import FILTERS
from ui.highlight import spans
from ui.scope import overlap_start, scope_end, unsure_at

TokenText = Callable[[int], str]


@dataclass
class Choice:
    """One alternative.

    Attributes:
        text: what came, uncut.
        tokens: its tokens.
        end: how much of the text is suggested, once that is known.
        reason: why it ended: a finish reason of the backend, or "scope" or "unsure".
        usage: what it took.
        message: what went wrong.
    """

    text: str = ""
    tokens: list[TokenPiece] = field(default_factory=list)
    end: int | None = None
    reason: str | None = None
    usage: Usage | None = None
    message: str = ""

    @property
    def shown(self) -> str:
        """The text that is suggested."""
        return self.text if self.end is None else self.text[: self.end]

    @property
    def drawn(self) -> list[TokenPiece]:
        """The tokens that a replay draws again: where the page ended it, how many more came is chance."""
        if self.reason not in ("scope", "unsure"):
            return self.tokens
        length = len(self.shown.encode())
        return [token for token in self.tokens if token.start < length]

    @property
    def mean_logprob(self) -> float | None:
        """Mean of its tokens' log-probabilities under the model's own distribution."""
        known = [token.logprob for token in self.tokens if token.logprob is not None]
        return sum(known) / len(known) if known else None


@dataclass
class Suggestion:
    """All alternatives of a request.

    Attributes:
        prompt: what the editor held.
        choices: the alternatives.
        scope: see `ui.scope.scope_end`.
        confident: whether to end where the model is unsure.
    """

    prompt: Prompt
    choices: list[Choice]
    scope: str = "free"
    confident: bool = False

    def add(self, chunks: Iterable[CompletionChunk]) -> None:
        """Takes in what has arrived."""
        for chunk in chunks:
            choice = self.choices[chunk.index]
            choice.usage = chunk.usage or choice.usage
            if choice.reason:
                continue
            choice.text += chunk.text
            choice.tokens += chunk.tokens
            choice.message = chunk.message or choice.message
            choice.reason = chunk.finish_reason
            self._cut(choice, over=choice.reason is not None)

    def finish(self) -> None:
        """Trims what repeats the text behind the caret. Nothing more comes."""
        for choice in self.choices:
            if choice.end is None:
                self._cut(choice, over=True)
            choice.end = overlap_start(choice.shown, self.prompt.after)

    @property
    def ended(self) -> bool:
        """Whether every alternative has come to its end."""
        return all(choice.reason for choice in self.choices)

    def _cut(self, choice: Choice, *, over: bool) -> None:
        if self.confident and (at := unsure_at(choice.tokens)) is not None:
            choice.end = len(choice.text.encode()[:at].decode(errors="ignore"))
            choice.reason = "unsure"
        end = scope_end(self.scope, self.prompt.before, choice.shown, over=over)
        if end is not None:
            choice.end, choice.reason = end, "scope"

    def ghost(self, *, done: bool, token_text: TokenText | None = None) -> dict[str, Any]:
        """The value for the editor; at the end with each token's probabilities where `token_text` is given."""
        rows = []
        for choice in self.choices:
            row: dict[str, Any] = {"text": choice.shown, "done": done or bool(choice.reason)}
            if len(self.choices) > 1:
                row["logprob"] = choice.mean_logprob
                if row["done"]:
                    row["spans"] = spans(choice.shown)
            if done:
                row["ids"] = [token.id for token in choice.drawn]
            if done and token_text:
                row["tokens"] = token_rows(choice.shown, choice.tokens, token_text)
            rows.append(row)
        return {"id": self.prompt.request, "choices": rows, "done": done}


def token_rows(
    text: str, tokens: Sequence[TokenPiece], token_text: TokenText
) -> list[dict[str, Any]]:
    """Tokens as the browser wants them: places in UTF-16 units, alternatives as texts.

    A character of several tokens belongs to the last of them.
    """
    byte_ends, units, at, unit = [0], [0], 0, 0
    for character in text:
        at += len(character.encode())
        unit += 2 if ord(character) > 0xFFFF else 1
        byte_ends.append(at)
        units.append(unit)

    def place(byte: int) -> int:
        return units[bisect_right(byte_ends, byte) - 1]

    def named(alternatives: Alternatives) -> list[list[Any]]:
        return [[token_text(token), round(logprob, 4)] for token, logprob in alternatives]

    return [
        {
            "start": place(token.start),
            "end": place(token.end),
            "logprob": round(token.logprob, 4),
            "top": named(token.top),
            "sampler": named(token.sampler_top),
            "by": [name and FILTERS[name] for name in token.removed_by],
            "removed": [[FILTERS[name], count] for name, count in token.removed],
        }
        for token in tokens
        if token.logprob is not None and token.start < byte_ends[-1]
    ]
