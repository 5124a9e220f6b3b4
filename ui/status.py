"""What the status line says about a completion."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from phi_model.backend import Usage
from ui.suggestion import Suggestion

FINISHED = {
    "stop": "Finished: the text or a stop string ended it",
    "length": "Finished: max tokens reached",
    "scope": "Finished: the end of its scope",
    "unsure": "Finished: the model was unsure how to go on",
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
    """How far a completion has come.

    Attributes:
        suggestion: what has come.
        seed: the seed that it is drawn with.
        prompt_tokens: tokens of the prompt.
        context_length: the most tokens the model can hold.
    """

    suggestion: Suggestion
    seed: int
    prompt_tokens: int
    context_length: int
    started: float = field(default_factory=time.perf_counter)
    first: float | None = None
    last: float | None = None

    def tick(self) -> None:
        """Notes the time at which something arrived."""
        if any(choice.tokens for choice in self.suggestion.choices):
            self.last = time.perf_counter()
            self.first = self.last if self.first is None else self.first

    def status(self, *, done: bool) -> dict[str, Any]:
        """The status line."""
        choices = self.suggestion.choices
        reasons = {choice.reason for choice in choices}
        if "error" in reasons:
            said = next((choice.message for choice in choices if choice.message), "")
            return problem(said or "The model failed on this prompt.")
        if not done:
            state, message = "busy", "Completing" if self.first else "Reading the prompt"
        elif None in reasons or "cancelled" in reasons:
            state, message = "done", "Stopped"
        else:
            state = "done"
            message = FINISHED[str(reasons.pop())] if len(reasons) == 1 else "Finished"
        return {"state": state, "message": message, "facts": self._facts()}

    def _facts(self) -> list[dict[str, str]]:
        facts = []
        counts = [len(choice.tokens) for choice in self.suggestion.choices]
        usage = self.suggestion.choices[0].usage
        if self.first is not None and self.last is not None:
            facts.append(fact("tokens", f"{sum(counts):,}"))
            elapsed = self.last - self.first
            # Each choice's first token came with the prompt, not by a decoding step.
            steps = sum(counts) - sum(count > 0 for count in counts)
            if steps > 0 and elapsed > 0:
                facts.append(fact("tokens/s", f"{steps / elapsed:,.0f}", "after the first token"))
            first = usage.first_token_s if usage else self.first - self.started
            facts.append(fact("first token", seconds(first), "from the request to the first token"))
        facts.append(self._context(usage, max(counts)))
        if usage and usage.cropped_tokens:
            title = "tokens at the start of the text that the model did not see"
            facts.append(fact("cropped", f"{usage.cropped_tokens:,}", title))
        facts.append(fact("seed", str(self.seed), "enter it as Seed to draw the same text again"))
        return facts

    def _context(self, usage: Usage | None, drawn: int) -> dict[str, str]:
        prompt = usage.prompt_tokens if usage else min(self.prompt_tokens, self.context_length)
        used = min(prompt + drawn, self.context_length)
        share = used / self.context_length
        return fact(
            "context",
            f"{used:,} / {self.context_length:,}",
            f"{share:.0%} of what the model can see: {prompt:,} tokens of prompt, {drawn:,} drawn",
        )
