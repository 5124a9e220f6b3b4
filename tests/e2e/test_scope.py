"""Where a suggestion ends: at its line, at its block, where the model is unsure, or nowhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

# A body, a dedent to a new definition, and what nobody asked for.
WRITTEN = "    return 1\n\n\ndef other():\n    return 2\n"


def choose(studio, scope: str) -> None:
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#scope").get_by_label(scope).check()


@pytest.mark.parametrize(
    ("scope", "suggested", "end"),
    [
        ("Line", "    return 1", "the end of its scope"),
        ("Block", "    return 1", "the end of its scope"),
        ("Free", WRITTEN, "the text or a stop string ended it"),
    ],
)
def test_a_scope_ends_where_it_says(open_scripted, scope, suggested, end):
    studio = open_scripted(WRITTEN)
    choose(studio, scope)
    studio.write("def one():\n")
    studio.complete()
    expect(studio.status).to_contain_text(f"Finished: {end}")
    assert studio.ghost == suggested


def test_the_block_scope_stays_in_the_inner_block(open_scripted):
    studio = open_scripted("        print(item)\n\n        more(item)\n    return items\n")
    choose(studio, "Block")
    studio.write("def f(items):\n    for item in items:\n")
    studio.complete()
    expect(studio.status).to_contain_text("Finished: the end of its scope")
    assert studio.ghost == "        print(item)\n\n        more(item)"


def test_it_ends_where_the_model_is_unsure_only_when_that_is_asked_for(studio):
    studio.write("def print_prime(n):\n")
    studio.complete(max_tokens="200", temperature="2", top_p="1", seed="3")
    free = studio.finish()
    studio.page.keyboard.press("Escape")
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#confident input").check()
    studio.complete()
    expect(studio.status).to_contain_text("Finished: the model was unsure how to go on")
    assert studio.ghost
    assert len(studio.ghost) < len(free)
    assert free.startswith(studio.ghost)
