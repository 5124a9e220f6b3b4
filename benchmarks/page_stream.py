"""How soon text that the server yields is on the screen: `python -m benchmarks.page_stream [--pages 20 --rate 50]`.

A scripted backend writes the time into every token; the browser compares it with the clock when the frame that shows the
token has been drawn. Prints the share of frames and, last, one JSON line. Needs Chromium and Playwright.
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

from phi_model.backend import CompletionChunk, ModelInfo, TokenPiece, Usage
from phi_model.request import CompletionRequest

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
WRAP = 36**4  # milliseconds that four digits can tell apart
READY = "ready at "

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
}""".replace("WRAP", str(WRAP))


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
                yield CompletionChunk(0, digits + "\n", (TokenPiece(0, sent * 5, sent * 5 + 5),))
                sent += 1
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


def measure(address: str, pages: int, tokens: int, repeats: int) -> list[float]:
    """Streams on all pages at once; gives each frame's delay in milliseconds."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.studio import Studio, launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        studios = [Studio(browser.new_context().new_page(), address) for _ in range(pages)]
        for studio in studios:
            studio.write("")
            studio.set("max_tokens", str(tokens))
            studio.page.evaluate(WATCH)
        for _ in range(repeats):
            for studio in studios:
                studio.complete()
            for studio in studios:
                studio.finish()
                studio.page.keyboard.press("Escape")
        delays = [delay for s in studios for delay in s.page.evaluate("window.delays")]
        browser.close()
    return delays


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1, help="open pages that stream at once")
    parser.add_argument("--rate", type=float, default=1000, help="tokens a second on each page")
    parser.add_argument("--tokens", type=int, default=1000, help="length of each completion")
    parser.add_argument("--repeats", type=int, default=5, help="completions on each page")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.rate)
        return
    command = [sys.executable, "-m", "benchmarks.page_stream", "--serve", "--rate"]
    server = subprocess.Popen([*command, str(options.rate)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        line = next((line for line in server.stdout if line.startswith(READY)), "")
        delays = measure(
            line.removeprefix(READY).strip(), options.pages, options.tokens, options.repeats
        )
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
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    print(
        f"{len(delays)} frames on {options.pages} pages; the busier the machine, the later they are"
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
