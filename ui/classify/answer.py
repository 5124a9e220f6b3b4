"""What a text is found to be, and how the page says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phi_model.passes import Passes
from phi_model.pipelines.aggregation import Aggregator, Token
from phi_model.sharing import LoadedHead
from phi_model.windows import classify_texts, classify_tokens, score_function
from phi_model.zero_shot import ZeroShot

UNLABELLED = "O"
THRESHOLD = 0.5  # from here on a label of a multi-label head holds
KINDS = {
    "softmax": "One of these labels; the probabilities add up to 100 %.",
    "sigmoid": "Multi-label: each label has a probability of its own (sigmoid), and several may hold.",
    "none": "Regression: numbers, no probabilities.",
    "zero-shot": "Zero-shot: how likely each label is behind the text, calibrated by what texts without content get.",
    "tokens": "Each token has a label; point at it, or move through them with the arrow keys, for its score.",
}


@dataclass(frozen=True)
class TextAnswer:
    """The scores of a whole text.

    Attributes:
        kind: see `KINDS`.
        scores: by label, in the head's order.
        tokens, windows: of the text.
    """

    kind: str
    scores: dict[str, float]
    tokens: int
    windows: int

    @property
    def best(self) -> str:
        """The likeliest label; for a multi-label head those that hold."""
        if self.kind == "sigmoid":
            return "; ".join(label for label, score in self.scores.items() if score >= THRESHOLD)
        return max(self.scores, key=lambda label: self.scores[label])


@dataclass(frozen=True)
class TokenAnswer:
    """The labelled tokens of a text.

    Attributes:
        head: what labelled them.
        found: the scored tokens.
        windows: in how many pieces the text was read.
    """

    head: LoadedHead
    found: list[Token]
    windows: int
    kind: str = "tokens"

    @property
    def tokens(self) -> int:
        """How many tokens the text has."""
        return len(self.found)

    def entities(
        self, strategy: str, ignored: Sequence[str] = (UNLABELLED,)
    ) -> list[dict[str, Any]]:
        """As the token-classification pipeline gives them."""
        join = Aggregator(self.head.model.config.id2label, self.head.tokenizer)
        return join(self.found, strategy, ignored)

    def pieces(self, text: str, strategy: str) -> list[dict[str, Any]]:
        """The whole text in pieces, those with a label with their score: what the page colours."""
        pieces: list[dict[str, Any]] = []
        done = 0
        for entity in self.entities(strategy):
            # Several tokens may make one character, and each of them claims it.
            start, end = max(entity["start"], done), entity["end"]
            if end <= start:
                continue
            if start > done:
                pieces.append({"text": text[done:start]})
            label = entity.get("entity", entity.get("entity_group"))
            score = round(float(entity["score"]), 4)
            pieces.append({"text": text[start:end], "label": label, "score": score})
            done = end
        if done < len(text):
            pieces.append({"text": text[done:]})
        return pieces


Answer = TextAnswer | TokenAnswer
Classifier = LoadedHead | ZeroShot


def answers(classifier: Classifier, texts: Sequence[str], chunk: int) -> Passes[list[Answer]]:
    """Classifies texts, in passes of at most `chunk` tokens.

    Raises:
        ValueError: a text is empty.
    """
    if isinstance(classifier, ZeroShot):
        results: list[Answer] = []
        for text in texts:
            got = yield from classifier.classify(text)
            scores = dict(zip(classifier.labels, got.scores, strict=True))
            results.append(TextAnswer("zero-shot", scores, got.tokens, got.windows))
        return results
    model, tokenizer = classifier.model, classifier.tokenizer
    if classifier.labels_tokens:
        rows = yield from classify_tokens(model, tokenizer, texts, chunk=chunk)
        return [TokenAnswer(classifier, row.tokens, row.windows) for row in rows]
    kind = score_function(model)
    found = yield from classify_texts(model, tokenizer, texts, chunk=chunk)
    return [
        TextAnswer(
            kind, dict(zip(classifier.labels, row.scores, strict=True)), row.tokens, row.windows
        )
        for row in found
    ]


def explained(answer: Answer) -> str:
    """What the numbers are, and whether the text was read in windows."""
    note = KINDS[answer.kind]
    if answer.windows > 1:
        joined = (
            "each token has its label from the first window that holds it"
            if isinstance(answer, TokenAnswer)
            else "their scores are averaged by length"
        )
        note += (
            f" The text is longer than the model's context: it was read in {answer.windows} "
            f"overlapping windows, and {joined}."
        )
    return note
