"""Docstrings in the styles that Python programs have."""

from __future__ import annotations

import ast
import random
import re
from dataclasses import dataclass

_BY_HINT = {
    "int": "An integer.",
    "float": "A number.",
    "str": "A string.",
    "bool": "A flag.",
    "list": "A list.",
    "list[int]": "A list of integers.",
    "list[float]": "A list of numbers.",
    "list[str]": "A list of strings.",
    "list[list[int]]": "A list of lists of integers.",
    "dict": "A dictionary.",
    "dict[str, int]": "A dictionary of counts by name.",
    "tuple": "A tuple.",
    "set[int]": "A set of integers.",
}


@dataclass
class Doc:
    """What a docstring can be made of.

    Attributes:
        summaries: one-line docstrings.
        about: descriptions by parameter, and of ``return``.
        checks: doctests.
        code: source with type hints.
        main: the function that is described.
        table: how names were changed.
    """

    summaries: list[str]
    about: dict[str, str]
    checks: str
    code: str
    main: str
    table: dict[str, str]

    def fill(self, text: str) -> str:
        """Put the parameters' names into a text."""
        return re.sub(r"\{(\w+)\}", lambda m: self.table.get(m.group(1), m.group(1)), text)

    def summary(self, rng: random.Random) -> str:
        """Draw a one-line docstring."""
        return self.fill(rng.choice(self.summaries))

    def parameters(self) -> list[tuple[str, str, str]]:
        """Return (name, hint, description) of every parameter; empty where one has no description."""
        tree = ast.parse(self.code)
        node = next(n for n in tree.body if getattr(n, "name", "") == self.main)
        if not isinstance(node, ast.FunctionDef):
            return []
        found = []
        for arg in [*node.args.args, *node.args.kwonlyargs]:
            hint = ast.unparse(arg.annotation) if arg.annotation else ""
            text = self.fill(self.about.get(arg.arg, _BY_HINT.get(hint, "")))
            if not text:
                return []
            found.append((arg.arg, hint, text))
        return found

    def returns(self) -> tuple[str, str]:
        """Return (hint, description) of what comes back; the description may be empty."""
        found = re.search(rf"def {self.main}\(.*?\) -> ([^\n]+):\n", self.code, re.DOTALL)
        hint = found.group(1) if found else ""
        text = self.fill(self.about.get("return", ""))
        if not text:
            said = [s for s in self.summaries if s.startswith("Return the ")]
            text = self.fill(said[0][len("Return t") :]) if said else ""
            text = f"T{text}" if text else ""
        return hint, "" if hint == "None" else text


def docstring(doc: Doc, style: str, rng: random.Random, indent: str = "    ") -> str:
    """Write a docstring.

    Args:
        doc: what it is made of.
        style: ``none``, ``line`` or ``long``.
        rng: draws the details.
        indent: stands before each line.

    Returns:
        The lines with their indent, without a newline at the end; empty for ``none``.
    """
    if style == "none":
        return ""
    summary = doc.summary(rng)
    if style == "line":
        if rng.random() < 0.18:
            return f'{indent}"""\n{indent}{summary}\n{indent}"""'
        return f'{indent}"""{summary}"""'
    lines = [summary, "", *rng.choice(_sections(doc))]
    first = f'{indent}"""\n{indent}' if rng.random() < 0.25 else f'{indent}"""'
    body = "\n".join(indent + line if line else "" for line in lines[1:])
    return f'{first}{lines[0]}\n{body}\n{indent}"""'


def _sections(doc: Doc) -> list[list[str]]:
    ways = []
    checks = doc.checks.strip("\n").split("\n")
    if doc.checks and "\\" not in doc.checks and '"""' not in doc.checks:
        ways.append(checks)
        if len(checks) > 4:
            ways.append(_first_checks(checks))
    parameters, (hint, returns) = doc.parameters(), doc.returns()
    if parameters and (returns or hint == "None"):
        ways += [_google(parameters, returns), _rest(parameters, returns)]
        ways.append(_numpy(parameters, hint, returns))
    return ways or [checks]


def _first_checks(checks: list[str]) -> list[str]:
    starts = [n for n, line in enumerate(checks) if line.startswith(">>> ")]
    return checks[: starts[1]] if len(starts) > 1 else checks


def _google(parameters: list[tuple[str, str, str]], returns: str) -> list[str]:
    lines = ["Args:", *(f"    {name}: {text}" for name, _, text in parameters)]
    return lines + (["", "Returns:", f"    {returns}"] if returns else [])


def _rest(parameters: list[tuple[str, str, str]], returns: str) -> list[str]:
    def lower(text: str) -> str:
        return (text[0].lower() + text[1:]).rstrip(".")

    lines = [f":param {name}: {lower(text)}" for name, _, text in parameters]
    if not returns:
        return lines
    plain = returns if returns.startswith("True") else lower(returns)
    return [*lines, f":return: {plain.rstrip('.')}"]


def _numpy(parameters: list[tuple[str, str, str]], hint: str, returns: str) -> list[str]:
    lines = ["Parameters", "----------"]
    for name, kind, text in parameters:
        lines += [f"{name} : {kind}" if kind else name, f"    {text}"]
    if returns and hint:
        lines += ["", "Returns", "-------", hint, f"    {returns}"]
    return lines
