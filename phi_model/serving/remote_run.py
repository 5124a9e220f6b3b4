"""One completion from a server that may break off, hang or be busy."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx

from phi_model.backend import CompletionChunk, FinishReason, Usage
from phi_model.request import MAX_SEED, CompletionRequest
from phi_model.serving.errors import RemoteBusyError, RemoteError
from phi_model.serving.remote_state import Choice, Server
from phi_model.serving.remote_wire import (
    PieceReader,
    Unsteady,
    check_status,
    events,
    extensions,
    needed_extension,
    payload,
)

ATTEMPTS = 5  # without any progress
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0
# After the last finish reason the usage may follow, or nothing ever again.
USAGE_WAIT_S = 1.0

Item = CompletionChunk | Exception | None


class Run:
    """A request on its way through a remote server.

    Args:
        server: where it goes.
        request: what was asked.
        seed: the request's, or a fresh one.
        session: sent along, for servers that route or cache by it.
    """

    def __init__(
        self,
        server: Server,
        request: CompletionRequest,
        seed: int,
        session: str | None,
    ) -> None:
        self._server = server
        self._request = request
        self._seed = seed
        self._session = session
        self._choices = [Choice(PieceReader(server.learn)) for _ in range(request.n)]
        self._queue: asyncio.Queue[Item] = asyncio.Queue()
        self._reader: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._superseded = False
        self._prompt_ids: list[int] | None = None
        self._prompt_tokens = 0
        self._cached = 0
        self._cropped = 0
        self._heard = 0  # events that brought something
        self._started = time.perf_counter()

    async def chunks(self) -> AsyncIterator[CompletionChunk]:
        """The chunks; closing the iterator hangs up."""
        self._loop = asyncio.get_running_loop()
        self._reader = asyncio.create_task(self._read())
        if self._superseded:
            self._cancel()
        try:
            while True:
                item = await self._queue.get()
                if item is None:
                    return
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    def supersede(self) -> None:
        """Ends it as "cancelled": the session has a newer one. Callable from any thread."""
        self._superseded = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.cancel()
            self._end("cancelled")

    def _end(self, reason: FinishReason, message: str | None = None) -> None:
        """Ends the choices that have not."""
        for choice in self._choices:
            if choice.finish is None:
                choice.finish, choice.message = reason, message
        self._tell_finished()
        self._queue.put_nowait(None)

    def _tell_finished(self) -> None:
        for index, choice in enumerate(self._choices):
            if choice.finish is not None and not choice.told:
                choice.told = True
                usage = self._usage(choice)
                chunk = CompletionChunk(index, "", (), choice.finish, usage, choice.message)
                self._queue.put_nowait(chunk)

    async def _read(self) -> None:
        try:
            prepared = await self._server.prepare(self._request)
            self._request, self._cropped = prepared.request, prepared.cropped
            for index, choice in enumerate(self._choices if prepared.echo else ()):
                choice.pieces.skip(prepared.echo)
                self._queue.put_nowait(CompletionChunk(index, prepared.echo))
            await self._until_finished()
        except Exception as error:
            if self._superseded:
                return
            if isinstance(error, RemoteError) and error.status == 409 and self._session:
                # The server saw the session's newer request before this process did.
                self._end("cancelled")
            elif self._heard:
                self._end("error", str(error))
            else:
                self._queue.put_nowait(error)
        else:
            self._queue.put_nowait(None)

    async def _until_finished(self) -> None:
        attempt, heard = 0, 0
        while any(choice.finish is None for choice in self._choices):
            try:
                await self._ask()
                continue
            except (Unsteady, httpx.TransportError) as error:
                failure = error
            attempt = 1 if self._heard > heard else attempt + 1
            heard = self._heard
            if attempt >= ATTEMPTS or not self._resumable():
                raise self._gave_up(failure, attempt)
            pause = getattr(failure, "retry_after", None)
            if pause is None:
                pause = FIRST_PAUSE_S * 2 ** (attempt - 1)
            await asyncio.sleep(min(pause, LONGEST_PAUSE_S))

    def _gave_up(self, failure: Exception, attempts: int) -> Exception:
        reason = str(failure) or type(failure).__name__
        message = f"{self._server.url} failed {attempts} times: {reason}"
        return RemoteBusyError(message) if getattr(failure, "busy", False) else RemoteError(message)

    async def _ask(self) -> None:
        """Asks for everything, or once something has come for the rest of each choice."""
        if not self._heard:
            await self._one(self._request, self._seed, list(range(self._request.n)))
            return
        for index, choice in enumerate(self._choices):
            if choice.finish is None and choice.ids_whole and self._spent(choice):
                choice.finish = "length"
            if choice.finish is None:
                choice.pieces.skip()
                # Noise differs by row, and this row is now the first of its request.
                seed = (self._seed + index) & MAX_SEED
                await self._one(self._rest(choice), seed, [index])
        self._tell_finished()

    def _spent(self, choice: Choice) -> bool:
        return choice.drawn >= self._request.max_tokens

    def _resumable(self) -> bool:
        # What a server echoes with its log-probabilities cannot be cut off in the middle.
        return not self._heard or not self._request.echo

    def _rest(self, choice: Choice) -> CompletionRequest:
        """What is left to ask for a choice."""
        request = self._request
        prompt: str | tuple[int, ...] = request.prompt
        # Ids say exactly where it broke off, unless they ran ahead of the text that a stop string held back.
        exact = choice.ids_whole and (self._server.final_ids or not request.stop)
        prompt_ids = self._prompt_ids if isinstance(prompt, str) else list(prompt)
        if exact and prompt_ids is not None:
            prompt = (*prompt_ids, *choice.ids)
        elif isinstance(prompt, str):
            prompt = prompt + choice.text
        else:
            raise RemoteError(
                "the stream broke off, and the prompt's text is not known to resume it"
            )
        left = max(request.max_tokens - choice.drawn, 1)
        return replace(request, prompt=prompt, max_tokens=left, n=1, best_of=None)

    async def _one(self, request: CompletionRequest, seed: int, indices: list[int]) -> None:
        """One HTTP request, whose choices are those of `indices`."""
        server = self._server
        needed = needed_extension(request)
        body = payload(request, server.model, seed)
        headers = {"x-session-id": self._session} if self._session else {}
        if not server.plain:
            try:
                return await self._stream({**body, **extensions(request)}, headers, indices)
            except RemoteError as error:
                if error.status != 422 or needed:
                    raise
            server.plain = True
        elif needed:
            raise RemoteError(f"{server.url} does not understand {needed}", 422)
        await self._stream(body, headers, indices)

    async def _stream(
        self, body: dict[str, Any], headers: dict[str, str], indices: list[int]
    ) -> None:
        client = self._server.client()
        url = "/v1/completions"
        usage: dict[str, Any] = {}
        before = self._choices[indices[0]].drawn
        async with client.stream("POST", url, json=body, headers=headers) as response:
            await check_status(response)
            async with contextlib.aclosing(events(response)) as stream:
                while True:
                    over = all(self._choices[i].finish is not None for i in indices)
                    try:
                        event = await _next(stream, USAGE_WAIT_S if over else None)
                    except httpx.TransportError:
                        if not over:
                            raise
                        event = None
                    if event is None:
                        break
                    usage = event.get("usage") or usage
                    for told in event.get("choices") or ():
                        self._take(told, indices)
        if not over:
            raise Unsteady("the stream ended before the completion did")
        if not self._prompt_tokens:
            # The prompt of a resumed answer holds what was drawn before.
            self._prompt_tokens = max((usage.get("prompt_tokens") or 0) - before, 0)
            self._cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        drawn = usage.get("completion_tokens")
        if len(indices) == 1 and drawn is not None:
            # It counts tokens behind a stop string too, and those of servers that name none.
            self._choices[indices[0]].drawn = before + drawn
        self._tell_finished()

    def _take(self, told: dict[str, Any], indices: list[int]) -> None:
        place = told.get("index", 0)
        if not isinstance(place, int) or not 0 <= place < len(indices):
            raise RemoteError(f"an event is of choice {place!r}, which was not asked for")
        index = indices[place]
        choice = self._choices[index]
        text = told.get("text") or ""
        reason = told.get("finish_reason")
        try:
            pieces = choice.pieces.read(told, text)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RemoteError(f"a choice has another form than OpenAI's: {error!r}") from error
        if self._prompt_ids is None and told.get("prompt_token_ids"):
            self._prompt_ids = told["prompt_token_ids"]
        if text or pieces:
            self._heard += 1
            choice.add(text, told.get("token_ids"), len(pieces))
            self._queue.put_nowait(CompletionChunk(index, text, pieces))
        if reason in ("stop", "length"):
            choice.finish = reason
        elif reason is not None:
            raise Unsteady(f"the server ended the completion: {reason}")

    def _usage(self, choice: Choice) -> Usage:
        first = choice.first or time.perf_counter()
        return Usage(
            prompt_tokens=self._prompt_tokens or len(self._prompt_ids or ()),
            cached_tokens=self._cached,
            cropped_tokens=self._cropped,
            completion_tokens=choice.drawn,
            context_length=self._server.context_length,
            seed=self._seed,
            queue_s=0.0,
            prefill_s=first - self._started,
            first_token_s=first - self._started,
            decode_s=(choice.last or first) - first,
        )


async def _next(
    stream: AsyncIterator[dict[str, Any]], seconds: float | None
) -> dict[str, Any] | None:
    """The next event; None at the end, or when it takes too long."""
    if seconds is None:
        return await anext(stream, None)
    task = asyncio.ensure_future(anext(stream, None))
    try:
        await asyncio.wait({task}, timeout=seconds)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
