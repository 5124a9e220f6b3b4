"""What classifies: a head in the box, another checkpoint, or the resident model by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from phi_model.sharing import LenderGoneError
from phi_model.zero_shot import TEMPLATE, ZeroShot
from ui.classify.answer import Answer, Classifier, answers
from ui.classify.heads import Heads
from ui.classify.runner import Runner

ZERO_SHOT = "zero-shot"
OTHER = "another checkpoint"
EXCHANGES = 3  # of the model, while some texts are classified
POLL_S = 0.25  # Gradio notices a closed tab only when something is yielded


@dataclass(frozen=True)
class Choice:
    """What was chosen on the page, or by a caller.

    Attributes:
        use: a head's short name, `ZERO_SHOT` or `OTHER`.
        checkpoint: a folder or a hub id, for `OTHER`.
        labels: one on each line, or parted by commas; for `ZERO_SHOT`.
        template: with {text} and {label}; for `ZERO_SHOT`.
    """

    use: str
    checkpoint: str = ""
    labels: str = ""
    template: str = TEMPLATE


def split_labels(text: str) -> list[str]:
    """Labels of a text: one on each line, or parted by commas."""
    parts = text.splitlines() if "\n" in text.strip() else text.split(",")
    return [part.strip() for part in parts if part.strip()]


class Chooser:
    """Gets classifiers ready.

    Args:
        runner: where they run.
        heads: the heads.
    """

    def __init__(self, runner: Runner, heads: Heads) -> None:
        self.runner = runner
        self.heads = heads

    async def ready(self, choice: Choice) -> AsyncGenerator[str | Classifier, None]:
        """Says what is being loaded, and gives the classifier last.

        Raises:
            CheckpointError: the checkpoint has no such head.
            ValueError: a field of the choice is not as it must be.
        """
        if choice.use == ZERO_SHOT:
            yield self._zero_shot(choice)
            return
        loading = self.heads.load(choice.checkpoint if choice.use == OTHER else choice.use)
        waiting = asyncio.wrap_future(loading.future)
        while not waiting.done():
            share = "" if loading.share is None else f", {loading.share:.0%}"
            yield f"{loading.message}{share}"
            await asyncio.wait({waiting}, timeout=POLL_S)
        yield waiting.result()

    def stale(self, classifier: Classifier) -> bool:
        """Whether the model was exchanged on which it runs."""
        resident = self.runner.resident
        if isinstance(classifier, ZeroShot):
            return classifier.model is not resident
        return not classifier.fits(resident)

    async def get(self, choice: Choice) -> Classifier:
        """The classifier, without a word on the way; see `ready`."""
        found: Any = None
        async with aclosing(self.ready(choice)) as steps:
            async for step in steps:
                found = step
        return found

    async def answer(
        self, choice: Choice, classifier: Classifier, texts: Sequence[str]
    ) -> list[Answer]:
        """What the texts are found to be. A head whose shared weights go with their model meanwhile is loaded again.

        Args:
            choice: what was chosen.
            classifier: what it gave.
            texts: to classify.

        Raises:
            LenderGoneError: the model was exchanged more often than anybody does.
        """
        for _ in range(EXCHANGES):
            try:
                return await self.runner.run(answers(classifier, texts, self.runner.chunk))
            except LenderGoneError:
                classifier = await self.get(choice)
        return await self.runner.run(answers(classifier, texts, self.runner.chunk))

    def _zero_shot(self, choice: Choice) -> ZeroShot:
        engine = self.runner.engine
        if engine is None:
            raise ValueError(
                "Zero-shot needs the model in this process; here it is on another server."
            )
        labels: Any = split_labels(choice.labels)
        return ZeroShot(
            engine.model, engine.tokenizer, labels, choice.template, chunk=self.runner.chunk
        )
