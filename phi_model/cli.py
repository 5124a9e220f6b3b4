"""The command line: one prompt in, from an argument or standard input, and a streamed answer out.

Answers go to standard output, everything else to standard error. The exit status is 0, 2 for what the caller can mend (one
line says what), 130 after Ctrl+C, 141 when the reader of standard output has gone.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_model.cli_flags import DEFAULT_NEW_TOKENS, build_parser

if TYPE_CHECKING:
    from phi_model.backend import Usage
    from phi_model.request import CompletionRequest

EMBEDDED_MODEL = Path(__file__).resolve().parent.parent / "assets" / "model"
EMBEDDED_NAME = "Embedded Phi"
INTERRUPTED, BROKEN_PIPE = 130, 141
# Flags whose names are those of `CompletionRequest`, but for this one.
_FIELDS = {"max_new_tokens": "max_tokens"}
_GENERATION = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "typical_p",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "no_repeat_ngram_size",
    "seed",
)


class UsageError(ValueError):
    """Something that the caller can mend."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; gives the exit status."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more: what is buffered must not raise again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (ValueError, OSError) as error:
        message = " ".join(str(error).split())
        print(f"{parser.prog} {options.command}: error: {message}", file=sys.stderr)
        return 2
    return 0


def _run(options: argparse.Namespace) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    request = None
    if options.command == "run" and options.task == "text-generation":
        request = _request(options)
    source = _model(options.model)
    load = {
        "revision": options.revision,
        "device": _device(options.device),
        "dtype": None if options.dtype == "auto" else options.dtype,
        "quantization": options.quantization,
    }
    if options.command == "serve":
        from phi_model.serving.command import serve_model

        if options.name is None and options.model is None:
            options.name = EMBEDDED_NAME
        serve_model(source, load, options, _progress())
    elif request is not None:
        prompt = _prompt(options.prompt)
        asyncio.run(_complete(request(prompt), source, load, options))
    else:
        _classify(_prompt(options.prompt), source, load, options)


def _model(name: str | None) -> str:
    if name is not None:
        return name
    if not (EMBEDDED_MODEL / "config.json").is_file():
        raise UsageError(f"--model must be given: there is no model in {EMBEDDED_MODEL}")
    return str(EMBEDDED_MODEL)


def _device(name: str | None) -> str:
    import torch

    from phi_model.devices import default_device

    try:
        number = name is not None and name.lstrip("-").isdigit()
        device = default_device(int(name) if number else name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise UsageError(
            f"--device must be a device of this machine, got {name!r}: {reason}"
        ) from None
    return str(device)


def _prompt(argument: str) -> str:
    if argument != "-":
        return argument
    if sys.stdin.isatty():
        print("Type the text, and end it with Ctrl+D.", file=sys.stderr)
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"standard input must be UTF-8, got {error.object[error.start : error.end]!r}"
        ) from None


def _request(options: argparse.Namespace) -> Any:
    """Makes the request of a prompt. The flags are checked at once: no model is loaded for a wrong one."""
    from phi_model.request import CompletionRequest, RequestError

    fields = {name: getattr(options, name) for name in _GENERATION}
    fields["stop"] = tuple(options.stop)
    if options.max_new_tokens is not None:
        fields["max_tokens"] = options.max_new_tokens
    fields["logit_bias"] = dict(_bias(text) for text in options.logit_bias)

    def make(prompt: str) -> CompletionRequest:
        try:
            return CompletionRequest(prompt=prompt, **fields)
        except RequestError as error:
            raise UsageError(_in_flags(error)) from None

    make("x")
    return make


def _bias(text: str) -> tuple[int, float]:
    """The token id and the bias of `ID:BIAS`."""
    identity, _, bias = text.partition(":")
    try:
        return int(identity), float(bias)
    except ValueError:
        raise UsageError(
            f"--logit-bias must be a token id, a colon and a number, got {text!r}"
        ) from None


def _in_flags(error: Any) -> str:
    """The message of a `RequestError` with the flag's name for the field's."""
    flag = {field: name for name, field in _FIELDS.items()}.get(error.field, error.field)
    name = f"--{flag.replace('_', '-')}" if flag != "prompt" else "the prompt"
    return f"{name} must be {error.rule}, got {error.value!r}"


async def _complete(
    request: CompletionRequest, source: str, load: dict[str, Any], options: argparse.Namespace
) -> None:
    from phi_model.engine import Engine
    from phi_model.request import RequestError

    engine = Engine.from_pretrained(source, slots=1, progress=_progress(), **load)
    if options.max_new_tokens is None:
        half = engine.info.context_length // 2  # the other one is the prompt's
        request = dataclasses.replace(request, max_tokens=min(DEFAULT_NEW_TOKENS, half))
    try:
        try:
            stream = engine.stream(request)
        except RequestError as error:
            raise UsageError(_in_flags(error)) from None
        last = "" if options.completion_only else request.prompt
        usage: Usage | None = None
        _write(last)
        async for chunk in stream:
            _write(chunk.text)
            last = chunk.text or last
            usage = chunk.usage or usage
            if chunk.finish_reason == "error":
                raise RuntimeError(chunk.message)
        if not last.endswith("\n"):
            _write("\n")
    finally:
        await engine.aclose()
    if usage is not None:
        _report(usage, options.stats)


def _write(text: str) -> None:
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def _progress() -> Any:
    """Tells a person at a terminal what is being loaded; a program that reads standard error is told nothing."""
    if not sys.stderr.isatty():
        return None
    return lambda message, share: print(
        f"\r\033[K{message}", end="\n" if share == 1.0 else "", file=sys.stderr
    )


def _report(usage: Usage, stats: bool) -> None:
    if usage.cropped_tokens:
        print(
            f"The first {usage.cropped_tokens} tokens of the prompt were left out: "
            f"the context holds {usage.context_length}.",
            file=sys.stderr,
        )
    if stats:
        speed = (usage.completion_tokens - 1) / usage.decode_s if usage.decode_s > 0 else 0.0
        print(
            f"{usage.prompt_tokens} tokens read, {usage.completion_tokens} written, {speed:.1f} tokens/s, "
            f"first token after {usage.first_token_s:.2f} s, seed {usage.seed}",
            file=sys.stderr,
        )


def _classify(text: str, source: str, load: dict[str, Any], options: argparse.Namespace) -> None:
    """Prints the answer as one line of JSON."""
    from phi_model.pipelines import pipeline

    call: dict[str, Any] = {}
    if options.task == "token-classification":
        call["aggregation_strategy"] = options.aggregation_strategy
    elif options.top_k > 0:
        call["top_k"] = options.top_k
    answer = pipeline(options.task, source, **load)(text, **call)
    print(json.dumps(answer, ensure_ascii=False))
