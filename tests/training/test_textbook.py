"""The textbook: its programs run, pass their checks, are distinct and the same for a seed."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from training.textbook import Exercise, exercises
from training.textbook.__main__ import main
from training.textbook.check import failures
from training.textbook.code import (
    rename,
    single_quotes,
    without_comments,
    without_docstrings,
    without_hints,
)
from training.textbook.exercise import exercise
from training.textbook.generate import programs
from training.textbook.notation import parse

EACH = 2


@pytest.fixture(scope="module")
def found() -> list[Exercise]:
    return list(exercises(0, each=EACH))


def test_there_are_many_base_programs_and_texts(found: list[Exercise]) -> None:
    assert len(programs()) >= 720
    assert len(found) >= EACH * len(programs())
    assert len({item.name for item in found}) >= len(programs())


def test_texts_are_distinct_valid_and_tidy(found: list[Exercise]) -> None:
    assert len({item.text for item in found}) == len(found)
    for item in found:
        ast.parse(item.text)
        assert item.text.endswith("\n"), item.text
        assert not item.text.endswith("\n\n"), item.text
        assert not re.search(r"[ \t]\n", item.text), item.text
        assert item.text.isascii(), item.text
        assert "{np}" not in item.text, item.text
        assert item.checks, item.text


def test_every_base_program_and_a_sample_of_the_families_pass_their_checks(
    found: list[Exercise],
) -> None:
    assert [(item.text, message) for item, message in failures(found)] == []


def test_a_wrong_program_fails_its_checks() -> None:
    checks = ">>> double(3)\n6\n"
    right = exercise("t", "def double(n):\n    return 2 * n\n", checks)
    wrong = exercise("t", "def double(n):\n    return n + 2\n", checks)
    broken = exercise("t", "def double(n):\n    return 2 * m\n", checks)
    assert [item for item, _ in failures([right, wrong, broken])] == [wrong, broken]


@pytest.mark.parametrize("topic", ["sets", "characters"])
def test_the_same_seed_gives_the_same_texts(topic: str) -> None:
    first, again, other = ([e.text for e in exercises(s, topic, 4)] for s in (0, 0, 1))
    assert first == again
    assert len(set(other) - set(first)) > 0.2 * len(other)


def test_shares_of_beginnings_and_docstrings(found: list[Exercise]) -> None:
    begin = sum(item.text.startswith("def ") for item in found) / len(found)
    bare = sum('"""' not in item.text for item in found) / len(found)
    assert 0.65 < begin < 0.92
    assert 0.38 < bare < 0.55


def test_written_lines_are_documents_of_the_corpus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "textbook.jsonl"
    assert main(["--only", "sets", "--write", str(target), "--check"]) == 0
    assert "0 of" in capsys.readouterr().out
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert {line["source"] for line in lines} == {"textbook"}
    assert {line["path"] for line in lines} == {"sets"}
    assert {line["kind"] for line in lines} == {"function", "file"}


def test_names_hold_everything_that_a_text_defines() -> None:
    text = "import os\n\n\ndef helper():\n    pass\n\n\ndef main_thing():\n    pass\n"
    made = exercise("t", text, "", "main_thing")
    assert made.name == "main_thing"
    assert made.names == ("main_thing", "helper")
    assert made.kind == "file"


def test_a_program_without_a_name_or_with_broken_code_is_refused() -> None:
    with pytest.raises(ValueError, match="line of names"):
        parse("t", "def f():\n    pass\n")
    with pytest.raises(ValueError, match="must be Python"):
        parse("t", "* f g\n>>> f()\ndef f(:\n    pass\n")


def test_renaming_leaves_strings_attributes_and_imports_alone() -> None:
    code = 'from m import n\n\n\ndef f(n: int) -> str:\n    return f"{n:n} {self.n}" + "n" + x.n\n'
    renamed = rename(code, {"n": "number"})
    assert "def f(number: int)" in renamed
    assert 'f"{number:n} {self.n}" + "n" + x.n' in renamed
    assert renamed.startswith("from m import n\n")
    assert rename("s.push(1)\ndef push(x): pass", {".push": "add"}) == "s.add(1)\ndef add(x): pass"


def test_hints_comments_docstrings_and_quotes_can_go() -> None:
    code = (
        "from collections.abc import Iterator\n\n\n"
        'def f(a: int, b: str = "x", *rest: int, c: dict[str, int] | None = None) -> Iterator[int]:\n'
        '    """Yield."""\n    # Why.\n    total: int = 0  # start\n    yield total\n'
    )
    assert without_hints(code).startswith('def f(a, b="x", *rest, c=None):\n')
    assert "total = 0  # start" in without_hints(code)
    assert "#" not in without_comments(code)
    assert "Yield." not in without_docstrings(code)
    assert single_quotes('a = "x" + "it\'s" + f"{b}"') == "a = 'x' + \"it's\" + f'{b}'"
