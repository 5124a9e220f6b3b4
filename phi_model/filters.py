"""Penalties and filters on next-token scores, vectorised over rows with a parameter of its own for each row.

Formulas are those of transformers' logits processors (`transformers.generation.logits_process`), and of the OpenAI API for
the presence and frequency penalties. Nothing here copies a value to the host, so that a decode step can be captured in a
CUDA graph. Scores are (batch, vocab) float32; a removed token has -inf. No function changes its arguments.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

_REMOVED = -math.inf
# On a CPU, sorting a large vocabulary costs ten times the selection of so many best tokens, which mostly hold the mass.
_SHORT_LIST = 1024
_SHORT_LIST_MARGIN = 1e-4  # of probability, well beyond the rounding of a sum over the vocabulary


def _columns(history: Tensor, vocab: int) -> Tensor:
    """Token ids as columns of a table with one spare column, which takes what is no token of this vocabulary."""
    return torch.where(history < 0, vocab, history).clamp(max=vocab)


def repetition(scores: Tensor, history: Tensor, penalty: Tensor) -> Tensor:
    """Divides positive and multiplies negative scores of every token in `history` by the row's penalty.

    Args:
        history: (batch, length) int64 token ids, -1 where there is none.
        penalty: (batch,) float32, 1 is neutral.
    """
    batch, vocab = scores.shape
    seen = torch.zeros(batch, vocab + 1, dtype=torch.bool, device=scores.device)
    seen.scatter_(1, _columns(history, vocab), True)
    penalty = penalty[:, None]
    penalised = torch.where(scores < 0, scores * penalty, scores / penalty)
    return torch.where(seen[:, :vocab], penalised, scores)


def no_repeat_ngram(scores: Tensor, history: Tensor, sizes: Tensor, size: int) -> Tensor:
    """Removes every token that would complete an n-gram already in `history`, in rows whose `sizes` equals `size`."""
    batch, vocab = scores.shape
    length = history.shape[1]
    if length < size:
        return scores
    present = history >= 0
    end = (present * torch.arange(1, length + 1, device=history.device)).amax(dim=1)  # (batch,)
    offsets = torch.arange(1 - size, 0, device=history.device)
    prefix_columns = end[:, None] + offsets  # (batch, size - 1)
    prefix = history.gather(1, prefix_columns.clamp(min=0))
    prefix = torch.where(prefix_columns < 0, -1, prefix)
    windows = history.unfold(1, size, 1)  # (batch, windows, size)
    match = (windows[..., :-1] == prefix[:, None]).all(dim=-1)
    match &= ((prefix >= 0).all(dim=1) & (sizes == size))[:, None]
    banned = torch.zeros(batch, vocab + 1, dtype=torch.bool, device=scores.device)
    banned.scatter_(1, torch.where(match, _columns(windows[..., -1], vocab), vocab), True)
    return scores.masked_fill(banned[:, :vocab], _REMOVED)


def presence_frequency(
    scores: Tensor, history: Tensor, output_start: Tensor, presence: Tensor, frequency: Tensor
) -> Tensor:
    """Subtracts `frequency * count + presence * (count > 0)`, counting generated tokens only.

    Args:
        history: (batch, length) int64 token ids, -1 where there is none.
        output_start: (batch,) int64, the column of `history` at which each row's generated tokens begin.
        presence: (batch,) float32, 0 is neutral.
        frequency: (batch,) float32, 0 is neutral.
    """
    batch, vocab = scores.shape
    generated = torch.arange(history.shape[1], device=history.device) >= output_start[:, None]
    counts = torch.zeros(batch, vocab + 1, dtype=torch.float32, device=scores.device)
    counts.scatter_add_(1, _columns(history, vocab), generated.to(torch.float32))
    counts = counts[:, :vocab]
    return scores - frequency[:, None] * counts - presence[:, None] * (counts > 0)


def top_k(scores: Tensor, k: Tensor, largest: int, keep: int = 1) -> Tensor:
    """Keeps each row's k best tokens, and those equal to the last of them.

    Args:
        k: (batch,) int64, 0 or less is off.
        largest: the largest k of the batch, known on the host.
        keep: the least number of tokens kept.
    """
    width = min(max(largest, keep), scores.shape[1])
    best = torch.topk(scores, width, dim=-1).values  # (batch, width), falling
    last = best.gather(1, (k.clamp(min=keep, max=width) - 1)[:, None])
    return scores.masked_fill((scores < last) & (k > 0)[:, None], _REMOVED)


def top_p(scores: Tensor, mass: Tensor, keep: int = 1) -> Tensor:
    """Keeps the smallest set of best tokens whose probability reaches `mass`.

    Args:
        mass: (batch,) float64, 1 or more is off. Double, because 1 - mass is rounded to float32 once.
        keep: the least number of tokens kept.
    """
    if scores.device.type != "cpu" or scores.shape[1] <= 4 * _SHORT_LIST or keep > _SHORT_LIST:
        return scores.masked_fill(_outside_mass(scores, mass, keep), _REMOVED)
    best, index = torch.topk(scores, _SHORT_LIST, dim=-1)  # (batch, short), falling
    probs = (best - scores.logsumexp(dim=-1, keepdim=True)).exp()
    covered = probs.cumsum(dim=-1)
    kept = covered - probs < mass.to(torch.float32)[:, None]
    kept[:, :keep] = True
    drop = torch.ones_like(scores, dtype=torch.bool).scatter_(1, index, ~kept)
    drop &= (mass < 1.0)[:, None]
    # Each row is told by itself whether its list is long enough, so that company does not change it.
    short = (covered[:, -1] < mass + _SHORT_LIST_MARGIN) & (mass < 1.0)
    if bool(short.any()):
        drop[short] = _outside_mass(scores[short], mass[short], keep)
    return scores.masked_fill(drop, _REMOVED)


def _outside_mass(scores: Tensor, mass: Tensor, keep: int) -> Tensor:
    """(batch, vocab) booleans: what `top_p` removes."""
    rising, order = torch.sort(scores, dim=-1)
    below = rising.softmax(dim=-1).cumsum(dim=-1)
    drop = below <= (1.0 - mass).to(torch.float32)[:, None]
    drop[:, -keep:] = False
    drop &= (mass < 1.0)[:, None]
    return torch.zeros_like(drop).scatter_(1, order, drop)


def min_p(scores: Tensor, ratio: Tensor, keep: int = 1) -> Tensor:
    """Removes tokens less probable than `ratio` times the most probable one.

    Args:
        ratio: (batch,) float32, 0 is off.
        keep: the least number of tokens kept.
    """
    probs = scores.softmax(dim=-1)
    drop = probs < ratio[:, None] * probs.amax(dim=-1, keepdim=True)
    if keep > 1:
        best = torch.topk(probs, min(keep, probs.shape[-1]), dim=-1).indices
        drop.scatter_(1, best, False)
    return scores.masked_fill(drop, _REMOVED)


def typical_p(scores: Tensor, mass: Tensor, keep: int = 1) -> Tensor:
    """Keeps the tokens whose surprise is nearest to the entropy, up to `mass` (Meister et al., arXiv 2202.00666).

    Args:
        mass: (batch,) float32, 1 or more is off.
        keep: the least number of tokens kept.
    """
    log_probs = F.log_softmax(scores, dim=-1)
    entropy = -(log_probs * log_probs.exp()).nansum(dim=-1, keepdim=True)
    distance, order = torch.sort((-log_probs - entropy).abs(), dim=-1)
    covered = scores.gather(1, order).softmax(dim=-1).cumsum(dim=-1)
    last = (covered < mass[:, None]).sum(dim=1).clamp(max=scores.shape[1] - 1)
    drop = distance > distance.gather(1, last[:, None])
    drop[:, :keep] = False
    drop &= (mass < 1.0)[:, None]
    return scores.masked_fill(torch.zeros_like(drop).scatter_(1, order, drop), _REMOVED)
