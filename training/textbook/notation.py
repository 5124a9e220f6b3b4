"""The notation in which the textbook's programs are written, and its parser.

A topic is a text of programs. One program:

    * is_even +even_check              names: the program's own one and others that mean the same; with a
    * n number num                     plus, also behind calculate_, compute_, find_ and get_; with a dot
    * .push add                        (``.push``), the name of a method or an attribute
    " Check whether {n} is even.       one-line docstrings to choose from, one a line
    : n The number to check.           what a parameter is
    : return True if {n} is even.      what comes back
    >>> is_even(4)                     checks, as doctests
    True
    def is_even(n: int) -> bool:       the code, with type hints
        return n % 2 == 0
    ===                                another way to write it: imports, if it needs some, and a body for
        return not n % 2               the same header, or a whole text that begins with ``def`` or ``class``
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

PREFIXES = ("calculate", "compute", "find", "get")
_HEADER = re.compile(r"^(?:async )?def .*?:$", re.MULTILINE | re.DOTALL)


@dataclass
class Program:
    """One base program of the textbook.

    Attributes:
        topic: module that it is written in.
        names: for each identifier that may be renamed, the alternatives, its own name first.
        summaries: one-line docstrings, with ``{parameter}`` for names.
        about: descriptions by parameter, and of ``return``.
        checks: doctests.
        codes: alternative sources.
    """

    topic: str
    names: list[list[str]] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    checks: str = ""
    codes: list[str] = field(default_factory=list)

    @property
    def main(self) -> str:
        """The name that the program is about."""
        return self.names[0][0].lstrip(".")


def _alternatives(words: list[str]) -> list[str]:
    found = []
    for word in words:
        name = word.lstrip("+")
        found.append(name)
        if word.startswith("+"):
            found += [f"{prefix}_{name}" for prefix in PREFIXES]
    return found


def _assemble(part: str, header: str) -> str:
    """Return the source of one alternative: a body alone gets the first one's header."""
    lines = part.strip("\n").split("\n")
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    rest = [line for line in lines if line not in imports]
    while rest and not rest[0].strip():
        rest = rest[1:]
    if not rest or not rest[0].startswith("    "):
        return "\n".join(lines) + "\n"
    top = "\n".join(imports) + "\n\n\n" if imports else ""
    return f"{top}{header}\n" + "\n".join(rest) + "\n"


def parse(topic: str, text: str) -> list[Program]:
    """Read the programs of a topic.

    Raises:
        ValueError: a program has no name, or a source that is not Python.
    """
    programs: list[Program] = []
    code: list[list[str]] = []
    state = "code"
    for line in text.strip("\n").split("\n"):
        if line.startswith("* "):
            if state == "code":
                _finish(programs, code)
                programs.append(Program(topic))
                code = [[]]
            state = "names"
            programs[-1].names.append(_alternatives(line[2:].split()))
        elif not programs:
            raise ValueError(f"{topic}: a program must begin with a line of names, got {line!r}")
        elif state != "code" and line.startswith('" '):
            programs[-1].summaries.append(line[2:])
        elif state != "code" and line.startswith(": "):
            name, _, meaning = line[2:].partition(" ")
            programs[-1].about[name] = meaning
        elif state != "code" and line.startswith((">>> ", "... ")):
            state = "checks"
            programs[-1].checks += line + "\n"
        elif state == "checks" and not re.match(
            r"(def|class|import|from|async|@|#|[A-Z_]+ = )", line
        ):
            programs[-1].checks += line + "\n"
        elif state != "code" and line.strip():
            state = "code"
            code[-1].append(line)
        elif line == "===":
            code.append([])
        elif state == "code":
            code[-1].append(line)
    _finish(programs, code)
    return programs


def _finish(programs: list[Program], code: list[list[str]]) -> None:
    if not programs:
        return
    program = programs[-1]
    parts = ["\n".join(lines).rstrip() + "\n" for lines in code]
    found = _HEADER.search(parts[0])
    header = found.group() if found else ""
    program.codes = [_assemble(part, header) for part in parts]
    for source in program.codes:
        try:
            ast.parse(source)
        except SyntaxError as error:
            message = f"{program.topic}: {program.main} must be Python, got {error}:\n{source}"
            raise ValueError(message) from None
