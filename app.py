"""Serves the page: `python app.py`, on this machine or as a Hugging Face Space.

The page is mounted on our own FastAPI application, not launched by Gradio: one process then serves the page and other
routes beside it, and those stay outside Gradio's permissive cross-origin rules. A Space only asks that port 7860 answers.
"""

from __future__ import annotations

import os

from ui.flags import EMBEDDED_MODEL, folders_allowed, parse
from ui.terminal import Teller, fail

# Before Gradio and huggingface_hub are imported: nothing calls home.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# After each event, Gradio would summarize the last 10,000 in a pandas table for its monitoring page, which is off here.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Loads the model and serves the page until it is interrupted."""
    options = parse(arguments)
    tell = Teller()
    tell("Starting")
    from ui.share import zero

    spaces = zero.prepare(os.environ)
    from phi_model.cli import EMBEDDED_NAME
    from phi_model.engine.resident import ModelChoice, Resident
    from phi_model.serving.listen import bind
    from ui.complete import load_examples
    from ui.models.rules import Rules, devices
    from ui.server import create_app, serve

    embedded = str(EMBEDDED_MODEL)
    try:
        socket = bind(options.host, options.port)  # first: a taken port should not cost a download
        choice = ModelChoice(options.model, options.dtype, options.device, options.quantization)
        names = {embedded: EMBEDDED_NAME}
        if spaces is not None:
            backend = zero.load_backend(spaces, choice, names, tell)
        else:
            backend = Resident(
                choice,
                names=names,
                public_prefixes=[example["text"] for example in load_examples()],
                progress=tell,
            )
    # Whatever a flag can cause is the user's to mend, and is told in one line.
    except (ValueError, OSError, RuntimeError, AssertionError) as error:
        fail(error)
    app = create_app(
        backend,
        root_path=options.root_path,
        api_key=os.environ.get("PHI_API_KEY"),
        auth=options.auth,
        public=bool(os.environ.get("SPACE_ID")),
        rules=Rules(
            locked=options.lock_model,
            folders=folders_allowed(options, os.environ),
            names={EMBEDDED_NAME: embedded},
            devices=devices(),
        ),
    )
    if spaces is not None:
        zero.start(spaces, app.state.page, socket.getsockname()[1])
    serve(app, socket, share_link=options.share, tell=tell)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
