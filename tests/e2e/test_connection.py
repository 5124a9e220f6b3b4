"""The server cannot be reached any more while text streams, and then it can again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.cable import Cable
from tests.e2e.studio import until

PROMPT = "def print_prime(n):\n"


def test_a_lost_server_is_told_and_used_again_when_it_is_back(open_studio, address):
    with Cable(address) as cable:
        studio = open_studio(at=cable.address)
        studio.write(PROMPT)
        studio.complete(max_tokens="1000", temperature="2", top_p="1", seed="3")
        until(lambda: len(studio.ghost) > 8, "a suggestion")
        cable.cut()
        expect(studio.status).to_contain_text("The connection to the server was lost")
        assert studio.ghost
        assert not studio.evaluate("running")
        studio.editor.focus()
        studio.page.keyboard.press("Tab")
        studio.page.keyboard.type("# mine")
        text = studio.text
        with studio.page.expect_event("load"):  # Gradio reloads the page
            cable.mend()
        studio.editor.wait_for()
        until(
            lambda: studio.page.evaluate("Boolean(window.PhiEditor?.get('complete'))"), "an editor"
        )
        assert (studio.text, studio.caret) == (text, len(text))
        studio.complete(max_tokens="8", seed="4")
        assert studio.finish()
        assert studio.fact("seed") == "4"


def test_a_stream_that_is_cut_on_its_way_is_told_though_the_server_answers(studio):
    """Only its own silence tells of it; nobody waits for that here, so the page's clock runs ahead."""
    studio.page.evaluate(
        "window.ahead = 0; const now = performance.now.bind(performance);"
        "performance.now = () => now() + window.ahead;"
    )
    studio.page.route("**/queue/data**", lambda route: None)  # no answer, for ever
    studio.write(PROMPT)
    studio.complete(max_tokens="8")
    until(lambda: studio.evaluate("running"), "a request")
    studio.page.evaluate("window.ahead = 60_000")
    expect(studio.status).to_contain_text("The connection to the server was lost")
    assert not studio.evaluate("running")
