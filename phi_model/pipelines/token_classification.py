"""Texts to labelled tokens, words or groups of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from phi_model.heads import PhiForTokenClassification
from phi_model.pipelines.base import Pipeline

STRATEGIES = ("none", "simple", "first", "average", "max")


@dataclass(frozen=True)
class _Token:
    """A token of the text: its scores (labels,), characters [start, end), place, and whether it continues a word."""

    word: str
    scores: Tensor
    start: int
    end: int
    index: int
    continues: bool


class TokenClassificationPipeline(Pipeline):
    """Labels the tokens of texts."""

    task = "token-classification"
    model_class = PhiForTokenClassification

    def __call__(self, inputs: str | Sequence[str], **options: Any) -> list[Any]:
        """Labels one text or several.

        Args:
            inputs: a text, or a list of them.
            **options:
                aggregation_strategy ("none"): "none" gives every token; "simple" joins neighbours of one label, whose
                    "B-" or "I-" says whether a new group begins; "first", "average" and "max" let a word's tokens agree
                    first, on the first one's label, the mean of the scores, or the surest one's label.
                ignore_labels (["O"]): labels that are left out.
                batch_size: texts labelled at once.

        Returns:
            a list of {"entity", "score", "index", "word", "start", "end"}, where `word` is the token as the vocabulary
            spells it and start and end are characters of the text; {"entity_group", "score", "word", "start", "end"} for
            groups. A list of such lists for a list of texts.

        Raises:
            ValueError: an option is unknown or out of range.
        """
        options = {**self._defaults, **options}
        strategy = str(options.pop("aggregation_strategy", None) or "none").lower()
        ignored = options.pop("ignore_labels", None)
        ignored = ["O"] if ignored is None else ignored
        batch_size = options.pop("batch_size", None)
        if strategy not in STRATEGIES:
            raise ValueError(
                f"aggregation_strategy must be one of {', '.join(STRATEGIES)}, got {strategy!r}"
            )
        if options:
            raise ValueError(f"token-classification: no such option: {', '.join(sorted(options))}")
        answers = []
        for batch in self._batches(self._texts(inputs), batch_size):
            for tokens in self._tokens(batch):
                found = self._aggregate(tokens, strategy)
                answers.append(
                    [e for e in found if e.get("entity", e.get("entity_group")) not in ignored]
                )
        return answers[0] if isinstance(inputs, str) else answers

    def _tokens(self, texts: Sequence[str]) -> list[list[_Token]]:
        encoded = self._encode(
            texts,
            truncation=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        special, offsets = encoded.pop("special_tokens_mask"), encoded.pop("offset_mapping")
        if not encoded["input_ids"].shape[1]:
            return [[] for _ in texts]
        with torch.inference_mode():
            logits = self.model(**encoded).logits
        scores = logits.float().softmax(dim=-1).cpu()
        rows = []
        for row, text in enumerate(texts):
            ids = encoded["input_ids"][row].tolist()
            left_out = special[row].tolist()
            seen = encoded["attention_mask"][row].tolist()
            spans = offsets[row].tolist()
            rows.append(
                [
                    self._token(text, token_id, scores[row, i], *spans[i], i)
                    for i, token_id in enumerate(ids)
                    if seen[i] and not left_out[i]
                ]
            )
        return rows

    def _token(
        self, text: str, token_id: int, scores: Tensor, start: int, end: int, index: int
    ) -> _Token:
        word = self.tokenizer.convert_ids_to_tokens(token_id)
        if token_id == self.tokenizer.unk_token_id:
            return _Token(text[start:end], scores, start, end, index, False)
        if getattr(self.tokenizer.backend.model, "continuing_subword_prefix", None):
            continues = len(word) != end - start
        else:
            # Such a vocabulary does not tell words apart: a token goes on unless a space lies at its beginning.
            continues = start > 0 and " " not in text[start - 1 : start + 1]
        return _Token(word, scores, start, end, index, continues)

    def _aggregate(self, tokens: list[_Token], strategy: str) -> list[dict[str, Any]]:
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
        words: list[list[_Token]] = []
        for token in tokens:
            if words and token.continues:
                words[-1].append(token)
            else:
                words.append([token])
        return self._group([self._word(word, strategy) for word in words])

    def _best(self, scores: Tensor) -> dict[str, Any]:
        label = int(scores.argmax())
        return {"entity": self.model.config.id2label[label], "score": float(scores[label])}

    def _word(self, tokens: list[_Token], strategy: str) -> dict[str, Any]:
        """One entity for the tokens of a word."""
        agree: dict[str, Callable[[], Tensor]] = {
            "first": lambda: tokens[0].scores,
            "max": lambda: max(tokens, key=lambda token: float(token.scores.max())).scores,
            "average": lambda: torch.stack([token.scores for token in tokens]).mean(dim=0),
        }
        return {
            **self._best(agree[strategy]()),
            "word": self.tokenizer.convert_tokens_to_string([token.word for token in tokens]),
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
                "word": self.tokenizer.convert_tokens_to_string([e["word"] for e in group]),
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
