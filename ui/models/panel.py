"""The page's heading, which says what the model is, and the panel behind it, where another is chosen."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from phi_model.backend import Backend
from phi_model.engine.resident import Resident, SwitchingError
from phi_model.lease import UnavailableError
from ui.components import Meter, Prompt, _Channel, _on_load
from ui.controls import Controls, defaults
from ui.events import SILENT
from ui.models.facts import state
from ui.models.known import models
from ui.models.rules import DTYPES, QUANTIZATIONS, ChoiceError, Rules

FOLLOWING = ("max_tokens", "repetition_penalty")


class ModelPanel(_Channel):
    """The heading and its panel; the browser fills them from the value, see `ui.models.facts.state`.

    Args:
        editor: name of the editor that the model completes in.
        title: the page's name.
        value: the state.
        **kwargs: `locked`, `folders`, `dtypes`, `quantizations`, `devices` and `known`, what the panel offers.

    Events:
        poll: whether anything is new, for one who has the state `{digest}`.
        choose: load `{model, dtype, quantization, device}`.
        again: load the last model again.
        cancel: give up what is being loaded.
        release: take the model away; "unload" is what Gradio calls the closing of a page.
        follow: another model is there; `{parameters, limit}` were those of the last one.
    """

    def __init__(
        self,
        editor: str = "editor",
        title: str = "",
        value: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            value=value or {},
            html_template='<div class="phi-model"></div>',
            js_on_load=_on_load(
                "window.PhiEditor.mountModels({element, props, watch,"
                " poll: data => trigger('poll', data), choose: data => trigger('choose', data),"
                " again: () => trigger('again'), cancel: () => trigger('cancel'),"
                " release: () => trigger('release'), follow: data => trigger('follow', data)});"
            ),
            apply_default_css=False,
            editor=editor,
            title=title,
            **kwargs,
        )


class Switcher:
    """The handlers of the panel.

    Args:
        backend: what completes.
        rules: what may be chosen.
    """

    def __init__(self, backend: Backend, rules: Rules) -> None:
        self._backend = backend
        self._rules = rules

    def poll(self, event: gr.EventData) -> Any:
        """The state, where it is another than the one that the browser has."""
        new = state(self._backend)
        return gr.skip() if _data(event).get("digest") == new["digest"] else new

    def choose(self, event: gr.EventData) -> dict[str, Any]:
        """Begins to load a model."""
        return self._try(lambda resident: resident.switch(self._rules.read(_data(event))))

    def again(self) -> dict[str, Any]:
        """Begins to load the last model."""
        return self._try(lambda resident: resident.switch(resident.status.choice))

    def release(self) -> dict[str, Any]:
        """Takes the model away."""
        return self._try(lambda resident: resident.unload())

    def cancel(self) -> dict[str, Any]:
        """Gives up what is being loaded."""
        return self._try(lambda resident: resident.cancel())

    def _try(self, change: Any) -> dict[str, Any]:
        told = None
        try:
            if self._rules.locked or not isinstance(self._backend, Resident):
                raise ChoiceError("The operator of this server has fixed its model.")
            change(self._backend)
        except ChoiceError as error:
            told = str(error)
        except SwitchingError as error:
            told = f"{error}. One model at a time: try again when it is there."
        return {**state(self._backend), "told": told}

    async def follow(self, event: gr.EventData, prompt: Prompt, *values: Any) -> Any:
        """What of the page goes by the model: the meter, and the controls that nobody has touched."""
        before, info = _data(event), self._backend.info
        old = defaults(before.get("parameters") or 0, before.get("limit") or info.context_length)
        new = defaults(info.parameters, info.context_length)
        updates = []
        for name, value in zip(FOLLOWING, values, strict=True):
            wanted = dict(new[name])
            if value != old[name]["value"] and isinstance(value, int | float):
                wanted["value"] = min(value, wanted.get("maximum", value))
            if wanted["value"] == value:
                del wanted["value"]  # which may have been changed meanwhile
            updates.append(gr.update(**wanted) if wanted else gr.skip())
        try:
            tokens = await asyncio.to_thread(self._backend.count_tokens, prompt.before)
        except UnavailableError:
            return gr.skip(), *updates
        return {"tokens": tokens, "limit": info.context_length}, *updates


def build(editor: str, title: str, backend: Backend, rules: Rules) -> ModelPanel:
    """Builds heading and panel where it is called.

    Args:
        editor: name of the editor that the model completes in.
        title: the page's name.
        backend: what completes.
        rules: what may be chosen.
    """
    locked = rules.locked or not isinstance(backend, Resident)
    hub = [known.id for known in models() if "/" in known.id]
    return ModelPanel(
        editor,
        title,
        state(backend),
        locked=locked,
        folders=rules.folders,
        dtypes=list(DTYPES),
        quantizations=list(QUANTIZATIONS),
        devices=list(rules.devices),
        known=[] if locked else [*rules.names, *hub],
        elem_id="model",
    )


def wire(
    panel: ModelPanel,
    backend: Backend,
    rules: Rules,
    editor: gr.HTML,
    meter: Meter,
    controls: Controls,
) -> None:
    """Connects the panel's events, and what follows the model."""
    switcher = Switcher(backend, rules)
    panel.poll(switcher.poll, None, panel, **SILENT, trigger_mode="once")
    for name in ("choose", "again", "cancel", "release"):
        getattr(panel, name)(getattr(switcher, name), None, panel, **SILENT)
    following = [controls.fields[name] for name in FOLLOWING]
    panel.follow(
        switcher.follow,
        [editor, *following],
        [meter, *following],
        **SILENT,
        trigger_mode="always_last",
    )


def _data(event: gr.EventData) -> dict[str, Any]:
    data = event._data
    return data if isinstance(data, dict) else {}
