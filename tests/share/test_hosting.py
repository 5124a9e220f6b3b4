"""Who may come in where the page is hosted for others, and what one of them may ask."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from openai import OpenAI

from phi_model.request import CompletionRequest, RequestError
from tests.serving.scripted import Scripted, words
from tests.share.conftest import ROOT, page_over
from ui.components import BUNDLE
from ui.server import share
from ui.share.hosting import PUBLIC_TOKENS, PasswordGate, PublicBackend, public_address

AUTH = ("ada", "pass:wörd")
KEY = "key-of-the-api"
FILE = f"/gradio_api/file={BUNDLE.as_posix()}"


def scripted() -> Scripted:
    return Scripted(lambda request: words("return 1\n"))


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    with page_over(scripted(), auth=":".join(AUTH)) as address:
        yield address


@pytest.mark.parametrize(
    "path", ["/", "/config", "/gradio_api/info", FILE, "/v1/models", "/metrics", "/nothing", "/health/../v1/models"]
)  # fmt: skip
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic YWRhOg=="},
        {"Authorization": f"Digest {':'.join(AUTH)}".encode()},
        {"Authorization": "Bearer ada"},
    ],
    ids=["none", "no base64", "no password", "digest", "half"],
)
def test_without_the_password_nobody_sees_anything(guarded, path, headers):
    answer = httpx.get(guarded + path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert "Phi" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/completions",
        "/gradio_api/queue/join",
        "/gradio_api/upload",
        "/gradio_api/call/complete",
    ],
)
def test_what_is_sent_needs_the_password_too(guarded, path):
    for sent in ({"json": {"prompt": "x"}}, {"files": {"files": ("a.csv", b"text\n1\n")}}):
        answer = httpx.post(guarded + path, **sent)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
    # With it, each is there: what is refused then is what was sent.
    assert httpx.post(guarded + path, json={}, auth=AUTH).status_code not in (401, 404, 405)


def test_with_the_password_all_of_it_is_there(guarded):
    with httpx.Client(
        base_url=guarded, auth=httpx.BasicAuth(AUTH[0].encode(), AUTH[1].encode())
    ) as http:
        assert "Phi code studio" in http.get("/").text
        assert http.get(FILE).status_code == 200
        answer = http.post("/v1/completions", json={"prompt": "x"}).json()
        assert answer["choices"][0]["text"] == "return 1\n"


def test_clients_that_know_only_keys_send_it_as_one():
    auth = "ada:lovelace"
    with page_over(scripted(), auth=auth) as address:
        client = OpenAI(base_url=f"{address}/v1", api_key=auth, max_retries=0)
        assert (
            client.completions.create(model="scripted", prompt="x").choices[0].text == "return 1\n"
        )
        client = Client(address, headers={"Authorization": f"Bearer {auth}"}, verbose=False)
        assert client.predict({"prompt": "x"}, api_name="/completion") == ["return 1\n"]


def test_a_load_balancer_needs_no_password(guarded):
    assert httpx.get(f"{guarded}/health").json() == {"status": "ok"}


def test_a_key_of_the_api_opens_the_api_behind_the_password():
    with page_over(scripted(), auth="a:b", api_key=KEY) as address:
        bearer = {"Authorization": f"Bearer {KEY}"}
        assert httpx.get(f"{address}/v1/models", headers=bearer).status_code == 200
        assert httpx.get(f"{address}/v1/models", auth=("a", "b")).status_code == 401


@pytest.mark.parametrize("auth", ["", ":", "ada", "ada:", ":secret"])
def test_half_a_password_is_refused_and_not_repeated(auth):
    with pytest.raises(ValueError, match="must be user:password") as caught:
        PasswordGate(None, auth)
    assert "secret" not in str(caught.value)


async def test_a_public_server_draws_no_more_than_it_can_give_everybody():
    backend = scripted()
    public = PublicBackend(backend)
    async for _ in public.stream(CompletionRequest(prompt="x", max_tokens=5000)):
        pass
    assert backend.requests[-1].max_tokens == PUBLIC_TOKENS
    for fields in ({"n": 8}, {"n": 1, "best_of": 5}):
        with pytest.raises(RequestError, match="from 1 to 4 on this public server"):
            public.stream(CompletionRequest(prompt="x", **fields))
    assert public.info == backend.info
    assert public.count_tokens("abc") == 3


def test_a_space_is_found_at_its_own_address():
    assert public_address({}) is None
    assert public_address({"SPACE_ID": "ada/phi"}) == "https://huggingface.co/spaces/ada/phi"


def test_a_simulated_space(tmp_path: Path):
    """The environment of a Space, but for the address: a test listens to this machine alone."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "OMP_NUM_THREADS": "1",
        "SPACE_ID": "ada/phi",
        "SPACE_HOST": "ada-phi.example",
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_SERVER_PORT": "0",
        "PYTHONUNBUFFERED": "1",
        "HF_HUB_OFFLINE": "1",
        "PHI_AUTH": "ada:secret",
        "PHI_NATIVE": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"Ready: open (\S+)", line):
                break
        assert found, said
        with httpx.Client(base_url=found[1], auth=("ada", "secret"), timeout=60) as http:
            assert "Phi code studio" in http.get("/").text
            few = http.post("/v1/completions", json={"prompt": "x", "max_tokens": 2})
            assert few.json()["usage"]["completion_tokens"] <= 2
            many = http.post("/v1/completions", json={"prompt": "x", "n": 8})
            assert many.status_code == 400
            assert "at most 4" in many.json()["error"]["message"]
        assert httpx.get(found[1]).status_code == 401
        assert "secret" not in said
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (None, "Could not get share link from Gradio API Server."),
        (
            "Could not create share URL.\n  the relay's log\n",
            "Could not create share URL. the relay's log",
        ),
    ],
)
def test_without_a_public_link_one_line_says_so(monkeypatch, reason, told):
    if reason is None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens: as without a network
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
    else:

        def fail(*_):
            raise RuntimeError(reason)

        monkeypatch.setattr("gradio.networking.setup_tunnel", fail)
    said = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        share(taken, said.append)
    assert said == [f"No public link, the page goes on without one: {told}"]
