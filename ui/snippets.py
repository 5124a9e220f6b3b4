"""A request as programs that make it: each prints the completion, and draws the same one as the page did."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from phi_model.request import CompletionRequest, RequestError

# Those of the API that the openai client has no arguments for.
_EXTENSIONS = (
    "top_k",
    "min_p",
    "typical_p",
    "repetition_penalty",
    "no_repeat_ngram_size",
)
_SAID = ("prompt", "max_tokens", "temperature", "seed")  # said even where they are the default
_NO_FLAG = ("n", "best_of", "echo", "logprobs")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whom the programs ask.

    Attributes:
        base_url: address of the page, as the browser has it.
        model: its name, as the API lists it.
        source: folder or hub id that it is loaded from.
        revision, dtype, quantization: as in `phi_model.backend.ModelInfo`.
        key: what stands for the API's key in the programs; None where the server asks for none.
    """

    base_url: str
    model: str
    source: str
    revision: str | None = None
    dtype: str | None = None
    quantization: str | None = None
    key: str | None = None

    @property
    def root(self) -> str:
        """The address without a slash at its end."""
        return self.base_url.rstrip("/")

    @property
    def load(self) -> dict[str, str]:
        """What loads the same weights."""
        facts = {
            "revision": self.revision,
            "dtype": self.dtype,
            "quantization": self.quantization,
        }
        return {name: value for name, value in facts.items() if value is not None}


def spoken(request: CompletionRequest) -> dict[str, Any]:
    """The fields that a program must say, as JSON has them."""
    neutral = CompletionRequest(prompt="")
    said = {}
    for field in fields(request):
        value = getattr(request, field.name)
        if (field.name in _SAID and value is not None) or value != getattr(neutral, field.name):
            said[field.name] = list(value) if isinstance(value, tuple) else value
    return said


def curl(request: CompletionRequest, target: Target) -> str:
    """A shell command; it prints the API's answer."""
    body = {"model": target.model, **spoken(request)}
    headers = ["Content-Type: application/json"]
    if target.key is not None:
        headers.append(f"Authorization: Bearer {target.key}")
    lines = [f"curl -sS {shlex.quote(target.root + '/v1/completions')}"]
    lines += [f"-H {shlex.quote(header)}" for header in headers]
    lines.append(f"-d {shlex.quote(json.dumps(body, ensure_ascii=False, indent=2))}")
    return " \\\n  ".join(lines) + "\n"


def openai(request: CompletionRequest, target: Target) -> str:
    """A program for the `openai` package."""
    said = spoken(request)
    extra = {name: said.pop(name) for name in _EXTENSIONS if name in said}
    if extra:
        said["extra_body"] = extra
    return f"""\
from openai import OpenAI

client = OpenAI(base_url={target.root + "/v1"!r}, api_key={target.key or "none"!r})
answer = client.completions.create(
{_arguments({"model": target.model, **said})})
for choice in answer.choices:
    print(choice.text)
"""


def gradio_client(request: CompletionRequest, target: Target) -> str:
    """A program for the `gradio_client` package."""
    _text_only(request)
    headers = ""
    if target.key is not None:
        headers = f", headers={ {'Authorization': f'Bearer {target.key}'}!r}"
    return f"""\
from gradio_client import Client

client = Client({target.root + "/"!r}{headers}, verbose=False)
texts = client.predict(
    {{
{_items(spoken(request))}    }},
    api_name="/completion",
)
for text in texts:
    print(text)
"""


def python(request: CompletionRequest, target: Target) -> str:
    """A program for this package: it loads the model itself, and needs no server."""
    load = "".join(f", {name}={value!r}" for name, value in target.load.items())
    return f"""\
import asyncio

from phi_model.engine import Engine
from phi_model.request import CompletionRequest

request = CompletionRequest(
{_arguments(spoken(request))})


async def main() -> None:
    engine = Engine.from_pretrained({target.source!r}{load})
    texts = [""] * request.n
    async for chunk in engine.stream(request):
        texts[chunk.index] += chunk.text
    await engine.aclose()
    for text in texts:
        print(text)


asyncio.run(main())
"""


def shell(request: CompletionRequest, target: Target) -> str:
    """A shell command for this package; it draws one completion whatever `n` is."""
    prompt = _text_only(request)
    said = {"model": target.source, **target.load, **spoken(request)}
    flags = []
    for name, value in said.items():
        if name == "prompt" or name in _NO_FLAG:
            continue
        flag = {"max_tokens": "max-new-tokens"}.get(name, name).replace("_", "-")
        if isinstance(value, dict):
            value = [f"{key}:{item}" for key, item in value.items()]
        values = value if isinstance(value, list) else [value]
        # A value may begin with a dash.
        flags += [f"--{flag}={shlex.quote(str(item))}" for item in values]
    # So may the prompt, and it may be a dash.
    lines = [f"printf %s {shlex.quote(prompt)} |", "python -m phi_model run --completion-only"]
    return " \\\n  ".join([" ".join(lines), *flags]) + "\n"


SNIPPETS: dict[str, Callable[[CompletionRequest, Target], str]] = {
    "curl": curl,
    "openai": openai,
    "gradio_client": gradio_client,
    "phi_model": python,
    "Command line": shell,
}


def _text_only(request: CompletionRequest) -> str:
    if not isinstance(request.prompt, str):
        raise RequestError("prompt", "a text", request.prompt)
    return request.prompt


def _arguments(said: dict[str, Any]) -> str:
    return "".join(f"    {name}={value!r},\n" for name, value in said.items())


def _items(said: dict[str, Any]) -> str:
    return "".join(f"        {name!r}: {value!r},\n" for name, value in said.items())
