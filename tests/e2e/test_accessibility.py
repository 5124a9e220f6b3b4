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
    for section in ("Suggestions", "More sampling", "History"):
        studio.page.get_by_role("button", name=section).click()
    studio.page.locator("#colour input").check()
    studio.write(
        'import os\n\n\nclass A:\n    # one\n    def f(self):\n        return "x" + 1\n\n\ndef print_prime(n):\n'
    )
    studio.complete(n="2", max_tokens="24", temperature="1", seed="1")
    studio.finish()
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
