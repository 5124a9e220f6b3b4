"""The Complete tab: type code, and the model continues it at the caret."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import gradio as gr

from phi_model.backend import Backend, BusyError
from phi_model.request import RequestError
from ui import controls as sampling
from ui.components import CodeEditor, GhostStream, Prompt, StatusLine
from ui.sessions import Run, Sessions, batches
from ui.status import IDLE, Progress, problem

STATUS_S = 0.25  # figures that change more often cannot be read
MAX_PROMPT_CHARACTERS = 200_000
EDITOR = "complete"
STARTER = "def print_prime(n):\n"

log = logging.getLogger(__name__)
Update = tuple[Any, Any]  # for the suggestion and the status line


@dataclass
class CompleteTab:
    """The tab's components."""

    editor: CodeEditor
    ghost: GhostStream
    status: StatusLine
    go: gr.Button
    stop: gr.Button
    controls: sampling.Controls


def build(backend: Backend) -> CompleteTab:
    """Builds the tab where it is called."""
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
                go = gr.Button("Complete", variant="primary", elem_id="complete", scale=0)
                stop = gr.Button("Stop", elem_id="halt", scale=0)
                status = StatusLine(IDLE, elem_id="status")
            ghost = GhostStream(EDITOR, elem_id="ghost")
        with gr.Column(scale=1, min_width=260, elem_classes="phi-side"):
            knobs = sampling.build()
    return CompleteTab(editor, ghost, status, go, stop, knobs)


def wire(tab: CompleteTab, backend: Backend) -> None:
    """Connects the tab's events with the backend."""
    completer = Completer(backend, tab.controls)
    tab.editor.submit(
        completer.complete,
        [tab.editor, *tab.controls.inputs],
        [tab.ghost, tab.status],
        show_progress="hidden",
        trigger_mode="multiple",
        concurrency_limit=None,
        api_name="complete",
    )
    tab.editor.stop(completer.stop, None, None, queue=False, api_visibility="private")
    # Both buttons take the editor's own way, so that a request has its id and its place before the server hears of it.
    tab.go.click(None, None, None, js=f"() => {{ window.PhiEditor.get('{EDITOR}').complete(); }}")
    tab.stop.click(None, None, None, js=f"() => {{ window.PhiEditor.get('{EDITOR}').stop(); }}")


class Completer:
    """The tab's event handlers."""

    def __init__(self, backend: Backend, controls: sampling.Controls) -> None:
        self._backend = backend
        self._controls = controls
        self._sessions = Sessions()

    def stop(self, event: gr.EventData, request: gr.Request) -> None:
        """Stops one request of the tab that asks, nobody else's."""
        identity = (event._data or {}).get("id")
        if identity:
            self._sessions.stop(str(request.session_hash), str(identity))

    async def complete(
        self, prompt: Prompt, request: gr.Request, *values: Any
    ) -> AsyncGenerator[Update, None]:
        """Streams suggestions and the status line until the completion ends, is stopped or superseded."""
        session = str(request.session_hash)
        run = self._sessions.begin(session, prompt.request)
        try:
            # Closing this generator must close the inner ones now, not when they are collected.
            async with aclosing(self._run(prompt, values, session, run)) as updates:
                async for update in updates:
                    yield update
        except RequestError as error:
            yield self._failed(prompt, sampling.explain(error))
        except BusyError as error:
            yield self._failed(
                prompt,
                f"Busy: {error.waiting} requests are waiting and no more than {error.limit} may. "
                "Please try again in a moment.",
            )
        except Exception as error:
            log.exception("completion failed")
            yield self._failed(
                prompt, f"The completion failed on the server ({type(error).__name__})."
            )
        finally:
            self._sessions.end(session, run)

    @staticmethod
    def _failed(prompt: Prompt, message: str) -> Update:
        return {"id": prompt.request, "choices": [], "done": True}, problem(message)

    async def _run(
        self, prompt: Prompt, values: tuple[Any, ...], session: str, run: Run
    ) -> AsyncGenerator[Update, None]:
        if len(prompt.before) > MAX_PROMPT_CHARACTERS:
            raise RequestError(
                "prompt", f"at most {MAX_PROMPT_CHARACTERS:,} characters", len(prompt.before)
            )
        asked = sampling.request_from(prompt.before, self._controls.values(values))
        backend = self._backend
        progress = Progress(
            seed=int(asked.seed or 0),
            prompt_tokens=await asyncio.to_thread(backend.count_tokens, prompt.before),
            context_length=backend.info.context_length,
            choices=asked.n,
        )
        shown = time.monotonic()
        update = progress.ghost(prompt.request, done=False), progress.status(done=False)
        yield update
        async with aclosing(batches(backend.stream(asked, session=session), run)) as arriving:
            async for chunks in arriving:
                if chunks:
                    progress.add(chunks)
                    status = update[1]
                    if time.monotonic() - shown >= STATUS_S:
                        status, shown = progress.status(done=False), time.monotonic()
                    update = progress.ghost(prompt.request, done=False), status
                # Where nothing came, the same again: Gradio notices a closed tab only by a yield.
                yield update
        if not run.superseded:
            yield progress.ghost(prompt.request, done=True), progress.status(done=True)
