"""The current request as programs that make it, for copying."""

from __future__ import annotations

from typing import Any

import gradio as gr

from phi_model.backend import Backend, ModelInfo
from phi_model.cli import EMBEDDED_NAME
from phi_model.lease import UnavailableError
from phi_model.request import RequestError
from ui.components import CodeEditor, Program, Prompt
from ui.controls import Controls, explain, request_from
from ui.events import SILENT
from ui.highlight import spans
from ui.snippets import SNIPPETS, Target

EMBEDDED_SOURCE = "assets/model"
SHELL = ("curl", "Command line")


def target(info: ModelInfo, base_url: str, key: str | None = None) -> Target:
    """Whom the programs ask.

    Args:
        info: the model that is loaded.
        base_url: address of the page, as the browser has it.
        key: what stands for the API's key; None where there is none.
    """
    return Target(
        base_url=base_url,
        model=info.name,
        source=EMBEDDED_SOURCE if info.name == EMBEDDED_NAME else info.name,
        revision=info.revision,
        dtype=info.dtype,
        quantization=info.quantization,
        key=key,
    )


def build(editor: CodeEditor, controls: Controls, backend: Backend, key: str | None) -> None:
    """Builds the section where it is called, and connects it."""
    with gr.Accordion("This request as code", open=False, elem_id="as-code"):
        kind = gr.Radio(list(SNIPPETS), value="curl", label="For", elem_id="code-kind")
        show = gr.Button("Show", size="sm", elem_id="code-show")
        place = gr.Textbox(visible="hidden")
        used = gr.Textbox(visible="hidden")
        shown = Program(elem_id="code-shown")

    def program(prompt: Prompt, name: str, address: str, seed: str, *values: Any) -> Any:
        named = controls.values(values)
        if not str(named["seed"] or "").strip():
            named["seed"] = seed  # that of the completion which the page shows
        try:
            fields = {field: named[field] for field in (*controls.fields, "logit_bias")}
            asked = request_from(prompt.before, fields, backend.tokenize)
        except RequestError as error:
            raise gr.Error(explain(error), print_exception=False) from error
        except UnavailableError as error:
            raise gr.Error(f"{error}.", print_exception=False) from error
        text = SNIPPETS[name](asked, target(backend.info, address, key))
        return {"parts": spans(text, "shell" if name in SHELL else "python")}

    for event in (show.click, kind.change):
        event(
            program,
            [editor, kind, place, used, *controls.inputs],
            shown,
            js=_WITH_ADDRESS,
            **SILENT,
        )


# Behind a proxy only the browser knows where the page is; so it is with the seed that was used.
_WITH_ADDRESS = """
async (prompt, kind, place, used, ...rest) =>
  [prompt, kind, location.href.split(/[?#]/)[0], (await window.PhiEditor.usedSeed()) ?? '', ...rest]
"""
