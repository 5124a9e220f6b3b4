"""The GPU benchmark's steps, on a tiny model on the CPU: it runs through, and says that its figures mean nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu_decode.py"


def test_the_rehearsal_reports_every_goal() -> None:
    run = subprocess.run(
        [sys.executable, SCRIPT, "--rehearse", "--no-peer"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    [line] = run.stdout.splitlines()
    report = json.loads(line)
    assert (report["rehearsal"], report["device"], report["recorded"]) == (True, "cpu", False)
    goals = {"share", "over_transformers", "many_over_one", "p99_over_median"}
    assert set(report["found"]) == set(report["reached"]) == goals
    assert report["found"].pop("over_transformers") is None
    assert all(value > 0 for value in report["found"].values())
    assert report["long_prompts"]["gaps"] > 0
