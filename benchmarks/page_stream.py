"""How soon the page is usable, and how soon text that the server yields is on the screen.

    python -m benchmarks.page_stream                        # one page, 1,000 tokens a second
    python -m benchmarks.page_stream --pages 20 --rate 50   # twenty pages at once

A scripted backend writes the time into every token, ten of them on a line; the browser compares it with the clock when the
frame that shows the token has been drawn. Usable is when a key reaches the editor and Complete can be pressed, from the
beginning of the navigation, with nothing in the cache. Prints one JSON line last. Needs Chromium and Playwright.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from phi_model.backend import CompletionChunk, ModelInfo, TokenPiece, Usage
from phi_model.request import CompletionRequest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
VIEWPORT = {"width": 1280, "height": 800}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
WRAP = 36**4  # milliseconds that four digits can tell apart
READY = "ready at "
LINE_TOKENS = 10  # about as many as a line of code has

WATCH = """() => {
    window.delays = [];
    let seen = '';
    const look = () => {
        const text = document.querySelector('.cm-ghost')?.textContent ?? '';
        const stamp = text.trimEnd().slice(-4);
        if (stamp && stamp !== seen) {
            seen = stamp;
            const shown = Date.now() % WRAP;
            window.delays.push((shown - parseInt(stamp, 36) + WRAP) % WRAP);
        }
        requestAnimationFrame(look);
    };
    look();
    // The end is told from within: to ask for it again and again would take the time that is measured.
    window.finished = () => new Promise(done => (window.tell = done));
    PhiEditor.get('complete').on('finish', () => window.tell?.());
}""".replace("WRAP", str(WRAP))

# Milliseconds from the beginning of the navigation until the page can be used.
USABLE = """() => {
    const look = () => {
        const button = document.querySelector('#do-complete');
        if (window.PhiEditor?.get('complete') && button?.checkVisibility() && !button.disabled) {
            window.usable = performance.now();
            window.PhiEditor.get('complete').focus();
        } else requestAnimationFrame(look);
    };
    look();
}"""


class ClockBackend:
    """Streams the time, `rate` tokens a second."""

    info = ModelInfo("clock", None, 1, "float32", "cpu", 1, 100_000, 100)

    def __init__(self, rate: float) -> None:
        self.rate = rate

    async def stream(
        self, request: CompletionRequest, *, session: str | None = None
    ) -> AsyncIterator[CompletionChunk]:
        """Sends what is due whenever the event loop comes round."""
        started, sent = time.perf_counter(), 0
        while sent < request.max_tokens:
            await asyncio.sleep(0.001)
            due = min(request.max_tokens, int((time.perf_counter() - started) * self.rate))
            for _ in range(due - sent):
                stamp = int(time.time() * 1000) % WRAP
                digits = "".join(DIGITS[stamp // 36**n % 36] for n in (3, 2, 1, 0))
                sent += 1
                text = digits + ("\n" if sent % LINE_TOKENS == 0 else " ")
                yield CompletionChunk(0, text, (TokenPiece(0, sent * 5 - 5, sent * 5),))
        usage = Usage(0, 0, 0, sent, 100_000, 0, 0.0, 0.0, 0.0, 0.0)
        yield CompletionChunk(0, "", (), "length", usage)

    def count_tokens(self, text: str) -> int:
        """Not of interest here."""
        return len(text)

    def tokenize(self, text: str) -> list[int]:
        """Not of interest here."""
        return []

    def token_text(self, token_id: int) -> str:
        """Not of interest here."""
        return ""

    async def aclose(self) -> None:
        """Nothing is held."""


def serve(rate: float) -> None:
    """Serves the page over the clock, in a process of its own."""
    from phi_model.serving.listen import bind, open_link
    from ui.server import create_app
    from ui.server import serve as run

    taken = bind("127.0.0.1", 0)

    def tell(_: str) -> None:
        print(READY + open_link(taken), flush=True)

    run(create_app(ClockBackend(rate)), taken, share_link=False, tell=tell)


def opened(browser: Browser, address: str) -> float:
    """Opens the page with an empty cache, types and completes; gives the milliseconds until that was possible."""
    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.add_init_script(f"({USABLE})()")
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.usable")
    page.keyboard.press("x")
    page.wait_for_function("PhiEditor.get('complete').text().includes('x')")
    page.click("#do-complete")
    page.wait_for_function("PhiEditor.get('complete').ghost()")
    usable = page.evaluate("window.usable")
    context.close()
    return usable


def stream(
    browser: Browser, address: str, process: int, pages: int, tokens: int, repeats: int
) -> tuple[list[float], float]:
    """Streams on all pages at once; gives each frame's delay in milliseconds, and how many cores the server used."""
    from tests.e2e.studio import Studio

    studios = [
        Studio(browser.new_context(viewport=VIEWPORT).new_page(), address) for _ in range(pages)
    ]
    for studio in studios:
        studio.write("")
        studio.set("max_tokens", str(tokens))
        studio.page.evaluate(WATCH)
    used = took = 0.0
    for _ in range(repeats):
        used, took = used - processor_seconds(process), took - time.perf_counter()
        for studio in studios:
            studio.page.evaluate(
                "() => { window.end = window.finished(); PhiEditor.get('complete').complete(); }"
            )
        for studio in studios:
            studio.page.evaluate("window.end")
        used, took = used + processor_seconds(process), took + time.perf_counter()
        for studio in studios:
            studio.page.evaluate("PhiEditor.get('complete').dismiss()")
    delays = [delay for studio in studios for delay in studio.page.evaluate("window.delays")]
    return delays, used / took


def processor_seconds(process: int) -> float:
    """What a process has used of the processor so far; Linux only."""
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1, help="open pages that stream at once")
    parser.add_argument("--rate", type=float, default=1000, help="tokens a second on each page")
    parser.add_argument("--tokens", type=int, default=1000, help="length of each completion")
    parser.add_argument("--repeats", type=int, default=5, help="completions on each page")
    parser.add_argument("--openings", type=int, default=5, help="how often the page is opened")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.rate)
        return
    from playwright.sync_api import sync_playwright

    from tests.e2e.studio import launch

    command = [sys.executable, "-m", "benchmarks.page_stream", "--serve", "--rate"]
    server = subprocess.Popen([*command, str(options.rate)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        line = next((line for line in server.stdout if line.startswith(READY)), "")
        address = line.removeprefix(READY).strip()
        with sync_playwright() as playwright:
            browser = launch(playwright)
            usable = [opened(browser, address) for _ in range(options.openings)]
            browser.close()
            browser = launch(playwright)
            delays, cores = stream(
                browser, address, server.pid, options.pages, options.tokens, options.repeats
            )
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
    cuts = statistics.quantiles(delays, n=100)
    result = {
        "benchmark": "page_stream",
        "pages": options.pages,
        "tokens_per_s": options.rate,
        "frames": len(delays),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "server_cores": round(cores, 2),
        "usable_ms": round(statistics.median(usable)) if usable else None,
        "usable_worst_ms": round(max(usable)) if usable else None,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    print(
        f"{len(delays)} frames on {options.pages} pages; the busier the machine, the later they are"
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
