"""Texts to labels that the caller names, with a causal Phi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phi_model import zero_shot
from phi_model.model import PhiForCausalLM
from phi_model.passes import run
from phi_model.pipelines.base import Pipeline


class ZeroShotClassificationPipeline(Pipeline):
    """Scores labels by their calibrated likelihood; see `phi_model.zero_shot`.

    transformers' pipeline of this name needs a model of natural-language inference. This one answers in its form.
    """

    task = "zero-shot-classification"
    model_class = PhiForCausalLM

    def __call__(self, sequences: str | Sequence[str], **options: Any) -> Any:
        """Classifies one text or several.

        Args:
            sequences: a text, or a list of them.
            **options:
                candidate_labels: a list of labels, or one string with commas between them.
                template: with {text} and {label}; absent: `zero_shot.TEMPLATE`.
                content_free: the texts that calibrate; an empty list: no calibration.

        Returns:
            {"sequence", "labels", "scores"}, the likeliest label first; a list of such dicts for a list of texts.

        Raises:
            ValueError: an option is unknown or out of its range, or a text is empty.
        """
        options = {**self._defaults, **options}
        labels = options.pop("candidate_labels", ())
        if isinstance(labels, str):
            labels = labels.split(",")
        known = {"template", "content_free"}
        if unknown := set(options) - known:
            raise ValueError(
                f"zero-shot-classification: no such option: {', '.join(sorted(unknown))}"
            )
        classifier = zero_shot.ZeroShot(self.model, self.tokenizer, labels, **options)
        answers = []
        for text in self._texts(sequences, "sequences"):
            scores = run(classifier.classify(text)).scores
            order = sorted(range(len(scores)), key=lambda i: scores[i], reverse=True)
            answers.append(
                {
                    "sequence": text,
                    "labels": [classifier.labels[i] for i in order],
                    "scores": [scores[i] for i in order],
                }
            )
        return answers[0] if isinstance(sequences, str) else answers
