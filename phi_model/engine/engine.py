"""The engine: one resident model, many callers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch

from phi_model.backend import ModelInfo
from phi_model.engine.context import crop_start
from phi_model.engine.graph_runner import make_runner
from phi_model.engine.limits import (
    EngineTokenizer,
    default_prefill_chunk,
    default_slots,
    end_tokens,
    solo_from,
)
from phi_model.engine.loading import Progress, load
from phi_model.engine.prompts import PromptEncoder
from phi_model.engine.runner import Float32Runner
from phi_model.engine.scheduler import Lane
from phi_model.engine.sequence import Job, Vocabulary
from phi_model.engine.stream import CompletionStream
from phi_model.engine.worker import Worker
from phi_model.request import CompletionRequest, RequestError
from phi_model.sampling import fresh_seed

MAX_WAITING = 64
# A window of 16 tokens costs less than two tokens decoded alone; with many rows that advantage is gone.
SPECULATE_ROWS = {"cpu": 2, "cuda": 4}
DRAFT_TOKENS = {"cpu": 15, "cuda": 15}
Result = TypeVar("Result")


class Engine:
    """Completes code for many callers at once; see `phi_model.backend.Backend`.

    Args:
        model: a `PhiForCausalLM`; nobody else may run it while the engine lives.
        tokenizer: its tokenizer.
        slots: sequences that run at once; None chooses by the free memory.
        max_waiting: requests that may wait beyond those.
        context_length: tokens of prompt and completion together; None is the model's own.
        prefill_chunk: prompt tokens computed between two decode steps; None goes by the model's size.
        speculation: True drafts whatever the number of rows, False never, None while few rows run.
            The output is the same.
        graphs: True decodes by recorded passes, False never, None on a GPU; see `graph_runner`.
        name, revision: of the checkpoint, for `info`.
        quantization: how the weights are packed, for `info`.
        fingerprint: of the checkpoint's weights, for `info`.
        base: what the checkpoint was made of, by its own configuration.

    Attributes:
        base: the same.
        model: the model; see `submit`.
        prefill_chunk: prompt tokens computed between two decode steps.
        info: what is loaded.

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
        prefill_chunk: int | None = None,
        speculation: bool | None = None,
        graphs: bool | None = None,
        name: str = "model",
        revision: str | None = None,
        quantization: str | None = None,
        fingerprint: str | None = None,
        base: str | None = None,
    ) -> None:
        self.base = base
        config, device = model.config, model.device
        longest = config.max_position_embeddings
        context_length = longest if context_length is None else context_length
        if prefill_chunk is None:
            prefill_chunk = default_prefill_chunk(model)
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
        self.model = model
        self.prefill_chunk = prefill_chunk
        self._tokenizer = tokenizer
        self._encoder = PromptEncoder(tokenizer)
        self._context_length = context_length
        self._bytes: dict[int, bytes] = {}
        self._vocabulary = Vocabulary(
            size=min(len(tokenizer), config.vocab_size),
            end=end_tokens(model, tokenizer),
            token_bytes=self._token_bytes,
        )
        sizes = {"max_length": context_length, "valid_vocab": self._vocabulary.size}
        slots = default_slots(model, context_length) if slots is None else slots
        runner = make_runner(model, graphs, slots=slots, **sizes)
        solo = solo_from(config, context_length)

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
        self.info = ModelInfo(
            name=name,
            revision=revision,
            parameters=model.num_parameters(),
            dtype=str(model.dtype).removeprefix("torch."),
            device=str(device),
            memory_bytes=model.memory_bytes() + runner.cache.memory_bytes,
            context_length=context_length,
            vocab_size=config.vocab_size,
            quantization=quantization,
            fingerprint=fingerprint,
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
        loaded = load(
            path_or_repo,
            revision=revision,
            dtype=dtype,
            device=device,
            quantization=quantization,
            progress=progress,
        )
        if progress is not None:
            progress("Making room for the requests", None)
        facts = {
            "name": loaded.name,
            "revision": loaded.revision,
            "quantization": loaded.quantization,
            "fingerprint": loaded.fingerprint,
            "base": loaded.base,
        }
        engine = cls(loaded.model, loaded.tokenizer, **{**facts, **options})
        if progress is not None:
            progress("Ready", 1.0)
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
        prompt, cropped = self._prompt(request, session)
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

    def submit(self, call: Callable[[], Result]) -> Future[Result]:
        """Runs a call on the engine's thread, the only one that may run `model`.

        At most one call runs between two steps, so a stream waits for one of them at most: what takes long has to
        come as many calls, none longer than a forward pass of `prefill_chunk` tokens.

        Returns:
            a future of its result, or of what it raised; of a RuntimeError where the engine is closed before it ran.

        Raises:
            RuntimeError: the engine is closed.
        """
        return self._worker.call(call)

    @property
    def tokenizer(self) -> EngineTokenizer:
        """The model's tokenizer."""
        return self._tokenizer

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

    @property
    def active(self) -> int:
        """How many requests and jobs have not ended; once nobody sends any, it only falls."""
        # In this order: a request is among the running ones before it is no longer a waiting one.
        scheduler = self._worker.scheduler
        return scheduler.depth() + len(scheduler.jobs) + len(self._worker.jobs)

    def close(self) -> None:
        """Ends every request as "cancelled" and returns when the engine's thread is gone."""
        self._worker.close()

    async def aclose(self) -> None:
        """As `close`, without blocking the event loop."""
        await asyncio.to_thread(self.close)

    def _prompt(self, request: CompletionRequest, session: str | None) -> tuple[list[int], int]:
        """The prompt's tokens as the model will see them, and how many were cropped."""
        vocab, context = self.info.vocab_size, self._context_length
        given = request.prompt
        try:
            if isinstance(given, str):
                given.encode()
        except UnicodeEncodeError:
            rule = "text without halves of surrogate pairs"
            raise RequestError("prompt", rule, given) from None
        tokens = self._encoder.encode(given, session) if isinstance(given, str) else list(given)
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
            known = self._tokenizer.token_bytes(token_id)
            if known:  # ids that nobody knows must not fill the table
                self._bytes[token_id] = known
        return known
