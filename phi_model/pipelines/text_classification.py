"""Texts to labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from phi_model.heads import PhiForSequenceClassification
from phi_model.pipelines.base import Pipeline

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "softmax": lambda logits: logits.softmax(dim=-1),
    "none": lambda logits: logits,
}
_BEST: Any = object()  # no top_k given: the best label alone, not in a list of its own


class TextClassificationPipeline(Pipeline):
    """Scores the labels of whole texts."""

    task = "text-classification"
    model_class = PhiForSequenceClassification

    def __call__(
        self,
        inputs: str | Mapping[str, str] | Sequence[str | Mapping[str, str]],
        **options: Any,
    ) -> list[Any] | dict[str, Any]:
        """Classifies one text or several.

        Args:
            inputs: a text or a list of them; {"text", "text_pair"} stands for two texts, one behind the other.
            **options:
                top_k: how many labels to give for each text, the best first; None gives all. Absent: the best one.
                function_to_apply: "sigmoid", "softmax" or "none". Absent: none for regression, sigmoid for multi-label
                    models and those of one label, else softmax.
                batch_size: texts classified at once.
                truncation, max_length: of the tokenizer.

        Returns:
            [{"label", "score"}] for a text, a list of such dicts for a list. With top_k a list for each text.

        Raises:
            ValueError: an option is unknown or out of range.
        """
        wrap = isinstance(inputs, str) and "top_k" not in options
        options = {**self._defaults, **options}
        top_k = options.pop("top_k", _BEST)
        apply = self._function(options.pop("function_to_apply", None))
        batch_size = options.pop("batch_size", None)
        unknown = set(options) - {"truncation", "max_length", "add_special_tokens"}
        if unknown:
            raise ValueError(f"text-classification: no such option: {', '.join(sorted(unknown))}")
        single = isinstance(inputs, str | Mapping)
        items = [inputs] if single else list(inputs)
        rows = [self._row(item, options) for item in items]
        answers: list[Any] = []
        for batch in self._batches(rows, batch_size):
            with torch.inference_mode():
                logits = self.model(**self._tensors(batch), use_cache=False).logits
            answers += [self._answer(row, top_k) for row in apply(logits.float()).cpu()]
        if not single:
            return answers
        return [answers[0]] if wrap else answers[0]

    def _row(self, item: Any, options: dict[str, Any]) -> dict[str, list[Any]]:
        """The encoding of a text, or of a pair: Phi's tokenizer puts nothing between its parts."""
        texts = [item]
        if isinstance(item, Mapping) and {"text"} <= set(item) <= {"text", "text_pair"}:
            texts = [text for text in (item["text"], item.get("text_pair")) if text is not None]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError(
                f'inputs must be strings or {{"text", "text_pair"}}, or a list of those, got {item!r}'
            )
        parts = [self.tokenizer(text, **options) for text in texts]
        row = {name: [v for part in parts for v in part[name]] for name in parts[0]}
        if not row["input_ids"]:
            raise ValueError(f"inputs must hold at least one token each, got {item!r}")
        return row

    def _function(self, name: str | None) -> Callable[[Tensor], Tensor]:
        config = self.model.config
        if name is None:
            if config.problem_type == "regression":
                name = "none"
            elif config.problem_type == "multi_label_classification" or config.num_labels == 1:
                name = "sigmoid"
            else:
                name = "softmax"
        if not isinstance(name, str) or name.lower() not in FUNCTIONS:
            raise ValueError(
                f"function_to_apply must be one of {', '.join(FUNCTIONS)}, got {name!r}"
            )
        return FUNCTIONS[name.lower()]

    def _answer(self, scores: Tensor, top_k: int | None) -> dict[str, Any] | list[dict[str, Any]]:
        labels = self.model.config.id2label
        ranked = [{"label": labels[i], "score": score} for i, score in enumerate(scores.tolist())]
        if top_k is _BEST:
            return ranked[int(scores.argmax())]
        if top_k is not None and (not isinstance(top_k, int) or top_k < 1):
            raise ValueError(f"top_k must be None or an integer of at least 1, got {top_k!r}")
        ranked.sort(key=lambda answer: answer["score"], reverse=True)
        return ranked[:top_k]
