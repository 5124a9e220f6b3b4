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
        finish_from: the step from which the corpus' rows are those of the finishing set: documented
            functions with their docstrings taken out, among whole files.
        finish_share: the functions' part of that set.
        finish_size: characters of that set.
        summary_share: the part of that set with functions whose docstrings were cut to their summary.
        textbook: the part of a batch's tokens that is the textbook's before the finish, 0 to 1.
        finish_textbook: the same part in the finish.
        textbook_context: tokens of a row of the textbook's, whose texts are short.
        bfloat16: whether the working weights, all products and Muon's updates are in bfloat16, else
            float32. The weights that the optimizers hold are float32 in both cases.
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
    steps: int = 1750
    warmup_steps: int = 60
    decay_steps: int = 600
    bends: tuple[tuple[int, float], ...] = ()
    finish_from: int = 1150
    finish_share: float = 0.3
    finish_size: int = 14_000_000
    summary_share: float = 0.1
    textbook: float = 0.125
    finish_textbook: float = 0.5
    textbook_context: int = 256
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


RECIPE = Recipe()  # the weights in ``assets/model``
