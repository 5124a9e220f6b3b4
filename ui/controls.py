"""The sampling controls, and the completion request that they make."""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from gradio.components import Component

from phi_model.request import CompletionRequest, RequestError
from ui import presets
from ui.bias import Tokenize, bias_of_ids, read_bias, text_lines
from ui.components import Knob
from ui.scope import SCOPES

MAX_TOKENS = 1024  # a request whose answer nobody reads still runs to its end
RANDOM_SEED_BITS = 32
# A small model falls into loops that a large one does not. No more than this: code has to repeat its names.
SMALL_MODEL = 100_000_000
SMALL_MODEL_PENALTY = 1.03

# Field: label, least, most, value at the start, step, what it does.
SLIDERS: dict[str, tuple[str, float, float, float, float, str]] = {
    "max_tokens": ("Max tokens", 1, MAX_TOKENS, 128, 1, "The longest completion"),
    "temperature": ("Temperature", 0, 2, 0.2, 0.05, "0: the likeliest; 1: as the model"),
    "top_p": ("Top-p", 0, 1, 0.95, 0.01, "The likeliest up to this share; 1: off"),
    "top_k": ("Top-k", 0, 200, 0, 1, "This many of the likeliest; 0: off"),
    "min_p": ("Min-p", 0, 1, 0, 0.01, "Share of the likeliest one; 0: off"),
    "typical_p": ("Typical-p", 0, 1, 1, 0.01, "Tokens of typical surprise; 1: off"),
    "repetition_penalty": ("Repetition penalty", 0.5, 2, 1, 0.01, "Over 1, used tokens get rarer"),
    "presence_penalty": ("Presence penalty", -2, 2, 0, 0.05, "Over 0, drawn ones get rarer"),
    "frequency_penalty": ("Frequency penalty", -2, 2, 0, 0.05, "The same, for each time; 0: off"),
    "no_repeat_ngram_size": ("No repeated n-gram", 0, 20, 0, 1, "Never so many again; 0: off"),
}
SIMPLE = ("max_tokens", "temperature")
LABELS = {name: row[0] for name, row in SLIDERS.items()} | {
    "stop": "Stop strings",
    "seed": "Seed",
    "prompt": "The prompt",
    "n": "Alternatives",
    "logit_bias": "Logit bias",
}
# What may remove a token, by the request's field.
FILTERS = LABELS | {"unknown": "Not in the tokenizer", "temperature": "Temperature 0"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass
class Controls:
    """The controls of a page.

    Attributes:
        fields: by the request's field names.
        options: those that shape the suggestion, not the request.
        presets: choose values for the fields.
        bias: the logit bias.
        reset: puts everything back.
        auto: whether to complete while typing; the browser's business.
    """

    fields: dict[str, Component] = field(default_factory=dict)
    options: dict[str, Component] = field(default_factory=dict)
    presets: presets.Presets | None = None
    auto: gr.Checkbox | None = None
    bias: gr.Textbox | None = None
    reset: gr.Button | None = None

    @property
    def named(self) -> dict[str, Component]:
        """What an event brings the values of, by name."""
        bias = {} if self.bias is None else {"logit_bias": self.bias}
        return {**self.fields, **self.options, **bias}

    @property
    def inputs(self) -> list[Component]:
        """The components, in the order in which `values` takes theirs."""
        return list(self.named.values())

    def values(self, values: Sequence[Any]) -> dict[str, Any]:
        """Names the values of an event."""
        return dict(zip(self.named, values, strict=True))


def defaults(parameters: int, context_length: int) -> dict[str, dict[str, float]]:
    """What of the sliders goes by the model: the value at the start, and the most.

    Args:
        parameters: of the model; 0 is unknown.
        context_length: tokens of prompt and completion together.
    """
    most = MAX_TOKENS if context_length >= MAX_TOKENS else context_length - 1
    small = 0 < parameters < SMALL_MODEL
    penalty = SMALL_MODEL_PENALTY if small else SLIDERS["repetition_penalty"][3]
    return {
        "max_tokens": {
            "maximum": most,
            "value": min(SLIDERS["max_tokens"][3], max(1, context_length // 2)),
        },
        "repetition_penalty": {"value": penalty},
    }


def build(parameters: int, context_length: int) -> Controls:
    """Builds the controls where it is called, for a model as in `defaults`."""
    controls = Controls()
    model = defaults(parameters, context_length)
    own_presets = presets.storage()

    def slider(name: str) -> None:
        label, low, high, value, step, info = SLIDERS[name]
        value = model.get(name, {}).get("value", value)
        high = model.get(name, {}).get("maximum", high)
        controls.fields[name] = Knob(
            low, high, value, step=step, label=label, info=info, elem_id=name
        )

    for name in SIMPLE:
        slider(name)
    controls.fields["seed"] = gr.Textbox(
        label=LABELS["seed"],
        placeholder="random",
        info="The same seed draws the same text",
        max_lines=1,
        elem_id="seed",
    )
    with gr.Accordion("Suggestions", open=False):
        controls.auto = gr.Checkbox(label="Complete as I type", elem_id="auto")
        options = controls.options
        options["colour"] = gr.Checkbox(
            label="Colour by probability",
            info="What you accept from now on; point at a token, or press F2, for its alternatives",
            elem_id="colour",
        )
        options["confident"] = gr.Checkbox(
            label="End where the model is unsure", elem_id="confident"
        )
        options["scope"] = gr.Radio(
            [(scope.capitalize(), scope) for scope in SCOPES],
            value="free",
            label="Scope",
            info="Where a suggestion ends",
            elem_id="scope",
        )
        controls.fields["n"] = Knob(
            1, 8, 1, step=1, label=LABELS["n"], info="Side by side; Alt+] for the next", elem_id="n"
        )
    with gr.Accordion("More sampling", open=False):
        controls.presets = presets.build(own_presets)
        for name in SLIDERS:
            if name not in SIMPLE:
                slider(name)
        controls.fields["stop"] = gr.Textbox(
            label=LABELS["stop"],
            info=r"One on each line. \n is a new line, \t a tab, \\ a backslash",
            lines=2,
            max_lines=4,
            elem_id="stop",
        )
        controls.bias = gr.Textbox(
            label=LABELS["logit_bias"],
            info='One on each line: "text": 5 or an id: -100 for never, 100 for always; blank: off',
            lines=2,
            max_lines=4,
            elem_id="logit_bias",
        )
    controls.reset = gr.Button("Reset all", size="sm", elem_id="reset")
    return controls


def wire(controls: Controls) -> None:
    """Connects the presets with the sliders that they set, and the reset with everything."""
    assert controls.presets is not None
    assert controls.reset is not None
    first = json.dumps([component.value for component in controls.inputs])
    controls.reset.click(None, None, controls.inputs, js=f"() => {first}")
    sliders = {name: controls.fields[name] for name in SLIDERS if name != "max_tokens"}
    neutral = {name: row[3] for name, row in SLIDERS.items()} | {"temperature": 1, "top_p": 1}
    presets.wire(controls.presets, sliders, neutral)


def parse_stop(text: str | None) -> tuple[str, ...]:
    r"""The stop strings of a text: one on each line that is not empty, with the escapes \n, \t, \r and \\.

    Raises:
        RequestError: a backslash is followed by something else.
    """

    def unescape(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise RequestError("stop", r"texts in which \ begins \n, \t, \r or \\", match[0])
        return _ESCAPES[match[1]]

    return tuple(re.sub(r"\\(.?)", unescape, line) for line in text_lines(text))


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


def request_from(
    prompt: str, values: dict[str, Any], tokenize: Tokenize | None = None, **extra: Any
) -> CompletionRequest:
    """Makes the request of a prompt and the fields' values; only a logit bias needs `tokenize`.

    Raises:
        RequestError: a value is out of its range.
    """
    max_tokens = values["max_tokens"]
    if not isinstance(max_tokens, int | float) or not 1 <= max_tokens <= MAX_TOKENS:
        raise RequestError("max_tokens", f"an integer from 1 to {MAX_TOKENS}", max_tokens)
    settled = dict(values, stop=parse_stop(values["stop"]), seed=parse_seed(values["seed"]))
    if tokenize is not None:
        settled["logit_bias"] = bias_of_ids(read_bias(values.get("logit_bias")), tokenize)
    return CompletionRequest(prompt=prompt, **settled, **extra)


def explain(error: RequestError) -> str:
    """An error in the page's words."""
    value = error.value
    shown = "nothing" if value is None or value == "" else f"{value!r}"
    if isinstance(value, float) and math.isfinite(value):
        shown = f"{value:g}"
    return f"{LABELS.get(error.field, error.field)} must be {error.rule}; it is {shown}."
