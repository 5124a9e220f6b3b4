"""Links: made in one window, opened in a fresh one, and run again."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect

from tests.e2e.studio import until
from ui.share.link import decode, encode

PROMPT = "# naïve 🙂\ndef print_prime(n):\n"


def test_a_shared_completion_opens_in_a_fresh_window_and_is_drawn_again(
    studio, open_studio, address
):
    studio.write(PROMPT)
    studio.complete(max_tokens="12", temperature="0.8", seed="5", stop=r"\n\n\n")
    ghost = studio.finish()
    bar = studio.page.locator("#share")
    bar.get_by_role("button", name="Share").click()
    box = bar.get_by_label("Link to this completion")
    box.wait_for()
    link = box.input_value()
    assert link.startswith(f"{address.rstrip('/')}/#phi=1.")
    shared = decode(link.partition("#")[2])
    assert (shared.text, shared.cursor, shared.seed) == (PROMPT, len(PROMPT), 5)
    assert shared.completion.text == ghost
    assert shared.model.name == "Embedded Phi"

    other = open_studio("/#" + link.partition("#")[2])
    bar = other.page.locator("#share")
    expect(bar.get_by_role("status")).to_contain_text("Opened: by Embedded Phi, seed 5.")
    assert (other.text, other.ghost) == (PROMPT, ghost)
    expect(other.page.locator("#seed textarea, #seed input")).to_have_value("5")
    bar.get_by_role("button", name="Replay").click()
    expect(bar.get_by_role("status")).to_have_text("Identical.")
    assert other.ghost == ghost

    # What another model, or another version of this one, would have drawn.
    tokens = shared.completion.tokens
    strange = replace(shared.completion, text="<b>other</b>", tokens=(*tokens[:2], tokens[2] + 1))
    third = open_studio("/#" + encode(replace(shared, completion=strange)))
    bar = third.page.locator("#share")
    bar.get_by_role("button", name="Replay").click()
    expect(bar.get_by_role("status")).to_have_text("Diverged at token 3.")
    assert bar.locator("pre").all_text_contents() == ["<b>other</b>", ghost]


def test_a_damaged_link_is_told_and_changes_nothing(open_studio):
    damaged = open_studio("/#phi=1.AAAA")
    status = damaged.page.locator("#share").get_by_role("status")
    expect(status).to_contain_text("The link was not opened: the link is damaged")
    assert until(lambda: damaged.text, "the starter") == "def print_prime(n):\n"
    expect(damaged.page.locator("#seed textarea, #seed input")).to_have_value("")
    expect(damaged.page.locator("#share").get_by_role("button", name="Replay")).to_be_hidden()
