"""`python -m phi_model serve` as a person runs it, and the API beside the page."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from openai import OpenAI

from phi_model.cli import main
from phi_model.serving.listen import bind
from tests.serving.scripted import Scripted, words
from tests.serving.server import serve

ROOT = Path(__file__).resolve().parents[2]


def test_serve_until_it_is_interrupted() -> None:
    """The embedded model, by its name, with the key of the environment; Ctrl+C ends it in the middle of a stream."""
    command = [sys.executable, "-m", "phi_model", "serve", "--port", "0", "--max-tokens", "700"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PHI_API_KEY": "secret"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            url = re.fullmatch(r"Embedded Phi is served at (http://127\.0\.0\.1:\d+/v1)\n", line)[1]
            assert httpx.get(f"{url}/models").status_code == 401
            with OpenAI(base_url=url, api_key="secret", max_retries=0) as client:
                (model,) = client.models.list().data
                assert model.id == "Embedded Phi"
                asked = {"model": model.id, "prompt": "import os\n", "temperature": 0}
                assert client.completions.create(**asked, max_tokens=4).choices[0].text
                endless = {"max_tokens": 10_000, "logit_bias": {"70": 100}}
                with client.completions.create(**asked, **endless, stream=True) as stream:
                    next(stream)
                    process.send_signal(signal.SIGINT)
                    assert process.wait(20) == 130
        finally:
            process.kill()
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "99999"], "--port must be an integer from 0 to 65535, got 99999"),
        (["--max-tokens", "0"], "--max-tokens must be at least 1, got 0"),
        (["--port", "0", "--model", "/nowhere/at/all"], "/nowhere/at/all"),
        (["--port", "0", "--max-waiting", "-1"], "max_waiting: must be at least 0, got -1"),
    ],
)
def test_errors_are_one_line_and_status_2(arguments, message, capsys) -> None:
    assert main(["serve", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert told.err.count("\n") == 1


def test_a_taken_port_is_said_before_anything_is_loaded(capsys) -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--model", "/nowhere"]) == 2
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


async def test_what_is_written_is_sent_at_once() -> None:
    """Each answer, and each piece of a stream, waited up to 40 ms for its reader to acknowledge the one before."""
    waits: list[int] = []

    def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        waits.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with bind("127.0.0.1", 0) as taken:
        server = await asyncio.start_server(met, sock=taken)
        reader, writer = await asyncio.open_connection("127.0.0.1", taken.getsockname()[1])
        assert await reader.read() == b""
        writer.close()
        server.close()
    assert len(waits) == 1
    assert waits[0]


def test_the_page_and_the_api_are_one_application() -> None:
    from ui.server import create_app

    backend = Scripted(lambda request: words("pass"))
    with (
        serve(create_app(backend, api_key="secret")) as url,
        httpx.Client(base_url=url) as http,
        OpenAI(base_url=f"{url}/v1", api_key="secret", max_retries=0) as openai,
    ):
        page = http.get("/")
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]
        answer = openai.completions.create(model="scripted", prompt="def f():\n    ")
        assert answer.choices[0].text == "pass"
        assert http.post("/v1/completions", json={"prompt": "a"}).status_code == 401
        # Gradio lets other sites' pages read its answers; the API does not.
        foreign = {"Origin": "https://example.org", "Authorization": "Bearer secret"}
        response = http.post("/v1/completions", json={"prompt": "a"}, headers=foreign)
        assert response.status_code == 200
        assert "access-control-allow-origin" not in response.headers
