"""One server and one browser for all browser tests, and a fresh window for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.studio import Studio, launch, server
from tests.share.conftest import page_over
from tests.ui.scripted import ScriptedBackend


# Not of the session: while Playwright's loop lives, no asynchronous test of another folder can run.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """Where the page is: a server of our own, or the one that STUDIO_URL names."""
    if running := os.environ.get("STUDIO_URL"):
        yield running
        return
    with server() as address:
        yield address


@pytest.fixture
def open_studio(browser: Browser, address: str) -> Iterator[Callable[..., Studio]]:
    """Opens windows; afterwards none of them may have asked another host, or have had a script error."""
    contexts = []
    studios = []

    def open_studio(path: str = "", at: str = address, script: str = "", **options) -> Studio:
        options = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", **options}
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(script)
        studio = Studio(context.new_page(), at + path)
        studios.append((studio, at))
        return studio

    yield open_studio
    for context in contexts:
        context.close()
    for studio, at in studios:
        assert studio.hosts - {"data:", "blob:"} <= {at.rstrip("/")}
        assert studio.problems == []


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """Servers of one test."""
    with ExitStack() as servers:
        yield servers


# The servers come first, so that they outlive the windows.
@pytest.fixture
def open_scripted(
    servers: ExitStack, open_studio: Callable[..., Studio]
) -> Callable[[str], Studio]:
    """Opens a window on a page whose model writes a given text, for tests that cannot do with any other."""
    return lambda text: open_studio(at=servers.enter_context(page_over(ScriptedBackend(text))))


@pytest.fixture
def studio(open_studio: Callable[..., Studio]) -> Studio:
    return open_studio()
