"""Programs of this project, run as their users run them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.share.conftest import ROOT


@contextlib.contextmanager
def started(
    command: Sequence[str], environment: dict[str, str], folder: Path = ROOT
) -> Iterator[tuple[str, list[str]]]:
    """Runs a program until it says where it serves; gives the address, and what it has said so far.

    Its environment is this one's, without what would change its behaviour, and what is given.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PHI_", "SPACE", "GRADIO_SERVER", "ZERO"))
    }
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"Ready: open (\S+)", line):
                yield found[1], said
                return
        raise AssertionError("it did not start:\n" + "".join(said))
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        # With what it has forked, which would keep the pipe open.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        rest, _ = process.communicate(timeout=30)
        said.append(rest)
