"""Flags, environment and the errors of `app.py`."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import app
from phi_model.serving.listen import bind, open_link
from ui.server import share
from ui.terminal import Teller

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = [
    "PHI_MODEL",
    "PHI_DEVICE",
    "PHI_DTYPE",
    "GRADIO_SERVER_NAME",
    "GRADIO_SERVER_PORT",
    "PORT",
    "SPACE_ID",
    "GRADIO_ROOT_PATH",
    "PHI_AUTH",
    "PHI_QUANTIZATION",
    "PHI_LOCK_MODEL",
    "PHI_ALLOW_MODEL_CHOICE",
]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


def test_with_nothing_said_it_is_the_embedded_model_for_this_machine_alone():
    options = app.parse([])
    assert options.model == str(app.EMBEDDED_MODEL)
    assert (options.host, options.port) == ("127.0.0.1", 7860)
    assert (options.device, options.dtype, options.share) == (None, None, False)


def test_the_environment_gives_defaults_and_flags_beat_it(monkeypatch):
    for name, value in {
        "PHI_MODEL": "org/phi@v1",
        "PHI_DEVICE": "cpu",
        "PHI_DTYPE": "float16",
        "GRADIO_SERVER_NAME": "::1",
        "GRADIO_SERVER_PORT": "7000",
        "PORT": "8000",
    }.items():
        monkeypatch.setenv(name, value)
    options = app.parse([])
    assert (options.model, options.device, options.dtype) == ("org/phi@v1", "cpu", "float16")
    assert (options.host, options.port) == ("::1", 7000)
    flags = [
        "--model",
        "m",
        "--device",
        "cuda",
        "--dtype",
        "bfloat16",
        "--host",
        "0.0.0.0",
        "--port",
        "1",
        "--share",
    ]
    options = app.parse(flags)
    assert vars(options) == {
        "model": "m",
        "device": "cuda",
        "dtype": "bfloat16",
        "host": "0.0.0.0",
        "port": 1,
        "share": True,
        "auth": None,
        "root_path": None,
        "quantization": None,
        "lock_model": False,
    }


def test_the_plain_port_variable_counts_too(monkeypatch):
    monkeypatch.setenv("PORT", "8000")
    assert app.parse([]).port == 8000


def test_a_space_listens_to_everybody(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "me/phi")
    options = app.parse([])
    assert (options.host, options.port) == ("0.0.0.0", 7860)


def failure(capsys, *flags: str) -> str:
    """Runs the app to its error: status 2, and one line that is returned."""
    with pytest.raises(SystemExit) as caught:
        app.main(list(flags))
    assert caught.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--port", "70000"], "--port: must be an integer from 0 to 65535, got '70000'"),
        (["--port", "x"], "--port: must be an integer from 0 to 65535, got 'x'"),
        (["--dtype", "int8"], "--dtype: must be one of float32, bfloat16, float16, got 'int8'"),
        (["--colour"], "unrecognized arguments: --colour"),
        (["--port", "0", "--model", "./no/such/folder"], "no/such/folder"),
        (["--port", "0", "--device", "abacus"], "abacus"),
    ],
)
def test_a_bad_flag_is_told_in_one_line(capsys, flags, message):
    assert message in failure(capsys, *flags)


def test_a_bad_variable_is_told_like_a_bad_flag(capsys, monkeypatch):
    monkeypatch.setenv("PHI_DTYPE", "int8")
    assert "must be one of float32" in failure(capsys)


def test_a_port_in_use_is_told_before_the_model_loads(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in failure(capsys, "--port", str(port))


def test_the_link_is_one_that_a_browser_can_open():
    with bind("0.0.0.0", 0) as taken:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", open_link(taken))


def test_no_public_link_is_one_line_and_no_end(monkeypatch):
    def refuse(*_: object) -> str:
        raise RuntimeError("no way out")

    monkeypatch.setattr("gradio.networking.setup_tunnel", refuse)
    said: list[str] = []
    with bind("127.0.0.1", 0) as taken:
        share(taken, said.append)
    assert said == ["No public link, the page goes on without one: no way out"]


def test_progress_is_one_line_a_message_in_a_log_and_a_growing_one_on_a_terminal(
    capsys, monkeypatch
):
    def tell() -> str:
        teller = Teller()
        for share_done in (0.25, 0.5, None):
            teller("Loading", share_done)
        teller("Ready")
        return re.sub(r"\[ *[\d.]+ s\] ", "", capsys.readouterr().out)

    assert tell() == "Loading  25%\nReady\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert tell() == "Loading  25%\rLoading  50%\rLoading\nReady\n"


def test_interrupted_while_it_starts_it_ends_without_a_traceback():
    """A container is stopped by this signal, and a first process has no default for the other one."""
    with subprocess.Popen(
        [sys.executable, "app.py", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts the tests in the background has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        try:
            assert "Starting" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in said
