"""What the model was thinking, what the samplers made of it, and the controls for that."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.studio import until

PROMPT = "def print_prime(n):\n"


def test_tokens_show_their_probabilities_and_branch(studio):
    studio.write(PROMPT)
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#colour input").check()
    studio.complete(max_tokens="16", temperature="1", seed="2")
    ghost = studio.finish()
    studio.page.keyboard.press("Tab")
    expect(studio.page.locator(".phi-legend")).to_be_visible()
    marks = studio.page.locator(".cm-content [class*='phi-p']")
    until(lambda: marks.count() >= 4, "coloured tokens")
    assert "".join(marks.all_text_contents()).replace("\n", "") in ghost.replace("\n", "")
    studio.page.keyboard.press("F2")
    card = studio.page.get_by_role("dialog", name="Token")
    expect(card).to_be_visible()
    assert re.search(r"\d %", card.locator(".phi-token-head").inner_text())
    for column in ("The model's own", "After the samplers"):
        assert 1 <= card.get_by_label(column).get_by_role("button").count() <= 10
    expect(card.get_by_role("button").first).to_be_focused()
    studio.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(studio.editor).to_be_focused()
    # With the mouse: the card of the first token, and another one in its place.
    marks.first.hover()
    expect(card).to_be_visible()
    rows = card.get_by_label("The model's own").get_by_role("button")
    other = next(row for row in rows.all() if row.get_attribute("aria-current") is None)
    token = other.locator("code").inner_text()
    other.click()
    assert studio.text.startswith(PROMPT)
    assert len(studio.text) < len(PROMPT + ghost)
    shown = studio.text.removeprefix(PROMPT).replace(" ", "\u00b7").replace("\n", "\u23ce")
    assert shown == token
    studio.finish()


def test_the_card_tells_which_filter_removed_what(studio):
    studio.write(PROMPT)
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#colour input").check()
    studio.complete(max_tokens="8", temperature="1", top_k="4", top_p="1", min_p="0.9", seed="2")
    studio.finish()
    studio.page.keyboard.press("Tab")
    studio.page.keyboard.press("F2")
    card = studio.page.get_by_role("dialog", name="Token")
    removed = card.locator(".phi-removed")
    expect(removed).to_contain_text("Removed here")
    counts = dict(
        zip(
            removed.locator("dt").all_inner_texts(),
            [int(count.replace(",", "")) for count in removed.locator("dd").all_inner_texts()],
            strict=True,
        )
    )
    assert counts["Top-k"] > 1000
    left = card.get_by_label("After the samplers").get_by_role("button").count()
    assert left + counts.get("Min-p", 0) == 4
    own = card.get_by_label("The model's own").get_by_role("button")
    reasons = [row.locator("small").all_inner_texts() for row in own.all()]
    assert reasons == [[]] * left + [["Min-p"]] * (4 - left) + [["Top-k"]] * 6
    expect(own.nth(5)).to_have_attribute("title", re.compile("^Removed: Top-k"))


def test_a_bias_bans_a_token_and_forces_one(studio):
    studio.write("import os\nx =")
    studio.complete(max_tokens="1", temperature="0")
    first = studio.finish()
    studio.page.keyboard.press("Escape")
    studio.complete(logit_bias=f"{json.dumps(first)}: -100")
    until(lambda: studio.ghost not in ("", first), "another token")
    studio.page.keyboard.press("Escape")
    studio.complete(logit_bias='" None": 100')
    until(lambda: studio.ghost == " None", "the forced token")


@pytest.mark.parametrize(
    ("bias", "message"),
    [
        ("def 5", 'Logit bias must be lines of a token id, or of a text in "quotes", a colon and'),
        ('"two words of it": 1', "Logit bias must be of texts that are one token; this one makes"),
        ("5: 101", "Logit bias must be lines with numbers from -100 to 100; it is '5: 101'."),
    ],
)
def test_a_bad_bias_is_named_with_its_rule(studio, bias, message):
    studio.complete(logit_bias=bias)
    expect(studio.status).to_contain_text(message)
    assert studio.ghost == ""


def test_one_click_puts_all_controls_back(studio):
    fields = ("temperature", "max_tokens", "seed", "top_k", "logit_bias", "stop")
    boxes = {
        field: studio.page.locator(f"#{field}").locator(
            "input[type=number], input[type=text], textarea"
        )
        for field in fields
    }
    studio.page.get_by_role("button", name="More sampling").click()
    before = {field: box.input_value() for field, box in boxes.items()}
    for field in fields:
        studio.set(field, "1.5" if field == "temperature" else "7")
    studio.page.get_by_role("button", name="Reset all").click()
    for field, value in before.items():
        expect(boxes[field]).to_have_value(value)
    # And one by itself, beside its box.
    studio.set("temperature", "1.5")
    studio.page.locator("#temperature").get_by_role("button").click()
    expect(boxes["temperature"]).to_have_value(before["temperature"])
