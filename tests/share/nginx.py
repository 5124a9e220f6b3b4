"""nginx itself in front of the page, with the configuration that is shipped."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.serving.server import eventually
from tests.share.conftest import ROOT

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"  # Debian keeps it off other users' PATH


@contextlib.contextmanager
def nginx_over(app: str, folder: Path) -> Iterator[str]:
    """Address of nginx, which has the page of the address `app` at /phi/."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    (folder / "phi.conf").write_text(configured(listen, app.removeprefix("http://")))
    (folder / "nginx.conf").write_text(around(folder))
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(lambda: process.poll() is not None or answers(f"http://{listen}/"))
        assert process.poll() is None, process.stderr.read()
        yield f"http://{listen}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


def configured(listen: str, app: str) -> str:
    """The configuration as it is shipped, but for the two addresses."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("listen 80;", f"listen {listen};"),
        ("http://127.0.0.1:7860/", f"http://{app}/"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def around(folder: Path) -> str:
    """What a distribution's own nginx.conf says, with all files in a folder of ours."""
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return (
        f"{user} pid {folder}/pid; events {{}} "
        f"http {{ access_log off; {temporary} include {folder}/phi.conf; }}"
    )


def answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code < 500
    except httpx.TransportError:
        return False
