"""Programs that run, next lines and copies: the problems, the estimator, the scores."""

from __future__ import annotations

import gzip
import json
import math
import re

import pytest
import torch

from training.corpus import Document
from training.eval import copied
from training.eval.copied import GRAM, Copies
from training.eval.lines import draw, next_lines, score
from training.eval.problems import (
    Problem,
    cut_body,
    humaneval_problems,
    mbpp_problems,
    own_problems,
)
from training.eval.programs import body_sampling, measure, pass_at_k
from training.eval.sandbox import PASSED, Limits, run_all
from training.eval.subject import Sampling, Subject
from training.sources import MODEL_DIR

GENEROUS = Limits(wall_seconds=60)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject.load(str(MODEL_DIR), None, torch.float32)


def test_there_are_sixty_tasks_with_hidden_checks() -> None:
    problems = own_problems()
    assert len(problems) == len({problem.name for problem in problems}) == 60
    for problem in problems:
        assert problem.tests.count("assert ") >= 3, problem.name
        assert re.match(rf"def {problem.name}\(.*\) -> .*:\n    \"\"\"", problem.prompt)
        assert problem.prompt.endswith('    """\n')
        shown = problem.prompt.count(">>> ")
        assert shown == 1
        assert problem.tests.count("assert ") > shown


def test_every_solution_passes_and_a_wrong_one_fails() -> None:
    problems = own_problems()
    assert all(problem.solution for problem in problems)
    right = [problem.program(problem.solution or "") for problem in problems]
    wrong = [problem.program("    return 'wrong'\n") for problem in problems]
    verdicts = run_all(right + wrong, GENEROUS)
    failed = [p.name for p, verdict in zip(problems, verdicts, strict=False) if verdict != PASSED]
    assert failed == []
    assert set(verdicts[60:]) == {"failed"}


def test_the_shown_example_alone_does_not_pass() -> None:
    problem = next(problem for problem in own_problems() if problem.name == "factorial")
    assert run_all([problem.program("    return 24\n")], GENEROUS) == ["failed"]


@pytest.mark.parametrize(
    ("completion", "body"),
    [
        ("    return 1\n\n\ndef g():\n    pass\n", "    return 1\n\n\n"),
        ("    return 1\nprint(f(2))\n", "    return 1\n"),
        ("\n    x = 1\n\n    return x", "\n    x = 1\n\n    return x"),
        ("return 1\n", ""),
    ],
)
def test_a_body_ends_at_the_left_margin(completion: str, body: str) -> None:
    assert cut_body(completion) == body


@pytest.mark.parametrize("samples", [1, 2, 10, 20])
def test_pass_at_k_is_the_share_of_choices_with_a_right_one(samples: int) -> None:
    for passed in range(samples + 1):
        for k in range(1, samples + 1):
            fails = math.comb(samples - passed, k) / math.comb(samples, k)
            assert pass_at_k(samples, passed, k) == pytest.approx(1 - fails)
    assert pass_at_k(samples, 0, 1) == 0.0
    assert pass_at_k(samples, samples, samples) == 1.0


@pytest.mark.parametrize("wrong", [(2, 3, 1), (2, -1, 1), (2, 1, 3), (2, 1, 0)])
def test_numbers_that_contradict_are_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="needs 0 <= passed <= samples"):
        pass_at_k(*wrong)


HUMANEVAL = {
    "task_id": "Made/0",
    "prompt": 'def double(x: int) -> int:\n    """ Return twice x.\n    >>> double(2)\n    4\n    """\n',
    "entry_point": "double",
    "canonical_solution": "    return 2 * x\n",
    "test": "METADATA = {}\n\n\ndef check(candidate):\n    assert candidate(2) == 4\n    assert candidate(0) == 0\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ["HumanEval.jsonl", "HumanEval.jsonl.gz"])
def test_humaneval_is_read_as_it_is_published(tmp_path, name: str) -> None:
    text = json.dumps(HUMANEVAL) + "\n"
    raw = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    [problem] = humaneval_problems(tmp_path / name)
    assert (problem.name, problem.prompt) == ("Made/0", HUMANEVAL["prompt"])
    programs = [problem.program("    return 2 * x\n"), problem.program("    return x + 2\n")]
    assert run_all(programs, GENEROUS) == [PASSED, "failed"]


def test_a_missing_field_is_named(tmp_path) -> None:
    path = tmp_path / "HumanEval.jsonl"
    path.write_text(json.dumps({"task_id": "Made/0", "prompt": "def f():\n"}) + "\n")
    with pytest.raises(ValueError, match=r"HumanEval\.jsonl: row 0 must have test"):
        humaneval_problems(path)


MBPP = {
    "task_id": 1001,
    "code": "import math\r\ndef helper(x):\r\n    return x + 1\r\ndef area(r, pi = math.pi):\r\n    return pi * r * r",
    "test_list": ["assert round(area(1), 2) == 3.14", "assert area(0) == 0"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("mbpp.jsonl", {"text": "Write a function for a circle's area.", "test_setup_code": ""}),
        ("sanitized-mbpp.json", {"prompt": "Area of a circle.", "test_imports": ["import math"]}),
    ],
)
def test_both_forms_of_mbpp_are_read(tmp_path, name: str, extra: dict) -> None:
    row = {**MBPP, **extra}
    (tmp_path / name).write_text(json.dumps([row] if name.endswith(".json") else row))
    [problem] = mbpp_problems(tmp_path / name)
    assert problem.name == "MBPP/1001"
    assert "def helper(x):" in problem.prompt
    assert 'def area(r, pi = math.pi):\n    """' in problem.prompt
    assert "assert round(area(1), 2) == 3.14" in problem.prompt
    programs = [problem.program(problem.solution or ""), problem.program("    return r\n")]
    assert run_all(programs, GENEROUS) == [PASSED, "failed"]


def test_mbpp_without_the_tested_function_is_refused(tmp_path) -> None:
    path = tmp_path / "mbpp.jsonl"
    path.write_text(json.dumps({**MBPP, "text": "Area.", "code": "area = 3\n"}))
    with pytest.raises(ValueError, match="task 1001 must define what its tests call"):
        mbpp_problems(path)


def test_the_model_s_programs_are_run_and_counted(subject) -> None:
    anything = Problem("anything", "def add(a, b):\n", "")
    never = Problem("never", "def add(a, b):\n", "assert False")
    figures, completions = measure(
        subject,
        [anything, never],
        samples=2,
        sampling=body_sampling(24, 0.8),
        limits=GENEROUS,
    )
    assert [len(texts) for texts in completions] == [2, 2]
    assert figures["solved"].get("never") is None
    assert 0 <= figures["pass@1"] <= 0.5
    assert "pass@10" not in figures


def test_lines_are_drawn_with_what_stands_before_them() -> None:
    text = "".join(f"value{n} = {n}\n# comment {n}\n\n" for n in range(400))
    drawn = draw([Document("p", "file", "p.py", text)], 50, seed=1)
    assert drawn == draw([Document("p", "file", "p.py", text)], 50, seed=1)
    for prefix, line in drawn:
        assert line.startswith("value")
        assert prefix.endswith("\n")
        assert len(prefix) <= 2_000
        assert f"\n{prefix}{line}\n" in f"\n{text}"


def test_a_guess_is_compared_with_its_line() -> None:
    assert score("    return x\n    more\n", "    return x") == (True, 1.0)
    exact, near = score("return xs", "return x")
    assert not exact
    assert near == pytest.approx(1 - 1 / 17)
    assert score("", "return x") == (False, 0.0)


def test_the_model_guesses_lines(subject, monkeypatch) -> None:
    monkeypatch.setattr("training.eval.lines.LINES", 4)
    text = "".join(f"    first_{n % 3} = second_{n % 3}\n" for n in range(60))
    figures = next_lines(subject, [Document("p", "file", "p.py", text)])
    assert figures["lines"] == 4
    assert figures["edit_similarity"] > 0.5


def _longest(documents: list[list[int]], ids: list[int]) -> int:
    runs = {
        length
        for document in documents
        for start in range(len(ids))
        for length in range(GRAM, len(ids) - start + 1)
        for place in range(len(document) - length + 1)
        if document[place : place + length] == ids[start : start + length]
    }
    return max(runs, default=0)


def test_the_longest_copy_is_exact() -> None:
    generator = torch.Generator().manual_seed(1)
    documents = [torch.randint(1, 4, (60,), generator=generator).tolist() for _ in range(4)]
    index = Copies(documents, 0)
    for _ in range(20):
        ids = torch.randint(1, 4, (30,), generator=generator).tolist()
        assert index.longest(ids) == _longest(documents, ids)
    assert index.longest(documents[2][5:50]) == 45
    assert index.longest(documents[0][40:] + documents[1][:20]) < 40
    assert index.longest([1, 2, 3]) == 0


def test_memorisation_counts_what_the_model_wrote(subject, monkeypatch) -> None:
    monkeypatch.setattr(copied, "SAMPLES", 2)
    monkeypatch.setattr(copied, "SAMPLING", Sampling(new_tokens=16, temperature=0.8))
    texts = [f"def name{n}(value):\n" + "    value += 1\n" * 80 for n in range(3)]
    figures = copied.memorisation(subject, [Document("p", "file", "p.py", t) for t in texts])
    assert figures["samples"] == 2
    assert 0 <= figures["median"] <= figures["longest"] <= 32
