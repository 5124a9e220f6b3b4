"""`python -m phi_model serve`: the API without a page."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from phi_model.engine import Engine
from phi_model.serving.app import build_app
from phi_model.serving.listen import bind, open_link, serve
from phi_model.serving.protocol import Limits

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve_model(
    source: str, load: dict[str, Any], options: argparse.Namespace, progress: Any
) -> None:
    """Loads a model and serves it until it is interrupted.

    Args:
        source: folder or hub id.
        load: how, for `Engine.from_pretrained`.
        options: `host`, `port`, `api_key`, `name`, `slots`, `max_waiting`, `max_tokens`.
        progress: told how far the loading is, or None.

    Raises:
        OSError: the address cannot be listened on.
        ValueError: the checkpoint or a number is unusable.
    """
    if options.max_tokens < 1:
        raise ValueError(f"--max-tokens must be at least 1, got {options.max_tokens}")
    # Not the flag's default: help prints defaults.
    api_key = options.api_key or os.environ.get("PHI_API_KEY")
    # First: a taken port should not cost a download.
    taken = bind(options.host, options.port)
    # A folder's whole path is nobody's business.
    name = options.name or (Path(source).resolve().name if Path(source).is_dir() else None)
    named = {"name": name} if name else {}
    engine = Engine.from_pretrained(
        source,
        slots=options.slots,
        max_waiting=options.max_waiting,
        progress=progress,
        **named,
        **load,
    )
    app = build_app(engine, api_key=api_key, limits=Limits(max_tokens=options.max_tokens))

    def ready() -> None:
        print(f"{engine.info.name} is served at {open_link(taken)}/v1", flush=True)
        if not api_key and options.host not in LOOPBACK:
            print("Everybody who can reach this machine may use it: see --api-key", file=sys.stderr)

    try:
        serve(app, taken, ready, engine.aclose)
    finally:
        engine.close()
