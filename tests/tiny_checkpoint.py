"""Tiny checkpoints that the app can load: random weights with the embedded model's tokenizer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch

from phi_model import PhiConfig, PhiForCausalLM
from phi_model.quantization import optimize_for_inference

EMBEDDED = Path(__file__).resolve().parents[1] / "assets" / "model"
TOKENIZER = ("tokenizer.json", "tokenizer_config.json")


def write_tiny(
    folder: Path,
    *,
    context: int = 96,
    seed: int = 0,
    quantization: str | None = None,
    hidden: int = 64,
    **facts: Any,
) -> Path:
    """Writes one.

    Args:
        folder: where to.
        context: the most tokens it can hold.
        seed: of the weights.
        quantization: how to pack them.
        hidden: width; the file has about 64 KiB for each.
        **facts: further fields of its config.json.
    """
    torch.manual_seed(seed)
    config = PhiConfig(
        vocab_size=8192,
        hidden_size=hidden,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=context,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = PhiForCausalLM(config).eval()
    if quantization is not None:
        optimize_for_inference(model, quantization)
    model.save_pretrained(folder)
    for name in TOKENIZER:
        if (EMBEDDED / name).exists():
            shutil.copy(EMBEDDED / name, folder)
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **facts}))
    return folder
