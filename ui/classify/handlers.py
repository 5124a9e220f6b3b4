"""The event handlers of the Classify tab's text: one classification for each browser tab at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr

from phi_model.lease import UnavailableError
from phi_model.pipelines.aggregation import check_strategy
from phi_model.sharing import LenderGoneError
from ui.classify.answer import Answer, TextAnswer, explained
from ui.classify.choice import POLL_S, Choice, Chooser
from ui.classify.table import Limits
from ui.components import Prompt
from ui.sessions import Run
from ui.status import fact, problem, seconds

TOP_LABELS = 12
# What a choice or a text can cause, told in its own words; anything else is a fault of ours.
USER_ERRORS = (ValueError, OSError, UnavailableError, LenderGoneError)
Update = tuple[Any, Any, Any, Any]  # status, note, bars, coloured text

log = logging.getLogger(__name__)


def said(error: BaseException, what: str) -> str:
    """An error in a sentence; what the user cannot mend by its kind alone."""
    if isinstance(error, USER_ERRORS):
        return " ".join(str(error).split())
    log.error("%s failed", what, exc_info=error)
    return f"{what} failed on the server ({type(error).__name__})."


def busy(message: str) -> dict[str, Any]:
    """A status that says what is done now."""
    return {"state": "busy", "message": message, "facts": []}


class Text:
    """Classifies what the editor holds.

    Args:
        chooser: gets what classifies.
        limits: how long a text may be.
    """

    def __init__(self, chooser: Chooser, limits: Limits) -> None:
        self._chooser = chooser
        self._limits = limits
        self._runs: dict[str, Run] = {}

    def stop(self, request: gr.Request) -> None:
        """Stops what the tab that asks has running."""
        if run := self._runs.get(str(request.session_hash)):
            run.stop()

    async def classify(
        self,
        prompt: Prompt,
        use: str,
        checkpoint: str,
        labels: str,
        template: str,
        strategy: str,
        request: gr.Request,
    ) -> AsyncGenerator[Update, None]:
        """Says what happens, and gives bars, or the coloured text, in the end."""
        session = str(request.session_hash)
        if older := self._runs.get(session):
            older.stop(superseded=True)
        run = self._runs[session] = Run(prompt.request)
        skip = gr.skip()
        try:
            choice = Choice(use, checkpoint or "", labels or "", template or "")
            async with aclosing(self.run(prompt.text, choice, strategy, run)) as updates:
                async for update in updates:
                    if isinstance(update, str):
                        yield busy(update), skip, skip, skip
                    else:
                        answer, took = update
                        yield self._shown(prompt.text, answer, strategy, took)
            if run.stopped and not run.superseded:
                yield {"state": "idle", "message": "Stopped", "facts": []}, skip, skip, skip
        except Exception as error:
            yield problem(said(error, "The classification")), skip, skip, skip
        finally:
            if self._runs.get(session) is run:
                del self._runs[session]

    async def run(
        self, text: str, choice: Choice, strategy: str, run: Run
    ) -> AsyncGenerator[str | tuple[Answer, float], None]:
        """What is done now, several times a second, and at the end the answer and the seconds it took.

        It ends without an answer when `run` is stopped.

        Raises:
            ValueError: the text is empty or too long, or the choice is not as it must be.
        """
        strategy = check_strategy(strategy)
        if not text.strip():
            raise ValueError("Text must not be empty.")
        if len(text) > self._limits.characters:
            most = self._limits.characters
            raise ValueError(f"Text must have at most {most:,} characters; it has {len(text):,}.")
        classifier: Any = None
        async with aclosing(self._chooser.ready(choice)) as steps:
            async for step in steps:
                if run.stopped:
                    return
                if isinstance(step, str):
                    yield step
                else:
                    classifier = step
        started = time.perf_counter()
        task = asyncio.create_task(self._chooser.answer(choice, classifier, [text]))
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=POLL_S)
                if run.stopped:
                    return
                if not task.done():
                    yield "Classifying"
            yield (await task)[0], time.perf_counter() - started
        finally:
            task.cancel()

    @staticmethod
    def _shown(text: str, answer: Answer, strategy: str, took: float) -> Update:
        facts = [
            fact("tokens", f"{answer.tokens:,}"),
            fact("windows", str(answer.windows), "Pieces in which the text was read"),
            fact("time", seconds(took)),
        ]
        status = {"state": "idle", "message": "Finished", "facts": facts}
        note = {"state": "idle", "message": explained(answer), "facts": []}
        if not isinstance(answer, TextAnswer):
            value = {"pieces": answer.pieces(text, strategy), "labels": answer.head.labels}
            return status, note, gr.update(visible=False), value
        if answer.kind == "none":  # bars would show shares, which these numbers are not
            note["facts"] = [fact(label, f"{score:.4g}") for label, score in answer.scores.items()]
            return status, note, gr.update(visible=False), {}
        bars = gr.update(value=answer.scores, visible=True)
        return status, note, bars, {}
