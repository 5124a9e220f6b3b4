"""The sampling controls, and the completion request that they make."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from gradio.components import Component

from phi_model.request import CompletionRequest, RequestError
from ui.components import Knob

MAX_TOKENS = 1024  # a request whose answer nobody reads still runs to its end
RANDOM_SEED_BITS = 32

LABELS = {
    "max_tokens": "Max tokens",
    "temperature": "Temperature",
    "top_p": "Top-p",
    "top_k": "Top-k",
    "min_p": "Min-p",
    "repetition_penalty": "Repetition penalty",
    "stop": "Stop strings",
    "seed": "Seed",
    "prompt": "The prompt",
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass
class Controls:
    """The controls of a page, by the request's field names."""

    fields: dict[str, Component] = field(default_factory=dict)

    @property
    def inputs(self) -> list[Component]:
        """The components, in the order in which `request_from` takes their values."""
        return list(self.fields.values())

    def values(self, values: Sequence[Any]) -> dict[str, Any]:
        """Names the values of an event."""
        return dict(zip(self.fields, values, strict=True))


def build() -> Controls:
    """Builds the controls where it is called."""
    controls = Controls()

    def add(name: str, component: Component) -> None:
        controls.fields[name] = component

    def knob(name: str, low: float, high: float, value: float, step: float, info: str) -> None:
        add(name, Knob(low, high, value, step=step, label=LABELS[name], info=info, elem_id=name))

    knob("max_tokens", 1, MAX_TOKENS, 128, 1, "The completion ends after this many")
    knob("temperature", 0, 2, 0.2, 0.05, "0 always takes the likeliest token; 1 is the model's own")
    add(
        "seed",
        gr.Textbox(
            label=LABELS["seed"],
            placeholder="random",
            info="The same seed draws the same text",
            max_lines=1,
            elem_id="seed",
        ),
    )
    with gr.Accordion("More sampling", open=False):
        knob("top_p", 0, 1, 0.95, 0.01, "Keep the likeliest tokens up to this probability; 1: off")
        knob("top_k", 0, 200, 0, 1, "Keep this many of the likeliest tokens; 0: off")
        knob("min_p", 0, 1, 0, 0.01, "Drop tokens below this share of the likeliest; 0: off")
        knob("repetition_penalty", 0.5, 2, 1, 0.01, "Above 1, tokens seen before get rarer; 1: off")
        add(
            "stop",
            gr.Textbox(
                label=LABELS["stop"],
                info=r"One on each line. \n is a new line, \t a tab, \\ a backslash",
                elem_id="stop",
                lines=2,
                max_lines=4,
            ),
        )
    return controls


def parse_stop(text: str | None) -> tuple[str, ...]:
    r"""The stop strings of a text: one on each line that is not empty, with the escapes \n, \t, \r and \\.

    Raises:
        RequestError: a backslash is followed by something else.
    """

    def unescape(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise RequestError("stop", r"texts in which \ begins \n, \t, \r or \\", match[0])
        return _ESCAPES[match[1]]

    lines = (text or "").splitlines()
    return tuple(re.sub(r"\\(.?)", unescape, line) for line in lines if line)


def parse_seed(text: str | float | None) -> int:
    """The seed of a text; a blank one draws a new seed.

    Raises:
        RequestError: it is no whole number.
    """
    text = "" if text is None else str(text).strip()
    if not text:
        return secrets.randbits(RANDOM_SEED_BITS)
    if not re.fullmatch(r"\d{1,19}", text):
        raise RequestError("seed", "blank or an integer from 0 to 9223372036854775807", text)
    return int(text)


def request_from(prompt: str, values: dict[str, Any], **extra: Any) -> CompletionRequest:
    """Makes the request of a prompt and the controls' values.

    Raises:
        RequestError: a value is out of its range.
    """
    max_tokens = values["max_tokens"]
    if not isinstance(max_tokens, int | float) or not 1 <= max_tokens <= MAX_TOKENS:
        raise RequestError("max_tokens", f"an integer from 1 to {MAX_TOKENS}", max_tokens)
    settled = dict(values, stop=parse_stop(values["stop"]), seed=parse_seed(values["seed"]))
    return CompletionRequest(prompt=prompt, **settled, **extra)


def explain(error: RequestError) -> str:
    """An error in the page's words."""
    value = error.value
    shown = "nothing" if value is None or value == "" else f"{value!r}"
    if isinstance(value, float) and math.isfinite(value):
        shown = f"{value:g}"
    return f"{LABELS.get(error.field, error.field)} must be {error.rule}; it is {shown}."
