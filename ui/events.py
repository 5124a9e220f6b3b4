"""How the page's events run."""

from __future__ import annotations

from typing import Any

# For an event that marks no component while it runs. Gradio tells every component that any event has marked so far of
# each message of a stream, and copies all of its properties for that: more work for the browser than the text itself.
UNMARKED: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": []}
# The same for what is short, and nobody else's business.
SILENT: dict[str, Any] = {**UNMARKED, "queue": False, "api_visibility": "private"}
