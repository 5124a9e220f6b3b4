"""The gallery: completions to look at, in `assets/gallery.json`.

    python -m ui.share.gallery                    # draws all of them anew, with the embedded model
    python -m ui.share.gallery --add NAME FILE    # adds one that the page saved as JSON

An entry is `{name, shared}`, `shared` being what a link holds (`ui.share.link.Shared.payload`). One that another model
drew still opens; the page says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

from phi_model.backend import Backend
from phi_model.cli import EMBEDDED_NAME
from phi_model.request import MAX_LOGPROBS
from ui.components import Prompt
from ui.share.checks import keys, refuse, text
from ui.share.link import Completion, LinkError, Shared, encode, model_ref, read
from ui.suggestion import Choice, Suggestion

ASSETS = Path(__file__).resolve().parents[2] / "assets"
GALLERY = ASSETS / "gallery.json"
MODEL = ASSETS / "model"
MAX_NAME = 80
_OF_FILES = ("format", "version", "tokens")  # what a saved file has beside its link


def load(path: Path = GALLERY) -> list[tuple[str, Shared]]:
    """The entries of a gallery file, by name.

    Raises:
        LinkError: an entry is not as it should be.
        OSError, ValueError: there is no such file, or it is no JSON.
    """
    entries = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(entries, list):
        refuse(path.name, "a list", entries)
    found: list[tuple[str, Shared]] = []
    for entry in entries:
        keys(f"an entry of {path.name}", entry, ("name", "shared"))
        name = text("name", entry.get("name"), MAX_NAME)
        if not name or name in dict(found):
            refuse("name", "a text of its own", name)
        try:
            found.append((name, read(entry.get("shared"))))
        except LinkError as error:
            raise LinkError(f"{path.name}: {name}: {error}") from error
    return found


def save(entries: list[tuple[str, Shared]], path: Path = GALLERY) -> None:
    """Writes a gallery file."""
    rows = [{"name": name, "shared": shared.payload()} for name, shared in entries]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def items(path: Path = GALLERY) -> list[dict[str, str]]:
    """The entries as the page wants them: `{name, fragment}`; none where there is no file.

    Raises:
        LinkError, ValueError: see `load` and `encode`.
    """
    if not path.exists():
        return []
    return [{"name": name, "fragment": encode(shared)} for name, shared in load(path)]


async def redraw(shared: Shared, backend: Backend) -> Shared:
    """Draws a completion again, as the page would: what comes may differ where the model does.

    Raises:
        RequestError: the request does not fit the model.
        RuntimeError: the completion failed.
    """
    confident = bool(shared.settings["confident"])
    asked = shared.request(backend.tokenize)
    request = replace(asked, logprobs=MAX_LOGPROBS if confident else None)
    index = shared.completion.choice if shared.completion else 0
    suggestion = Suggestion(
        Prompt(shared.text, shared.cursor),
        [Choice() for _ in range(request.n)],
        scope=shared.settings["scope"],
        confident=confident,
    )
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            if chunk.finish_reason == "error":
                raise RuntimeError(chunk.message or "the completion failed")
            suggestion.add([chunk])
            if suggestion.ended:
                break
    suggestion.finish()
    choice = suggestion.choices[index]
    tokens = tuple(token.id for token in choice.drawn)
    return replace(
        shared,
        model=model_ref(backend.info),
        completion=Completion(text=choice.shown, tokens=tokens, choice=index),
    )


def opened(path: Path) -> Shared:
    """Reads a file that the page saved.

    Raises:
        LinkError: it holds no completion.
        OSError, ValueError: see `load`.
    """
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        refuse(path.name, "an object", value)
    shared = read({name: value[name] for name in value if name not in _OF_FILES})
    if shared.completion is None:
        raise LinkError(f"{path.name} holds no completion")
    return shared


async def _all(entries: list[tuple[str, Shared]]) -> list[tuple[str, Shared]]:
    from phi_model.engine import Engine

    engine = Engine.from_pretrained(MODEL, device="cpu", slots=1, name=EMBEDDED_NAME)
    try:
        return [(name, await redraw(shared, engine)) for name, shared in entries]
    finally:
        await engine.aclose()


def main(arguments: list[str] | None = None) -> None:
    """Runs from the command line."""
    parser = argparse.ArgumentParser(
        prog="ui.share.gallery", description="Draws the gallery anew, with the embedded model."
    )
    parser.add_argument(
        "--add", nargs=2, metavar=("NAME", "FILE"), help="a completion saved as JSON"
    )
    parser.add_argument("--file", type=Path, default=GALLERY, help="default: assets/gallery.json")
    options = parser.parse_args(arguments)
    try:
        entries: list[Any] = load(options.file) if options.file.exists() else []
        if options.add:
            name, file = options.add
            if name in dict(entries):
                refuse("name", "a text of its own", name)
            entries = [*entries, (name, opened(Path(file)))]
        else:
            entries = asyncio.run(_all(entries))
    except (LinkError, OSError, ValueError, RuntimeError) as error:
        sys.exit(f"error: {error}")
    save(entries, options.file)
    for name, shared in entries:
        print(f"{name}: {len(encode(shared)):,} characters of link")


if __name__ == "__main__":
    main()
