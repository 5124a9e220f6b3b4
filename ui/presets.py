"""Presets of the samplers: the page's own from `assets/`, and a person's, which stay in the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from ui.components import Kept
from ui.events import SILENT

PRESETS = Path(__file__).resolve().parent.parent / "assets" / "presets.json"
MAX_NAME = 40
MAX_OWN = 50
STORAGE = "phi-presets"

Own = dict[str, dict[str, float]]


@dataclass
class Presets:
    """The components.

    Attributes:
        chosen: which preset.
        name: what a new one shall be called.
        save, delete: the buttons.
        own: the person's presets, in the browser's storage.
    """

    chosen: gr.Dropdown
    name: gr.Textbox
    save: gr.Button
    delete: gr.Button
    own: Kept


@lru_cache
def builtin() -> Own:
    """The page's presets: by name, the values that are not neutral."""
    return json.loads(PRESETS.read_text(encoding="utf-8"))


def names(own: Own) -> list[str]:
    """All presets that can be chosen."""
    return [*builtin(), *own]


def checked(own: Any) -> Own:
    """What the browser kept, without what is no preset: anybody can edit a browser's storage."""
    if not isinstance(own, Mapping):
        return {}
    return {
        str(name)[:MAX_NAME]: {
            str(field): value
            for field, value in values.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        for name, values in list(own.items())[:MAX_OWN]
        if isinstance(values, Mapping) and name not in builtin()
    }


def storage() -> Kept:
    """The browser's storage of own presets; not to be built in a closed section, where it would be read too late."""
    return Kept(STORAGE, elem_id="preset-storage")


def build(own: Kept) -> Presets:
    """Builds the components where it is called."""
    chosen = gr.Dropdown(list(builtin()), value=None, label="Preset", elem_id="preset")
    with gr.Row(elem_classes="phi-presets"):
        name = gr.Textbox(
            placeholder="A name, to save these values",
            label="Name of the preset",
            container=False,
            max_lines=1,
            max_length=MAX_NAME,
            min_width=120,
            elem_id="preset-name",
        )
        save = gr.Button("Save", size="sm", scale=0, elem_id="preset-save")
        delete = gr.Button("Delete", size="sm", scale=0, elem_id="preset-delete")
    return Presets(chosen, name, save, delete, own)


def wire(presets: Presets, sliders: Mapping[str, Component], neutral: Mapping[str, float]) -> None:
    """Connects the presets with the sliders that they set.

    Args:
        presets: the components.
        sliders: by field name.
        neutral: each field's value that leaves the model's distribution as it is.
    """
    fields = list(sliders)

    def choose(name: str | None, own: Any) -> list[Any]:
        values = {**checked(own), **builtin()}.get(name or "")
        if values is None:
            return [gr.skip() for _ in fields]
        return [values.get(field, neutral[field]) for field in fields]

    def save(name: str, own: Any, *values: float) -> tuple[Any, Any, Any]:
        own, name = checked(own), (name or "").strip()
        if not name or name in builtin():
            rule = "blank" if not name else "that of one of the page's own presets"
            gr.Warning(f"The preset's name must not be {rule}.")
            return gr.skip(), gr.skip(), gr.skip()
        if len(own) >= MAX_OWN and name not in own:
            gr.Warning(f"There may be at most {MAX_OWN} presets of your own; delete one first.")
            return gr.skip(), gr.skip(), gr.skip()
        own[name] = dict(zip(fields, values, strict=True))
        return own, gr.update(choices=names(own), value=name), ""

    def delete(name: str | None, own: Any) -> tuple[Any, Any]:
        own = checked(own)
        if own.pop(name or "", None) is None:
            gr.Warning("Only a preset of your own can be deleted; choose one first.")
            return gr.skip(), gr.skip()
        return own, gr.update(choices=names(own), value=None)

    def restore(own: Any) -> Any:
        return gr.update(choices=names(checked(own)))

    shown = list(sliders.values())
    presets.chosen.input(choose, [presets.chosen, presets.own], shown, **SILENT)
    for event in (presets.save.click, presets.name.submit):
        event(
            save,
            [presets.name, presets.own, *shown],
            [presets.own, presets.chosen, presets.name],
            **SILENT,
        )
    presets.delete.click(
        delete, [presets.chosen, presets.own], [presets.own, presets.chosen], **SILENT
    )
    presets.own.recalled(restore, presets.own, presets.chosen, **SILENT)
