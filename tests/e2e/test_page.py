"""The page itself: on a phone, in the dark, by keyboard, below a sub-path."""

from __future__ import annotations

import threading

import pytest
import uvicorn
from playwright.sync_api import expect

from phi_model.serving.listen import bind, open_link
from tests.e2e.studio import until
from tests.ui.scripted import ScriptedBackend
from ui.server import REMEMBERED_VISITS, create_app


def test_a_phone_never_scrolls_sideways(open_studio):
    studio = open_studio(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    studio.write("def describe(name, value, separator=', ', prefix='', suffix=''):\n")
    studio.page.get_by_role("button", name="Complete", exact=True).tap()
    studio.finish()
    studio.page.get_by_role("button", name="More sampling").tap()
    expect(studio.page.get_by_label("Stop strings")).to_be_visible()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert studio.page.evaluate(wide) == 0
    # No Tab key there: a button accepts.
    before, ghost = studio.text, studio.ghost
    studio.page.get_by_role("button", name="Accept").tap()
    assert studio.text == before + ghost


@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_the_editor_follows_the_theme(open_studio, scheme, bright):
    studio = open_studio(color_scheme=scheme)
    colours = studio.page.evaluate(
        """() => ['.phi-editor', 'body'].map(
            name => getComputedStyle(document.querySelector(name)).backgroundColor)"""
    )
    for colour in colours:
        red = int(colour.removeprefix("rgb(").split(",")[0])
        assert (red > 200) == bright
    dark = studio.page.evaluate(
        "PhiEditor.get('complete').view.themeClasses !== '' && document.body.classList.contains('dark')"
    )
    assert dark != bright


def test_the_page_s_answer_names_the_scripts_that_it_loads(studio):
    loaded, named = studio.page.evaluate(
        """async () => [
            performance.getEntriesByType('resource').map(entry => entry.name),
            (await fetch('./')).headers.get('link'),
        ]"""
    )
    scripts = {name.rsplit("/", 1)[1] for name in loaded if "/assets/" in name and ".js" in name}
    assert len(scripts) > 30
    unnamed = [name for name in scripts if name not in named]
    assert len(unnamed) <= 2, unnamed


def test_a_theme_switch_reaches_the_editor(studio):
    before = studio.page.evaluate("PhiEditor.get('complete').view.themeClasses")
    studio.page.evaluate("document.body.classList.add('dark')")
    until(
        lambda: studio.page.evaluate("PhiEditor.get('complete').view.themeClasses") != before,
        "another theme",
    )


def test_tab_indents_and_escape_then_tab_leaves(studio):
    studio.write("x")
    studio.page.keyboard.press("Home")
    studio.page.keyboard.press("Tab")
    assert studio.text == "    x"
    expect(studio.editor).to_be_focused()
    studio.page.keyboard.press("Escape")
    studio.page.wait_for_timeout(2200)  # it stays so until another key is pressed
    studio.page.keyboard.press("Tab")
    expect(studio.editor).not_to_be_focused()
    assert studio.text == "    x"
    hint = studio.editor.get_attribute("aria-describedby")
    expect(studio.page.locator(f"#{hint}")).to_contain_text("Esc then Tab leaves the editor")


def test_a_screen_reader_hears_lines_and_the_end(studio):
    studio.write("def area(radius):\n")
    studio.complete(max_tokens="48", temperature="0")
    ghost = studio.finish()
    lines = [line for line in ghost.split("\n") if line.strip()]
    log = studio.page.locator(".phi-live")
    until(lambda: log.locator("div").all_text_contents() == lines, "all lines")
    assert log.get_attribute("aria-live") == "polite"
    assert studio.page.locator(".cm-ghost").get_attribute("aria-hidden") == "true"
    assert studio.status.locator("[role=status]").inner_text().startswith("Finished")


def test_text_of_a_model_is_never_run(open_studio):
    """Gradio evaluates `${...}` found in templates and runs `onerror`; neither may reach one."""
    evil = "${window.pwned=1} {{value}} <img src=x onerror='window.pwned=2'>\n"
    with thread_server(ScriptedBackend(evil)) as at:
        studio = open_studio(at=at)
        studio.write(evil)
        studio.complete()
        assert studio.finish() == evil
        studio.page.keyboard.press("Tab")
        assert studio.text == evil + evil
        assert studio.page.evaluate("window.pwned") is None


def test_the_page_works_below_a_sub_path(open_studio):
    with thread_server(ScriptedBackend("    pass\n"), path="/studio") as at:
        studio = open_studio("/studio/", at=at)
        studio.write("def f():\n")
        studio.complete()
        assert studio.finish() == "    pass\n"


def test_a_page_whose_visit_is_forgotten_works_on(open_studio):
    """Gradio remembers some visits; of a page that stays open for long, other people's may have come since."""
    serving = thread_server(ScriptedBackend("    pass\n"))
    with serving as at:
        studio = open_studio(at=at)
        studio.write("def f():\n")
        studio.complete()
        assert studio.finish() == "    pass\n"
        holder = serving.app.state.page.state_holder
        assert holder.capacity == REMEMBERED_VISITS
        assert holder.session_data
        holder.session_data.clear()
        studio.page.keyboard.press("Tab")
        studio.complete(temperature="0.7")
        assert studio.finish() == "    pass\n"
        studio.page.get_by_role("button", name="This request as code").click()
        studio.page.locator("#code-show").click()
        expect(studio.page.locator("#code-shown pre")).to_contain_text('"temperature": 0.7')


class thread_server:
    """Serves a scripted backend from this process."""

    def __init__(self, backend: ScriptedBackend, path: str = "/") -> None:
        self.socket = bind("127.0.0.1", 0)
        self.app = create_app(backend, path=path)
        config = uvicorn.Config(self.app, log_level="warning", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True
        )

    def __enter__(self) -> str:
        self.thread.start()
        until(lambda: self.server.started, "the server")
        return open_link(self.socket)

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)
