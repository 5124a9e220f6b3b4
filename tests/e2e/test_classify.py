"""The Classify tab in a browser, and its API through gradio_client."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from tests.e2e.studio import Studio, until
from tests.e2e.test_accessibility import serious
from tests.ui.classify_heads import KINDS, ROLES, make

CODE = "x = 1\nfor y in (2, 3):\n    x = x + y  # café 🙂\n"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("kinds"), KINDS)


@pytest.fixture(scope="module")
def roles(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("roles"), ROLES, tokens=True)


class Classify:
    """The tab in a window."""

    def __init__(self, studio: Studio, head: Path | None = None) -> None:
        self.studio, self.page = studio, studio.page
        self.page.get_by_role("tab", name="Classify").click()
        self.editor = self.page.get_by_label("Text to classify")
        self.editor.wait_for()
        self.status = self.page.locator("#classify-status")
        self.marks = self.page.locator(".phi-spans .phi-mark")
        expect(self.status).to_contain_text("Ready")
        if head is not None:
            self.page.get_by_label("Another checkpoint").check()
            box = self.page.locator("#classify-other").locator("input, textarea")
            box.fill(str(head))
            box.blur()

    def type(self, text: str) -> None:
        self.editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def go(self) -> None:
        self.page.get_by_role("button", name="Classify", exact=True).click()
        expect(self.status).to_contain_text("Finished")

    def shown(self) -> str:
        """The labelled text as it is seen, without the labels that are read out."""
        return self.page.evaluate(
            """() => { const copy = document.querySelector('.phi-spans').cloneNode(true);
            copy.querySelectorAll('.phi-live').forEach(each => each.remove()); return copy.textContent; }"""
        )


def test_a_text_is_typed_classified_and_bars_appear(studio, kinds) -> None:
    expect(studio.editor).to_be_visible()  # the first thing seen is still the other tab's editor
    studio.write("kept = True\n")
    tab = Classify(studio, kinds)
    tab.type(CODE)
    tab.page.keyboard.press("Control+Enter")
    expect(tab.status).to_contain_text("Finished")
    bars = tab.page.locator("#classify-bars")
    for label in KINDS:
        expect(bars).to_contain_text(label)
    assert sum(int(share) for share in re.findall(r"(\d+)%", bars.inner_text())) in range(98, 103)
    expect(tab.page.locator("#classify-note")).to_contain_text("One of these labels")
    studio.page.get_by_role("tab", name="Complete").click()
    assert studio.text == "kept = True\n"
    studio.complete(max_tokens="8", temperature="0")
    assert studio.finish()


def test_zero_shot_with_labels_of_ones_own(studio) -> None:
    tab = Classify(studio)
    tab.page.get_by_label("Labels of my own").check()
    labels = tab.page.locator("#classify-zero textarea").first
    labels.fill("arithmetic, web requests")
    labels.blur()
    tab.type("response = requests.get(url, timeout=10)\nreturn response.json()\n")
    tab.go()
    expect(tab.page.locator("#classify-bars")).to_contain_text("web requests")
    labels.fill("alone")
    labels.blur()
    tab.page.get_by_role("button", name="Classify", exact=True).click()
    expect(tab.status).to_contain_text("labels must be from 2 to 64 labels, got 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tokens_are_coloured_and_named_by_pointer_and_by_key(open_studio, roles, scheme) -> None:
    tab = Classify(open_studio(color_scheme=scheme), roles)
    tab.type(CODE)
    tab.go()
    until(lambda: tab.marks.count() > 3, "labelled tokens")
    assert tab.shown() == CODE
    look = "each => [getComputedStyle(each).backgroundColor, each.className]"
    colours = {
        mark.get_attribute("data-label"): tuple(mark.evaluate(look)) for mark in tab.marks.all()
    }
    assert len(set(colours.values())) == len(colours) > 1
    legend = tab.page.get_by_role("list", name="Labels")
    for label in colours:
        expect(legend).to_contain_text(label)
    # A screen reader hears the label behind each token.
    first = tab.marks.first
    assert re.search(r"\(\w+, [\d.]+ %\)", first.text_content())
    tip = tab.page.get_by_role("tooltip")
    expect(tip).to_be_hidden()
    tab.marks.nth(1).hover()
    expect(tip).to_contain_text(tab.marks.nth(1).get_attribute("data-label"))
    tab.page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    legend.get_by_role("button").last.focus()
    tab.page.keyboard.press("Tab")
    expect(first).to_be_focused()
    expect(tip).to_contain_text(re.compile(rf"{first.get_attribute('data-label')} [\d.]+ %"))
    tab.page.keyboard.press("ArrowRight")
    expect(tab.marks.nth(1)).to_be_focused()
    expect(tip).to_contain_text(tab.marks.nth(1).get_attribute("data-label"))
    tab.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    tab.page.get_by_text(re.compile(r"As a table \(\d+\)")).click()
    assert tab.page.locator(".phi-labelled tbody tr").count() == tab.marks.count()
    assert serious(tab.studio) == []


def test_a_text_s_markup_is_never_run(open_studio, roles) -> None:
    tab = Classify(open_studio(), roles)
    evil = "${window.pwned=1} {{value}} <img src=x onerror='window.pwned=2'>\n"
    tab.type(evil)
    tab.go()
    until(lambda: tab.marks.count() > 3, "labelled tokens")
    assert tab.shown() == evil
    assert tab.page.evaluate("window.pwned") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways(open_studio, kinds, roles, scheme) -> None:
    tab = Classify(open_studio(color_scheme=scheme, **PHONE), kinds)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    tab.type(CODE)
    tab.go()
    expect(tab.page.locator("#classify-bars")).to_contain_text(KINDS[0])
    assert serious(tab.studio) == []
    tab.page.locator("#classify-other").locator("input, textarea").fill(str(roles))
    tab.page.locator("#classify-other").locator("input, textarea").blur()
    tab.page.get_by_role("button", name="Classify", exact=True).tap()
    until(lambda: tab.marks.count() > 3, "labelled tokens")
    tab.page.get_by_role("button", name="A whole file").tap()
    expect(tab.page.locator("#do-classify-file")).to_be_visible()
    assert tab.page.evaluate(wide) == 0
    assert serious(tab.studio) == []


def test_a_file_is_classified_and_downloaded(studio, kinds, tmp_path) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("id,code\n" + "".join(f"{i},value_{i} = {i}\n" for i in range(40)) + "40,\n")
    tab = Classify(studio, kinds)
    page = tab.page
    page.get_by_role("button", name="A whole file").click()
    page.locator("#classify-file input[type=file]").set_input_files(source)
    status = page.locator("#classify-file-status")
    expect(status).to_contain_text("Ready")
    assert page.locator("#classify-column input").input_value() == "code"
    page.get_by_role("button", name="Classify the file").click()
    expect(status).to_contain_text("Finished")
    expect(status).to_contain_text("41 of 41")
    with page.expect_download() as download:
        page.locator("#classify-download").click()
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 41
    assert {row["label"] for row in rows[:40]} <= set(KINDS)
    assert rows[40]["error"] == "row 41: code must not be empty"


def test_the_api_takes_plain_types(address, kinds, roles) -> None:
    client = Client(address, verbose=False)
    found = client.predict(CODE, str(kinds), api_name="/classify")
    assert found["kind"] == "softmax"
    assert sorted(found["scores"]) == sorted(KINDS)
    assert found["windows"] == 1
    labels = ["arithmetic", "web requests"]
    found = client.predict(text=CODE, head="zero-shot", labels=labels, api_name="/classify")
    assert (found["kind"], list(found["scores"])) == ("zero-shot", labels)
    tokens = client.predict(CODE, str(roles), "none", api_name="/classify_tokens")
    assert {"entity", "score", "index", "word", "start", "end"} == set(tokens[0])
    groups = client.predict(CODE, str(roles), api_name="/classify_tokens")
    assert {"entity_group", "score", "word", "start", "end"} == set(groups[0])
    assert len(groups) <= len(tokens)
    for name, given, message in [
        ("/classify", {"text": "", "head": str(kinds)}, "Text must not be empty"),
        ("/classify", {"text": "x", "head": str(roles)}, "head must classify texts"),
        ("/classify", {"text": "x", "head": "zero-shot"}, "labels must be from 2 to 64"),
        ("/classify_tokens", {"text": "x", "head": str(kinds)}, "head must label tokens"),
        (
            "/classify_tokens",
            {"text": "x", "head": str(roles), "aggregation": "best"},
            "aggregation_strategy must be one of none, simple",
        ),
    ]:
        with pytest.raises(AppError, match=re.escape(message)):
            client.predict(**given, api_name=name)
