"""The engine: one resident model, many callers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch

from phi_model.backend import ModelInfo
from phi_model.engine.context import crop_start
from phi_model.engine.runner import EagerRunner, Float32Runner
from phi_model.engine.scheduler import Lane
from phi_model.engine.sequence import Job, Vocabulary
from phi_model.engine.stream import CompletionStream
from phi_model.engine.worker import Worker
from phi_model.request import CompletionRequest, RequestError
from phi_model.sampling import fresh_seed

MAX_WAITING = 64
PREFILL_CHUNK = 256
# Slots may take this share of the memory that is free once the model is loaded.
CPU_MEMORY_SHARE = 0.25
CUDA_MEMORY_SHARE = 0.8
MOST_SLOTS = {"cpu": 16, "cuda": 64}
# A window costs a CPU almost as much as its tokens would, a GPU almost nothing (see benchmarks/).
SPECULATE_ROWS = {"cpu": 1, "cuda": 4}
DRAFT_TOKENS = {"cpu": 7, "cuda": 15}

Progress = Callable[[str, "float | None"], None]


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


class Engine:
    """Completes code for many callers at once; see `phi_model.backend.Backend`.

    Args:
        model: a `PhiForCausalLM`; nobody else may run it while the engine lives.
        tokenizer: its tokenizer.
        slots: sequences that run at once; None chooses by the free memory.
        max_waiting: requests that may wait beyond those.
        context_length: tokens of prompt and completion together; None is the model's own.
        prefill_chunk: prompt tokens computed between two decode steps.
        speculation: True drafts whatever the number of rows, False never, None while few rows run.
            The output is the same.
        name, revision: of the checkpoint, for `info`.
        quantization: how the weights are packed, for `info`.

    Raises:
        ValueError: a number is out of its range.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: EngineTokenizer,
        *,
        slots: int | None = None,
        max_waiting: int = MAX_WAITING,
        context_length: int | None = None,
        prefill_chunk: int = PREFILL_CHUNK,
        speculation: bool | None = None,
        name: str = "model",
        revision: str | None = None,
        quantization: str | None = None,
    ) -> None:
        config, device = model.config, model.device
        longest = config.max_position_embeddings
        context_length = longest if context_length is None else context_length
        for field, value, least in (
            ("context_length", context_length, 2),
            ("max_waiting", max_waiting, 0),
            ("prefill_chunk", prefill_chunk, 1),
        ):
            if value < least:
                raise ValueError(f"{field}: must be at least {least}, got {value}")
        if context_length > longest:
            raise ValueError(
                f"context_length: must be at most the model's {longest}, got {context_length}"
            )
        self._tokenizer = tokenizer
        self._context_length = context_length
        self._bytes: dict[int, bytes] = {}
        self._vocabulary = Vocabulary(
            size=min(len(tokenizer), config.vocab_size),
            end=_end_tokens(model, tokenizer),
            token_bytes=self._token_bytes,
        )
        sizes = {"max_length": context_length, "valid_vocab": self._vocabulary.size}
        slots = default_slots(model, context_length) if slots is None else slots
        runner = EagerRunner(model, slots=slots, **sizes)
        solo = _solo_from(config, context_length)

        def precise() -> Lane:
            return Lane(Float32Runner(model, slots=1, **sizes), 1, solo)

        kind = device.type if device.type in SPECULATE_ROWS else "cpu"
        rows = {None: SPECULATE_ROWS[kind], True: slots, False: 0}[speculation]
        self._worker = Worker(
            Lane(runner, slots, solo),
            make_precise=None if model.dtype == torch.float32 else precise,
            max_waiting=max_waiting,
            prefill_chunk=prefill_chunk,
            speculate_rows=rows,
            draft_tokens=DRAFT_TOKENS[kind],
        )
        weights = sum(p.numel() * p.element_size() for p in model.parameters())
        self.info = ModelInfo(
            name=name,
            revision=revision,
            parameters=sum(p.numel() for p in model.parameters()),
            dtype=str(model.dtype).removeprefix("torch."),
            device=str(device),
            memory_bytes=weights + runner.cache.memory_bytes,
            context_length=context_length,
            vocab_size=config.vocab_size,
            quantization=quantization,
        )

    @classmethod
    def from_pretrained(
        cls,
        path_or_repo: str | Path,
        *,
        revision: str | None = None,
        dtype: torch.dtype | str | None = None,
        device: torch.device | str | None = None,
        quantization: str | None = None,
        progress: Progress | None = None,
        **options: Any,
    ) -> Engine:
        """Loads a checkpoint and its tokenizer.

        Args:
            path_or_repo: a folder or a hub id, which may end in ``@revision``.
            revision: branch, tag or commit of the hub repository.
            dtype: None keeps that of the file's tensors.
            device: None is the GPU where there is one, else the CPU.
            quantization: see `PhiForCausalLM.from_pretrained`.
            progress: told what happens now, and the finished share where it is known.
            **options: further arguments of `Engine`.

        Raises:
            CheckpointError: the files are not a usable Phi checkpoint.
        """
        from phi_model.hub import split_revision
        from phi_model.model import PhiForCausalLM
        from phi_model.tokenizer import PhiTokenizer

        def tell(message: str, share: float | None) -> None:
            if progress is not None:
                progress(message, share)

        name, at = split_revision(str(path_or_repo))
        revision = revision or at
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        tell(f"Loading the tokenizer of {name}", 0.0)
        tokenizer = PhiTokenizer.from_pretrained(name, revision=revision)
        tell(f"Loading the weights of {name}", None)
        model = PhiForCausalLM.from_pretrained(
            name, revision=revision, dtype=dtype, device=device, quantization=quantization
        )
        tell("Making room for the requests", None)
        options = {"name": name, "revision": revision, "quantization": quantization, **options}
        engine = cls(model, tokenizer, **options)
        tell("Ready", 1.0)
        return engine

    def stream(self, request: CompletionRequest, *, session: str | None = None) -> CompletionStream:
        """Starts a request and returns its chunks as an async iterator, for any event loop.

        Closing or dropping the iterator, or cancelling the task that reads it, cancels the request
        within one step. A newer request of the same session supersedes the older one, whose choices
        then end as "cancelled". What a session sent before is reused for its later requests, and
        for no other's.

        Raises:
            BusyError: the waiting list is full.
            RequestError: the request does not fit this model.
            RuntimeError: the engine is closed.
        """
        prompt, cropped = self._prompt(request)
        job = Job(
            request,
            prompt,
            cropped=cropped,
            seed=fresh_seed() if request.seed is None else request.seed,
            session=object() if session is None else session,
            lasting=session is not None,
            context_length=self._context_length,
            vocabulary=self._vocabulary,
        )
        self._worker.submit(job)
        return CompletionStream(job.channel, partial(self._worker.cancel, job))

    def register_public_prefix(self, text: str) -> None:
        """Lets sessions share what was computed for the beginning of this text.

        Only for the app's own examples: that such a prompt was run before shows in the timing.
        """
        tokens = self._tokenizer.encode(text)
        if tokens:
            public = self._worker.scheduler.public
            self._worker.scheduler.public = [*public, tokens]

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text."""
        return len(self._tokenizer.encode(text))

    def tokenize(self, text: str) -> list[int]:
        """The ids of a text."""
        return list(self._tokenizer.encode(text))

    def detokenize(self, ids: Sequence[int]) -> str:
        """The text of ids; special tokens have none."""
        return b"".join(map(self._token_bytes, ids)).decode("utf-8", errors="replace")

    def token_text(self, token_id: int) -> str:
        """A token as text, for display; parts of characters show as U+FFFD."""
        raw = self._tokenizer.token_bytes(token_id, skip_special_tokens=False)
        return raw.decode("utf-8", errors="replace")

    @property
    def waiting(self) -> int:
        """How many requests wait for a slot."""
        return self._worker.scheduler.depth()

    def close(self) -> None:
        """Ends every request as "cancelled" and returns when the engine's thread is gone."""
        self._worker.close()

    async def aclose(self) -> None:
        """As `close`, without blocking the event loop."""
        await asyncio.to_thread(self.close)

    def _prompt(self, request: CompletionRequest) -> tuple[list[int], int]:
        """The prompt's tokens as the model will see them, and how many were cropped."""
        vocab, context = self.info.vocab_size, self._context_length
        given = request.prompt
        tokens = self._tokenizer.encode(given) if isinstance(given, str) else list(given)
        if not tokens:
            # As the OpenAI API has it: no prompt is the beginning of a new document.
            if self._tokenizer.eos_token_id is None:
                raise RequestError("prompt", "at least one token long", given)
            tokens = [self._tokenizer.eos_token_id]
        highest = max(tokens)
        if highest >= vocab:
            raise RequestError("prompt", f"made of token ids below {vocab}", highest)
        for token in request.logit_bias:
            if token >= self._vocabulary.size:
                raise RequestError("logit_bias", f"for ids below {self._vocabulary.size}", token)
        if request.max_tokens >= context:
            raise RequestError(
                "max_tokens", f"below the context length of {context}", request.max_tokens
            )
        start = crop_start(
            tokens, context - request.max_tokens, lambda t: self._token_bytes(t).endswith(b"\n")
        )
        return tokens[start:], start

    def _token_bytes(self, token_id: int) -> bytes:
        known = self._bytes.get(token_id)
        if known is None:
            known = self._bytes[token_id] = self._tokenizer.token_bytes(token_id)
        return known


def default_slots(model: Any, context_length: int) -> int:
    """How many slots fit comfortably into the memory that is free.

    Args:
        model: the loaded model.
        context_length: tokens a slot holds.
    """
    config = model.config
    row = config.num_key_value_heads * config.head_dim * model.dtype.itemsize
    slot_bytes = 2 * config.num_hidden_layers * context_length * row
    if model.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(model.device)
        room, most = free * CUDA_MEMORY_SHARE, MOST_SLOTS["cuda"]
    else:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        room, most = free * CPU_MEMORY_SHARE, MOST_SLOTS["cpu"]
    return max(1, min(most, int(room // slot_bytes)))


def _end_tokens(model: Any, tokenizer: EngineTokenizer) -> frozenset[int]:
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


def _solo_from(config: Any, context_length: int) -> int | None:
    """The prompt length from which a rope type's frequencies depend on it, if the context allows it."""
    rope = config.rope_parameters
    if rope["rope_type"] != "longrope":
        return None  # dynamic: only beyond max_position_embeddings, which no slot exceeds
    original = rope["original_max_position_embeddings"]
    return original if context_length > original else None
