"""The model panel in a browser: another model from a stand-in hub while others' pages go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.checkpoint.hub_server import Hub, Repo, serving
from tests.e2e.studio import Studio, server, until
from tests.e2e.test_accessibility import serious
from tests.e2e.test_page import thread_server
from tests.tiny_checkpoint import write_tiny
from tests.ui.scripted import ScriptedBackend

PROMPT = "def print_prime(n):\n"
# Its weights are larger than what the hub library takes at once, so that half of them is progress.
WIDE = 384


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    with serving() as hub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.url)
        patch.setenv("HF_HUB_CACHE", str(folder / "cache"))
        patch.setenv("HF_TOKEN", "")
        for name, width in (("org/wide", WIDE), ("org/slow", WIDE), ("microsoft/phi-1", 64)):
            hub.repos[name] = Repo()
            hub.repos[name].commit(
                write_tiny(folder / name.replace("/", "-"), hidden=width), "main"
            )
        yield hub


@pytest.fixture(scope="module")
def app(hub: Hub) -> Iterator[str]:
    with server() as at:
        yield at


@pytest.fixture
def open_page(open_studio: Callable[..., Studio], app: str) -> Callable[..., Studio]:
    def open_page(**options: object) -> Studio:
        return open_studio(at=app, **options)

    return open_page


def open_panel(studio: Studio) -> None:
    studio.page.get_by_role("button", name="Model", exact=True).click()
    expect(studio.page.get_by_role("dialog", name="Model")).to_be_visible()


def choose(studio: Studio, name: str, **fields: str) -> None:
    """Asks for a model, with the panel open."""
    studio.page.get_by_role("combobox", name="Model").fill(name)
    for label, value in fields.items():
        studio.page.get_by_label(label).select_option(value)
    studio.page.get_by_role("button", name="Load", exact=True).click()


def close(studio: Studio) -> None:
    studio.page.keyboard.press("Escape")
    expect(studio.page.get_by_role("dialog", name="Model")).to_be_hidden()


def heading(studio: Studio):
    return studio.page.locator(".phi-model > p")


def embedded(studio: Studio) -> None:
    """Brings the embedded model back, whatever an earlier test left, and closes the panel."""
    open_panel(studio)
    choose(studio, "Embedded Phi", Quantization="")
    expect(heading(studio)).to_contain_text(re.compile("^Embedded Phi .* bfloat16 on cpu"))
    expect(studio.page.get_by_role("button", name="Load", exact=True)).to_be_enabled()
    close(studio)


def sideways(studio: Studio) -> int:
    return studio.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def test_another_model_while_somebody_streams(open_page, hub):
    other, studio = open_page(), open_page()
    embedded(studio)
    expect(heading(other)).to_contain_text("Embedded Phi")
    other.write(PROMPT)
    hub.go.clear()
    hub.held = "model.safetensors"
    open_panel(studio)
    choose(studio, "org/wide@main")
    # Half of the file has come, and everybody sees it.
    panel = studio.page.get_by_role("dialog", name="Model")
    expect(panel.get_by_role("status")).to_contain_text("Downloading model.safetensors (30")
    expect(panel.locator(".phi-model-percent")).to_have_text(re.compile(r"[34]\d %"))
    share = panel.get_by_role("progressbar").evaluate("bar => bar.value")
    assert 0.3 < share < 0.5
    expect(other.page.locator(".phi-model-brief")).to_contain_text("Loading org/wide@main")
    # Two want another one at a time: the other page's button waits.
    open_panel(other)
    expect(other.page.get_by_role("button", name="Load", exact=True)).to_be_disabled()
    close(other)
    assert serious(studio) == []
    asked = {"max_tokens": "700", "temperature": "1.2", "seed": "3"}
    other.complete(**asked)
    until(lambda: other.ghost, "the beginning of the stream")
    hub.held = None
    hub.go.set()
    expect(heading(studio)).to_contain_text("org/wide@main · ")
    written = other.finish()
    assert other.fact("context").endswith("/ 1,024")
    # Its page follows: the heading, the meter, what nobody touched; and its next completion is the new model's.
    expect(heading(other)).to_contain_text("org/wide@main · ")
    expect(other.page.locator(".phi-meter-count")).to_contain_text("/ 96")
    longest = other.page.locator("#max_tokens input[type=range]")
    expect(longest).to_have_attribute("max", "95")
    other.page.keyboard.press("Escape")
    other.complete(max_tokens="20")
    other.finish()
    assert other.fact("context").endswith("/ 96")
    expect(panel.locator(".phi-model-facts")).to_contain_text("96 tokens")
    # The stream lacked nothing: undisturbed, the same request writes the same.
    close(studio)
    embedded(studio)
    expect(heading(other)).to_contain_text("Embedded Phi")
    expect(longest).to_have_attribute("max", "1024")  # a moment after the heading
    other.page.keyboard.press("Escape")
    other.complete(**asked)
    assert other.finish() == written


def test_what_cannot_be_loaded_is_said_in_a_line_and_the_model_stays(open_page):
    studio = open_page()
    embedded(studio)
    open_panel(studio)
    problem = studio.page.locator(".phi-model-problem")
    for name, message in (
        ("../secret", "Model must be a hub id such as microsoft/phi-1"),
        ("org/none", "org/none: there is no such folder, and no such repository on"),
        ("org/wide@v7", "org/wide: has no revision 'v7'"),
    ):
        choose(studio, name)
        expect(problem).to_contain_text(message)
    assert serious(studio) == []
    expect(heading(studio)).to_contain_text("Embedded Phi")
    close(studio)
    studio.write(PROMPT)
    studio.complete(max_tokens="8")
    assert studio.finish()


def test_a_download_can_be_given_up(open_page, hub):
    studio = open_page()
    embedded(studio)
    hub.go.clear()
    hub.held = "model.safetensors"
    open_panel(studio)
    choose(studio, "org/slow")
    cancel = studio.page.get_by_role("button", name="Cancel")
    expect(studio.page.locator(".phi-model-percent")).to_have_text(re.compile(r"\d %"))
    cancel.focus()
    studio.page.keyboard.press("Enter")
    expect(cancel).to_be_hidden()
    expect(studio.page.get_by_role("button", name="Close")).to_be_focused()
    expect(studio.page.get_by_role("button", name="Load", exact=True)).to_be_enabled()
    hub.held = None
    hub.go.set()
    choose(studio, "Embedded Phi", Quantization="int8")
    expect(studio.page.locator(".phi-model-facts")).to_contain_text("int8")


def test_unloaded_and_loaded_again(open_page):
    studio = open_page()
    embedded(studio)
    open_panel(studio)
    studio.page.get_by_role("button", name="Unload").click()
    expect(heading(studio)).to_have_text("No model is loaded; the last one was Embedded Phi")
    close(studio)
    studio.write(PROMPT)
    studio.complete()
    expect(studio.status).to_contain_text("No model is loaded.")
    open_panel(studio)
    studio.page.get_by_role("button", name="Load it again").click()
    expect(heading(studio)).to_contain_text(re.compile("^Embedded Phi · .* parameters"))
    close(studio)
    studio.complete(max_tokens="8")
    assert studio.finish()


def test_imports_that_the_card_warns_about_are_marked(open_page):
    studio = open_page()
    open_panel(studio)
    choose(studio, "microsoft/phi-1")
    expect(heading(studio)).to_contain_text("microsoft/phi-1 · ")
    close(studio)
    note = studio.page.get_by_role("note", name="About the model")
    expect(note).to_contain_text("typing, math, random, collections, datetime and itertools")
    # What a person writes is not the model's.
    studio.write("import sys\n")
    code = (
        "import math, numpy as np\nfrom collections.abc import Iterable\nfrom os.path import join\n"
        "from __future__ import annotations\ntext = 'import nothing'\n"
    )
    studio.evaluate("suggest", code)
    studio.page.keyboard.press("Tab")
    marks = studio.page.locator(".phi-import")
    expect(marks).to_have_text(["numpy", "os"])
    assert "verify every use" in marks.first.get_attribute("title")
    assert "wavy" in marks.first.evaluate("mark => getComputedStyle(mark).textDecorationLine + "
                                          "getComputedStyle(mark).textDecorationStyle")  # fmt: skip
    buttons = note.get_by_role("button")
    expect(buttons).to_have_text(["numpy", "os"])
    # By keyboard: a button leads to its import.
    buttons.nth(1).focus()
    studio.page.keyboard.press("Enter")
    expect(studio.editor).to_be_focused()
    selected = studio.page.evaluate(
        "(({view: {state}}) => state.sliceDoc(state.selection.main.from, state.selection.main.to))"
        "(PhiEditor.get('complete'))"
    )
    assert selected == "os"
    assert serious(studio) == []
    studio.page.keyboard.insert_text("math")
    expect(marks).to_have_text(["numpy"])
    embedded(studio)
    expect(marks).to_have_count(0)
    expect(note).to_contain_text("A small demonstration model")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_by_touch_and_by_ear(open_page, scheme):
    studio = open_page(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True, is_mobile=True
    )
    studio.page.get_by_role("button", name="Model", exact=True).tap()
    expect(studio.page.get_by_role("dialog", name="Model")).to_be_visible()
    assert sideways(studio) == 0
    assert serious(studio) == []
    studio.page.get_by_role("combobox", name="Model").fill("nonsense")
    studio.page.get_by_role("button", name="Load", exact=True).tap()
    expect(studio.page.get_by_role("alert").filter(has_text="Model must be")).to_be_visible()
    assert sideways(studio) == 0
    assert serious(studio) == []
    studio.page.get_by_role("button", name="Close").tap()
    expect(studio.page.get_by_role("dialog", name="Model")).to_be_hidden()


def test_a_model_that_is_fixed_is_shown_and_not_offered(open_studio):
    with thread_server(ScriptedBackend("    pass\n")) as at:
        studio = open_studio(at=at)
        open_panel(studio)
        panel = studio.page.get_by_role("dialog", name="Model")
        expect(panel).to_contain_text("The operator of this server has fixed its model.")
        expect(panel.locator(".phi-model-facts")).to_contain_text("scripted")
        assert panel.get_by_role("button").all_text_contents() == ["Close"]
        assert panel.locator("input, select").count() == 0
        assert serious(studio) == []
