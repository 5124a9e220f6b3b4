"""Heads on the embedded model's own trunk, made on the spot: what they say is fixed by a seed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch

from phi_model import PhiForSequenceClassification, PhiForTokenClassification

MODEL = Path(__file__).parents[2] / "assets" / "model"
KINDS = ("python", "shell", "sql")
ROLES = ("O", "keyword", "name", "operator", "number")


def make(folder: Path, labels: tuple[str, ...], *, tokens: bool = False, **config: Any) -> Path:
    """Saves a head of these labels with the embedded model's trunk and tokenizer."""
    cls = PhiForTokenClassification if tokens else PhiForSequenceClassification
    names = dict(enumerate(labels))
    model = cls.from_pretrained(
        MODEL, id2label=names, label2id={label: i for i, label in names.items()}, **config
    )
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        weight = model.score.weight
        weight.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
        if model.score.bias is not None:
            model.score.bias.zero_()
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(MODEL / name, folder / name)
    return folder
