"""The page's share bar, and the opening of links when the page is loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.components import Component

from phi_model.backend import Backend
from ui.components import _Channel, _part
from ui.controls import Controls
from ui.events import SILENT
from ui.models.panel import ModelPanel
from ui.share import gallery
from ui.share.hosting import frame_address, public_address
from ui.share.link import model_ref


class ShareBar(_Channel):
    """Makes links to completions of the editor called `editor`, and opens them; the browser fills it.

    The value is the page's model, as a link names it.

    Args:
        editor: its name.
        fields: names of the controls that a link sets, in their order.
        address: where the world finds the page; None is the address that the browser has.
        frame: what an `<iframe>` in another page shows; None likewise.
        gallery: completions to open, each `{name, fragment}`.

    Events:
        ask: the controls' values are wanted.
        opened: a link is to be opened, which sets the controls.
    """

    def __init__(
        self,
        editor: str = "editor",
        fields: list[str] | None = None,
        address: str | None = None,
        frame: str | None = None,
        gallery: Sequence[dict[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        part = _part(editor, "mountShare", "phi-share", ("ask", "opened"))
        super().__init__(
            **part,
            fields=fields or [],
            address=address,
            frame=frame,
            gallery=list(gallery),
            **kwargs,
        )


def linked(controls: Controls) -> dict[str, Component]:
    """The controls that a link sets, by name."""
    assert controls.auto is not None
    return {**controls.named, "auto": controls.auto}


def build(editor: str, controls: Controls) -> ShareBar:
    """Builds the bar where it is called."""
    return ShareBar(
        editor,
        list(linked(controls)),
        public_address(os.environ),
        frame_address(os.environ),
        gallery.items(),
        elem_id="share",
    )


def wire(
    demo: gr.Blocks, bar: ShareBar, controls: Controls, backend: Backend, heading: ModelPanel
) -> None:
    """Lets the page open the link in its address when it is loaded, and others later; the bar follows the model."""
    components = list(linked(controls).values())
    for event in (demo.load, heading.follow):
        event(lambda: asdict(model_ref(backend.info)), None, bar, **SILENT)
    demo.load(None, None, components, js=_OPEN_LINK)
    bar.opened(None, None, components, js=_OPEN_LINK)
    bar.ask(None, components, None, js="(...values) => { window.PhiEditor.shareWith(values); }")


# The editor's script may come after the page.
_OPEN_LINK = """
async () => {
  while (!window.PhiEditor) await new Promise(resolve => setTimeout(resolve, 50));
  return window.PhiEditor.openLink();
}
"""
