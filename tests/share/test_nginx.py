"""The nginx configuration, with nginx itself in front of the page."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from gradio_client import Client

from tests.serving.scripted import Scripted, words
from tests.share.conftest import page_over
from tests.share.nginx import nginx_over
from ui.components import BUNDLE

PIECES = 8
PAUSE_S = 0.15


def slowly(_: object) -> list[object]:
    *texts, end = words(*[f"piece {i}\n" for i in range(PIECES)])
    return [step for text in texts for step in (PAUSE_S, text)] + [end]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of nginx, which has the page at /phi/."""
    folder = tmp_path_factory.mktemp("nginx")
    with page_over(Scripted(slowly), root_path="/phi") as app, nginx_over(app, folder) as address:
        yield address


def test_the_page_and_its_files_are_below_the_path(site):
    page = httpx.get(f"{site}/phi/")
    assert page.status_code == 200
    assert "Phi code studio" in page.text
    assert httpx.get(f"{site}/phi/config").json()["root"] == f"{site}/phi"
    assert (
        httpx.get(f"{site}/phi/gradio_api/file={BUNDLE.as_posix()}").content == BUNDLE.read_bytes()
    )
    assert httpx.get(f"{site}/").status_code == 404


def test_the_path_without_its_slash_leads_there(site):
    answer = httpx.get(f"{site}/phi")
    assert (answer.status_code, answer.headers["location"]) == (308, "/phi/")


def test_tokens_arrive_as_they_come(site):
    body = {"prompt": "x", "stream": True}
    arrived = []
    with httpx.stream("POST", f"{site}/phi/v1/completions", json=body, timeout=30) as answer:
        for line in answer.iter_lines():
            if '"text":"piece' in line.replace('": "', '":"'):
                arrived.append(time.monotonic())
    assert len(arrived) == PIECES
    # Buffered, they would all be there at the same moment.
    assert arrived[-1] - arrived[0] > PAUSE_S * (PIECES - 1) / 2


def test_the_pages_own_events_arrive_as_they_come(site):
    job = Client(f"{site}/phi/", verbose=False).submit({"prompt": "x"}, api_name="/completion")
    arrived = []
    for [text] in job:
        if text:
            arrived.append((time.monotonic(), text))
    assert arrived[-1][1] == "".join(f"piece {i}\n" for i in range(PIECES))
    assert arrived[-1][0] - arrived[0][0] > PAUSE_S * (PIECES - 1) / 2


def test_a_body_as_long_as_the_api_takes(site):
    answer = httpx.post(f"{site}/phi/v1/completions", json={"prompt": "x" * 1_500_000}, timeout=30)
    assert answer.headers["content-type"] == "application/json"
