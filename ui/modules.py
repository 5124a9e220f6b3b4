"""Which of Gradio's frontend modules the page's components need, so that the browser can ask for all of them at once.

Without being told, it finds them one level of imports after the other, each level only when the code of the one before
has run. The names are read from Gradio's own files, whatever its release: an entry loads the application, that loads the blocks, and
a table names the module of each kind of component. What is not recognised is left out, and the page loads as without this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import gradio

FRONTEND = Path(gradio.__file__).parent / "templates" / "frontend"
_STATIC = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")
_NAME = r"[\w.-]+\.js"


def page_modules(kinds: Iterable[str], frontend: Path = FRONTEND) -> list[str]:
    """The modules that a page with these kinds of components loads, each once, in the order of their need.

    Args:
        kinds: the components' types, as the page's configuration has them.
        frontend: folder with Gradio's `index.html` and `assets`.

    Returns:
        File names within `assets`; none where the files are not as expected.
    """
    assets = frontend / "assets"
    try:
        page = (frontend / "index.html").read_text(encoding="utf-8")
        chain = [_first(rf'src="\./assets/({_NAME})"', page)]
        for start in ("Index", "Blocks"):
            text = (assets / chain[-1]).read_text(encoding="utf-8")
            chain.append(_first(rf"import\(`\./({start}-{_NAME})`\)", text))
        base = _closure(chain, assets)
        table = "".join((assets / name).read_text(encoding="utf-8") for name in base)
    except (OSError, LookupError):
        return []
    wanted = (_module_of(kind, table) for kind in sorted(set(kinds)))
    return _closure([*base, *filter(None, wanted)], assets)


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise LookupError(pattern)
    return match[1]


def _module_of(kind: str, table: str) -> str | None:
    entry = rf"[{{,]{re.escape(kind)}:\{{(?:[^{{}}]*?,)?component:\(\)=>\w+\(\(\)=>import\(`\./({_NAME})`"
    match = re.search(entry, table)
    return match and match[1]


def _closure(names: Iterable[str], assets: Path) -> list[str]:
    """Some modules and all that they import, without what they only may import later."""
    found: list[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name in found or not (assets / name).is_file():
            continue
        found.append(name)
        waiting += _STATIC.findall((assets / name).read_text(encoding="utf-8"))
    return found
