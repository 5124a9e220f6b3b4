"""The page where it is hosted: on a simulated Space, and behind nginx with a password, in the browser."""

from __future__ import annotations

import httpx
from playwright.sync_api import expect

from tests.e2e.studio import server
from tests.e2e.test_share import PROMPT, message, shared_link
from tests.serving.scripted import Scripted
from tests.share.conftest import page_over
from tests.share.nginx import nginx_over
from tests.share.test_nginx import PIECES, slowly

# As a Space sets them; it would listen on every address, and a test listens on this machine alone.
SPACE = {
    "SPACE_ID": "ada/phi",
    "SPACE_HOST": "ada-phi.hf.space",
    "SPACE_AUTHOR_NAME": "ada",
    "SPACE_REPO_NAME": "phi",
    "SYSTEM": "spaces",
    "GRADIO_SERVER_NAME": "127.0.0.1",
    "HF_HUB_OFFLINE": "1",
}


def test_a_simulated_space_completes_and_shares_its_public_address(open_studio, monkeypatch):
    """No window of it asks another host either: `open_studio` looks. Gradio's own page did, for a bar about the Space."""
    for name, value in SPACE.items():
        monkeypatch.setenv(name, value)
    with server() as address:
        studio = open_studio(at=address)
        studio.write(PROMPT)
        studio.complete(max_tokens="8", temperature="0", seed="1")
        studio.finish()
        link = shared_link(studio)
        assert link.startswith("https://huggingface.co/spaces/ada/phi#phi=1.")
        # The page around a Space's page passes the fragment on to it.
        other = open_studio("/#" + link.partition("#")[2], at=address)
        expect(message(other)).to_have_text("Opened: by Embedded Phi, seed 1.")
        other.page.get_by_role("button", name="Replay").click()
        expect(message(other)).to_have_text("Identical.")


def test_behind_nginx_and_a_password_it_streams_and_shares_the_address_of_both(
    open_studio, tmp_path
):
    who = {"username": "ada", "password": "secret"}
    with (
        page_over(Scripted(slowly), root_path="/phi", auth=":".join(who.values())) as app,
        nginx_over(app, tmp_path) as site,
    ):
        assert httpx.get(f"{site}/phi/").status_code == 401
        studio = open_studio("/phi/", at=site, http_credentials=who)
        lengths = studio.watch_ghost()
        studio.write("x = 1\n")
        studio.complete(max_tokens="40", seed="1")
        assert studio.finish() == "".join(f"piece {i}\n" for i in range(PIECES))
        # Buffered, all of it would come at once.
        assert len({length for length in lengths() if length}) >= 3
        link = shared_link(studio)
        assert link.startswith(f"{site}/phi/#phi=1.")
        other = open_studio("/phi/#" + link.partition("#")[2], at=site, http_credentials=who)
        expect(message(other)).to_contain_text("Opened: by scripted, seed 1.")
