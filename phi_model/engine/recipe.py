"""The sampling parameters of every slot on the device, and which of the sampler's parts a step needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from phi_model.engine.sequence import Sequence
from phi_model.engine.transfer import to_device
from phi_model.sampling import SamplingBatch

# Widths of the list of best tokens that top-k looks at; a step takes the smallest that is wide enough.
TOP_K_WIDTHS = (64, 512, 4096)

_FLOATS = (
    "temperature",
    "min_p",
    "typical_p",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
)
_INTS = ("seeds", "rows", "top_k", "no_repeat_ngram_size", "greedy")
OUTPUT_START = len(_INTS)  # the column behind them: where a row's generated tokens begin


class Recipe(NamedTuple):
    """What a recorded step does beyond the forward pass. A part that is neutral for a row leaves it as it is.

    Attributes:
        sampled: some row is not greedy.
        top_k: how many best tokens are looked at; 0 is off.
        top_p, min_p, typical_p: some row has that filter.
        penalties: some row has a repetition, presence or frequency penalty.
        ngram_sizes: the n-gram sizes that must not repeat.
        bias: some row has a bias of tokens.
        scored: the logits and the scores are needed, for log-probabilities.
    """

    sampled: bool = False
    top_k: int = 0
    top_p: bool = False
    min_p: bool = False
    typical_p: bool = False
    penalties: bool = False
    ngram_sizes: tuple[int, ...] = ()
    bias: bool = False
    scored: bool = False

    @property
    def needs_history(self) -> bool:
        """Whether it looks at the tokens so far."""
        return self.penalties or bool(self.ngram_sizes)

    @staticmethod
    def union(recipes: Iterable[Recipe]) -> Recipe:
        """What is enough for all of them."""
        found = Recipe()
        for one in set(recipes):
            found = Recipe(
                found.sampled or one.sampled,
                max(found.top_k, one.top_k),
                found.top_p or one.top_p,
                found.min_p or one.min_p,
                found.typical_p or one.typical_p,
                found.penalties or one.penalties,
                tuple(sorted({*found.ngram_sizes, *one.ngram_sizes})),
                found.bias or one.bias,
                found.scored or one.scored,
            )
        return found


class Parameters:
    """One row of sampling parameters a slot.

    Args:
        slots: number of rows.
        vocab: ids that may be drawn.
        device: where the tensors are.
    """

    def __init__(self, slots: int, vocab: int, device: torch.device) -> None:
        self._vocab, self._device = vocab, device
        self._floats = torch.zeros(slots, len(_FLOATS), device=device)
        self._top_p = torch.ones(slots, dtype=torch.float64, device=device)
        self._ints = torch.zeros(slots, len(_INTS) + 1, dtype=torch.int64, device=device)
        self._bias: Tensor | None = None
        self._biased: set[int] = set()
        self.recipes = [Recipe()] * slots
        self._floats[:, _FLOATS.index("temperature")] = 1.0
        self._floats[:, _FLOATS.index("typical_p")] = 1.0
        self._floats[:, _FLOATS.index("repetition_penalty")] = 1.0
        self._ints[:, _INTS.index("greedy")] = 1

    def put(self, slot: int, sequence: Sequence) -> None:
        """Writes those of a sequence's request."""
        request = sequence.job.request
        one = SamplingBatch.from_params([request], rows=[sequence.index], seeds=[sequence.job.seed])
        floats = [getattr(one, name).item() for name in _FLOATS]
        ints = [int(getattr(one, name).item()) for name in _INTS]
        device = self._device
        self._floats[slot] = to_device(floats, device)
        self._ints[slot] = to_device([*ints, len(sequence.job.prompt)], device)
        self._top_p[slot : slot + 1] = to_device(one.top_p.tolist(), device, torch.float64)
        if slot in self._biased:
            self._bias[slot].zero_()
            self._biased.discard(slot)
        if one.bias is not None:
            _, tokens, values = one.bias
            row = torch.zeros(self._vocab).index_put_((tokens,), values, accumulate=True)
            self._bias_table()[slot] = to_device(row.tolist(), device)
            self._biased.add(slot)
        self.recipes[slot] = Recipe(
            sampled=one.any_sampled,
            top_k=_width(one.max_top_k, self._vocab),
            top_p=one.any_top_p,
            min_p=one.any_min_p,
            typical_p=one.any_typical_p,
            penalties=one.any_repetition or one.any_presence_frequency,
            ngram_sizes=one.ngram_sizes,
            bias=one.bias is not None,
            scored=sequence.job.scored,
        )

    def batch(self, recipe: Recipe, slots: Tensor) -> SamplingBatch:
        """The parameters of the rows in these slots, with the parts that the recipe names.

        Args:
            recipe: what is needed.
            slots: (rows,) int64 on the device.
        """
        any_float = recipe.sampled or recipe.penalties
        floats = self._floats[slots] if any_float else self._floats[: len(slots)]
        any_int = recipe.sampled or bool(recipe.ngram_sizes)
        ints = self._ints[slots] if any_int else self._ints[: len(slots)]
        greedy = ints[:, _INTS.index("greedy")]
        return SamplingBatch(
            **{name: floats[:, at] for at, name in enumerate(_FLOATS)},
            **{name: ints[:, at] for at, name in enumerate(_INTS) if name != "greedy"},
            greedy=greedy != 0 if recipe.sampled else greedy,
            top_p=self._top_p[slots] if recipe.top_p else self._top_p[: len(slots)],
            bias=None,
            ngram_sizes=recipe.ngram_sizes,
            max_top_k=recipe.top_k,
            any_sampled=recipe.sampled,
            any_greedy=recipe.sampled,
            any_temperature=recipe.sampled,
            any_top_p=recipe.top_p,
            any_min_p=recipe.min_p,
            any_typical_p=recipe.typical_p,
            any_repetition=recipe.penalties,
            any_presence_frequency=recipe.penalties,
        )

    def output_start(self, slots: Tensor) -> Tensor:
        """Where the generated tokens of the rows in these slots begin: (rows,) int64."""
        return self._ints[slots, OUTPUT_START]

    def bias(self, slots: Tensor) -> Tensor:
        """What is added to the logits of the rows in these slots: (rows, vocab) float32."""
        return self._bias_table()[slots]

    def _bias_table(self) -> Tensor:
        if self._bias is None:  # one float a slot and token, for the few who ask for it
            self._bias = torch.zeros(len(self.recipes), self._vocab, device=self._device)
        return self._bias


def _width(top_k: int, vocab: int) -> int:
    if top_k <= 0:
        return 0
    return next((w for w in TOP_K_WIDTHS if top_k <= w), vocab)
