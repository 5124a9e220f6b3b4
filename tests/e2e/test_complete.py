"""Completing code in a browser, on the embedded model."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.studio import until

PROMPT = "def print_prime(n):\n"
# Chaos draws on for long, and no draft of it is right: there is time to act.
LONG = {"max_tokens": "1000", "temperature": "2", "top_p": "1", "seed": "3"}


def grow(studio, to: int = 1) -> None:
    """Waits until the suggestion has so many characters; more may have come before anybody looks."""
    until(lambda: len(studio.ghost) >= to, f"{to} characters")


def test_a_prompt_is_typed_completed_and_accepted(studio):
    studio.editor.click()
    studio.page.keyboard.press("Control+a")
    studio.page.keyboard.type(PROMPT.strip() + "\n")
    typed = studio.text
    assert typed == PROMPT + "    "  # the editor indents
    lengths = studio.watch_ghost()
    studio.complete(max_tokens="64", temperature="2", top_p="1")  # hot: it does not end at once
    ghost = studio.finish()
    assert studio.text == typed
    seen = [length for length in lengths() if length]
    assert len(seen) >= 3
    assert seen == sorted(seen)
    assert seen[-1] == len(ghost)
    studio.page.keyboard.press("Tab")
    assert studio.text == typed + ghost
    assert studio.caret == len(typed + ghost)
    assert studio.ghost == ""
    studio.page.keyboard.press("Control+z")
    assert studio.text == typed


def test_the_status_line_gives_the_figures(studio):
    studio.write(PROMPT)
    studio.complete(max_tokens="16", temperature="0")
    studio.finish()
    assert 1 <= int(studio.fact("tokens")) <= 16
    assert float(studio.fact("tokens/s").replace(",", "")) > 0
    assert re.fullmatch(r"\d+ ms|[\d.]+ s", studio.fact("first token"))
    used, limit = re.fullmatch(r"([\d,]+) / ([\d,]+)", studio.fact("context")).groups()
    assert int(studio.fact("tokens")) < int(used) < int(limit.replace(",", ""))
    assert studio.fact("seed").isdecimal()


def test_the_button_completes_too(studio):
    studio.write(PROMPT)
    studio.page.get_by_role("button", name="Complete", exact=True).click()
    assert studio.finish()
    expect(studio.editor).to_be_focused()


def test_accepting_while_it_streams_goes_on_behind_the_accepted_text(studio):
    studio.write(PROMPT)
    studio.complete(**LONG)
    grow(studio, to=8)
    studio.page.keyboard.press("Tab")
    accepted = studio.text
    assert accepted.startswith(PROMPT)
    assert len(accepted) > len(PROMPT)
    grow(studio)
    studio.page.get_by_role("button", name="Stop", exact=True).click()
    expect(studio.status).to_contain_text("Stopped")
    assert studio.text == accepted


def test_word_line_and_the_rest(open_scripted):
    studio = open_scripted("    return 3.14 * radius ** 2\n\n\nprint(area(2))\n")
    studio.write("def area(radius):\n")
    studio.complete()
    ghost = studio.finish()
    before = studio.text
    studio.page.keyboard.press("Control+ArrowRight")
    word = studio.text.removeprefix(before)
    assert word == "    return"
    assert studio.ghost == ghost.removeprefix(word)
    studio.page.keyboard.press("Shift+Tab")
    line = studio.text.removeprefix(before + word)
    assert line == " 3.14 * radius ** 2"
    assert studio.text + studio.ghost == before + ghost


def test_escape_dismisses_and_stops(studio):
    studio.write(PROMPT)
    studio.complete(**LONG)
    grow(studio)
    studio.page.keyboard.press("Escape")
    assert studio.ghost == ""
    expect(studio.status).to_contain_text("Stopped")
    assert studio.ghost == ""
    assert studio.text == PROMPT


def test_typing_through_keeps_the_suggestion_also_with_brackets(open_scripted):
    studio = open_scripted("(len(a)):\n    print(a[i])\n")
    studio.write("for i in range")
    studio.complete()
    ghost = studio.finish()
    for _ in range(14):
        before, character = len(studio.text), studio.ghost[0]
        if character == "\n":
            studio.page.keyboard.press("Enter")  # which brings the next line's indentation with it
        else:
            studio.page.keyboard.type(character)
        assert len(studio.text) > before
        assert studio.text + studio.ghost == "for i in range" + ghost
    typed = studio.text
    studio.page.keyboard.press("Backspace")
    assert studio.text == typed[:-1]
    assert studio.text + studio.ghost == "for i in range" + ghost


def test_typing_something_else_drops_the_suggestion_and_stops_the_stream(studio):
    studio.write(PROMPT)
    studio.complete(**LONG)
    grow(studio, to=4)
    studio.page.keyboard.type("~")
    assert studio.ghost == ""
    assert studio.text == PROMPT + "~"
    expect(studio.status).to_contain_text("Stopped")


def test_stop_keeps_what_has_come(studio):
    studio.write(PROMPT)
    studio.complete(**LONG)
    grow(studio, to=4)
    studio.page.get_by_role("button", name="Stop", exact=True).click()
    expect(studio.status).to_contain_text("Stopped")
    kept = studio.ghost
    assert kept
    studio.page.wait_for_timeout(300)
    assert studio.ghost == kept
    studio.editor.focus()
    studio.page.keyboard.press("Tab")
    assert studio.text == PROMPT + kept


def test_one_persons_stop_leaves_the_other_running(open_studio):
    one, other = open_studio(), open_studio()
    for studio in (one, other):
        studio.write(PROMPT)
        studio.complete(**LONG)
    grow(one)
    grow(other)
    one.page.get_by_role("button", name="Stop", exact=True).click()
    expect(one.status).to_contain_text("Stopped")
    grow(other, to=len(other.ghost) + 20)
    expect(other.status).to_contain_text("Completing")


def test_a_new_request_supersedes_the_older(studio):
    studio.write(PROMPT)
    studio.complete(**LONG)
    grow(studio)
    studio.page.keyboard.press("Control+Enter")
    studio.complete(max_tokens="8", seed="4")
    assert studio.finish()
    assert int(studio.fact("tokens")) <= 8
    assert studio.fact("seed") == "4"


def test_the_same_seed_draws_the_same_text(studio):
    studio.write(PROMPT)
    studio.complete(max_tokens="32", temperature="2", top_p="1")
    first, seed = studio.finish(), studio.fact("seed")
    studio.page.keyboard.press("Escape")
    studio.complete(seed=str(int(seed) + 1))
    until(lambda: studio.fact("seed") != seed, "the other seed")
    assert studio.finish() != first
    studio.page.keyboard.press("Escape")
    studio.complete(seed=seed)
    until(lambda: studio.fact("seed") == seed, "the first seed")
    assert studio.finish() == first


def test_the_caret_may_stand_in_the_middle(open_scripted):
    studio = open_scripted("\n    return sum(items)")
    studio.write(
        "# \N{SLIGHTLY SMILING FACE} \u00e9\ndef total(items):\n\n\nprint(total([1, 2]))\n"
    )
    studio.page.keyboard.press("Control+Home")
    studio.page.keyboard.press("ArrowDown")
    studio.page.keyboard.press("End")
    before, after = studio.text[: studio.caret - 1], studio.text[studio.caret - 1 :]
    studio.complete()
    ghost = studio.finish()
    studio.page.keyboard.press("Tab")
    assert studio.text == before + ghost + after
    assert "items):" in before


def test_what_stands_behind_the_caret_already_is_not_suggested_again(open_scripted):
    studio = open_scripted("values)\nprint(total)\n")
    studio.write("total = sum()\nprint(total)\n")
    studio.page.keyboard.press("Control+Home")
    for _ in range(len("total = sum(")):
        studio.page.keyboard.press("ArrowRight")
    studio.complete()
    assert studio.finish() == "values"
    studio.page.keyboard.press("Tab")
    assert studio.text == "total = sum(values)\nprint(total)\n"


def test_the_page_opens_with_the_caret_behind_its_text(open_scripted):
    """It stood at the beginning: who pressed Complete at once had nothing completed."""
    studio = open_scripted("    pass\n")
    assert studio.caret == len(studio.text) == len(PROMPT)
    studio.page.get_by_role("button", name="Complete", exact=True).click()
    assert studio.finish() == "    pass\n"
    studio.page.keyboard.press("Tab")
    assert studio.text == PROMPT + "    pass\n"


def test_a_stop_string_ends_it(studio):
    studio.write("a = 1\nb = 2\n")
    studio.complete(**LONG, stop="\\n")
    expect(studio.status).to_contain_text("Finished: the text or a stop string ended it")
    assert "\n" not in studio.ghost


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("seed", "abc", "Seed must be blank or an integer from 0 to 9223372036854775807; it is 'abc'."),
        ("stop", r"\q", r"Stop strings must be texts in which \ begins \n, \t, \r or \\; it is"),
        ("top_p", "0", "Top-p must be a number above 0, up to 1; it is 0."),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_with_its_rule(studio, field, value, message):
    studio.write(PROMPT)
    studio.set(field, value)
    studio.complete()
    expect(studio.status).to_contain_text(message)
    assert studio.ghost == ""
    assert studio.text == PROMPT


@pytest.mark.parametrize(
    "text",
    [
        'def f(x):\n    """Add one."""\n    return x + 1',
        "x = '''one\ntwo'''\ny = 1",
        'x = r"""\\d"""\ny = ""\nz = "a" + "b"',
        'x = """"""\ny = 1',
    ],
)
def test_quotes_are_typed_in_full(studio, text):
    studio.write("")
    studio.page.get_by_label("Code editor").click()
    for line in text.split("\n"):
        studio.page.keyboard.press("Shift+Home")  # what was indented by itself
        studio.page.keyboard.type(line)
        studio.page.keyboard.press("Enter")
    assert studio.text.rstrip() == text


def test_three_hundred_keys_while_suggestions_stream(studio):
    """No character is lost and the caret never moves by itself, at twelve keys a second."""
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu "
    typed = "# " + (words * 5)[:298]
    studio.set("max_tokens", "1000")
    studio.set("temperature", "2")
    studio.write("")
    studio.page.evaluate(
        """() => {
            const editor = PhiEditor.get('complete');
            window.strayed = [];
            const look = () => {
                if (editor.cursor() !== editor.text().length) window.strayed.push(editor.cursor());
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    for start in range(0, len(typed), 12):
        studio.page.keyboard.press("Control+Enter")
        until(lambda: studio.ghost, "a suggestion to type into")
        studio.page.keyboard.type(typed[start : start + 12], delay=80)
    assert studio.text == typed
    assert studio.page.evaluate("window.strayed") == []
