"""Starts `python app.py` as a newcomer would, with only requirements.txt installed, and asks it for the page."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

START_SECONDS = 180
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    if importlib.util.find_spec("transformers") is not None:
        sys.exit("transformers is installed: this shows nothing of the requirements alone")
    app = subprocess.Popen(
        [sys.executable, "app.py", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    timer = threading.Timer(START_SECONDS, app.kill)
    timer.start()
    try:
        for line in app.stdout:
            print(line, end="")
            if found := re.search(r"http://\S+", line):
                with urllib.request.urlopen(found.group(), timeout=30) as answer:
                    page = answer.read().decode()
                if "Phi code studio" not in page:
                    sys.exit(f"{found.group()} is another page: {page[:300]!r}")
                print(f"the page is served: {len(page):,} bytes")
                return
        sys.exit(f"app.py ended with status {app.wait()} before it served the page")
    finally:
        timer.cancel()
        app.terminate()
        app.wait(timeout=30)


if __name__ == "__main__":
    main()
