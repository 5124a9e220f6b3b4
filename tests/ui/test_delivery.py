"""How the page and its scripts travel."""

from __future__ import annotations

import asyncio
import re

import pytest
from starlette.testclient import TestClient

from tests.ui.scripted import ScriptedBackend
from ui.delivery import FOR_EVER, MOST_LINKS, Delivery
from ui.modules import FRONTEND, page_modules
from ui.server import create_app


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(ScriptedBackend())) as client:
        yield client


def links(client: TestClient) -> list[str]:
    found = re.findall(r"<(\./[^>]+)>;rel=(\w+)", client.get("/").headers["link"])
    return [address.removeprefix(".") for address, _ in found]


def test_the_page_names_the_scripts_it_will_ask_for(client):
    found = links(client)
    assert found[0].endswith("phi-editor.js?v=" + found[0][-12:])
    assert len(found) > 30
    assert len(set(found)) == len(found)
    for address in found:
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == FOR_EVER
    # nginx takes 4 KB of headers by default.
    assert len(str(client.get("/").headers)) < MOST_LINKS + 500


def test_the_page_travels_compressed_and_is_the_same(client):
    plain = client.get("/", headers={"accept-encoding": "identity"})
    packed = client.get("/", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
    assert packed.headers["vary"].lower() == "accept-encoding"
    without_id = re.compile(rb'"page_id":\s*"[^"]*"|"session_hash":\s*"[^"]*"')
    assert without_id.sub(b"", packed.content) == without_id.sub(b"", plain.content)
    assert "cache-control" not in packed.headers


def test_what_does_not_exist_is_not_kept(client):
    answer = client.get("/assets/none.js")
    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


def test_other_answers_are_left_alone(client):
    answer = client.get("/v1/models", headers={"accept-encoding": "gzip"})
    assert not {"link", "content-encoding", "cache-control"} & set(answer.headers)


def test_modules_are_found_by_the_frontend_s_own_table():
    named = page_modules(["button", "textbox"])
    more = page_modules(["button", "textbox", "slider"])
    assert named[0].startswith("index-")
    assert set(named) < set(more)
    assert all((FRONTEND / "assets" / name).is_file() for name in more)
    assert page_modules(["no such component"]) == page_modules([])


def test_another_frontend_names_nothing(tmp_path):
    assert page_modules(["button"], tmp_path) == []
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script src="./assets/index-1.js"></script>')
    (tmp_path / "assets" / "index-1.js").write_text("import('./Other-1.js')")
    assert page_modules(["button"], tmp_path) == []


def test_an_imported_module_comes_once(tmp_path):
    files = {
        "index-1.js": "import(`./Index-1.js`)",
        "Index-1.js": 'import{a}from"./core-1.js";import(`./Blocks-1.js`)',
        "Blocks-1.js": "import`./core-1.js`",
        "core-1.js": "t={button:{component:()=>v(()=>import(`./Index-2.js`))},"
        "slider:{example:()=>v(()=>import(`./E.js`)),component:()=>v(()=>import(`./Index-3.js`))}}",
        "Index-2.js": "from'./core-1.js'",
        "Index-3.js": "",
    }
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script src="./assets/index-1.js"></script>')
    for name, text in files.items():
        (tmp_path / "assets" / name).write_text(text)
    base = ["index-1.js", "Index-1.js", "Blocks-1.js", "core-1.js"]
    assert page_modules(["button", "row"], tmp_path) == [*base, "Index-2.js"]
    assert page_modules(["slider", "button"], tmp_path) == [*base, "Index-2.js", "Index-3.js"]


def test_a_body_in_parts_is_passed_on(client):
    """Only an answer whose length is known at once is compressed."""

    async def app(scope, receive, send):
        html = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": html})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body", "body": b"b"})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "path": "/", "query_string": b"", "method": "GET",
        "headers": [(b"accept-encoding", b"gzip")],
    }  # fmt: skip
    asyncio.run(Delivery(app, [])(scope, None, send))
    assert [message.get("body") for message in sent] == [None, b"a", b"b"]
    assert b"content-encoding" not in dict(sent[0]["headers"])
