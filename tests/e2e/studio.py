"""Drives the page as a person would, and starts the server that it comes from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Whose packages the app runs with: CI names an environment that has only requirements.txt.
APP_PYTHON = os.environ.get("PHI_APP_PYTHON") or sys.executable
TIMEOUT_MS = 30_000  # of a machine that has other things to do
expect.set_options(timeout=TIMEOUT_MS)


@contextmanager
def server(*flags: str) -> Iterator[str]:
    """Runs `python app.py` on a free port and gives its address."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [APP_PYTHON, "app.py", "--port", "0", *flags],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    try:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if ready := re.search(r"Ready: open (\S+)", line):
                yield ready[1]
                return
        raise RuntimeError("the server did not start:\n" + "".join(said))
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def launch(playwright: Playwright) -> Browser:
    """Starts Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)


def until(condition: Callable[[], Any], what: str, limit: float = TIMEOUT_MS / 1000) -> Any:
    """Waits for a condition and gives its value."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {limit:g} s: {what}")


class Studio:
    """The page in one browser window.

    Attributes:
        hosts: every host that the browser asked for something.
        problems: what the page's scripts complained about.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.hosts: set[str] = set()
        self.problems: list[str] = []
        page.set_default_timeout(TIMEOUT_MS)
        page.on(
            "request", lambda r: self.hosts.add(re.sub(r"^(?:blob:)?(\w+:/*[^/]*).*", r"\1", r.url))
        )
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(address)
        self.editor = page.get_by_label("Code editor", exact=True)
        self.editor.wait_for()
        self.status = page.locator("#status")
        expect(self.status).to_contain_text("Ready")

    def evaluate(self, call: str, *arguments: Any) -> Any:
        """Calls a function of the editor."""
        return self.page.evaluate(
            "([call, args]) => window.PhiEditor.get('complete')[call](...args)",
            [call, list(arguments)],
        )

    @property
    def text(self) -> str:
        """The document."""
        return self.evaluate("text")

    @property
    def ghost(self) -> str:
        """The suggestion, as far as it is not in the document."""
        return self.evaluate("ghost")

    @property
    def caret(self) -> int:
        """Where the caret is, in UTF-16 units."""
        return self.evaluate("cursor")

    def watch_ghost(self) -> Callable[[], list[int]]:
        """Notes the suggestion's length each time that it is drawn; gives a function that reads the notes."""
        self.page.evaluate(
            """() => {
                window.ghostLengths = [];
                new MutationObserver(() => {
                    const length = document.querySelector('.cm-ghost')?.textContent.length ?? 0;
                    if (length !== window.ghostLengths.at(-1)) window.ghostLengths.push(length);
                }).observe(document.querySelector('.cm-content'),
                    {subtree: true, childList: true, characterData: true});
            }"""
        )
        return lambda: self.page.evaluate("window.ghostLengths")

    def write(self, text: str) -> None:
        """Replaces the document by pasting, which leaves brackets and indentation as they are."""
        self.editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
        assert self.text == text

    def set(self, field: str, value: str) -> None:
        """Enters a value in the control of a request's field."""
        box = self.page.locator(f"#{field}").locator(
            "input[type=number], input[type=text], textarea"
        )
        if not box.is_visible():
            section = "Suggestions" if field == "n" else "More sampling"
            self.page.get_by_role("button", name=section).click()
            box.wait_for()
            # Gradio builds a section when it is opened, and hears of changes once it has done so: faster than a hand.
            self.page.evaluate(
                "async () => { for (let i = 0; i < 3; i++)"
                " await new Promise(done => requestIdleCallback(() => setTimeout(done, 50))); }"
            )
        box.fill(value)
        box.blur()
        expect(box).to_have_value(value)

    def complete(self, **controls: str) -> None:
        """Asks for a completion with the key, with these controls set."""
        for field, value in controls.items():
            self.set(field, value)
        self.editor.focus()
        self.page.keyboard.press("Control+Enter")

    def finish(self) -> str:
        """Waits for the completion to end and gives the suggestion."""
        until(lambda: not self.evaluate("running"), "the end of the completion")
        expect(self.status).to_contain_text("Finished")
        return until(lambda: self.ghost, "a suggestion")

    def fact(self, label: str) -> str:
        """A figure of the status line."""
        row = self.status.locator("dl > div", has=self.page.locator(f"dt:text-is('{label}')"))
        return row.locator("dd").inner_text()
