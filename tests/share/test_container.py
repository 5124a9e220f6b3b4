"""The Dockerfile's steps, one by one: no Docker is needed, and none was there when it was written."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import httpx

from tests.share.confined import USER, confined
from tests.share.conftest import ROOT
from tests.share.programs import started

LINES = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
STEPS = [line.split(None, 1) for line in LINES.replace("\\\n", " ").splitlines() if line.strip()]
IGNORE = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

# Refuses what a root that cannot be written would refuse, where no such root can be had.
READ_ONLY = """
import errno, os, sys
ALLOWED = (*os.environ["WRITABLE"].split(os.pathsep), "/dev", "/proc")
def check(event, arguments):
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    else:
        path, writes = arguments[0] if arguments else None, event in (
            "os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod")
    if writes and isinstance(path, (str, bytes)):
        path = os.path.realpath(os.fsdecode(path))
        if not any(path == place or path.startswith(place + os.sep) for place in ALLOWED):
            raise OSError(errno.EROFS, "Read-only file system", path)
sys.addaudithook(check)
"""


def given(kind: str) -> list[str]:
    return [rest for name, rest in STEPS if name == kind]


def ignored(path: str) -> bool:
    """The .dockerignore's word on a path: the last rule that fits it or a folder above it."""
    parts = path.split("/")
    places = ["/".join(parts[: i + 1]) for i in range(len(parts))]
    out = False
    for rule in IGNORE:
        pattern = rule.removeprefix("!").removeprefix("**/")
        fits = [
            p
            for p in places
            if fnmatch(p, pattern) or ("**" in rule and fnmatch(p.split("/")[-1], pattern))
        ]
        if fits:
            out = not rule.startswith("!")
    return out


def environment(cache: Path, temporary: Path) -> dict[str, str]:
    """What the ENV lines say, with the container's two writable places here."""
    pairs = dict(pair.split("=", 1) for line in given("ENV") for pair in line.split())
    return {
        name: value.replace("/cache", str(cache)).replace("/tmp", str(temporary))
        for name, value in pairs.items()
    }


def test_it_runs_as_nobody_in_particular_and_says_whether_it_is_well(tmp_path: Path) -> None:
    assert given("USER") == [f"{USER}:{USER}"]
    assert given("STOPSIGNAL") == ["SIGINT"]
    assert [name for name, _ in STEPS].index("USER") > [name for name, _ in STEPS].index("COPY")
    app, cache, temporary, hook = (tmp_path / name for name in ("app", "cache", "tmp", "hook"))
    for folder in (app, cache, temporary, hook):
        folder.mkdir()
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for line in given("COPY"):
        *sources, target = line.split()
        for source in sources:
            inside = [p for p in tracked if p == source or p.startswith(f"{source}/")]
            kept = [p for p in inside if not ignored(p) and (ROOT / p).exists()]
            assert kept, f"{source} is not in the context"
            for path in kept:
                place = (
                    app / target / Path(path).relative_to(source)
                    if path != source
                    else app / target
                )
                place = place / Path(source).name if target in (".", "./") else place
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, place)
    assert not (app / "ui" / "editor").exists()
    assert not (app / "tests").exists()

    (hook / "sitecustomize.py").write_text(READ_ONLY)
    [entry] = given("ENTRYPOINT")
    program = json.loads(entry)
    assert program[0] == "python"
    shut_in = confined([sys.executable, *program[1:]], [cache, temporary])
    settings = {
        **environment(cache, temporary),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_SERVER_PORT": "0",
        "HOME": "/home/phi",  # which a read-only root does not let it write to
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(hook) if shut_in is None else "",
        "WRITABLE": os.pathsep.join((str(cache), str(temporary))),
        "OMP_NUM_THREADS": "1",
    }
    [health] = given("HEALTHCHECK")
    probe = json.loads(health.partition("CMD ")[2])

    def well(port: str) -> int:
        return subprocess.run(
            [sys.executable, *probe[1:]],
            env={**os.environ, "GRADIO_SERVER_PORT": port},
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode

    with started(shut_in or [sys.executable, *program[1:]], settings, app) as (address, _):
        body = {"prompt": "def f(x):\n", "max_tokens": 4}
        answer = httpx.post(f"{address}/v1/completions", json=body, timeout=60)
        assert answer.json()["usage"]["completion_tokens"] >= 1
        assert "Phi code studio" in httpx.get(address, timeout=60).text
        port = address.rpartition(":")[2]
        assert well(port) == 0
    assert well(port) == 1
