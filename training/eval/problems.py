"""What a model is asked to complete, from this project's tasks, HumanEval and MBPP."""

from __future__ import annotations

import ast
import doctest
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TASKS = Path(__file__).resolve().parent / "tasks"


@dataclass(frozen=True)
class Problem:
    """One program to complete.

    Attributes:
        name: of the task.
        prompt: what the model is given; it ends where the body begins.
        tests: Python behind the completed program; it raises where the program is wrong.
        solution: a completion that passes, where the source has one.
    """

    name: str
    prompt: str
    tests: str
    solution: str | None = None

    def program(self, completion: str) -> str:
        """Return the program that decides about a completion."""
        return f"{self.prompt}{cut_body(completion)}\n\n{self.tests}\n"


def cut_body(completion: str) -> str:
    """Cut a completion where the function's body ends: at the first line that is not indented."""
    match = re.search(r"^[^\s]", completion, re.MULTILINE)
    return completion[: match.start()] if match else completion


def own_problems(folder: Path = TASKS) -> list[Problem]:
    """Read the tasks in ``training/eval/tasks``: header and docstring, hidden checks, solution.

    Raises:
        ValueError: a function has no check of its own, or a check names no function.
    """
    return [problem for path in sorted(folder.glob("[a-z]*.py")) for problem in _module(path)]


def _module(path: Path) -> Iterator[Problem]:
    source = path.read_text()
    lines = source.split("\n")
    tree = ast.parse(source)
    checks: dict[str, list[doctest.Example]] = {}
    bodies = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for example in doctest.DocTestParser().get_examples(ast.literal_eval(node.value)):
                checks.setdefault(example.source.split("(")[0], []).append(example)
    names = [node.name for node in bodies]
    if set(names) != set(checks):
        raise ValueError(f"{path.name}: checks must be of its functions, got {sorted(checks)}")
    for node in bodies:
        first, last = node.lineno - 1, node.body[0].end_lineno or 0
        prompt = "\n".join(lines[first:last]) + "\n"
        solution = "\n".join(lines[last : node.end_lineno]) + "\n"
        shown = doctest.DocTestParser().get_examples(ast.get_docstring(node) or "")
        yield Problem(node.name, prompt, _asserts([*shown, *checks[node.name]]), solution)


def _asserts(examples: list[doctest.Example]) -> str:
    """Write doctest examples as assertions on ``repr``, in which 1, 1.0 and True differ."""
    return "\n".join(
        f"assert repr({example.source.strip()}) == {example.want.rstrip(chr(10)) or 'None'!r}"
        for example in examples
    )


def humaneval_problems(path: Path) -> list[Problem]:
    """Read ``HumanEval.jsonl`` or ``HumanEval.jsonl.gz`` as its authors publish it.

    Raises:
        ValueError: a field is missing.
    """
    return [
        Problem(
            row["task_id"],
            row["prompt"],
            f"{row['test']}\ncheck({row['entry_point']})",
            row.get("canonical_solution"),
        )
        for row in _rows(path, ("task_id", "prompt", "test", "entry_point"))
    ]


def mbpp_problems(path: Path) -> list[Problem]:
    """Read ``mbpp.jsonl`` or ``sanitized-mbpp.json``.

    The prompt is the header of the function that the reference solution defines, with what stands before it there,
    and a docstring of the task's text and first test; a test alone would not say what the arguments are.

    Raises:
        ValueError: a field is missing, or the reference defines no function that the tests call.
    """
    problems = []
    for row in _rows(path, ("task_id", "code", "test_list")):
        text = row.get("text") or row.get("prompt")
        if not text:
            raise ValueError(f"{path}: task {row['task_id']} must have text or prompt")
        code = row["code"].replace("\r\n", "\n").replace("\t", "    ")
        header, start = _tested_function(path, row, code)
        before = code[:start]
        doc = f'    """{text.strip()}\n\n    {row["test_list"][0]}\n    """\n'
        setup = row.get("test_setup_code") or "\n".join(row.get("test_imports", ()))
        tests = "\n".join([setup, *row["test_list"]])
        solution = code[start + len(header) :]
        problems.append(Problem(f"MBPP/{row['task_id']}", before + header + doc, tests, solution))
    return problems


def _tested_function(path: Path, row: dict[str, Any], code: str) -> tuple[str, int]:
    """Return the header line of the function under test and the offset where it begins."""
    tested = " ".join(row["test_list"])
    found = [
        match
        for match in re.finditer(r"^def (\w+)\s*\(.*\).*:[ ]*(?:#[^\n]*)?\n", code, re.MULTILINE)
        if re.search(rf"\b{match[1]}\b", tested)
    ]
    if not found:
        raise ValueError(f"{path}: task {row['task_id']} must define what its tests call")
    return found[-1][0], found[-1].start()


def _rows(path: Path, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    if text.lstrip().startswith("["):
        rows = json.loads(text)
    else:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    for number, row in enumerate(rows):
        for field in fields:
            if field not in row:
                raise ValueError(f"{path}: row {number} must have {field}, got {sorted(row)}")
    return rows
