"""Serves the page: `python app.py`, on this machine or as a Hugging Face Space.

The page is mounted on our own FastAPI application, not launched by Gradio: one process then serves the page and other
routes beside it, and those stay outside Gradio's permissive cross-origin rules. A Space only asks that port 7860 answers.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from ui.terminal import Teller, fail

# Before Gradio and huggingface_hub are imported: nothing calls home.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

EMBEDDED_MODEL = Path(__file__).resolve().parent / "assets" / "model"
DTYPES = ("float32", "bfloat16", "float16")


def one_of(*values: str) -> Callable[[str], str]:
    """A reader of flags that also checks what came from the environment."""

    def read(text: str) -> str:
        if text not in values:
            raise argparse.ArgumentTypeError(f"must be one of {', '.join(values)}, got {text!r}")
        return text

    return read


def port_number(text: str) -> int:
    """Reads a port; 0 takes a free one."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"must be an integer from 0 to 65535, got {text!r}")
    return int(text)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Reads the flags; the environment gives their defaults."""
    env = os.environ
    host = env.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if env.get("SPACE_ID") else "127.0.0.1")
    port = env.get("GRADIO_SERVER_PORT") or env.get("PORT") or "7860"
    parser = argparse.ArgumentParser(prog="app.py", description="Completes code in the browser.")
    parser.error = fail  # type: ignore[method-assign]
    flag = parser.add_argument
    flag("--model", metavar="ID", default=env.get("PHI_MODEL") or str(EMBEDDED_MODEL),
         help="folder, org/name or org/name@revision; default: the embedded model (PHI_MODEL)")  # fmt: skip
    flag("--device", default=env.get("PHI_DEVICE") or None,
         help="cpu, cuda, cuda:1 ...; default: a GPU where there is one (PHI_DEVICE)")  # fmt: skip
    flag("--dtype", type=one_of(*DTYPES), default=env.get("PHI_DTYPE") or None,
         help="float32, bfloat16 or float16; default: as in the files (PHI_DTYPE)")  # fmt: skip
    flag(
        "--host",
        default=host,
        help="address to listen on; default: %(default)s (GRADIO_SERVER_NAME)",
    )
    flag("--port", type=port_number, default=port,
         help="0 takes a free one; default: %(default)s (GRADIO_SERVER_PORT, PORT)")  # fmt: skip
    flag("--share", action="store_true", help="also open a public link through Gradio's relay")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Loads the model and serves the page until it is interrupted."""
    options = parse(arguments)
    tell = Teller()
    tell("Starting")
    from phi_model.engine import Engine
    from phi_model.serving.listen import bind
    from ui.server import create_app, serve

    try:
        socket = bind(options.host, options.port)  # first: a taken port should not cost a download
        named = {"name": "Embedded Phi"} if options.model == str(EMBEDDED_MODEL) else {}
        backend = Engine.from_pretrained(
            options.model, device=options.device, dtype=options.dtype, progress=tell, **named
        )
    # Whatever a flag can cause is the user's to mend, and is told in one line.
    except (ValueError, OSError, RuntimeError, AssertionError) as error:
        fail(error)
    app = create_app(backend, api_key=os.environ.get("PHI_API_KEY"))
    serve(app, socket, share_link=options.share, tell=tell)


if __name__ == "__main__":
    main()
