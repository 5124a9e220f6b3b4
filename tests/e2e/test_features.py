"""What surrounds completing: alternatives, probabilities, predictions' own undo, scopes, history, keys."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.studio import ROOT, until

PROMPT = "def print_prime(n):\n"


def test_it_completes_while_one_types_when_that_is_on(studio):
    studio.write("")
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#auto input").check()
    studio.editor.click()
    studio.page.keyboard.type("import os", delay=20)
    assert studio.finish()
    assert int(studio.fact("tokens")) <= 64
    assert studio.text == "import os"
    studio.page.keyboard.press("Escape")
    studio.page.locator("#auto input").uncheck()
    studio.editor.click()
    studio.page.keyboard.type("\n")
    studio.page.wait_for_timeout(800)
    assert studio.ghost == ""


def test_alternatives_are_cycled_compared_and_accepted_with_one_click(studio):
    studio.write(PROMPT)
    studio.complete(n="3", max_tokens="24", temperature="2", top_p="1", seed="11")
    first = studio.finish()
    cards = studio.page.locator(".phi-alternatives > li")
    expect(cards).to_have_count(3)
    expect(studio.page.locator(".phi-count")).to_have_text("1/3")
    for card in cards.all():
        assert float(card.locator(".phi-score").inner_text().removeprefix("logprob ")) < 0
    studio.editor.focus()
    studio.page.keyboard.press("Alt+]")
    expect(studio.page.locator(".phi-count")).to_have_text("2/3")
    second = studio.ghost
    assert second != first
    expect(cards.nth(1)).to_have_attribute("data-active", "")
    studio.page.keyboard.press("Alt+[")
    studio.page.keyboard.press("Alt+[")
    expect(studio.page.locator(".phi-count")).to_have_text("3/3")
    third = studio.ghost
    assert cards.nth(2).locator("pre").text_content() == third
    expect(cards.locator("pre [class^=phi-code-]")).not_to_have_count(0)
    cards.nth(1).get_by_role("button", name="Accept 2").click()
    assert studio.text == PROMPT + second


def test_predictions_have_their_own_undo(studio):
    studio.write(PROMPT)
    studio.complete(max_tokens="16", temperature="0")
    ghost = studio.finish()
    studio.page.keyboard.press("Tab")
    studio.page.keyboard.press("Control+Home")
    studio.page.keyboard.type("# mine\n")
    mine = "# mine\n" + PROMPT
    studio.page.get_by_role("button", name="Undo prediction").click()
    until(lambda: studio.text == mine, "the prediction gone")
    studio.page.get_by_role("button", name="Redo prediction").click()
    until(lambda: studio.text == mine + ghost, "the prediction again")
    studio.editor.focus()
    studio.page.keyboard.press("Alt+Backspace")
    assert studio.text == mine
    studio.page.keyboard.press("Alt+Shift+Backspace")
    assert studio.text == mine + ghost


def test_regenerate_puts_another_suggestion_in_place(studio):
    studio.write(PROMPT)
    studio.complete(max_tokens="24", temperature="2", top_p="1", seed="5")
    first = studio.finish()
    studio.page.keyboard.press("Tab")
    assert studio.text == PROMPT + first
    studio.page.get_by_role("button", name="Regenerate").click()
    until(lambda: studio.text == PROMPT, "the prediction gone")
    until(lambda: studio.fact("seed") != "5", "another seed")
    assert studio.finish() != first


def test_continue_accepts_and_goes_on_behind_it(open_scripted):
    studio = open_scripted("    print(n)\n")
    studio.write(PROMPT)
    studio.complete()
    first = studio.finish()
    studio.page.get_by_role("button", name="Continue").click()
    until(lambda: studio.text == PROMPT + first, "the suggestion accepted")
    second = studio.finish()
    studio.page.keyboard.press("Control+Shift+Enter")
    assert studio.text == PROMPT + first + second
    assert studio.finish()
    studio.page.keyboard.press("Alt+Backspace")
    assert studio.text == PROMPT + first


def test_a_space_before_the_caret_is_warned_of_and_mended(studio):
    studio.write("x = ")
    warning = studio.page.locator(".phi-warning")
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="Remove it").click()
    assert studio.text == "x ="
    expect(warning).to_be_hidden()
    studio.write("def f():\n    ")
    expect(warning).to_be_hidden()


def test_the_meter_counts_the_prompt_and_warns(studio):
    meter = studio.page.locator(".phi-meter")
    studio.write("")
    expect(meter).to_contain_text(re.compile(r"^0 / "))
    studio.write("x = 1\n" * 20)
    until(lambda: int(meter.inner_text().split(" /")[0]) > 20, "a count")
    expect(meter).to_have_attribute("data-level", "")
    studio.write("value = value + other\n" * 400)
    expect(meter).to_have_attribute("data-level", "over")
    assert "will not see" in meter.get_attribute("title")
    studio.complete(max_tokens="4")
    studio.finish()
    assert int(studio.fact("cropped").replace(",", "")) > 0


def test_the_meter_warns_before_the_context_is_full(open_scripted):
    studio = open_scripted("pass\n")  # on 1,024 tokens of a character each
    meter = studio.page.locator(".phi-meter")
    studio.write("x" * 860)
    expect(meter).to_contain_text("860 / 1,024")
    expect(meter).to_have_attribute("data-level", "")
    studio.write("x" * 900)
    expect(meter).to_have_attribute("data-level", "near")


def test_a_preset_sets_the_samplers(studio):
    studio.page.get_by_role("button", name="More sampling").click()
    box = studio.page.get_by_label("Preset", exact=True)
    box.click()
    studio.page.get_by_role("option", name="Creative").click()
    for field, value in (("temperature", "1"), ("min_p", "0.05"), ("top_p", "1")):
        expect(studio.page.locator(f"#{field} input[type=number]")).to_have_value(value)
    box.click()
    studio.page.get_by_role("option", name="Precise").click()
    expect(studio.page.locator("#temperature input[type=number]")).to_have_value("0.2")


def test_own_presets_are_kept_in_the_browser(studio):
    studio.set("temperature", "0.75")
    studio.page.get_by_role("button", name="More sampling").click()
    studio.page.locator("#preset-name").locator("input, textarea").fill("Mine")
    studio.page.locator("#preset-save").click()
    box = studio.page.get_by_label("Preset", exact=True)
    expect(box).to_have_value("Mine")
    studio.page.reload()
    studio.editor.wait_for()
    studio.page.get_by_role("button", name="More sampling").click()
    box.click()
    studio.page.get_by_role("option", name="Mine").click()
    expect(studio.page.locator("#temperature input[type=number]")).to_have_value("0.75")
    studio.page.locator("#preset-delete").click()
    expect(box).to_have_value("")
    box.click()
    expect(studio.page.get_by_role("option", name="Greedy")).to_be_visible()
    expect(studio.page.get_by_role("option", name="Mine")).to_have_count(0)


@pytest.mark.parametrize("index", [1, 3])
def test_an_example_opens_in_the_editor(studio, index):
    examples = json.loads((ROOT / "assets" / "examples.json").read_text(encoding="utf-8"))
    menu = studio.page.get_by_label("Examples")
    menu.select_option(examples[index - 1]["name"])
    assert studio.text == examples[index - 1]["text"]
    expect(studio.editor).to_be_focused()
    assert studio.caret == len(studio.text)


def test_the_history_stays_in_the_browser_is_searched_and_cleared(studio):
    sent = []
    studio.page.on("request", lambda request: sent.append(request.url))
    for name in ("alpha", "beta"):
        studio.write(f"def {name}(x):\n")
        studio.complete(max_tokens="8", temperature="0")
        studio.finish()
        studio.page.keyboard.press("Escape")
    studio.page.get_by_role("button", name="History").click()
    entries = studio.page.locator("#history li button")
    expect(entries).to_have_count(2)
    del sent[:]
    studio.page.get_by_label("Search the history").fill("def alpha")
    expect(entries).to_have_count(1)
    assert sent == []
    entries.first.click()
    assert studio.text == "def alpha(x):\n"
    studio.page.reload()
    studio.editor.wait_for()
    studio.page.get_by_role("button", name="History").click()
    expect(entries).to_have_count(2)
    studio.page.locator("#history").get_by_role("button", name="Clear").click()
    expect(entries).to_have_count(0)
    assert studio.page.evaluate("localStorage.getItem('phi-history')") == "[]"


def test_a_question_mark_lists_the_keys_outside_of_text(studio):
    studio.write("")
    studio.page.keyboard.type("?")
    assert studio.text == "?"
    keys = studio.page.get_by_role("dialog", name="Keys")
    expect(keys).to_have_count(0)
    studio.page.get_by_role("button", name="Regenerate").focus()
    studio.page.keyboard.press("?")
    expect(keys).to_be_visible()
    for key in (
        "Ctrl+Enter",
        "Ctrl+Shift+Enter",
        "Tab",
        "Shift+Tab",
        "Esc",
        "Alt+]",
        "F2",
        "Ctrl+\u2192",
    ):
        expect(keys.get_by_text(key)).not_to_have_count(0)
    studio.page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_the_meter_also_counts_what_is_completed_at_once(studio):
    """A request right after a key ended the wait for a pause, and the count stayed the old one."""
    studio.write("")
    meter = studio.page.locator(".phi-meter")
    expect(meter).to_contain_text(re.compile(r"^0 / "))
    studio.page.evaluate(
        """() => { const {view} = PhiEditor.get('complete');
            view.dispatch({changes: {from: 0, insert: 'x = 1\\n'.repeat(20)}, selection: {anchor: 120}});
            PhiEditor.get('complete').complete(); }"""
    )
    until(lambda: int(meter.inner_text().split(" /")[0]) > 20, "a count")
