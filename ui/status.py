"""What the status line says about a completion."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from phi_model.backend import CompletionChunk, Usage

FINISHED = {
    "stop": "Finished: the text or a stop string ended it",
    "length": "Finished: max tokens reached",
    "cancelled": "Stopped",
}
IDLE = {"state": "idle", "message": "Ready", "facts": []}


def fact(label: str, value: str, title: str = "") -> dict[str, str]:
    """One figure of the status line."""
    return {"label": label, "value": value, "title": title}


def problem(message: str) -> dict[str, Any]:
    """A status that says what went wrong."""
    return {"state": "error", "message": message, "facts": []}


def seconds(value: float) -> str:
    """A duration: milliseconds below one second."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


@dataclass
class Progress:
    """How far a completion has come, from its chunks.

    Attributes:
        seed: the seed that it is drawn with.
        prompt_tokens: tokens of the prompt.
        context_length: the most tokens the model can hold.
    """

    seed: int
    prompt_tokens: int
    context_length: int
    choices: int = 1
    started: float = field(default_factory=time.perf_counter)
    texts: dict[int, str] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    usage: dict[int, Usage] = field(default_factory=dict)
    message: str = ""
    first: float | None = None
    last: float | None = None

    def add(self, chunks: Iterable[CompletionChunk]) -> None:
        """Takes in what has arrived."""
        now = time.perf_counter()
        for chunk in chunks:
            index = chunk.index
            self.texts[index] = self.texts.get(index, "") + chunk.text
            self.counts[index] = self.counts.get(index, 0) + len(chunk.tokens)
            if chunk.tokens or chunk.text:
                self.first = now if self.first is None else self.first
                self.last = now
            if chunk.finish_reason:
                self.reasons[index] = chunk.finish_reason
                self.message = chunk.message or self.message
            if chunk.usage:
                self.usage[index] = chunk.usage

    def ghost(self, request: str, *, done: bool) -> dict[str, Any]:
        """The suggestion for the editor."""
        choices = [
            {"text": self.texts.get(i, ""), "done": done or i in self.reasons}
            for i in range(self.choices)
        ]
        return {"id": request, "choices": choices, "done": done}

    def status(self, *, done: bool) -> dict[str, Any]:
        """The status line."""
        reasons = set(self.reasons.values())
        if "error" in reasons:
            return problem(self.message or "The model failed on this prompt.")
        if not done:
            state, message = "busy", "Completing" if self.first else "Reading the prompt"
        elif len(reasons) == 1 and len(self.reasons) == self.choices:
            state, message = "done", FINISHED[reasons.pop()]
        else:
            state, message = "done", "Finished" if len(self.reasons) == self.choices else "Stopped"
        return {"state": state, "message": message, "facts": self._facts()}

    def _facts(self) -> list[dict[str, str]]:
        facts = []
        count = sum(self.counts.values())
        usage = self.usage.get(0)
        if self.first is not None and self.last is not None:
            facts.append(fact("tokens", f"{count:,}"))
            elapsed = self.last - self.first
            # Each choice's first token came with the prompt, not by a decoding step.
            steps = count - len(self.counts)
            if steps > 0 and elapsed > 0:
                facts.append(fact("tokens/s", f"{steps / elapsed:,.0f}", "after the first token"))
            first = usage.first_token_s if usage else self.first - self.started
            facts.append(fact("first token", seconds(first), "from the request to the first token"))
        facts.append(self._context(usage))
        if usage and usage.cropped_tokens:
            facts.append(
                fact(
                    "cropped",
                    f"{usage.cropped_tokens:,}",
                    "tokens at the start of the text that the model did not see",
                )
            )
        facts.append(fact("seed", str(self.seed), "enter it as Seed to draw the same text again"))
        return facts

    def _context(self, usage: Usage | None) -> dict[str, str]:
        prompt = usage.prompt_tokens if usage else min(self.prompt_tokens, self.context_length)
        longest = max(self.counts.values(), default=0)
        used = min(prompt + longest, self.context_length)
        share = used / self.context_length
        return fact(
            "context",
            f"{used:,} / {self.context_length:,}",
            f"{share:.0%} of what the model can see: {prompt:,} tokens of prompt, {longest:,} drawn",
        )
