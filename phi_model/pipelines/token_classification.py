"""Texts to labelled tokens, words or groups of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from phi_model.heads import PhiForTokenClassification
from phi_model.pipelines.aggregation import Aggregator, Token, check_strategy, token_of
from phi_model.pipelines.base import Pipeline


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
        strategy = check_strategy(options.pop("aggregation_strategy", None))
        ignored = options.pop("ignore_labels", None)
        ignored = ["O"] if ignored is None else ignored
        batch_size = options.pop("batch_size", None)
        if options:
            raise ValueError(f"token-classification: no such option: {', '.join(sorted(options))}")
        aggregate = Aggregator(self.model.config.id2label, self.tokenizer)
        answers = [
            aggregate(tokens, strategy, ignored)
            for batch in self._batches(self._texts(inputs), batch_size)
            for tokens in self._tokens(batch)
        ]
        return answers[0] if isinstance(inputs, str) else answers

    def _tokens(self, texts: Sequence[str]) -> list[list[Token]]:
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
                    token_of(self.tokenizer, text, token_id, scores[row, i], *spans[i], i)
                    for i, token_id in enumerate(ids)
                    if seen[i] and not left_out[i]
                ]
            )
        return rows
