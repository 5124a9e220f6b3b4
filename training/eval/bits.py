"""Bits per byte of held-out packages, beside ``xz -9``."""

from __future__ import annotations

import lzma
import math

import torch
from torch import Tensor
from torch.nn import functional as F

from training.corpus import Document
from training.eval.subject import Subject
from training.sources import HELD_OUT

BATCH = 4
LONGEST = 2048


def windows(count: int, length: int) -> list[tuple[int, int, int]]:
    """Cut ``count`` tokens into windows that overlap by a quarter.

    Returns:
        (first, end, scored) for each: the window is tokens ``first`` to ``end``, and those from ``scored``
        on are counted in it. Every token but the very first is counted once.
    """
    found, scored = [], 1
    first = 0
    while scored < count:
        end = min(first + length, count)
        found.append((first, end, scored))
        scored, first = end, end - max(1, length // 4)
    return found


@torch.inference_mode()
def bits(subject: Subject, text: str, context: int | None = None) -> float:
    """Return how many bits the model needs for a text.

    The first token has no context to be predicted from, and costs the logarithm of the vocabulary.

    Args:
        subject: the model.
        text: what it predicts.
        context: tokens of a window; None: the model's own context, 2048 at most.
    """
    ids = subject.tokenizer.encode(text)
    if not ids:
        return 0.0
    length = context or min(subject.context, LONGEST)
    nats = math.log(subject.valid)
    cuts = windows(len(ids), length)
    full = [cut for cut in cuts if cut[1] - cut[0] == length]
    groups = [full[at : at + BATCH] for at in range(0, len(full), BATCH)]
    groups += [[cut] for cut in cuts if cut[1] - cut[0] != length]
    for group in groups:
        rows = torch.tensor([ids[first:end] for first, end, _ in group])
        rows = rows.to(subject.model.device)
        hidden = subject.model.model(input_ids=rows, use_cache=False).last_hidden_state
        for (first, end, scored), row, states in zip(group, rows, hidden, strict=True):
            begin = scored - first
            nats += _nats(subject, states[begin - 1 : end - first - 1], row[begin:])
    return nats / math.log(2)


def _nats(subject: Subject, states: Tensor, targets: Tensor) -> float:
    """Return the summed cross entropy: states (tokens, hidden), targets (tokens,)."""
    total = 0.0
    for part, wanted in zip(states.split(512), targets.split(512), strict=True):
        logits = subject.model.lm_head(part).float()[:, : subject.valid]
        total += float(F.cross_entropy(logits, wanted, reduction="sum"))
    return total


def bits_per_byte(
    subject: Subject, documents: list[Document], context: int | None = None
) -> dict[str, dict[str, float]]:
    """Measure each held-out package and all together, beside ``xz -9`` on the same files."""
    table: dict[str, dict[str, float]] = {}
    everything, all_bits = b"", 0.0
    for package in HELD_OUT:
        texts = [d.text for d in documents if d.source == package]
        raw = "".join(texts).encode()
        spent = sum(bits(subject, text, context) for text in texts)
        table[package] = _row(raw, spent)
        everything, all_bits = everything + raw, all_bits + spent
        print(f"{package:18} {table[package]}", flush=True)
    table["total"] = _row(everything, all_bits)
    return table


def _row(raw: bytes, spent: float) -> dict[str, float]:
    packed = 8 * len(lzma.compress(raw, preset=9))
    return {
        "bytes": len(raw),
        "model": round(spent / len(raw), 4),
        "xz": round(packed / len(raw), 4),
    }
