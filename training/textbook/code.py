"""Changes to Python source that keep its layout: names, type hints, comments, docstrings, quotes.

``ast.unparse`` would lose comments and blank lines, so the text itself is edited. The lexer is a regular
expression of our own since ``tokenize`` splits f-strings in Python 3.12 and not before; it knows what the
textbook's programs use (no f-string holds a quote of its own kind).
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Mapping
from functools import lru_cache

_TOKEN = re.compile(
    r"""
    (?P<triple>[rbfRBF]{0,2}(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''))
    |(?P<string>[rbfRBF]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<comment>\#[^\n]*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FIELD = re.compile(r"(\{)([^{}:!]*)")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_ATTRIBUTE = re.compile(r"(?<=\.)[A-Za-z_]\w*")
RESERVED = frozenset(keyword.kwlist) | frozenset(dir(builtins))
Edit = tuple[int, int, str]


@lru_cache(maxsize=4096)
def tokens(code: str) -> tuple[tuple[str, str], ...]:
    """Return (kind, text) of every piece of the source; the pieces join to the source again."""
    return tuple((str(match.lastgroup), match.group()) for match in _TOKEN.finditer(code))


@lru_cache(maxsize=4096)
def names_in(code: str) -> frozenset[str]:
    """Return all identifiers of the source, those inside f-strings included."""
    found = set()
    for kind, text in tokens(code):
        if kind == "name":
            found.add(text)
        elif kind in ("string", "triple") and "f" in text[:2].lower():
            for _, field in _FIELD.findall(text):
                found.update(re.findall(r"[A-Za-z_]\w*", field))
    return frozenset(found)


def rename(code: str, table: Mapping[str, str]) -> str:
    """Rename identifiers.

    Args:
        code: Python source.
        table: new names by old ones. A key that begins with a dot (``.push``) also stands for attributes;
            the others leave attributes alone.

    Returns:
        The source; names inside of the braces of f-strings change, comments and other strings don't.
    """
    if not table:
        return code
    plain = {old.lstrip("."): new for old, new in table.items()}
    dotted = {old[1:]: new for old, new in table.items() if old.startswith(".")}

    def in_field(match: re.Match[str]) -> str:
        inner = _NAME.sub(lambda m: plain.get(m.group(), m.group()), match.group(2))
        inner = _ATTRIBUTE.sub(lambda m: dotted.get(m.group(), m.group()), inner)
        return match.group(1) + inner

    out: list[str] = []
    importing = False
    for kind, text in tokens(code):
        if text == "\n":
            importing = False
        elif text in ("import", "from") and (not out or out[-1] == "\n"):
            importing = True
        if importing:
            out.append(text)
        elif kind == "name":
            out.append((dotted if out and out[-1] == "." else plain).get(text, text))
        elif kind in ("string", "triple") and "f" in text[: text.find(text[-1])].lower():
            out.append(_FIELD.sub(in_field, text))
        else:
            out.append(text)
    return "".join(out)


def single_quotes(code: str) -> str:
    """Write short strings with single quotes, where nothing inside of them stands against it."""
    out = []
    for kind, text in tokens(code):
        body = text[text.find('"') + 1 : -1]
        if kind == "string" and text.endswith('"') and not re.search(r"['\"\\]", body):
            text = f"{text[: text.find(chr(34))]}'{body}'"
        out.append(text)
    return "".join(out)


def without_comments(code: str) -> str:
    """Take the comments out, whole lines of them included."""
    out = "".join("\0" if kind == "comment" else text for kind, text in tokens(code))
    out = re.sub(r"^[ ]*\0\n", "", out, flags=re.MULTILINE)
    return re.sub(r"[ ]*\0", "", out)


def _offsets(code: str) -> list[int]:
    starts = [0]
    for line in code.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _apply(code: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        code = code[:start] + new + code[end:]
    return code


def without_hints(code: str) -> str:
    """Take type hints out of functions and assignments, and the imports that only they needed.

    The annotations of a class body stay: they are the fields of a dataclass. The source is ASCII, so that
    the columns of the syntax tree are characters.
    """
    tree = ast.parse(code)
    starts = _offsets(code)

    def at(line: int | None, column: int | None) -> int:
        return starts[(line or 1) - 1] + (column or 0)

    edits: list[Edit] = []
    fields = {
        id(item)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            args = node.args
            plain = [*args.posonlyargs, *args.args]
            first = len(plain) - len(args.defaults)
            defaults: list[ast.expr | None] = [None] * first + list(args.defaults)
            pairs = [
                *zip(plain, defaults, strict=False),
                *zip(args.kwonlyargs, args.kw_defaults, strict=False),
            ]
            pairs += [(a, None) for a in (args.vararg, args.kwarg) if a is not None]
            for arg, default in pairs:
                if arg.annotation is None:
                    continue
                start = at(arg.lineno, arg.col_offset) + len(arg.arg)
                end = at(arg.annotation.end_lineno, arg.annotation.end_col_offset)
                if default is not None:
                    end = at(default.lineno, default.col_offset)
                edits.append((start, end, "=" if default is not None else ""))
            if node.returns is not None:
                end = at(node.returns.end_lineno, node.returns.end_col_offset)
                edits.append((code.rindex(")", 0, at(*_start(node.returns))) + 1, end, ""))
        elif isinstance(node, ast.AnnAssign) and id(node) not in fields and node.value:
            start = at(node.target.end_lineno, node.target.end_col_offset)
            edits.append((start, at(*_start(node.annotation)), ""))
            start = at(*_start(node.annotation))
            end = at(node.annotation.end_lineno, node.annotation.end_col_offset)
            edits.append((start, end, ""))
    return without_unused_imports(_apply(code, edits)) if edits else code


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def without_unused_imports(code: str) -> str:
    """Drop the names of top-level imports that nothing uses."""
    lines = code.split("\n")
    rest = "\n".join(line for line in lines if not line.startswith(("import ", "from ")))
    used = names_in(rest)
    kept = []
    for line in lines:
        match = re.fullmatch(r"(from [\w.]+ import )([\w, ]+)", line)
        if match and match.group(1) != "from __future__ import ":
            names = [name for name in match.group(2).split(", ") if name.split()[-1] in used]
            if not names:
                continue
            line = match.group(1) + ", ".join(names)
        kept.append(line)
    return re.sub(r"^\n+", "", "\n".join(kept))


def without_docstrings(code: str) -> str:
    """Take every docstring out that has a statement behind it."""
    lines = code.split("\n")
    gone: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if ast.get_docstring(node, clean=False) is None or len(node.body) < 2:
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno or 0
        gone.update(range(first - 1, last))
        while last < len(lines) and not lines[last]:
            gone.add(last)
            last += 1
    return "\n".join(line for number, line in enumerate(lines) if number not in gone)
