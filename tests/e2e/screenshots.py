"""Takes the screenshots of `assets/screenshots/` anew: `python -m tests.e2e.screenshots`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.studio import ROOT, Studio, launch, server

FOLDER = ROOT / "assets" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
PROMPT = "def print_prime(n):\n"


def suggestion(studio: Studio) -> None:
    """A finished suggestion: what the page is for."""
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#scope").get_by_label("Block").check()
    studio.write(PROMPT)
    studio.complete(seed="1")
    studio.finish()
    studio.page.evaluate("scrollTo(0, 0)")


def streaming(studio: Studio) -> None:
    """A completion on its way."""
    studio.write(PROMPT)
    studio.complete(max_tokens="400", temperature="1.5")
    studio.page.wait_for_timeout(600)


def alternatives(studio: Studio) -> None:
    """Three alternatives side by side."""
    studio.write(PROMPT)
    studio.complete(n="3", max_tokens="48", temperature="0.6", seed="3")
    studio.finish()


def probabilities(studio: Studio) -> None:
    """Accepted text by probability, with a token's alternatives."""
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#colour input").check()
    studio.write(PROMPT)
    studio.complete(max_tokens="48", temperature="0.6", seed="3")
    studio.finish()
    studio.page.keyboard.press("Tab")
    expect(studio.page.locator(".phi-meter-count")).not_to_have_text(re.compile(r"^\d /"))
    studio.page.keyboard.press("F2")
    studio.page.get_by_role("dialog", name="Token").wait_for()


def error(studio: Studio) -> None:
    """A value that cannot be."""
    studio.write(PROMPT)
    studio.set("seed", "seven")
    studio.complete()
    studio.page.locator(".phi-status[data-state=error]").wait_for()


def classify(studio: Studio, what: str, example: str) -> None:
    """An example in the Classify tab, with what is found in it."""
    page = studio.page
    page.get_by_role("tab", name="Classify").click()
    page.get_by_label("Text to classify").wait_for()
    page.get_by_label(what).check()
    page.locator("#classify-examples select").select_option(label=example)
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.locator("#classify-status")).to_contain_text("Finished")


def language(studio: Studio) -> None:
    """Bars: the head for languages."""
    classify(studio, "What language is this?", "Shell")


def roles(studio: Studio) -> None:
    """Coloured tokens of code that is cut off, one of them with its score."""
    classify(studio, "What is each token of Python?", "Python, cut off")
    studio.page.locator(".phi-spans .phi-mark").nth(2).focus()


def zero_shot(studio: Studio) -> None:
    """Labels of one's own, by the resident model alone."""
    classify(studio, "Labels of my own", "Python")


CLASSIFY: dict[str, Callable[[Studio], None]] = {
    "language": language,
    "roles": roles,
    "zero-shot": zero_shot,
}
STATES: dict[str, Callable[[Studio], None]] = {
    "streaming": streaming,
    "alternatives": alternatives,
    "probabilities": probabilities,
    "error": error,
}


def shoot(
    browser: Browser, address: str, name: str, size: str, scheme: str, act: Callable[[Studio], None]
) -> Path:
    """Takes one screenshot in a fresh window."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    studio = Studio(context.new_page(), address)
    act(studio)
    path = FOLDER / f"{name}.png"
    studio.page.screenshot(
        path=path, full_page=act is alternatives or act in CLASSIFY.values()
    )  # the panel, or the answer, is below the editor
    context.close()
    return path


def main() -> None:
    """Starts the app on the embedded model and takes them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with server() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for size in SIZES:
            for scheme in ("light", "dark"):
                print(shoot(browser, address, f"{size}-{scheme}", size, scheme, suggestion))
        for number, (name, act) in enumerate(STATES.items()):
            scheme = ("light", "dark")[number % 2]
            print(shoot(browser, address, f"state-{name}", "desktop", scheme, act))
        boxed = {name for name in CLASSIFY if (ROOT / "assets" / "heads" / name).is_dir()}
        for name in (*boxed, "zero-shot"):
            print(shoot(browser, address, f"classify-{name}", "desktop", "light", CLASSIFY[name]))
        if "roles" in boxed:
            print(shoot(browser, address, "classify-phone-dark", "phone", "dark", roles))
        browser.close()


if __name__ == "__main__":
    main()
