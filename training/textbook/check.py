"""Run the textbook's programs and their checks, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from training.textbook.exercise import Exercise

RUNNER = Path(__file__).resolve().parent / "runner.py"
BATCH = 2000
SECONDS = 120


def failures(exercises: Sequence[Exercise]) -> list[tuple[Exercise, str]]:
    """Return the exercises that don't run or whose checks fail, with what went wrong.

    Each process gets an empty folder, a limit of memory and time, and no input. The programs are the
    textbook's own: this keeps a mistake from doing harm, it is no wall against code made to break out.
    """
    found: list[tuple[Exercise, str]] = []
    for start in range(0, len(exercises), BATCH):
        batch = exercises[start : start + BATCH]
        jobs = [{"text": item.text, "checks": item.checks} for item in batch]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-I", str(RUNNER)],
                input=json.dumps(jobs),
                capture_output=True,
                text=True,
                cwd=folder,
                timeout=SECONDS,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(
                f"the runner of the textbook's programs ended: {done.stderr[-2000:]}"
            )
        said = json.loads(done.stdout)
        found += [(item, message) for item, message in zip(batch, said, strict=False) if message]
    return found
