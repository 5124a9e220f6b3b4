"""axe-core finds nothing serious, in light and dark, with everything open."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe


def serious(studio) -> list[str]:
    found = Axe().run(studio.page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_in_any_state(open_studio, scheme):
    studio = open_studio(color_scheme=scheme)
    assert serious(studio) == []
    for section in ("Suggestions", "More sampling", "History", "This request as code"):
        studio.page.get_by_role("button", name=section).click()
    studio.page.locator("#colour input").check()
    studio.write(
        'import os\n\n\nclass A:\n    # one\n    def f(self):\n        return "x" + 1\n\n\ndef print_prime(n):\n'
    )
    studio.complete(n="2", max_tokens="24", temperature="1", seed="1")
    studio.finish()
    studio.page.locator("#history li button").wait_for()
    studio.page.get_by_role("button", name="Show", exact=True).click()
    studio.page.locator("#code-shown").get_by_text("curl").wait_for()
    assert serious(studio) == []
    studio.editor.focus()
    studio.page.keyboard.press("Tab")
    studio.page.keyboard.press("F2")
    studio.page.get_by_role("dialog", name="Token").wait_for()
    assert serious(studio) == []
    studio.page.keyboard.press("Escape")
    studio.page.locator(".phi-help").click()
    assert serious(studio) == []
    studio.page.keyboard.press("Escape")
    studio.set("seed", "x")
    studio.complete()
    studio.page.locator(".phi-status[data-state=error]").wait_for()
    assert serious(studio) == []


def test_the_keyboard_goes_through_the_whole_page_and_out_again(studio):
    """No trap: Tab alone comes round, but for the editor, which says how it is left."""
    for section in ("Suggestions", "More sampling", "History", "This request as code"):
        studio.page.get_by_role("button", name=section).click()
    studio.page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    studio.page.evaluate("window.visited = new Set()")
    note = """() => {
        const element = document.activeElement;
        if (element === document.body) return 'end';
        const known = window.visited.has(element);
        window.visited.add(element);
        return known ? 'again' : element.classList.contains('cm-content') ? 'editor' : 'new';
    }"""
    seen = []
    while not seen or seen[-1] not in ("end", "again"):
        assert len(seen) < 200
        if seen and seen[-1] == "editor":
            studio.page.keyboard.press("Escape")
        studio.page.keyboard.press("Tab")
        seen.append(studio.page.evaluate(note))
    assert seen.count("editor") >= 1
    controls = [
        "#do-complete",
        "#do-stop",
        "#do-goOn",
        "#seed textarea, #seed input",
        "#logit_bias textarea",
    ]
    for control in [*controls, "#reset", "#share button", "#history input", "#code-show"]:
        assert studio.page.evaluate(
            "name => [...window.visited].some(element => element.matches(name))", control
        ), control
