"""Every snippet is run as it stands, and prints what the page would show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from phi_model.engine import Engine
from phi_model.request import CompletionRequest, RequestError
from tests.share.conftest import ROOT, page_over
from ui.snippets import SNIPPETS, Target, curl, gradio_client, python, shell, spoken

REQUEST = CompletionRequest(
    prompt='# it\'s a "test" of $HOME `id` \\n {é🙂}\ndef print_prime(n):\n',
    max_tokens=12,
    temperature=0.9,
    top_p=0.95,
    top_k=40,
    min_p=0.01,
    typical_p=0.99,
    repetition_penalty=1.1,
    presence_penalty=0.25,
    frequency_penalty=0.5,
    no_repeat_ngram_size=4,
    logit_bias={220: -100.0, 262: 2.5, 300: 1e-7},
    stop=("\n\n\n", "-x'\"$"),
    seed=2**62 + 1,
)
KEY = "user:it's"


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """The page, and its API with a key."""
    with page_over(engine, api_key=KEY) as address:
        yield address


def target(address: str) -> Target:
    return Target(
        base_url=address + "/",
        model="Embedded Phi",
        source="assets/model",
        dtype="float32",
        key=KEY,
    )


def run(name: str, program: str) -> str:
    command = ["bash", "-c"] if name in ("curl", "Command line") else [sys.executable, "-c"]
    # The programs' `python` is this one.
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    done = subprocess.run(
        [*command, program],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def completed(engine: Engine, request: CompletionRequest) -> list[str]:
    texts = [""] * request.n
    async for chunk in engine.stream(request):
        texts[chunk.index] += chunk.text
    return texts


@pytest.mark.parametrize("name", SNIPPETS)
async def test_it_prints_the_completion(name: str, engine: Engine, address: str) -> None:
    [text] = await completed(engine, REQUEST)
    assert text
    printed = run(name, SNIPPETS[name](REQUEST, target(address)))
    if name == "curl":
        [choice] = json.loads(printed)["choices"]
        assert choice["text"] == text
    elif name == "Command line":
        assert printed == text.rstrip("\n") + "\n" * max(1, len(text) - len(text.rstrip("\n")))
    else:
        assert printed == text + "\n"


async def test_several_choices(engine: Engine, address: str) -> None:
    request = CompletionRequest(prompt="import ", max_tokens=4, n=2, seed=3)
    texts = await completed(engine, request)
    printed = run("gradio_client", gradio_client(request, target(address)))
    assert printed == "\n".join(texts) + "\n"


def test_only_what_matters_is_said() -> None:
    request = CompletionRequest(prompt="x", seed=1)
    assert spoken(request) == {"prompt": "x", "max_tokens": 16, "temperature": 1.0, "seed": 1}
    plain = Target(base_url="http://h/phi/", model="m", source="m", revision="v2")
    assert "http://h/phi/v1/completions" in curl(request, plain)
    assert "Authorization" not in curl(request, plain) + gradio_client(request, plain)
    assert "revision='v2'" in python(request, plain)
    assert "--revision=v2" in shell(request, plain)


def test_ids_have_no_shell_command() -> None:
    with pytest.raises(RequestError, match="prompt must be a text"):
        shell(CompletionRequest(prompt=(1, 2)), Target(base_url="http://h", model="m", source="m"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "prompt must be given"),
        ([], "request must be an object"),
        ({"prompt": "x", "best": 1}, "request must be without unknown fields"),
        ({"prompt": "x", "max_tokens": 5000}, "max_tokens must be an integer from 1 to 1024"),
        ({"prompt": "x", "top_p": 7}, "top_p must be a number above 0, up to 1"),
    ],
)
def test_the_pages_own_api_says_what_is_wrong(address: str, given: object, message: str) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(address + "/", verbose=False)
    with pytest.raises(AppError, match=message):
        client.predict(given, api_name="/completion")
