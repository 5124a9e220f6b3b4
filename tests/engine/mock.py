"""A model whose next token is a known function of the sequence, and a byte tokenizer.

The mock stores what it saw in the engine's own slots and reads it back, so a wrong slot, a wrong
position or a stale prefix changes its output; and it needs no arithmetic, so scheduling is tested in
milliseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from phi_model.engine.kv import PackedSegments

VOCAB = 257
END = 256


class ByteTokenizer:
    """A token a byte; 256 ends a text."""

    eos_token_id = END

    def __len__(self) -> int:
        return VOCAB

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def decode(self, ids: list[int]) -> str:
        return bytes(i for i in ids if i < END).decode("utf-8", errors="replace")

    def token_bytes(self, token_id: int, skip_special_tokens: bool = True) -> bytes:
        if token_id == END and not skip_special_tokens:
            return b"<end>"
        return bytes([token_id]) if token_id < END else b""


def default_rule(tokens: list[int]) -> int:
    """Some letter that depends on every token so far, its place included."""
    value = sum((i + 1) * (t + 1) for i, t in enumerate(tokens))
    return 97 + value % 23


class MockModel:
    """Looks like `PhiForCausalLM` to the runner.

    Args:
        rule: the next token after a sequence.
        context: most tokens of a sequence.
        dtype: what the model says its weights are.
    """

    def __init__(
        self,
        rule: Callable[[list[int]], int] = default_rule,
        context: int = 128,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.rule = rule
        self.dtype = dtype
        self.device = torch.device("cpu")
        self.config = SimpleNamespace(
            num_hidden_layers=1,
            num_key_value_heads=1,
            head_dim=1,
            vocab_size=VOCAB,
            max_position_embeddings=context,
            eos_token_id=END,
            rope_parameters={"rope_type": "default"},
        )
        self.forwards: list[list[tuple[int, int, int]]] = []  # (slot, start, tokens) a segment
        # Whether the numbers overflow after these tokens when they are computed in this dtype.
        self.overflows: Callable[[list[int], torch.dtype], bool] = lambda tokens, dtype: False
        self.gate: threading.Semaphore | None = None  # where set, every forward pass takes one
        self.lm_head = lambda hidden: hidden

    def num_parameters(self) -> int:
        return 0

    def memory_bytes(self) -> int:
        return 0

    def modules(self) -> list[Any]:
        return []

    def model(
        self, input_ids: Tensor, position_ids: Tensor, past_key_values: PackedSegments
    ) -> SimpleNamespace:
        segments = past_key_values._segments
        cache = past_key_values._cache
        if self.gate is not None:
            assert self.gate.acquire(timeout=60), "the test let no forward pass through"
        self.forwards.append([(s.slot, s.start, len(s.tokens)) for s in segments])
        expected = [at for s in segments for at in range(s.start, s.end)]
        assert position_ids[0].tolist() == expected
        assert input_ids[0].tolist() == [t for s in segments for t in s.tokens]
        hidden = torch.full((1, len(expected), VOCAB), -20.0)
        row = 0
        for segment in segments:
            keys = cache.keys[0][segment.slot, 0, :, 0]
            keys[segment.start : segment.end] = torch.tensor(list(segment.tokens), dtype=keys.dtype)
            held = keys[: segment.end].clone()
            # The lane of the retries has one slot; it computes in float32.
            dtype = torch.float32 if cache.keys[0].shape[0] == 1 else self.dtype
            for end in range(segment.start + 1, segment.end + 1):
                tokens = held[:end].nan_to_num(-1).int().tolist()
                if min(tokens) < 0 or self.overflows(tokens, dtype):
                    hidden[0, row] = torch.nan
                    keys[end - 1] = torch.nan
                else:
                    hidden[0, row, self.rule(tokens)] = 20.0
                row += 1
        return SimpleNamespace(last_hidden_state=hidden)


def expected_tokens(
    prompt: list[int], count: int, rule: Callable[[list[int]], int] = default_rule
) -> list[int]:
    """What the mock generates greedily."""
    tokens = list(prompt)
    for _ in range(count):
        tokens.append(rule(tokens))
        if tokens[-1] == END:
            break
    return tokens[len(prompt) :]
