"""Run programs that a model wrote, in processes of their own with limits.

Each runs under ``python -I -S`` in an empty folder, with limits on processor time, address space, file size,
open files and processes, an audit hook that refuses network, files, processes and foreign code, and
an end by the clock that takes its whole process group. Where Linux permits it without privileges, it also
has its own user, process and network namespaces (``unshare``), so that it has no network to reach.

It keeps a model's mistakes from doing harm. Against code made to break out, an audit hook alone is no
wall: run such code in a virtual machine.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

JAIL = Path(__file__).resolve().parent / "jail.py"
PASSED = "passed"
_NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--pid", "--ipc", "--fork", "--kill-child")  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What a program may use.

    Attributes:
        cpu_seconds: processor time.
        wall_seconds: time by the clock.
        memory_mb: address space, the interpreter's included.
        open_files: file descriptors.
    """

    cpu_seconds: float = 2.0
    wall_seconds: float = 10.0
    memory_mb: int = 512
    open_files: int = 32

    def resources(self) -> dict[str, int]:
        """Return the limits by their names in ``resource``."""
        return {
            "RLIMIT_CPU": math.ceil(self.cpu_seconds),
            "RLIMIT_AS": self.memory_mb << 20,
            "RLIMIT_FSIZE": 0,
            "RLIMIT_CORE": 0,
            "RLIMIT_NPROC": 0,
            "RLIMIT_NOFILE": self.open_files,
        }


@functools.cache
def namespaces() -> tuple[str, ...]:
    """Return the command that gives a process its own namespaces, or nothing where it is not permitted."""
    if shutil.which(_NAMESPACES[0]) is None:
        return ()
    tried = subprocess.run([*_NAMESPACES, "true"], capture_output=True, check=False)
    return _NAMESPACES if tried.returncode == 0 else ()


def run(program: str, limits: Limits = Limits(), isolate: bool = True) -> str:
    """Run a program and say how it ended.

    Args:
        program: Python source.
        limits: what it may use.
        isolate: give it namespaces of its own where that is permitted.

    Returns:
        ``passed`` where it ran to its end, ``failed`` after an ``AssertionError``, the name of any other
        exception, ``refused`` and what was refused, ``timeout`` where it ended by the clock, or ``killed``
        where it ended without a word: by the limit of processor time, or by its own ``os._exit``.
    """
    word = secrets.token_hex(16)
    job = {"program": program, "word": word, "limits": limits.resources()}
    command = [*(namespaces() if isolate else ()), sys.executable, "-I", "-S", str(JAIL)]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(json.dumps(job).encode(), limits.wall_seconds)
        except subprocess.TimeoutExpired:
            return "timeout"
        finally:
            _end(process)
    text = said.decode(errors="replace")
    if text == word:
        return PASSED
    if text:
        return text if text != PASSED else "failed"
    return "killed"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def run_all(programs: Iterable[str], limits: Limits = Limits(), workers: int = 2) -> list[str]:
    """Run programs, ``workers`` at a time, and return their verdicts in order."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda program: run(program, limits), programs))
