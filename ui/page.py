"""The page: one module for each tab, put together here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from phi_model.backend import Backend
from phi_model.engine.resident import Resident
from ui import complete
from ui.classify import tab as classify
from ui.classify.table import PUBLIC_LIMITS, Limits
from ui.components import serve_bundle
from ui.models import panel as models
from ui.models.rules import Rules
from ui.share import endpoint, panel
from ui.theme import PhiTheme

TITLE = "Phi code studio"
MAX_EVENTS = 256  # running at once, waiting ones included: the engine admits, Gradio only carries
MAX_QUEUE = 512
FILES_S = 3600  # after so many seconds an uploaded file, or one made of it, is deleted
LOCKED = Rules()
STYLES = sorted(Path(__file__).with_name("styles").glob("*.css"))


def mount_options(*, public: bool = False) -> dict[str, Any]:
    """What `gr.mount_gradio_app` needs for this page: its looks, and nothing that stores or tells what people type.

    Args:
        public: whether strangers use the page, who may send smaller files.
    """
    return {
        "theme": PhiTheme(),
        "css_paths": STYLES,
        "head": '<meta name="color-scheme" content="light dark">',
        "max_file_size": (PUBLIC_LIMITS if public else Limits()).file_bytes,
        "show_error": False,
        "ssr_mode": False,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
    }


def build(
    backend: Backend,
    *,
    title: str = TITLE,
    key: str | None = None,
    public: bool = False,
    resident: Resident | None = None,
    rules: Rules = LOCKED,
) -> gr.Blocks:
    """Builds the page over a backend.

    Args:
        backend: what completes.
        title: the page's name.
        key: what stands for the API's key in the programs that the page shows.
        public: whether strangers use the page, who get smaller files and only the models in the box.

        resident: whose model the page's visitors may exchange; the one behind `backend`.
        rules: what they may choose.

    Returns:
        The page, to be mounted with `mount_options()`.
    """
    serve_bundle()
    with gr.Blocks(
        title=title, analytics_enabled=False, fill_width=True, delete_cache=(FILES_S, FILES_S)
    ) as demo:
        with gr.Row(elem_classes="phi-head"):
            heading = models.build(complete.EDITOR, title, resident or backend, rules)
        with gr.Tabs(elem_classes="phi-tabs"):
            with gr.Tab("Complete", elem_classes="phi-tab-complete"):
                tab = complete.build(backend, key=key)
            with gr.Tab("Classify"):
                classifying = classify.build(
                    backend,
                    public=public,
                    allowed=None
                    if rules.locked
                    else lambda name: rules.read({"model": name}).model,
                )
        complete.wire(tab, backend)
        models.wire(heading, resident or backend, rules, tab.editor, tab.meter, tab.controls)
        classify.wire(classifying)
        panel.wire(demo, tab.share, tab.controls, backend, heading)
        endpoint.build(backend)
    # Where it knows that it is on a Space, Gradio asks huggingface.co and Google's fonts for a bar of its own.
    demo.space_id = None
    demo.max_threads = MAX_EVENTS
    demo.queue(max_size=MAX_QUEUE, default_concurrency_limit=MAX_EVENTS)
    return demo
