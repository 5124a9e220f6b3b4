"""The page's own Gradio components: the editor, what feeds and surrounds it, an unchecked slider.

Everything that a person or the model wrote reaches the page through CodeMirror or `textContent`, never through an
HTML template: Gradio evaluates what it finds in those.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

BUNDLE = Path(__file__).resolve().parent.parent / "assets" / "editor" / "phi-editor.js"

# The root that the page was served under is known in the browser only: behind a proxy or mounted on a sub-path it is
# not "/". Every component of a page awaits the same load.
_ON_LOAD = """
const root = (window.gradio_config?.root ?? '').replace(/[/]+$/, '');
window.phiEditorLoaded ??= new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = root + __URL__;
  script.onload = resolve;
  script.onerror = () => reject(new Error('the editor could not be loaded from ' + script.src));
  document.head.append(script);
});
window.phiEditorLoaded.then(() => { __CALL__ }).catch(error => {
  console.error(error);
  element.textContent = error.message;
});
"""


def bundle_url() -> str:
    """Where the editor's script is, below the root that the page was served under."""
    digest = hashlib.sha256(BUNDLE.read_bytes()).hexdigest()[:12]
    return f"/gradio_api/file={BUNDLE.as_posix()}?v={digest}"


def _on_load(call: str) -> str:
    return _ON_LOAD.replace("__URL__", json.dumps(bundle_url())).replace("__CALL__", call)


def serve_bundle() -> None:
    """Lets Gradio serve the editor's script."""
    gr.set_static_paths([BUNDLE.parent])


@dataclass(frozen=True)
class Prompt:
    """What the editor holds.

    Attributes:
        text: the whole document.
        cursor: the caret, in characters from the start.
        request: the id that the browser gave to this request; empty from an API client.
        kind: "manual" when asked for, "auto" when typing paused, "again" for another one.
    """

    text: str = ""
    cursor: int = 0
    request: str = ""
    kind: str = "manual"

    @classmethod
    def read(cls, payload: dict[str, Any] | None) -> Prompt:
        """Reads what the browser or an API client sent.

        Raises:
            gr.Error: it is no text with a caret inside it.
        """
        payload = payload or {}
        text = payload.get("text", "")
        if not isinstance(text, str):
            raise gr.Error(f"The editor's text must be a text, got {type(text).__name__}.")
        cursor = payload.get("cursor")
        cursor = len(text) if cursor is None else cursor
        if not isinstance(cursor, int) or not 0 <= cursor <= len(text):
            raise gr.Error(
                f"The editor's cursor must be an integer from 0 to {len(text)}, got {cursor!r}."
            )
        return cls(
            text, cursor, str(payload.get("request") or ""), str(payload.get("kind") or "manual")
        )

    @property
    def before(self) -> str:
        """The text up to the caret."""
        return self.text[: self.cursor]

    @property
    def after(self) -> str:
        """The text from the caret on."""
        return self.text[self.cursor :]


class CodeEditor(gr.HTML):
    """A code editor with suggestions at the caret.

    The browser owns the value; the server sets it only to load a text, and never while a stream runs.

    Args:
        name: how the page's scripts and its `GhostStream` call this editor.
        value: the text that it starts with.
        label: the accessible name.
        placeholder: shown while it is empty.
        action: what Ctrl+Enter does, in a word, where it does not complete; there are no suggestions then.

    Events:
        submit: a completion is asked for; the value carries the request's id.
        ask: the same, after `window.PhiEditor.get(name).send(values)`: `{text, cursor, request, kind, values}`.
        stop: the request `{"id"}` is no longer wanted.
        edited: the text was edited, and typing paused; `{before, n}` is what stands before the caret, and which event it is.
    """

    def __init__(
        self,
        name: str = "editor",
        value: str = "",
        *,
        label: str = "Code editor",
        placeholder: str = "",
        action: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            value={"text": value, "cursor": len(value), "request": "", "kind": ""},
            html_template='<div class="phi-editor"></div>',
            js_on_load=_on_load(
                "window.PhiEditor.mountEditor({element, props, watch,"
                " submit: () => trigger('submit'), ask: data => trigger('ask', data),"
                " stop: data => trigger('stop', data), edited: data => trigger('edited', data)});"
            ),
            apply_default_css=False,
            editor=name,
            name=label,
            hint=placeholder,
            action=action,
            **kwargs,
        )

    def preprocess(self, payload: dict[str, Any] | None) -> Prompt:
        """See `Prompt.read`."""
        return Prompt.read(payload)

    def postprocess(self, value: Prompt | dict[str, Any] | str | None) -> dict[str, Any]:
        """Gives the browser a text to load, the caret at its end unless told otherwise."""
        if isinstance(value, Prompt):
            value = {"text": value.text, "cursor": value.cursor}
        elif isinstance(value, str):
            value = {"text": value, "cursor": len(value)}
        return {"text": "", "cursor": 0, "request": "", "kind": "", **(value or {})}

    def api_info(self) -> dict[str, Any]:
        """What an API client sends."""
        return {
            "type": "object",
            "properties": {"text": {"type": "string"}, "cursor": {"type": "integer"}},
        }

    def example_payload(self) -> dict[str, Any]:
        """A value for the API page."""
        return {"text": "def area(radius):\n", "cursor": 18}

    def example_value(self) -> dict[str, Any]:
        """A value for the API page."""
        return self.example_payload()


class _Channel(gr.HTML):
    """A component whose value is data for the browser's scripts, never HTML."""

    def preprocess(self, payload: dict[str, Any] | None) -> dict[str, Any] | None:
        return payload

    def postprocess(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return value

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}

    def example_payload(self) -> dict[str, Any]:
        return {}

    def example_value(self) -> dict[str, Any]:
        return {}


class GhostStream(_Channel):
    """Carries a `ui.growing.GrowingLog` of `{id, choices: [{text, done}], done}` to the editor called `editor`.

    A stale id is ignored there. A choice may have its mean `logprob`, and in the last update its `tokens` (see
    `ui.suggestion.token_rows`).
    """

    def __init__(self, editor: str = "editor", **kwargs: Any) -> None:
        part = {**_part(editor, "mountGhost"), "value": ""}
        super().__init__(**part, visible="hidden", **kwargs)


class Meter(_Channel):
    """Carries the prompt's length `{tokens, limit}` to the editor called `editor`; `n` is the one of the event that asked."""

    def __init__(self, editor: str = "editor", **kwargs: Any) -> None:
        super().__init__(**_part(editor, "mountMeter"), visible="hidden", **kwargs)


class Alternatives(_Channel):
    """Shows all alternatives of the editor called `editor` side by side; the browser fills it."""

    def __init__(self, editor: str = "editor", **kwargs: Any) -> None:
        super().__init__(**_part(editor, "mountPanel", "phi-panel"), **kwargs)


class Examples(_Channel):
    """A menu of texts `{name, text}` for the editor called `editor`."""

    def __init__(
        self, editor: str = "editor", items: list[dict[str, str]] | None = None, **kwargs: Any
    ) -> None:
        part = _part(editor, "mountExamples", "phi-examples")
        super().__init__(**part, items=items or [], **kwargs)


class Program(_Channel):
    """Shows a program of `{parts}`, see `ui.highlight.spans`, with a button that copies it."""

    def __init__(self, editor: str = "editor", **kwargs: Any) -> None:
        super().__init__(**_part(editor, "mountProgram", "phi-program"), **kwargs)


class History(_Channel):
    """Lists this browser's prompts and completions; they never reach the server."""

    def __init__(self, editor: str = "editor", **kwargs: Any) -> None:
        super().__init__(**_part(editor, "mountHistory", "phi-history"), **kwargs)


def _part(
    editor: str, mount: str, css_class: str = "", events: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Arguments of a component that the browser's scripts fill, and that has these events."""
    triggers = "".join(f", {event}: () => trigger('{event}')" for event in events)
    return {
        "value": {},
        "html_template": f'<div class="{css_class}"></div>',
        "js_on_load": _on_load(f"window.PhiEditor.{mount}({{element, props, watch{triggers}}});"),
        "apply_default_css": False,
        "editor": editor,
    }


class Kept(_Channel):
    """Keeps a value in this browser; where its storage is forbidden, as in a stranger's frame, until the page is left.

    `gr.BrowserState` ends the whole page there: what is beside it never appears.

    Args:
        storage_key: what the browser keeps it under.

    Events:
        recalled: the browser had a value, which is there now.
    """

    def __init__(self, storage_key: str, **kwargs: Any) -> None:
        part = _part("", "mountKept", events=("recalled",))
        super().__init__(**part, storage_key=storage_key, visible="hidden", **kwargs)


class StatusLine(_Channel):
    """Shows `{state, message, facts: [{label, value, title}]}`; the message is announced, the figures are not.

    Args:
        value: what it shows at first.
        editor: the editor whose lost connection is told here.
    """

    def __init__(
        self, value: dict[str, Any] | None = None, *, editor: str = "", **kwargs: Any
    ) -> None:
        super().__init__(
            value=value or {},
            html_template='<div class="phi-status"></div>',
            js_on_load=_on_load("window.PhiEditor.mountStatus({element, props, watch});"),
            apply_default_css=False,
            editor=editor,
            **kwargs,
        )


class Knob(gr.Slider):
    """A slider whose range is checked by the completion request, so that one message covers every caller."""

    is_template = True  # Gradio then shows it as the slider that it is

    def preprocess(self, payload: float) -> float:
        """Passes the value on as it came."""
        return payload
