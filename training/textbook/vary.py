"""Variants of a hand-written program: its names, hints, docstring, comments, quotes and example call."""

from __future__ import annotations

import ast
import doctest
import random
import re
from collections.abc import Iterator

from training.textbook.code import (
    RESERVED,
    names_in,
    rename,
    single_quotes,
    without_comments,
    without_docstrings,
    without_hints,
)
from training.textbook.docs import Doc, docstring
from training.textbook.exercise import Exercise, exercise
from training.textbook.notation import Program

LEAST, MOST = 8, 25
DOC_SHARES = (("none", 0.45), ("line", 0.36), ("long", 0.19))
KEEP_NAME = 0.3
LONGEST_LINE = 99


def choose(rng: random.Random, shares: tuple[tuple[str, float], ...]) -> str:
    """Draw a word by its share."""
    words, weights = zip(*shares, strict=False)
    return rng.choices(words, weights)[0]


def how_many(program: Program) -> int:
    """Return how many variants a program is worth: by its ways of writing and its names."""
    names = sum(min(len(words), 5) - 1 for words in program.names)
    size = min(len(code) for code in program.codes)
    worth = 5 * len(program.codes) + 2 * names
    return max(LEAST, min(MOST if size < 900 else MOST // 2, worth))


def variants(program: Program, rng: random.Random, wanted: int | None = None) -> Iterator[Exercise]:
    """Yield distinct variants of a program, as many as it is worth or as are wanted."""
    if wanted is None:
        wanted = how_many(program)
    first = rng.randrange(60)
    seen: set[object] = set()
    made = 0
    for attempt in range(6 * wanted):
        if made == wanted:
            return
        number = (first + attempt) % len(program.codes)
        table = _names(program, program.codes[number], rng, first + made // len(program.codes))
        key = (number, tuple(sorted(table.items())))
        text = _write(program, number, table, rng)
        if max(map(len, text.split("\n"))) > LONGEST_LINE and attempt < 4 * wanted:
            continue
        if text in seen or (key in seen and attempt < 4 * wanted):
            continue
        seen.update((key, text))
        made += 1
        main = table.get(program.names[0][0], table.get(program.main, program.main))
        yield exercise(program.topic, text, rename_checks(program.checks, table), main)


def _names(program: Program, code: str, rng: random.Random, turn: int) -> dict[str, str]:
    used = names_in(code) | names_in(program.checks)
    table: dict[str, str] = {}
    for position, words in enumerate(program.names):
        if position == 0:
            new = words[turn % len(words)]
        else:
            new = words[0] if rng.random() < KEEP_NAME else rng.choice(words)
        old = words[0].lstrip(".")
        taken = used | set(table.values()) | RESERVED
        if new.lstrip(".") != old and new.lstrip(".") not in taken:
            table[words[0]] = new.lstrip(".")
    return table


def rename_checks(checks: str, table: dict[str, str]) -> str:
    """Rename identifiers in the source lines of doctests; what they print stays."""
    lines = checks.split("\n")
    done = [rename(line, table) if line.startswith((">>> ", "... ")) else line for line in lines]
    return "\n".join(done)


def _write(program: Program, number: int, table: dict[str, str], rng: random.Random) -> str:
    code = rename(program.codes[number], table)
    main = table.get(program.names[0][0], program.main)
    style = choose(rng, DOC_SHARES)
    if rng.random() < 0.35:
        code = without_comments(code)
    hinted = rng.random() < 0.45
    has_doc = '"""' in code
    if has_doc and style == "none":
        code = without_docstrings(code)
    plain = code if hinted else without_hints(code)
    checks = rename_checks(program.checks, table)
    if not has_doc and program.summaries and f"\ndef {main}(" in f"\n{plain}":
        about = {table.get(key, key): text for key, text in program.about.items()}
        doc = Doc(program.summaries, about, checks, code, main, table)
        plain = _with_docstring(plain, main, docstring(doc, style, rng), style, doc, rng)
    text = plain.rstrip("\n") + "\n" + example(checks, main, code, rng)
    if rng.random() < 0.3:
        text = single_quotes(text)
    return text


def _with_docstring(
    code: str, main: str, found: str, style: str, doc: Doc, rng: random.Random
) -> str:
    if style == "none":
        if code.startswith("def ") and rng.random() < 0.12:
            return f"# {doc.summary(rng)}\n{code}"
        return code
    node = next(n for n in ast.parse(code).body if getattr(n, "name", "") == main)
    lines = code.split("\n")
    first = node.body[0].lineno - 1
    while lines[first - 1].strip().startswith("#"):
        first -= 1
    if isinstance(node.body[0], (ast.FunctionDef, ast.ClassDef)):
        found += "\n"
    lines[first:first] = found.split("\n")
    return "\n".join(lines)


def example(checks: str, main: str, code: str, rng: random.Random) -> str:
    """Return a short use of the program to stand below it, or nothing, which is most common."""
    if rng.random() < 0.66 or "__main__" in code or "\nprint(" in code:
        return ""
    items = doctest.DocTestParser().get_examples(checks)
    if not items or any(item.exc_msg for item in items):
        return ""
    if any("\n" in item.source.rstrip("\n") for item in items):
        return ""
    if re.search(rf"def {main}\(.*\) -> None:", code) or not code.startswith(("def ", "class ")):
        prints = None
    else:
        prints = _calls(items)
        items = [item for item in items if item.want or not item.source.startswith(f"{main}(")]
    style = rng.choice(("print", "print", "comment", "assert", "main"))
    if prints is not None and style == "assert":
        lines = [_assertion(source, want) for source, want in prints]
    else:
        lines = _session(items, comment=style == "comment")
    if not lines:
        return ""
    lines = [_double_quotes(line) for line in lines]
    if style == "main":
        body = "\n".join("    " + line for line in lines)
        return f'\n\nif __name__ == "__main__":\n{body}\n'
    return "\n\n" + "\n".join(lines) + "\n"


def _calls(items: list[doctest.Example]) -> list[tuple[str, str]] | None:
    found = []
    for item in items:
        source, want = item.source.strip(), item.want.rstrip("\n")
        try:
            ast.literal_eval(want)
            call = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError):
            return None
        if isinstance(call, ast.Tuple):
            return None
        if source.startswith("print("):
            return None
        found.append((_double_quotes(source), _double_quotes(want)))
    return found


def _double_quotes(line: str) -> str:
    """Write the strings of a line as the programs do; a repr has single quotes."""
    return line if '"' in line else line.replace("'", '"')


def _assertion(source: str, want: str) -> str:
    if want == "True":
        return f"assert {source}"
    if want == "False":
        return f"assert not {source}"
    if want == "None":
        return f"assert {source} is None"
    return f"assert {source} == {want}"


def _session(items: list[doctest.Example], comment: bool) -> list[str]:
    lines = []
    for item in items:
        source, want = item.source.strip(), item.want.rstrip("\n")
        try:
            call = ast.parse(source, mode="eval").body
            shown = str(ast.literal_eval(want))
            if isinstance(call, ast.Tuple):
                shown = ""
            elif "\n" in shown:
                source = f"print({source})"
            literal = "\n" not in shown and bool(want)
        except (SyntaxError, ValueError):
            shown, literal = "", False
        if literal and not source.startswith("print("):
            source = f"print({source})"
            if comment and shown and len(source) + len(shown) < 84:
                source += f"  # {shown}"
        elif not want and re.fullmatch(r"[\w.]+", source):
            continue
        lines.append(source)
    return lines
