"""The Complete tab: type code, and the model continues it at the caret."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from phi_model.backend import Backend
from ui import controls as sampling
from ui.completer import Completer
from ui.components import (
    Alternatives,
    CodeEditor,
    Examples,
    GhostStream,
    History,
    Meter,
    StatusLine,
)
from ui.events import SILENT, UNMARKED
from ui.share import code, panel
from ui.status import IDLE

EDITOR = "complete"
STARTER = "def print_prime(n):\n"
EXAMPLES = Path(__file__).resolve().parent.parent / "assets" / "examples.json"


@dataclass
class CompleteTab:
    """The tab's components."""

    editor: CodeEditor
    ghost: GhostStream
    meter: Meter
    status: StatusLine
    buttons: dict[str, gr.Button]
    controls: sampling.Controls
    share: panel.ShareBar


def load_examples() -> list[dict[str, str]]:
    """Reads the examples: their names and code."""
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def build(backend: Backend, *, key: str | None = None) -> CompleteTab:
    """Builds the tab where it is called.

    Args:
        backend: what completes.
        key: what stands for the API's key in the programs that the page shows; None where it asks for none.
    """
    buttons: dict[str, gr.Button] = {}

    def button(command: str, label: str, **kwargs: object) -> None:
        buttons[command] = gr.Button(label, elem_id=f"do-{command}", scale=0, **kwargs)

    with gr.Row(elem_classes="phi-workbench"):
        with gr.Column(scale=3, min_width=320, elem_classes="phi-main"):
            editor = CodeEditor(
                EDITOR,
                STARTER,
                label="Code editor",
                placeholder="Type Python here",
                elem_id="editor",
            )
            with gr.Row(elem_classes="phi-bar"):
                button("complete", "Complete", variant="primary")
                button("stop", "Stop")
                status = StatusLine(IDLE, editor=EDITOR, elem_id="status")
            with gr.Row(elem_classes="phi-tools"):
                button("goOn", "Continue", size="sm")
                button("regenerate", "Regenerate", size="sm")
                button("undoPrediction", "Undo prediction", size="sm")
                button("redoPrediction", "Redo prediction", size="sm")
                Examples(EDITOR, load_examples(), elem_id="examples")
            Alternatives(EDITOR, elem_id="alternatives")
            share_place = gr.Column(min_width=0)
            ghost = GhostStream(EDITOR, elem_id="ghost")
            meter = Meter(EDITOR, elem_id="meter")
        with gr.Column(scale=1, min_width=260, elem_classes="phi-side"):
            knobs = sampling.build(backend.info.parameters, backend.info.context_length)
            with gr.Accordion("History", open=False):
                History(EDITOR, elem_id="history")
            code.build(editor, knobs, backend, key)
    with share_place:
        # After the controls, whose names it needs, and yet beside the editor.
        share = panel.build(EDITOR, knobs)
    return CompleteTab(editor, ghost, meter, status, buttons, knobs, share)


def wire(tab: CompleteTab, backend: Backend) -> None:
    """Connects the tab's events with the backend."""
    completer = Completer(backend, tab.controls)
    tab.editor.submit(
        None,
        tab.controls.inputs,
        None,
        js=f"(...values) => {{ window.PhiEditor.get('{EDITOR}').send(values); }}",
        trigger_mode="multiple",
    )
    tab.editor.ask(
        completer.ask,
        None,
        [tab.ghost, tab.status],
        **UNMARKED,
        trigger_mode="multiple",
        concurrency_limit=None,
        api_visibility="private",
    )
    tab.editor.stop(completer.stop, None, None, **SILENT)
    tab.editor.edited(completer.measure, None, tab.meter, **SILENT, trigger_mode="multiple")
    # Buttons take the editor's own way, so that a request has its id and its place before the server hears of it.
    for command, button in tab.buttons.items():
        button.click(None, js=f"() => {{ window.PhiEditor?.get('{EDITOR}')?.{command}(); }}")
    auto, colour = tab.controls.auto, tab.controls.options["colour"]
    for option, box in (("auto", auto), ("colour", colour)):
        box.change(
            None, box, None,
            js=f"on => {{ window.PhiEditor.get('{EDITOR}').setOption('{option}', on); }}",
        )  # fmt: skip
    sampling.wire(tab.controls)
