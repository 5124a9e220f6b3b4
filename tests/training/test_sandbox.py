"""The sandbox: what a model's program may not do, and how its end is told."""

from __future__ import annotations

import pytest

from training.eval import sandbox
from training.eval.sandbox import Limits, run, run_all

NETWORK = (
    "import socket\nsocket.create_connection(('127.0.0.1', 9))",
    "import _socket\n_socket.socket()",
    "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9')",
)
PROCESSES = (
    "import os\nwhile True:\n    os.fork()",
    "import subprocess\nsubprocess.run(['true'])",
    "import os\nos.system('true')",
    "import os\nos.posix_spawn('/bin/true', ['true'], {})",
    "import os\nos.execv('/bin/true', ['true'])",
    "import _posixsubprocess",
    "import os\nos.kill(os.getppid(), 9)",
)
FILES = (
    "open('made', 'w')",
    "open('/etc/passwd').read()",
    "import os\nos.open('made', os.O_CREAT | os.O_WRONLY)",
    "import os\nos.listdir('/')",
    "import os\nos.mkdir('made')",
    "import pathlib\npathlib.Path('/tmp').unlink()",
    "import shutil\nshutil.rmtree('/nowhere')",
    "import ctypes\nctypes.CDLL(None)",
)


@pytest.mark.parametrize("isolate", [True, False])
@pytest.mark.parametrize("program", [*NETWORK, *PROCESSES, *FILES])
def test_it_refuses(program: str, isolate: bool) -> None:
    verdict = run(program, isolate=isolate)
    assert verdict.startswith("refused"), verdict


def test_a_refusal_cannot_be_caught() -> None:
    program = "try:\n    open('made', 'w')\nexcept BaseException:\n    pass"
    assert run(program) == "refused open"


@pytest.mark.parametrize(
    ("program", "verdict"),
    [
        ("assert sum([1, 2]) == 3", "passed"),
        ("assert sum([1, 2]) == 4", "failed"),
        ("raise ValueError('no')", "ValueError"),
        ("def f(:", "SyntaxError"),
        ("def f():\n    return f()\nf()", "RecursionError"),
        ("import sys\nsys.exit(0)", "SystemExit"),
        ("import os\nos._exit(0)", "killed"),
        ("import collections, datetime, hashlib, heapq, itertools, json, math, random, re", "passed"),
        ("import numpy", "ModuleNotFoundError"),
        ("print('passed')", "passed"),
        ("print('passed')\nassert False", "failed"),
        ("blocks = []\nwhile True:\n    blocks.append(bytes(1 << 24))", "MemoryError"),
    ],
)  # fmt: skip
def test_it_tells_how_a_program_ended(program: str, verdict: str) -> None:
    assert run(program) == verdict


def test_a_sleeping_program_ends_by_the_clock() -> None:
    assert run("import time\ntime.sleep(600)", Limits(wall_seconds=1)) == "timeout"


def test_a_busy_program_ends_by_its_processor_time() -> None:
    limits = Limits(cpu_seconds=1, wall_seconds=120)
    assert run("while True:\n    pass", limits) == "killed"


def test_threads_of_a_program_end_with_it() -> None:
    program = (
        "import threading, time\n"
        "for _ in range(4):\n    threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "time.sleep(600)"
    )
    verdict = run(program, Limits(wall_seconds=1))
    # Python 3.12 tells the audit hook of a thread; an unprivileged user may start none at all.
    assert verdict in ("timeout", "RuntimeError") or verdict.startswith("refused _thread.start")


def test_the_folder_of_a_program_is_gone_afterwards(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sandbox.tempfile, "tempdir", str(tmp_path))
    assert run("x = 1") == "passed"
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_the_caller_s_environment_reaches_it(monkeypatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "made-up")
    assert run("import os\nassert 'HF_TOKEN' not in os.environ") == "passed"


def test_verdicts_come_in_the_order_of_the_programs() -> None:
    programs = ["assert True", "assert False", "1 / 0"] * 3
    assert run_all(programs) == ["passed", "failed", "ZeroDivisionError"] * 3
