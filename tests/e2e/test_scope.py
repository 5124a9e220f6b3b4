"""Where a suggestion ends: at its line, at its block, where the model is unsure, or nowhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.test_page import thread_server
from tests.ui.scripted import ScriptedBackend

# A body, a dedent to a new definition, and what nobody asked for.
WRITTEN = "    return 1\n\n\ndef other():\n    return 2\n"


def choose(studio, scope: str) -> None:
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#scope").get_by_label(scope).check()


def test_the_line_scope_ends_with_the_line(studio):
    studio.write("import os\nimport ")
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#scope").get_by_label("Line").check()
    studio.complete(max_tokens="64", temperature="0")
    expect(studio.status).to_contain_text("Finished: the end of its scope")
    assert studio.ghost.strip()
    assert "\n" not in studio.ghost.strip("\n")


@pytest.mark.parametrize(
    ("scope", "suggested", "end"),
    [
        ("Line", "    return 1", "the end of its scope"),
        ("Block", "    return 1", "the end of its scope"),
        ("Free", WRITTEN, "the text or a stop string ended it"),
    ],
)
def test_a_scope_ends_where_it_says(open_studio, scope, suggested, end):
    with thread_server(ScriptedBackend(WRITTEN)) as at:
        studio = open_studio(at=at)
        choose(studio, scope)
        studio.write("def one():\n")
        studio.complete()
        expect(studio.status).to_contain_text(f"Finished: {end}")
        assert studio.ghost == suggested


def test_the_block_scope_on_the_model_leaves_no_block(studio):
    choose(studio, "Block")
    studio.write("def f(items):\n    for item in items:\n")
    studio.complete(max_tokens="64", temperature="1", seed="3")
    ghost = studio.finish()
    lines = [line for line in ghost.split("\n") if line.strip()]
    assert all(line.startswith("        ") for line in lines)


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
