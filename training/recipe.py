"""The numbers of the embedded model and of its training."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from phi_model import PhiConfig


@dataclass(frozen=True)
class Recipe:
    """Sizes, batch, schedule and learning rates.

    Attributes:
        steps: optimizer steps in all.
        decay_steps: how many of them, at the end, the rates fall linearly to zero (warm-up, stable,
            decay: Hu et al., "MiniCPM", 2024). The stable part does not depend on ``steps``,
            so a run can be lengthened, or its end placed, while it runs.
        bends: (step, factor) that the rates pass through between the start of the decay and its end.
        finish_from: the step from which batches come from the finishing set: documented functions
            with their docstrings taken out, among whole files.
        finish_share: the functions' part of that set.
        finish_size: characters of that set.
        summary_share: the part of that set with functions whose docstrings were cut to their summary.
        parts: which texts of the corpus: ``train``, ``more``.
        long_from: the step from which rows are ``context`` tokens long; before it they are
            ``short_context`` and as many more. 0: always.
        short_context: tokens of a row before ``long_from``.
        stated_context: context that the exported configuration states.
        long_size: characters of the files that the long rows are made of.
        average: decay of the running average of the weights; 0: none is kept.
        muon_rate: rate of the matrices between embedding and head, in AdamW's scale.
        adamw_rate: rate of embedding, biases and norms.
    """

    hidden: int = 320
    layers: int = 6
    heads: int = 5
    intermediate: int = 1280
    vocabulary: int = 8192
    context: int = 1024
    rows: int = 8
    steps: int = 880
    warmup_steps: int = 60
    decay_steps: int = 355
    bends: tuple[tuple[int, float], ...] = ((625, 45 / 145), (800, 0.0), (810, 0.2))
    finish_from: int = 800
    finish_share: float = 0.6
    finish_size: int = 2_600_000
    summary_share: float = 0.0
    parts: tuple[str, ...] = ("train",)
    long_from: int = 0
    short_context: int = 1024
    stated_context: int = 1024
    long_size: int = 6_000_000
    average: float = 0.0
    muon_rate: float = 6e-3
    adamw_rate: float = 3e-3
    weight_decay: float = 0.1
    clip: float = 1.0
    bfloat16: bool = True
    seed: int = 20260

    def config(self, end_of_text: int) -> PhiConfig:
        """Return the model's configuration."""
        return PhiConfig(
            vocab_size=self.vocabulary,
            hidden_size=self.hidden,
            intermediate_size=self.intermediate,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            max_position_embeddings=self.context,
            tie_word_embeddings=True,
            bos_token_id=end_of_text,
            eos_token_id=end_of_text,
        )

    def rate(self, step: int) -> float:
        """Return the factor on both rates at a step: 0 to 1."""
        up = min(1.0, (step + 1) / max(1, self.warmup_steps))
        start = self.steps - self.decay_steps
        if step <= start:
            return up
        inside = [bend for bend in self.bends if start < bend[0] < self.steps]
        knots = [(start, 1.0), *inside, (self.steps, 0.0)]
        for (left, high), (right, low) in pairwise(knots):
            if step <= right:
                return min(up, high + (low - high) * (step - left) / (right - left))
        return 0.0


FIRST = Recipe()

# From the first stage's weights and optimizers, over both corpora.
SECOND = Recipe(
    context=2048,
    rows=4,
    steps=190,
    warmup_steps=20,
    decay_steps=110,
    bends=((140, 0.6), (160, 0.6 * 45 / 65)),
    long_from=150,
    finish_from=170,
    finish_share=0.4,
    summary_share=0.25,
    parts=("train", "more"),
    average=0.96,
    muon_rate=4.2e-3,
    adamw_rate=2.1e-3,
    seed=20261,
)
STAGES = (FIRST, SECOND)
# Which stage's weights are in ``assets/model``: the second one predicts better, and fewer of its bodies parse.
SHIPPED = 1
