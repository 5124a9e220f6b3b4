"""What the engine derives from a model: how many slots fit, where a text ends."""

from __future__ import annotations

import os
from typing import Any, Protocol

import torch

from phi_model.engine.runner import EagerRunner

# Slots may take this share of the memory that is free once the model is loaded.
CPU_MEMORY_SHARE = 0.25
CUDA_MEMORY_SHARE = 0.8
MOST_SLOTS = {"cpu": 16, "cuda": 64}


# Prompt tokens a step computes: enough to be efficient, and few enough that a cancellation, or the
# next token of the others, waits for less than a second. Fixed, not timed: the same request is then
# always computed in the same pieces.
PREFILL_CHUNK = 256
# Fewer on a GPU, where the next token of the others takes about a millisecond: so many double or triple it.
CUDA_PREFILL_CHUNK = 128
CPU_CHUNK_FLOP = 2e11


class EngineTokenizer(Protocol):
    """What the engine asks of a tokenizer."""

    eos_token_id: int | None

    def __len__(self) -> int: ...

    def encode(self, text: str) -> list[int]:
        """The ids of a text."""
        ...

    def token_bytes(self, token_id: int, skip_special_tokens: bool = True) -> bytes:
        """The bytes that a token stands for; none for an unknown one, or a special one skipped."""
        ...


def default_slots(model: Any, context_length: int) -> int:
    """How many slots fit comfortably into the memory that is free.

    Args:
        model: the loaded model.
        context_length: tokens a slot holds.
    """
    config = model.config
    row = config.num_key_value_heads * config.head_dim * EagerRunner.cache_dtype(model).itemsize
    slot_bytes = 2 * config.num_hidden_layers * context_length * row
    if model.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(model.device)
        # The runner has a slot of its own, see `GraphRunner`.
        room, most = free * CUDA_MEMORY_SHARE - slot_bytes, MOST_SLOTS["cuda"]
    else:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        room, most = free * CPU_MEMORY_SHARE, MOST_SLOTS["cpu"]
    return max(1, min(most, int(room // slot_bytes)))


def default_prefill_chunk(model: Any) -> int:
    """How many prompt tokens a step computes: a multiple of 16."""
    if model.device.type == "cuda":
        return CUDA_PREFILL_CHUNK
    tokens = CPU_CHUNK_FLOP / (2 * max(model.num_parameters(), 1))
    return max(32, min(PREFILL_CHUNK, int(tokens) // 16 * 16))


def end_tokens(model: Any, tokenizer: EngineTokenizer) -> frozenset[int]:
    """Ids that end a completion: generation_config.json beats config.json, as in `generate`."""
    generation = getattr(model, "generation_config", None)
    for ids in (
        getattr(generation, "eos_token_id", None),
        model.config.eos_token_id,
        tokenizer.eos_token_id,
    ):
        if ids is not None:
            return frozenset([ids] if isinstance(ids, int) else ids)
    return frozenset()


def solo_from(config: Any, context_length: int) -> int | None:
    """The prompt length from which a rope type's frequencies depend on it, if the context allows it."""
    rope = config.rope_parameters
    if rope["rope_type"] != "longrope":
        return None  # dynamic: only beyond max_position_embeddings, which no slot exceeds
    original = rope["original_max_position_embeddings"]
    return original if context_length > original else None
