"""The README's commands and its Python run as they stand."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PRODUCT = ("phi_model", "ui")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("code", blocks("python"), ids=lambda code: code.split("\n")[0][:30])
def test_python(code: str) -> None:
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert "def print_prime(n):" in done.stdout


COMMANDS = [
    line for block in blocks("bash") for line in block.splitlines() if line.startswith("python -m")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(command: str) -> None:
    done = run(*shlex.split(command)[1:])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("def fibonacci(n):")


def test_the_two_set_up_commands_are_there() -> None:
    assert "pip install -r requirements.txt && python app.py" in README
    assert "pip install -r requirements-dev.txt && pytest" in README


def test_the_space_front_matter() -> None:
    front = README.split("---")[1]
    facts = dict(line.split(": ", 1) for line in front.strip().splitlines())
    assert facts["sdk"] == "gradio"
    assert facts["app_file"] == "app.py"
    assert (ROOT / facts["app_file"]).is_file()
    pinned = re.search(r"^gradio==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert facts["sdk_version"] == pinned.group(1)


def test_every_link_into_the_repository_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_product_never_imports_transformers() -> None:
    """It is the tests' oracle; an import would bring its bugs and a gigabyte along."""
    files = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 20
    for path in [*files, ROOT / "app.py"]:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.match(r"\s*(import|from) transformers\b", line), path
