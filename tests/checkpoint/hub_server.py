"""A stand-in for the Hugging Face hub on the loopback: repositories of files at commits, gated ones, 404s.

It answers what `huggingface_hub` asks when it downloads: `/{repo}/resolve/{revision}/{file}` with the commit and an
ETag in the headers, and `/api/models/{repo}` with the list of files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")
API = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)(/(revision|tree)/(?P<revision>[^/?]+))?")


@dataclass
class Repo:
    """Commits by hash, names of commits, and the token that a gated one asks for."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    token: str | None = None

    def commit(self, folder: Path, *names: str) -> str:
        """Adds a folder's files as a commit and moves the names to it."""
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        digest = hashlib.sha1(repr(sorted(files.items())).encode()).hexdigest()
        self.commits[digest] = files
        self.names.update(dict.fromkeys(names, digest))
        return digest


@dataclass
class Hub:
    """The repositories, the requests so far, and faults: a status for everything, no access by commit.

    Of a file whose name ends in `held`, one half is sent, and the other once `go` is set.
    """

    repos: dict[str, Repo] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    broken_status: int | None = None
    names_only: bool = False
    held: str | None = None
    go: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub on a free port of the loopback."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            return

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            hub.requests.append(f"{self.command} {self.path}")
            if hub.broken_status is not None:
                self.reply(hub.broken_status, {}, b"out of order")
                return
            wanted = RESOLVE.fullmatch(self.path) or API.match(self.path)
            repo = hub.repos.get(wanted["repo"]) if wanted else None
            if wanted is None or repo is None:
                self.fail(404, "RepoNotFound", "Repository not found")
                return
            if repo.token and self.headers.get("Authorization") != f"Bearer {repo.token}":
                self.fail(401, "GatedRepo", f"Access to model {wanted['repo']} is restricted")
                return
            revision = wanted["revision"] or "main"
            commit = repo.names.get(revision, revision)
            if commit not in repo.commits or (hub.names_only and revision in repo.commits):
                self.fail(404, "RevisionNotFound", f"Invalid rev id: {revision}")
                return
            files = repo.commits[commit]
            if "file" not in wanted.groupdict():
                listing = {
                    "id": wanted["repo"],
                    "modelId": wanted["repo"],
                    "sha": commit,
                    "siblings": [{"rfilename": name} for name in files],
                }
                body = json.dumps(listing).encode()
                self.reply(200, {"Content-Type": "application/json"}, body)
            elif wanted["file"] not in files:
                self.fail(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit})
            else:
                body = files[wanted["file"]]
                etag = f'"{hashlib.sha1(body).hexdigest()}"'
                self.reply(200, {"X-Repo-Commit": commit, "ETag": etag}, body)

        def fail(
            self, status: int, code: str, message: str, more: dict[str, str] | None = None
        ) -> None:
            headers = {"X-Error-Code": code, "X-Error-Message": message, **(more or {})}
            self.reply(status, headers, message.encode())

        def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "GET":
                return
            held = hub.held and self.path.endswith(hub.held)
            half = len(body) // 2 if held else 0
            with contextlib.suppress(ConnectionError):  # a client may give up in between
                self.wfile.write(body[:half])
                if held:
                    hub.go.wait(120)
                self.wfile.write(body[half:])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
