"""The command line's flags; the environment gives their defaults. It imports nothing slow."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ui.terminal import fail

EMBEDDED_MODEL = Path(__file__).resolve().parent.parent / "assets" / "model"
DTYPES = ("float32", "bfloat16", "float16")
QUANTIZATIONS = ("int8", "int4", "nf4")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


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


def proxy_path(text: str) -> str:
    """Reads the path below which a proxy shows the page, without a slash at its end."""
    if not text.startswith("/") or text.startswith("//"):
        raise argparse.ArgumentTypeError(f"must be a path such as /phi, got {text!r}")
    return text.rstrip("/")


def user_and_password(text: str) -> str:
    """Reads `user:password`."""
    if not all(text.partition(":")):
        # The value is a secret: it is not repeated.
        raise argparse.ArgumentTypeError("must be user:password, neither of them empty")
    return text


def locked_by(env: Mapping[str, str]) -> bool:
    """Whether the environment keeps visitors from choosing a model."""
    on_space = bool(env.get("SPACE_ID")) and not _set(env.get("PHI_ALLOW_MODEL_CHOICE"))
    return _set(env.get("PHI_LOCK_MODEL")) or on_space


def folders_allowed(options: argparse.Namespace, env: Mapping[str, str]) -> bool:
    """Whether visitors may name folders of this machine: those who sit at it, and those who have its password."""
    if env.get("SPACE_ID"):
        return False
    alone = options.host in LOOPBACK and not options.share and options.root_path is None
    return alone or options.auth is not None


def _set(value: str | None) -> bool:
    return (value or "").lower() not in ("", "0", "false", "no")


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
    flag("--quantization", type=one_of(*QUANTIZATIONS), default=env.get("PHI_QUANTIZATION") or None,
         help="int8, int4 or nf4; default: none, or as in the files (PHI_QUANTIZATION)")  # fmt: skip
    flag("--lock-model", action="store_true", default=locked_by(env),
         help="the page's visitors cannot choose another model (PHI_LOCK_MODEL=1); so it is on a Space, "
              "unless PHI_ALLOW_MODEL_CHOICE=1")  # fmt: skip
    flag(
        "--host",
        default=host,
        help="address to listen on; default: %(default)s (GRADIO_SERVER_NAME)",
    )
    flag("--port", type=port_number, default=port,
         help="0 takes a free one; default: %(default)s (GRADIO_SERVER_PORT, PORT)")  # fmt: skip
    flag("--root-path", type=proxy_path, metavar="/PATH", default=env.get("GRADIO_ROOT_PATH") or None,
         help="where a proxy shows the page, if not at its top (GRADIO_ROOT_PATH)")  # fmt: skip
    flag("--auth", type=user_and_password, metavar="USER:PASSWORD", default=env.get("PHI_AUTH") or None,
         help="asked of everybody, for the page and the API alike (PHI_AUTH)")  # fmt: skip
    flag("--share", action="store_true", help="also open a public link through Gradio's relay")
    return parser.parse_args(arguments)
