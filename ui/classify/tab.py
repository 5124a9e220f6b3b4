"""The Classify tab: what is this text, or what is each of its tokens?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from phi_model.backend import Backend
from phi_model.pipelines.aggregation import STRATEGIES
from phi_model.zero_shot import TEMPLATE
from ui.classify import endpoint
from ui.classify.batch import Batch
from ui.classify.choice import OTHER, ZERO_SHOT, Chooser
from ui.classify.handlers import TOP_LABELS, Text
from ui.classify.heads import Heads
from ui.classify.runner import Runner
from ui.classify.table import PUBLIC_LIMITS, Limits
from ui.components import CodeEditor, Examples, StatusLine, _Channel, _part
from ui.events import SILENT, UNMARKED
from ui.status import IDLE

EDITOR = "classify"
EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "classify.json"
ZERO_SHOT_LABELS = "sorting numbers, reading files, web requests, tests"
TEXT_ONLY = ("language", ZERO_SHOT)  # these never label tokens
NAMES = {
    "language": "What language is this?",
    "roles": "What is each token of Python?",
    ZERO_SHOT: "Labels of my own (zero-shot)",
}


class Spans(_Channel):
    """Shows a text in pieces `{text, label, score}`, coloured by label, with a legend; the browser draws it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_part("", "mountSpans", "phi-labelled"), **kwargs)


@dataclass
class ClassifyTab:
    """The tab's components and what works behind them."""

    editor: CodeEditor
    buttons: dict[str, gr.Button]
    choice: list[Component]
    use: gr.Radio
    groups: dict[str, gr.Column]
    joining: gr.Column
    results: list[Component]
    file: gr.File
    column: gr.Dropdown
    file_status: StatusLine
    download: gr.DownloadButton
    text: Text
    batch: Batch
    boxed: list[str]


def build(
    backend: Backend,
    *,
    public: bool = False,
    allowed: Callable[[str], str] | None = None,
    boxed: Mapping[str, Path] | None = None,
) -> ClassifyTab:
    """Builds the tab where it is called.

    Args:
        backend: whose model and thread are used.
        public: whether strangers use it, who get smaller files.
        allowed: see `Heads`.
        boxed: the heads in the box; None: those of `assets/heads`.
    """
    runner = Runner(backend)
    heads = Heads(runner, boxed, allowed=allowed)
    chooser = Chooser(runner, heads)
    limits = PUBLIC_LIMITS if public else Limits()
    names = [*heads.boxed, ZERO_SHOT, *([] if allowed is None else [OTHER])]
    groups: dict[str, gr.Column] = {}
    with gr.Row(elem_classes="phi-workbench"):
        with gr.Column(scale=3, min_width=320, elem_classes="phi-main phi-classify"):
            editor = CodeEditor(
                EDITOR,
                label="Text to classify",
                placeholder="Type or paste code or text",
                action="classifies",
                elem_id="classify-editor",
            )
            with gr.Row(elem_classes="phi-bar"):
                go = gr.Button("Classify", variant="primary", elem_id="do-classify", scale=0)
                stop = gr.Button("Stop", elem_id="do-classify-stop", scale=0)
                status = StatusLine(IDLE, elem_id="classify-status")
                Examples(EDITOR, _examples(), elem_id="classify-examples")
            note = StatusLine({}, elem_id="classify-note")
            bars = gr.Label(
                label="Probabilities",
                num_top_classes=TOP_LABELS,
                visible=False,
                elem_id="classify-bars",
            )
            spans = Spans(elem_id="classify-spans")
            with gr.Accordion("A whole file", open=False, elem_id="classify-file-section"):
                file, column, start, cancel, file_status, download = _file_part(limits)
        with gr.Column(scale=1, min_width=260, elem_classes="phi-side"):
            use = gr.Radio(
                [(NAMES.get(name, name.capitalize()), name) for name in names],
                value=names[0],
                label="What to find",
                elem_id="classify-use",
            )
            with gr.Column(visible=False, elem_id="classify-other") as groups[OTHER]:
                checkpoint = gr.Textbox(
                    label="Checkpoint",
                    info="A folder or a hub id with a head for texts or tokens; only safetensors are read",
                    placeholder="org/name",
                    max_lines=1,
                )
            with gr.Column(visible=names[0] == ZERO_SHOT, elem_id="classify-zero") as groups[
                ZERO_SHOT
            ]:
                labels = gr.Textbox(
                    ZERO_SHOT_LABELS,
                    label="Labels",
                    info="Parted by commas, or one on each line",
                    lines=2,
                    max_lines=8,
                )
                template = gr.Textbox(
                    TEMPLATE,
                    label="Template",
                    info="The model reads it with {text} and each {label} filled in",
                    lines=3,
                    max_lines=8,
                )
            with gr.Column(visible=names[0] not in TEXT_ONLY) as joining:
                strategy = gr.Radio(
                    list(STRATEGIES),
                    value="simple",
                    label="Join tokens",
                    info="none: every token; simple: neighbours of one label; first, average, max: words first",
                    elem_id="classify-strategy",
                )
    buttons = {"classify": go, "stop": stop, "start": start, "cancel": cancel}
    return ClassifyTab(
        editor=editor,
        buttons=buttons,
        choice=[use, checkpoint, labels, template, strategy],
        use=use,
        groups=groups,
        joining=joining,
        results=[status, note, bars, spans],
        file=file,
        column=column,
        file_status=file_status,
        download=download,
        text=Text(chooser, limits),
        batch=Batch(chooser, limits),
        boxed=list(heads.boxed),
    )


def _file_part(limits: Limits) -> tuple[Any, ...]:
    gr.Markdown(
        f"A CSV file in UTF-8 with a header: at most {limits.rows:,} rows and {limits.file_bytes // 10**6} MB. "
        "Rows that cannot be classified are kept, with the reason in the column “error”."
    )
    file = gr.File(
        label="CSV file", file_types=[".csv", ".tsv", ".txt"], height=120, elem_id="classify-file"
    )
    column = gr.Dropdown([], label="Column with the texts", elem_id="classify-column")
    with gr.Row(elem_classes="phi-bar"):
        start = gr.Button("Classify the file", scale=0, elem_id="do-classify-file")
        cancel = gr.Button("Cancel", scale=0, elem_id="do-classify-cancel")
        status = StatusLine({}, elem_id="classify-file-status")
    download = gr.DownloadButton(
        "Download the result", interactive=False, elem_id="classify-download"
    )
    return file, column, start, cancel, status, download


def _examples() -> list[dict[str, str]]:
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def wire(tab: ClassifyTab) -> None:
    """Connects the tab's events, and adds its API."""
    streamed = {
        **UNMARKED,
        "trigger_mode": "multiple",
        "concurrency_limit": None,
        "api_visibility": "private",
    }
    # Names of their own: Gradio counts up a name that is taken, and "classify" is the API's.
    tab.editor.submit(
        tab.text.classify,
        [tab.editor, *tab.choice],
        tab.results,
        api_name="classify_editor",
        **streamed,
    )
    # The button takes the editor's own way, so that the text is the newest.
    tab.buttons["classify"].click(
        None, js=f"() => {{ window.PhiEditor.get('{EDITOR}').complete(); }}"
    )
    tab.buttons["stop"].click(tab.text.stop, None, None, **SILENT)
    tab.use.change(
        lambda use: [
            *(gr.update(visible=name == use) for name in tab.groups),
            gr.update(visible=use not in TEXT_ONLY),
        ],
        tab.use,
        [*tab.groups.values(), tab.joining],
        **SILENT,
    )
    tab.file.change(
        tab.batch.columns, tab.file, [tab.column, tab.file_status], api_visibility="private"
    )
    tab.buttons["start"].click(
        tab.batch.classify,
        [tab.file, tab.column, *tab.choice],
        [tab.file_status, tab.download],
        api_name="classify_file",
        **streamed,
    )
    tab.buttons["cancel"].click(tab.batch.stop, None, None, **SILENT)
    endpoint.build(tab.text, tab.boxed)
