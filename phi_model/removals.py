"""Which filter removed which token at a step: what the page's sampler view shows.

Nothing here runs unless somebody asks for it; the draw itself does not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

UNKNOWN = "unknown"  # ids that the model has and the tokenizer does not
GREEDY = "temperature"  # at 0, which leaves the best token alone


class Removals(NamedTuple):
    """What each filter removed, in the order in which they act; each sees only what those before it left.

    Attributes:
        filters: their names, those of the request's fields.
        counts: (rows, filters) int64, how many tokens each removed.
        removed_by: (rows, ids) int64, the index of the filter that removed the token, `len(filters)` where none did.
    """

    filters: tuple[str, ...]
    counts: Tensor
    removed_by: Tensor


@dataclass
class Trace:
    """What is left after each filter; `phi_model.sampling.process_logits` fills it."""

    filters: list[str] = field(default_factory=list)
    gone: list[Tensor] = field(default_factory=list)  # (rows, vocab) bool each

    def note(self, name: str, scores: Tensor) -> None:
        """Notes the scores that a filter leaves: (rows, vocab), -inf is removed."""
        self.filters.append(name)
        self.gone.append(scores.isneginf())

    def removals(self, ids: Tensor, known: int, vocab: int) -> Removals:
        """Tells what became of some tokens.

        Args:
            ids: (rows, ids) int64.
            known: how many ids the noted scores have; those from there on are unknown to the tokenizer.
            vocab: the model's number of ids.

        Returns:
            The removals, on the device of `ids`.
        """
        rows = ids.shape[0]
        unknown = torch.arange(vocab, device=ids.device) >= known
        stages = [F.pad(mask, (0, vocab - known), value=True) for mask in self.gone]
        gone = torch.stack([unknown.expand(rows, vocab), *stages])  # (filters, rows, vocab)
        totals = gone.sum(dim=-1)  # (filters, rows)
        counts = totals.diff(dim=0, prepend=torch.zeros_like(totals[:1]))
        kept = ~gone.gather(2, ids.expand(gone.shape[0], -1, -1))
        # What is gone stays gone, so the filters that kept it come first.
        return Removals((UNKNOWN, *self.filters), counts.T, kept.sum(dim=0))
