"""The tab's API for `gradio_client`, in plain types: `/classify` and `/classify_tokens`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from phi_model.zero_shot import TEMPLATE
from ui.classify.answer import Answer, TextAnswer
from ui.classify.choice import OTHER, ZERO_SHOT, Choice
from ui.classify.handlers import Text, said
from ui.sessions import Run


def build(text: Text, boxed: list[str]) -> None:
    """Adds the endpoints to the page that is being built.

    Args:
        text: classifies.
        boxed: the short names of the heads in the box.
    """

    async def found(given: str, head: str, labels: list[str], template: str, how: str) -> Answer:
        if not isinstance(given, str):
            raise gr.Error(f"text must be a string, got {type(given).__name__}")
        if labels and not all(isinstance(label, str) for label in labels):
            raise gr.Error(f"labels must be a list of strings, got {labels!r}")
        use = head if head in (*boxed, ZERO_SHOT) else OTHER
        choice = Choice(use, head, "\n".join(labels or []) + "\n", template)
        answer = None
        try:
            async for step in text.run(given, choice, how, Run("")):
                if not isinstance(step, str):
                    answer = step[0]
        except Exception as error:
            raise gr.Error(said(error, "The classification"), print_exception=False) from error
        assert answer is not None, "only a stopped run ends without an answer"
        return answer

    text_head = "language" if "language" in boxed else ZERO_SHOT
    token_head = "roles" if "roles" in boxed else ""

    async def classify(
        text: str, head: str = text_head, labels: list[str] | None = None, template: str = TEMPLATE
    ) -> dict[str, Any]:
        """Classifies a text. `head`: the name of a head in the box, "zero-shot" (with `labels` and `template`), a folder
        or a hub id. The answer: {"kind": "softmax" | "sigmoid" | "none" | "zero-shot", "scores": {label: number},
        "tokens", "windows"}."""
        answer = await found(text, head, labels or [], template, "none")
        if not isinstance(answer, TextAnswer):
            raise gr.Error(f"head must classify texts, got {head!r}, which labels tokens")
        return {
            "kind": answer.kind,
            "scores": answer.scores,
            "tokens": answer.tokens,
            "windows": answer.windows,
        }

    async def classify_tokens(
        text: str, head: str = token_head, aggregation: str = "simple"
    ) -> list[dict[str, Any]]:
        """Labels the tokens of a text. `aggregation`: none, simple, first, average or max; the answer is that of
        transformers' token-classification pipeline."""
        answer = await found(text, head, [], TEMPLATE, aggregation)
        if isinstance(answer, TextAnswer):
            raise gr.Error(f"head must label tokens, got {head!r}, which classifies texts")
        return answer.entities(aggregation)

    for function in (classify, classify_tokens):
        gr.api(function, api_name=function.__name__, concurrency_limit=None)
