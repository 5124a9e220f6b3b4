"""The event handlers of the Complete tab."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import gradio as gr

from phi_model.backend import Backend, BusyError
from phi_model.lease import UnavailableError, leased
from phi_model.request import CompletionRequest, RequestError
from ui import controls as sampling
from ui.bias import read_bias
from ui.components import Prompt
from ui.growing import GrowingLog
from ui.scope import SCOPES
from ui.sessions import TICK_S, Run, Sessions, batches
from ui.share.link import drawn, made
from ui.status import Progress, problem
from ui.suggestion import Choice, Suggestion

STATUS_S = 0.25  # figures that change more often cannot be read
MAX_PROMPT_CHARACTERS = 200_000
AUTO_TOKENS = 64  # what nobody asked for should not keep others waiting
SHOWN_ALTERNATIVES = 10
ENTROPY_ALTERNATIVES = 20

log = logging.getLogger(__name__)
Update = tuple[Any, Any]  # for the suggestion and the status line


class Completer:
    """Completes for the tabs of one page.

    Args:
        backend: what completes.
        controls: the page's controls, whose values the events bring.
    """

    def __init__(self, backend: Backend, controls: sampling.Controls) -> None:
        self._backend = backend
        self._controls = controls
        self._sessions = Sessions()

    def stop(self, event: gr.EventData, request: gr.Request) -> None:
        """Stops one request of the tab that asks, nobody else's."""
        identity = (event._data or {}).get("id")
        if identity:
            self._sessions.stop(str(request.session_hash), str(identity))

    async def measure(self, event: gr.EventData) -> Any:
        """How many tokens stand before the caret, of those that the model can see."""
        asked = event._data or {}
        text = str(asked.get("before", ""))[-MAX_PROMPT_CHARACTERS:]
        try:
            with leased(self._backend) as backend:
                tokens = await asyncio.to_thread(backend.count_tokens, text)
                return {
                    "tokens": tokens,
                    "limit": backend.info.context_length,
                    "n": asked.get("n"),
                }
        except UnavailableError:
            return gr.skip()

    async def ask(
        self, event: gr.EventData, request: gr.Request
    ) -> AsyncGenerator[tuple[str, Any], None]:
        """Does `complete` for a page, which sends the prompt and the controls' values with the event.

        They are no inputs of it: Gradio would tell each of them of each message of the stream, as in `ui.events`.
        """
        asked = event._data or {}
        log = GrowingLog()
        async with aclosing(
            self.complete(Prompt.read(asked), request, *asked.get("values", ()))
        ) as updates:
            async for ghost, status in updates:
                yield log.add(ghost), status

    async def complete(
        self, prompt: Prompt, request: gr.Request, *values: Any
    ) -> AsyncGenerator[Update, None]:
        """Streams suggestions and the status line until the completion ends, is stopped or superseded."""
        session = str(request.session_hash)
        run = self._sessions.begin(session, prompt.request)
        try:
            # Another model may come while this runs; it ends on the one that it began on.
            with leased(self._backend) as backend:
                # Closing this generator must close the inner ones now, not when they are collected.
                async with aclosing(self._run(backend, prompt, values, session, run)) as updates:
                    async for update in updates:
                        yield update
        except RequestError as error:
            yield self._failed(prompt, sampling.explain(error))
        except BusyError as error:
            yield self._failed(
                prompt,
                f"Busy: {error.waiting} requests are waiting and no more than {error.limit} may. "
                "Please try again in a moment.",
            )
        except UnavailableError as error:
            yield self._failed(prompt, f"{error}.")
        except Exception as error:
            log.exception("completion failed")
            yield self._failed(
                prompt, f"The completion failed on the server ({type(error).__name__})."
            )
        finally:
            self._sessions.end(session, run)

    @staticmethod
    def _failed(prompt: Prompt, message: str) -> Update:
        return {"id": prompt.request, "choices": [], "done": True}, problem(message)

    def _request(
        self, backend: Backend, prompt: Prompt, values: dict[str, Any]
    ) -> CompletionRequest:
        if len(prompt.before) > MAX_PROMPT_CHARACTERS:
            limit = f"at most {MAX_PROMPT_CHARACTERS:,} characters"
            raise RequestError("prompt", limit, len(prompt.before))
        if values["scope"] not in SCOPES:
            raise RequestError("scope", f"one of {', '.join(SCOPES)}", values["scope"])
        fields = {name: values[name] for name in self._controls.fields}
        fields["logit_bias"] = values.get("logit_bias")
        if prompt.kind == "again":
            fields["seed"] = ""
        logprobs = 0  # of the drawn tokens: what is saved has them
        if values["confident"]:
            logprobs = ENTROPY_ALTERNATIVES
        elif values["colour"]:
            logprobs = SHOWN_ALTERNATIVES
        asked = sampling.request_from(prompt.before, fields, backend.tokenize, logprobs=logprobs)
        if prompt.kind == "auto":
            asked = replace(asked, max_tokens=min(asked.max_tokens, AUTO_TOKENS))
        return asked

    async def _run(
        self,
        backend: Backend,
        prompt: Prompt,
        values: tuple[Any, ...],
        session: str,
        run: Run,
    ) -> AsyncGenerator[Update, None]:
        named = self._controls.values(values)
        # A remote backend asks its server for the ids of a text.
        asked = await asyncio.to_thread(self._request, backend, prompt, named)
        suggestion = Suggestion(
            prompt,
            [Choice() for _ in range(asked.n)],
            scope=named["scope"],
            confident=bool(named["confident"]),
        )
        progress = Progress(
            suggestion,
            seed=int(asked.seed or 0),
            prompt_tokens=await asyncio.to_thread(backend.count_tokens, prompt.before),
            context_length=backend.info.context_length,
        )
        shown = time.monotonic()
        ghost = suggestion.ghost(done=False)
        yield ghost, progress.status(done=False)
        async with aclosing(batches(backend.stream(asked, session=session), run)) as arriving:
            async for chunks in arriving:
                if chunks:
                    suggestion.add(chunks)
                    progress.tick()
                    ghost = suggestion.ghost(done=False)
                    if time.monotonic() - shown >= STATUS_S:
                        yield ghost, progress.status(done=False)
                        shown = time.monotonic()
                    else:
                        yield ghost, gr.skip()  # the browser need not draw the same figures again
                else:
                    # Gradio notices a closed tab only by a yield, and the browser a lost server by its silence.
                    ghost = {**ghost, "beat": time.monotonic()}
                    yield ghost, gr.skip()
                if suggestion.ended:
                    break
        # The end is more work for the browser than text is: the last of it is drawn first.
        await asyncio.sleep(TICK_S)
        if not run.superseded:
            suggestion.finish()
            explained = backend.token_text if named["colour"] else None
            ghost = suggestion.ghost(done=True, token_text=explained)
            for row, choice in zip(ghost["choices"], suggestion.choices, strict=True):
                row["drawn"] = drawn(choice.drawn, backend.token_text)
            # One that was stopped, or that a public server cut, is drawn again by as many tokens as came.
            cut = [c for c in suggestion.choices if c.reason in (None, "length", "cancelled")]
            if came := max((len(choice.tokens) for choice in cut), default=0):
                asked = replace(asked, max_tokens=came)
            shown_bias = {"logit_bias": read_bias(named.get("logit_bias"))}
            ghost["made"] = made(asked, {**named, **shown_bias}, backend.info)
            yield ghost, progress.status(done=True)
