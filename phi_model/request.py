"""The completion request: one dataclass for the engine, the HTTP API and the page.

Names and defaults are those of the OpenAI completions API, with the extensions that vLLM made common.
"""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_LOGPROBS = 20
MAX_CHOICES = 16
MAX_STOPS = 16
MAX_STOP_LENGTH = 256
MAX_LOGIT_BIAS = 100.0
MAX_SEED = 2**63 - 1


class RequestError(ValueError):
    """A field of a request is out of its range.

    Attributes:
        field: the field's name.
        rule: what it must be.
        value: what it was.
    """

    def __init__(self, field: str, rule: str, value: Any) -> None:
        # A value can be a list of a million ids.
        super().__init__(f"{field} must be {rule}, got {reprlib.repr(value)}")
        self.field = field
        self.rule = rule
        self.value = value


@dataclass(frozen=True, kw_only=True)
class CompletionRequest:
    """What to complete, and how.

    Attributes:
        prompt: text, or token ids.
        max_tokens: how many tokens are drawn at most.
        temperature: divides the logits; 0 is greedy.
        top_p: keep the most probable tokens that hold this much probability together; 1 is off.
        top_k: keep this many of the most probable tokens; 0 or -1 is off.
        min_p: drop tokens below this share of the most probable one's probability; 0 is off.
        typical_p: keep the tokens whose surprise is nearest the mean, up to this much probability; 1 is off.
        repetition_penalty: divides the positive logits of tokens seen, multiplies the negative ones; 1 is off.
        presence_penalty: taken from the logits of tokens already drawn; 0 is off.
        frequency_penalty: taken from them once for each time; 0 is off.
        no_repeat_ngram_size: never repeat this many tokens in a row; 0 is off.
        logit_bias: added to the logits of these ids.
        stop: texts that end the completion; they are not part of it. One string is one text.
        seed: draws the same completion again; None takes a new one, which the usage names.
        n: how many completions.
        best_of: draw this many and keep the `n` with the highest mean log-probability.
        echo: give the prompt back before the completion.
        logprobs: how many alternatives to report for each token; None reports nothing, 0 the chosen one alone.

    Raises:
        RequestError: a field is out of its range.
    """

    prompt: str | tuple[int, ...]
    max_tokens: int = 16
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    no_repeat_ngram_size: int = 0
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    stop: tuple[str, ...] = ()
    seed: int | None = None
    n: int = 1
    best_of: int | None = None
    echo: bool = False
    logprobs: int | None = None

    def __post_init__(self) -> None:
        self._check_prompt()
        for name, (kind, rule, holds) in _RULES.items():
            value = getattr(self, name)
            if not _is_number(value, kind) or not holds(value):
                raise RequestError(name, rule, value)
            object.__setattr__(self, name, kind(value))
        for name, highest in (("logprobs", MAX_LOGPROBS), ("best_of", MAX_CHOICES)):
            value = getattr(self, name)
            lowest = 0 if name == "logprobs" else self.n
            if value is not None and not (_is_number(value, int) and lowest <= value <= highest):
                raise RequestError(name, f"an integer from {lowest} to {highest}, or null", value)
            object.__setattr__(self, name, None if value is None else int(value))
        if self.seed is not None and not (
            _is_number(self.seed, int) and 0 <= self.seed <= MAX_SEED
        ):
            raise RequestError("seed", f"an integer from 0 to {MAX_SEED}, or null", self.seed)
        object.__setattr__(self, "seed", None if self.seed is None else int(self.seed))
        if not isinstance(self.echo, bool):
            raise RequestError("echo", "true or false", self.echo)
        self._check_stop()
        self._check_logit_bias()

    def _check_prompt(self) -> None:
        if isinstance(self.prompt, str):
            return
        ids = self.prompt
        if not isinstance(ids, list | tuple) or not all(_is_number(i, int) and i >= 0 for i in ids):
            raise RequestError("prompt", "a text or a list of token ids of at least 0", ids)
        object.__setattr__(self, "prompt", tuple(int(i) for i in ids))

    def _check_stop(self) -> None:
        stop = (self.stop,) if isinstance(self.stop, str) else self.stop
        stop = () if stop is None else stop
        if not isinstance(stop, list | tuple) or not all(isinstance(s, str) for s in stop):
            raise RequestError("stop", "a text or a list of texts", self.stop)
        if len(stop) > MAX_STOPS:
            raise RequestError("stop", f"at most {MAX_STOPS} texts", f"{len(stop)} texts")
        for text in stop:
            if not 0 < len(text) <= MAX_STOP_LENGTH:
                raise RequestError("stop", f"texts of 1 to {MAX_STOP_LENGTH} characters", text)
        object.__setattr__(self, "stop", tuple(stop))

    def _check_logit_bias(self) -> None:
        rule = f"a table from token ids to numbers from -{MAX_LOGIT_BIAS:g} to {MAX_LOGIT_BIAS:g}"
        bias = {} if self.logit_bias is None else self.logit_bias
        if not isinstance(bias, Mapping):
            raise RequestError("logit_bias", rule, bias)
        checked: dict[int, float] = {}
        for token, value in bias.items():
            # JSON has only text as keys.
            token_id = int(token) if isinstance(token, str) and token.isdecimal() else token
            if not _is_number(token_id, int) or token_id < 0:
                raise RequestError("logit_bias", rule, {token: value})
            if not _is_number(value, float) or abs(value) > MAX_LOGIT_BIAS:
                raise RequestError("logit_bias", rule, {token: value})
            checked[token_id] = float(value)
        object.__setattr__(self, "logit_bias", checked)


_RULES: dict[str, tuple[type, str, Callable[[Any], bool]]] = {
    "max_tokens": (int, "an integer of at least 0", lambda v: v >= 0),
    "temperature": (float, "a number from 0 to 5", lambda v: 0 <= v <= 5),
    "top_p": (float, "a number above 0, up to 1", lambda v: 0 < v <= 1),
    "top_k": (int, "an integer of at least 1, or 0 or -1 for off", lambda v: v >= -1),
    "min_p": (float, "a number from 0 to 1", lambda v: 0 <= v <= 1),
    "typical_p": (float, "a number above 0, up to 1", lambda v: 0 < v <= 1),
    "repetition_penalty": (float, "a number above 0, up to 10", lambda v: 0 < v <= 10),
    "presence_penalty": (float, "a number from -2 to 2", lambda v: -2 <= v <= 2),
    "frequency_penalty": (float, "a number from -2 to 2", lambda v: -2 <= v <= 2),
    "no_repeat_ngram_size": (int, "an integer of at least 0", lambda v: v >= 0),
    "n": (int, f"an integer from 1 to {MAX_CHOICES}", lambda v: 1 <= v <= MAX_CHOICES),
}


def _is_number(value: Any, kind: type) -> bool:
    """Whether `value` is a finite number, and a whole one where `kind` is int. True is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(value, float) and not math.isfinite(value):
        return False
    # The largest integers have no float.
    return abs(value) < sys.float_info.max and (kind is float or value == int(value))
