"""The event handlers of the Classify tab's file: every row of a CSV, in micro-batches."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from phi_model.pipelines.aggregation import check_strategy
from phi_model.zero_shot import ZeroShot
from ui.classify.answer import Answer, Classifier
from ui.classify.choice import POLL_S, Choice, Chooser
from ui.classify.handlers import busy, said
from ui.classify.table import CANCELLED, Limits, Results, Row, Table
from ui.sessions import Run
from ui.status import fact, problem

ROWS_AT_ONCE = (
    16  # read, tokenised and handed on together; each pass takes as many as fit its tokens
)
Update = tuple[Any, Any]  # status, download


@dataclass
class Progress:
    """How far a file has come: rows in all, rows done, and those of them that could not be classified."""

    total: int
    done: int = 0
    errors: int = 0
    finished: bool = False


class Batch:
    """Classifies files.

    Args:
        chooser: gets what classifies.
        limits: how large a file may be.
    """

    def __init__(self, chooser: Chooser, limits: Limits) -> None:
        self._chooser = chooser
        self._limits = limits
        self._runs: dict[str, Run] = {}

    def columns(self, path: str | None) -> tuple[Any, dict[str, Any]]:
        """The columns of an uploaded file, the likely one chosen; and what the status line says."""
        if not path:
            return gr.update(choices=[], value=None), {"state": "idle", "message": ""}
        try:
            table = Table(path, self._limits)
            count = table.count()
        except (ValueError, OSError) as error:
            return gr.update(choices=[], value=None), problem(said(error, "Reading the file"))
        ready = {"state": "idle", "message": "Ready", "facts": [fact("rows", f"{count:,}")]}
        return gr.update(choices=table.header, value=table.likely), ready

    def stop(self, request: gr.Request) -> None:
        """Stops the file of the tab that asks; what is done by then is kept."""
        if run := self._runs.get(str(request.session_hash)):
            run.stop()

    async def classify(
        self,
        path: str | None,
        column: str | None,
        use: str,
        checkpoint: str,
        labels: str,
        template: str,
        strategy: str,
        request: gr.Request,
    ) -> AsyncGenerator[Update, None]:
        """Says how far it is, and gives the file with labels and scores in the end."""
        session = str(request.session_hash)
        if older := self._runs.get(session):
            older.stop(superseded=True)
        run = self._runs[session] = Run("")
        folder = Path(tempfile.mkdtemp(prefix="phi-classify-"))
        try:
            yield busy("Reading the file"), gr.update(interactive=False)
            if not path:
                raise ValueError("File must be given: a CSV file with a header.")
            choice = Choice(use, checkpoint or "", labels or "", template or "")
            target = folder / f"{Path(path).stem[:80] or 'rows'}-labels.csv"
            async with aclosing(
                self.run(path, column or "", choice, strategy, target, run)
            ) as all_:
                async for step in all_:
                    if isinstance(step, str):
                        yield busy(step), gr.skip()
                    elif step.finished and not run.superseded:
                        # Gradio copies the file before this goes on.
                        done = gr.update(value=str(target), interactive=True)
                        yield self._status(step, run), done
                    elif not run.superseded:
                        yield self._status(step, run), gr.skip()
        except Exception as error:
            yield problem(said(error, "The file's classification")), gr.skip()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if self._runs.get(session) is run:
                del self._runs[session]

    async def run(
        self, path: str, column: str, choice: Choice, strategy: str, target: Path, run: Run
    ) -> AsyncGenerator[str | Progress, None]:
        """Classifies a file's rows into another file; says several times a second how far it is.

        Raises:
            CheckpointError: the checkpoint has no classification head.
            ValueError: file, column or choice are not as they must be.
        """
        strategy = check_strategy(strategy)
        table = await asyncio.to_thread(Table, path, self._limits)
        rows = table.rows(column)
        first = await asyncio.to_thread(next, rows, None)  # which checks the column
        progress = Progress(await asyncio.to_thread(table.count))
        classifier: Any = None
        async with aclosing(self._chooser.ready(choice)) as steps:
            async for step in steps:
                if isinstance(step, str):
                    yield step
                else:
                    classifier = step
        labels = classifier.labels
        if not isinstance(classifier, ZeroShot) and classifier.labels_tokens:
            labels = None
        with target.open("w", encoding="utf-8", newline="") as file:
            results = Results(file, table, labels, strategy)

            def take() -> list[Row]:
                nonlocal first
                taken = [] if first is None else [first]
                first = None
                while len(taken) < ROWS_AT_ONCE and (row := next(rows, None)) is not None:
                    taken.append(row)
                return taken

            task = asyncio.create_task(self._rows(take, choice, classifier, results, progress, run))
            try:
                while not task.done():
                    await asyncio.wait({task}, timeout=POLL_S)
                    if not task.done():
                        yield progress
                await task
            finally:
                task.cancel()
        progress.finished = True
        yield progress

    async def _rows(
        self,
        take: Callable[[], list[Row]],
        choice: Choice,
        classifier: Classifier,
        results: Results,
        progress: Progress,
        run: Run,
    ) -> None:
        while batch := await asyncio.to_thread(take):
            sound = [row for row in batch if not row.error]
            found: dict[int, Answer] = {}
            failed: dict[int, str] = {}
            reached = not run.stopped
            if not reached:
                failed = {row.number: CANCELLED for row in sound}
            else:
                if self._chooser.stale(classifier):
                    if isinstance(classifier, ZeroShot):
                        raise ValueError(
                            "The model was exchanged: the other rows would get its scores."
                        )
                    classifier = await self._chooser.get(choice)
                await self._classify(choice, classifier, sound, found, failed)
            for row in batch:
                results.add(row, found.get(row.number), failed.get(row.number, ""))
            if reached:
                progress.done += len(batch)
                progress.errors += sum(1 for row in batch if row.error or row.number in failed)

    async def _classify(
        self,
        choice: Choice,
        classifier: Classifier,
        rows: list[Row],
        found: dict[int, Answer],
        failed: dict[int, str],
    ) -> None:
        if not rows:
            return
        try:
            got = await self._chooser.answer(choice, classifier, [row.text for row in rows])
            found.update({row.number: answer for row, answer in zip(rows, got, strict=True)})
        except ValueError as error:
            if len(rows) == 1:
                failed[rows[0].number] = str(error)
                return
            for row in rows:  # so that the one at fault is known
                await self._classify(choice, classifier, [row], found, failed)

    @staticmethod
    def _status(progress: Progress, run: Run) -> dict[str, Any]:
        facts = [
            fact("rows", f"{progress.done:,} of {progress.total:,}"),
            fact("with errors", f"{progress.errors:,}", "Kept, and named in the column “error”"),
        ]
        if not progress.finished:
            message, state = ("Cancelling" if run.stopped else "Classifying"), "busy"
        else:
            message = "Cancelled; the rows so far are in the file" if run.stopped else "Finished"
            state = "idle"
        return {"state": state, "message": message, "facts": facts}
