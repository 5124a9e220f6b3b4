"""The page: one module for each tab, put together here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from phi_model.backend import Backend, ModelInfo
from ui import complete
from ui.classify import tab as classify
from ui.components import serve_bundle
from ui.share import endpoint, panel
from ui.theme import PhiTheme

TITLE = "Phi code studio"
MAX_EVENTS = 256  # running at once, waiting ones included: the engine admits, Gradio only carries
MAX_QUEUE = 512
FILES_S = 3600  # after so many seconds an uploaded file, or one made of it, is deleted
STYLES = sorted(Path(__file__).with_name("styles").glob("*.css"))


def mount_options() -> dict[str, Any]:
    """What `gr.mount_gradio_app` needs for this page: its looks, and nothing that stores or tells what people type."""
    return {
        "theme": PhiTheme(),
        "css_paths": STYLES,
        "head": '<meta name="color-scheme" content="light dark">',
        "show_error": False,
        "ssr_mode": False,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
    }


def describe(info: ModelInfo) -> str:
    """The model in one line; a number that a remote backend cannot know is 0 and left out."""
    name = Path(info.name).name if Path(info.name).is_absolute() else info.name
    millions = info.parameters / 1e6
    size = f"{millions / 1000:.1f} B" if millions >= 1000 else f"{millions:.0f} M"
    kind = f"{info.quantization} " if info.quantization else ""
    parts = [
        f"{name}@{info.revision}" if info.revision else name,
        f"{size} parameters" if info.parameters else "",
        f"{kind}{info.dtype} on {info.device}",
        f"{info.memory_bytes / 1e6:,.0f} MB" if info.memory_bytes else "",
        f"context {info.context_length:,} tokens",
    ]
    return " · ".join(part for part in parts if part)


def build(
    backend: Backend, *, title: str = TITLE, key: str | None = None, public: bool = False
) -> gr.Blocks:
    """Builds the page over a backend.

    Args:
        backend: what completes.
        title: the page's name.
        key: what stands for the API's key in the programs that the page shows.
        public: whether strangers use the page, who get smaller files and only the models in the box.

    Returns:
        The page, to be mounted with `mount_options()`.
    """
    serve_bundle()
    with gr.Blocks(
        title=title, analytics_enabled=False, fill_width=True, delete_cache=(FILES_S, FILES_S)
    ) as demo:
        with gr.Row(elem_classes="phi-head"):
            gr.HTML(
                "<h1></h1><p></p>", js_on_load=_HEADING, name=title, about=describe(backend.info)
            )
        with gr.Tabs(elem_classes="phi-tabs"):
            with gr.Tab("Complete", elem_classes="phi-tab-complete"):
                tab = complete.build(backend, key=key)
            with gr.Tab("Classify"):
                classifying = classify.build(backend, public=public)
        complete.wire(tab, backend)
        classify.wire(classifying)
        panel.wire(demo, tab.controls)
        endpoint.build(backend)
    demo.max_threads = MAX_EVENTS
    demo.queue(max_size=MAX_QUEUE, default_concurrency_limit=MAX_EVENTS)
    return demo


# A model's name is somebody's text: it goes in as text.
_HEADING = """
element.querySelector('h1').textContent = props.name;
element.querySelector('p').textContent = props.about;
"""
