"""Rows that teach a language after each of their tokens, and the loop that learns from them."""

from __future__ import annotations

import random
import textwrap
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from phi_model import PhiTokenizer
from training.finetune_data import Example
from training.finetune_loop import Fitter, collate
from training.heads.rules import SUPERSETS, exceeds_already
from training.heads.snippets import LINES, Snippet

SWAPPED = 0.1  # of a row's tokens, so that no project's names decide
FULL_WEIGHT = 48  # tokens after which a prefix counts in full
CUTS = (64, 128, 256, 512)  # tokens; the longest snippets have about 512
CUT_WEIGHTS = (3, 3, 3, 2)
SHOWING = 16  # tokens that a cut leaves at least behind the first which shows the language


def _ramp(length: int) -> Tensor:
    """What the prefixes of 1 to ``length`` tokens count."""
    return ((torch.arange(length) + 1) / FULL_WEIGHT).clamp(max=1.0)


@dataclass(frozen=True)
class Prefixes(Example):
    """A row whose prefixes have the class ``before`` while they are shorter than ``first`` tokens, then its own."""

    first: int
    before: int

    def targets(self, length: int) -> list[Any]:
        """The class of each prefix of 1 to ``length`` tokens."""
        return [
            self.before if tokens < self.first else self.target for tokens in range(1, length + 1)
        ]


def _first_shown(text: str, label: str, ends: Sequence[int]) -> int:
    """The fewest tokens that show a language which contains another, as TypeScript does JavaScript.

    What comes before is valid in both, and the answer to it is the smaller one.

    Args:
        text: snippet.
        label: its language.
        ends: where each token ends in the text.

    Returns:
        1 for other languages; one more than there are tokens where none of the prefixes shows it.
    """
    if label not in SUPERSETS:
        return 1
    return 1 + bisect_left(ends, True, key=lambda end: exceeds_already(label, text[:end]))


def prefix_rows(
    snippets: Sequence[Snippet],
    names: Sequence[str],
    tokenizer: PhiTokenizer,
    rng: random.Random,
) -> list[Prefixes]:
    """Rows to learn from: a snippet's lines from any of them on, cut at some length, with some tokens swapped."""
    ids = range(1, tokenizer.vocab_size)
    rows = []
    for snippet in snippets:
        lines = snippet.text.split("\n")
        start = rng.randrange(max(1, len(lines) - 2 * LINES[0])) if rng.random() < 0.5 else 0
        text = textwrap.dedent("\n".join(lines[start:])).strip("\n")
        encoded = tokenizer(text, return_offsets_mapping=True)
        ends = [end for _, end in encoded["offset_mapping"][: max(CUTS)]]
        first = _first_shown(text, snippet.label, ends)
        limit = max(rng.choices(CUTS, CUT_WEIGHTS)[0], first + SHOWING)
        row = _disturbed(encoded["input_ids"][: min(limit, max(CUTS))], ids, rng)
        before = SUPERSETS.get(snippet.label, snippet.label)
        rows.append(Prefixes(row, names.index(snippet.label), first, names.index(before)))
    return rows


def _disturbed(row: list[int], ids: range, rng: random.Random) -> list[int]:
    return [rng.choice(ids) if rng.random() < SWAPPED else i for i in row]


class PrefixFitter(Fitter):
    """Asks for a sequence's class after every token, so that a row teaches as much as many, of all lengths.

    A causal trunk sees at each token what came before it, so each prefix is an example of its own; the first
    tokens of a row, which can tell little, weigh little.
    """

    def weight(self, rows: Sequence[Example]) -> float:
        """All prefixes' weight."""
        return sum(float(_ramp(len(row.ids)).sum()) for row in rows)

    def forward(self, rows: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
        """Loss over the prefixes in training, over the whole rows in evaluation; logits and targets of whole rows."""
        if not self.model.training:
            return super().forward(rows)
        ids, targets = collate(rows, self.model.config.pad_token_id or 0, self.problem)
        lengths = torch.tensor([len(row.ids) for row in rows])
        weight = _ramp(ids.shape[1]) * (torch.arange(ids.shape[1]) < lengths[:, None])
        wanted = torch.tensor([row.targets(ids.shape[1]) for row in rows])  # type: ignore[attr-defined]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.bfloat16):
            hidden = self.model.model(input_ids=ids, use_cache=False).last_hidden_state
            logits = self.model.score(hidden)  # (rows, tokens, labels)
        each = F.cross_entropy(logits.float().transpose(1, 2), wanted, reduction="none")
        last = logits[torch.arange(len(rows)), lengths - 1]
        return (each * weight).sum() / weight.sum(), last, targets
