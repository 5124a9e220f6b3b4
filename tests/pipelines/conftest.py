"""Tiny checkpoints on disk with the embedded model's tokenizer: transformers and this package load the same files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
import transformers

from tests.tiny import configs, randomise

MODEL = Path(__file__).parents[2] / "assets" / "model"
VOCAB = 8192


def save(folder: Path, cls: str, seed: int = 0, **overrides) -> Path:
    """A random model of class `cls` and its tokenizer, as transformers saves them."""
    values = {"vocab_size": VOCAB, "eos_token_id": 0, "bos_token_id": 0, "pad_token_id": 0}
    values |= {"max_position_embeddings": 128, **overrides}
    config, _ = configs("gqa", **values)
    model = getattr(transformers, cls)(config)
    randomise(model, seed)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(MODEL / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def causal(tmp_path_factory) -> Path:
    return save(tmp_path_factory.mktemp("causal"), "PhiForCausalLM")


@pytest.fixture(scope="session")
def oracle_tokenizer():
    return transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(MODEL / "tokenizer.json"),
        eos_token="<|endoftext|>",
        bos_token="<|endoftext|>",
        unk_token="<|endoftext|>",
    )


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield
