"""ZeroGPU: a Space that has a GPU only while a function decorated by `spaces.GPU` runs, in a process forked for it.

A thread does not live on in a forked process, so the page's own process keeps no engine: it loads the weights, which the
`spaces` package holds for it, and the forked process builds the engine on them at its first request. The process stays for
later requests as long as ZeroGPU leaves it, and so does what its engine has cached.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from phi_model.backend import Backend, BusyError, CompletionChunk, ModelInfo
from phi_model.request import CompletionRequest, RequestError
from ui.share.hosting import PUBLIC_CHOICES

if TYPE_CHECKING:  # torch is not to be imported before `spaces` is
    from phi_model.engine.loading import Loaded, Progress
    from phi_model.engine.resident import ModelChoice

START_S = 15  # what a fresh process needs before it draws
TOKENS_PER_S = 20  # a slow estimate: ZeroGPU wants to know how long a call may take
LONGEST_S = 60

MakeEngine = Callable[["Loaded"], Backend]


def wanted(env: Mapping[str, str]) -> bool:
    """Whether this is a ZeroGPU Space."""
    return (env.get("SPACES_ZERO_GPU") or "").lower() in ("1", "t", "true")


def prepare(env: Mapping[str, str]) -> ModuleType | None:
    """Imports `spaces` on a ZeroGPU Space, where it is always installed; None elsewhere.

    It makes torch act as if a GPU were there: call it before torch and Gradio are imported.

    Raises:
        ImportError: this is a ZeroGPU Space without the package.
    """
    if not wanted(env):
        return None
    import spaces

    return spaces


def load_backend(
    spaces: ModuleType, choice: ModelChoice, names: Mapping[str, str], progress: Progress
) -> ZeroBackend:
    """Loads a checkpoint for the processes to come.

    Args:
        spaces: the package.
        choice: the checkpoint, and how it is loaded.
        names: of models, where they are not called by their source.
        progress: see `phi_model.engine.loading.load`.

    Raises:
        CheckpointError: see `load`.
    """
    from phi_model.engine.loading import load

    loaded = load(
        choice.model,
        dtype=choice.dtype,
        device=choice.device,
        quantization=choice.quantization,
        progress=progress,
    )
    return ZeroBackend(loaded, spaces.GPU, name=names.get(choice.model))


def start(spaces: ModuleType, demo: Any, port: int) -> None:
    """Tells ZeroGPU that everything is loaded. `Blocks.launch` would do so, which a mounted page never calls.

    Args:
        spaces: the package.
        demo: the page; a forked process closes the connections to its port, which it inherited.
        port: of the server.
    """
    demo.server = SimpleNamespace(config=SimpleNamespace(port=port))
    spaces.zero.startup()


@dataclass(frozen=True)
class _Refused:
    """A `RequestError` or a `BusyError` on its way between the processes, which pass on no exception as it is."""

    kind: type[Exception]
    arguments: tuple[Any, ...]

    def error(self) -> Exception:
        """The error again."""
        return self.kind(*self.arguments)


def make_engine(loaded: Loaded) -> Backend:
    """The engine of a forked process: recording CUDA graphs would take longer than a call or two."""
    from phi_model.engine import Engine

    return Engine(loaded.model, loaded.tokenizer, slots=PUBLIC_CHOICES, graphs=False)


class ZeroBackend:
    """Completes where the GPU comes and goes; see `phi_model.backend.Backend`.

    Args:
        loaded: the checkpoint, on the device that the forked process will see.
        gpu: `spaces.GPU`.
        name: of the model, for `info`.
        engine: makes the engine, in the forked process.
    """

    def __init__(
        self, loaded: Loaded, gpu: Any, *, name: str | None = None, engine: MakeEngine = make_engine
    ) -> None:
        self._loaded = loaded
        self._tokenizer = loaded.tokenizer
        self._make_engine = engine
        self._engine: Backend | None = None  # in the forked process only
        self._draw = gpu(self._drawn, duration=seconds)
        model = loaded.model
        self.info = ModelInfo(
            name=name or loaded.name,
            revision=loaded.revision,
            parameters=model.num_parameters(),
            dtype=str(model.dtype).removeprefix("torch."),
            device=f"{model.device.type} (ZeroGPU)",
            memory_bytes=model.memory_bytes(),
            context_length=model.config.max_position_embeddings,
            vocab_size=model.config.vocab_size,
            quantization=loaded.quantization,
            fingerprint=loaded.fingerprint,
        )

    def _drawn(
        self, request: CompletionRequest, session: str | None
    ) -> Iterator[CompletionChunk | _Refused]:
        """Runs in the forked process, a plain generator as `spaces.GPU` wants it."""
        if self._engine is None:
            self._engine = self._make_engine(self._loaded)
        loop = asyncio.new_event_loop()
        try:
            chunks = self._engine.stream(request, session=session)
            try:
                while (chunk := loop.run_until_complete(_next(chunks))) is not None:
                    yield chunk
            finally:
                loop.run_until_complete(chunks.aclose())
        except RequestError as error:
            yield _Refused(RequestError, (error.field, error.rule, error.value))
        except BusyError as error:
            yield _Refused(BusyError, (error.waiting, error.limit))
        finally:
            loop.close()

    async def stream(
        self, request: CompletionRequest, *, session: str | None = None
    ) -> AsyncGenerator[CompletionChunk, None]:
        """See `Backend.stream`; where ZeroGPU gives no GPU, the choices end as "error", with its own words.

        Raises:
            BusyError, RequestError: see `Backend.stream`.
        """
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Any] = asyncio.Queue()
        gone = threading.Event()

        def put(item: Any) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(arrived.put_nowait, item)

        def run() -> None:
            # The generator waits for the other process: it has a thread of its own, which also closes it.
            try:
                drawing = self._draw(request, session)
                try:
                    for item in drawing:
                        if gone.is_set():
                            break
                        put(item)
                finally:
                    drawing.close()
            except Exception as error:
                put(error)
            put(None)

        # With the context: ZeroGPU reads from it whose request this is.
        threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
        try:
            while (item := await arrived.get()) is not None:
                if isinstance(item, _Refused):
                    raise item.error()
                if isinstance(item, Exception):
                    message = str(getattr(item, "message", None) or item)
                    for index in range(request.n):
                        yield CompletionChunk(index, "", (), "error", message=message)
                    return
                yield item
        finally:
            gone.set()

    def count_tokens(self, text: str) -> int:
        """How many tokens a text makes."""
        return len(self._tokenizer.encode(text))

    def tokenize(self, text: str) -> list[int]:
        """The ids of a text."""
        return list(self._tokenizer.encode(text))

    def detokenize(self, ids: Sequence[int]) -> str:
        """The text of ids; special tokens have none."""
        return b"".join(map(self._tokenizer.token_bytes, ids)).decode("utf-8", errors="replace")

    def token_text(self, token_id: int) -> str:
        """A token as text, for display; parts of characters show as U+FFFD."""
        raw = self._tokenizer.token_bytes(token_id, skip_special_tokens=False)
        return raw.decode("utf-8", errors="replace")

    async def aclose(self) -> None:
        """Nothing runs here."""


async def _next(chunks: AsyncIterator[CompletionChunk]) -> CompletionChunk | None:
    try:
        return await chunks.__anext__()
    except StopAsyncIteration:
        return None


def seconds(request: CompletionRequest, session: str | None) -> int:
    """How long a call may take: ZeroGPU gives short ones their turn sooner."""
    drawn = request.max_tokens * max(request.n, request.best_of or 1)
    return min(LONGEST_S, START_S + drawn // TOKENS_PER_S)
