"""From scored tokens to labelled tokens, words or groups of words, as transformers' pipeline joins them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from phi_model.tokenizer import PhiTokenizer

STRATEGIES = ("none", "simple", "first", "average", "max")


@dataclass(frozen=True)
class Token:
    """A token of a text: its spelling, its scores (labels,), characters [start, end), place, and whether it continues a word."""

    word: str
    scores: Tensor
    start: int
    end: int
    index: int
    continues: bool


def check_strategy(strategy: str | None) -> str:
    """The strategy's name in lower case.

    Raises:
        ValueError: there is no such strategy.
    """
    name = str(strategy or "none").lower()
    if name not in STRATEGIES:
        raise ValueError(
            f"aggregation_strategy must be one of {', '.join(STRATEGIES)}, got {name!r}"
        )
    return name


def token_of(
    tokenizer: PhiTokenizer,
    text: str,
    token_id: int,
    scores: Tensor,
    start: int,
    end: int,
    index: int,
) -> Token:
    """A token of a text, with its spelling and whether it continues a word."""
    word = tokenizer.convert_ids_to_tokens(token_id)
    if token_id == tokenizer.unk_token_id:
        return Token(text[start:end], scores, start, end, index, False)
    if getattr(tokenizer.backend.model, "continuing_subword_prefix", None):
        continues = len(word) != end - start
    else:
        # Such a vocabulary does not tell words apart: a token goes on unless a space lies at its beginning.
        continues = start > 0 and " " not in text[start - 1 : start + 1]
    return Token(word, scores, start, end, index, continues)


class Aggregator:
    """Joins tokens.

    Args:
        id2label: the head's labels.
        tokenizer: spells the words.
    """

    def __init__(self, id2label: Mapping[int, str], tokenizer: PhiTokenizer) -> None:
        self._id2label = id2label
        self._tokenizer = tokenizer

    def __call__(
        self, tokens: Sequence[Token], strategy: str, ignored: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """What the pipeline returns for a text, see `TokenClassificationPipeline`.

        Args:
            tokens: in their order.
            strategy: one of `STRATEGIES`.
            ignored: labels that are left out.
        """
        found = self._joined(tokens, strategy)
        return [e for e in found if e.get("entity", e.get("entity_group")) not in ignored]

    def _joined(self, tokens: Sequence[Token], strategy: str) -> list[dict[str, Any]]:
        if strategy in ("none", "simple"):
            found = [
                {
                    **self._best(token.scores),
                    "index": token.index,
                    "word": token.word,
                    "start": token.start,
                    "end": token.end,
                }
                for token in tokens
            ]
            return found if strategy == "none" else self._group(found)
        words: list[list[Token]] = []
        for token in tokens:
            if words and token.continues:
                words[-1].append(token)
            else:
                words.append([token])
        return self._group([self._word(word, strategy) for word in words])

    def _best(self, scores: Tensor) -> dict[str, Any]:
        label = int(scores.argmax())
        return {"entity": self._id2label[label], "score": float(scores[label])}

    def _word(self, tokens: list[Token], strategy: str) -> dict[str, Any]:
        """One entity for the tokens of a word."""
        agree: dict[str, Callable[[], Tensor]] = {
            "first": lambda: tokens[0].scores,
            "max": lambda: max(tokens, key=lambda token: float(token.scores.max())).scores,
            "average": lambda: torch.stack([token.scores for token in tokens]).mean(dim=0),
        }
        return {
            **self._best(agree[strategy]()),
            "word": self._tokenizer.convert_tokens_to_string([token.word for token in tokens]),
            "start": tokens[0].start,
            "end": tokens[-1].end,
        }

    def _group(self, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Joins neighbours of one label, where the later does not begin a group of its own."""
        groups: list[list[dict[str, Any]]] = []
        for entity in entities:
            begins, label = _parts(entity["entity"])
            if groups and not begins and label == _parts(groups[-1][-1]["entity"])[1]:
                groups[-1].append(entity)
            else:
                groups.append([entity])
        return [
            {
                "entity_group": group[0]["entity"].split("-", 1)[-1],
                "score": sum(entity["score"] for entity in group) / len(group),
                "word": self._tokenizer.convert_tokens_to_string([e["word"] for e in group]),
                "start": group[0]["start"],
                "end": group[-1]["end"],
            }
            for group in groups
        ]


def _parts(label: str) -> tuple[bool, str]:
    """Whether a label begins a group, and its name without the "B-" or "I-" that says so."""
    if label[:2] in ("B-", "I-"):
        return label[0] == "B", label[2:]
    return False, label
