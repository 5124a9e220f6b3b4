"""The page's share bar, and the opening of links when the page is loaded."""

from __future__ import annotations

import os
from typing import Any

import gradio as gr
from gradio.components import Component

from ui.components import _Channel, _part
from ui.controls import Controls
from ui.share.hosting import public_address


class ShareBar(_Channel):
    """Makes links to completions of the editor called `editor`, and opens them; the browser fills it.

    Args:
        editor: its name.
        fields: names of the controls that a link sets, in their order.
        address: where the world finds the page; None is the address that the browser has.
    """

    def __init__(
        self,
        editor: str = "editor",
        fields: list[str] | None = None,
        address: str | None = None,
        **kwargs: Any,
    ) -> None:
        part = _part(editor, "mountShare", "phi-share")
        super().__init__(**part, fields=fields or [], address=address, **kwargs)


def linked(controls: Controls) -> dict[str, Component]:
    """The controls that a link sets, by name."""
    assert controls.auto is not None
    return {**controls.fields, **controls.options, "auto": controls.auto}


def build(editor: str, controls: Controls) -> ShareBar:
    """Builds the bar where it is called."""
    return ShareBar(editor, list(linked(controls)), public_address(os.environ), elem_id="share")


def wire(demo: gr.Blocks, controls: Controls) -> None:
    """Lets the page open the link in its address when it is loaded."""
    components = list(linked(controls).values())
    demo.load(None, None, components, js=_OPEN_LINK)


# The editor's script may come after the page.
_OPEN_LINK = """
async () => {
  while (!window.PhiEditor) await new Promise(resolve => setTimeout(resolve, 50));
  return window.PhiEditor.openLink();
}
"""
