"""The measurements: windows, bits, held-out headers, and what counts as a sample that parses."""

from __future__ import annotations

import json
import math

import pytest
import torch
from torch.nn import functional as F

from training import evaluate
from training.corpus import Document
from training.eval.bits import bits, windows
from training.eval.functions import headers
from training.eval.subject import Sampling, Subject
from training.sources import MODEL_DIR
from training.statements import cut_at_last_statement

PROMPT = 'def mean(values):\n    """The mean."""\n'


@pytest.mark.parametrize(("count", "length"), [(1, 8), (2, 8), (8, 8), (9, 8), (100, 8), (7, 2)])
def test_every_token_but_the_first_is_scored_once(count: int, length: int) -> None:
    scored = []
    for first, end, begin in windows(count, length):
        assert first < begin < end <= first + length
        scored += range(begin, end)
    assert scored == list(range(1, count))


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject.load(str(MODEL_DIR), None, torch.float32)


def test_bits_are_those_of_the_model(subject) -> None:
    text = "import os\n\n\ndef size(path):\n    return os.path.getsize(path)\n"
    ids = torch.tensor([subject.tokenizer.encode(text)])
    with torch.inference_mode():
        logits = subject.model(ids).logits[0, :-1].float()
    nats = float(F.cross_entropy(logits, ids[0, 1:], reduction="sum"))
    expected = (nats + math.log(subject.valid)) / math.log(2)
    assert bits(subject, text) == pytest.approx(expected, rel=1e-4)
    assert bits(subject, text) < 8 * len(text) * 0.6
    assert bits(subject, "") == 0.0


def test_headers_end_before_the_body() -> None:
    text = (
        "class A:\n    def f(self, x):\n        '''Add.'''\n        y = x\n        y += 1\n        return y\n\n\n"
        "def g(a,\n      b):\n    if a:\n        return b\n    return a\n\n\ndef h():\n    '''Nothing.'''\n"
    )
    found = headers([Document("p", "file", "p.py", text)], 2, seed=1)
    assert sorted(found) == ["def f(self, x):\n    '''Add.'''\n", "def g(a,\n      b):\n"]


@pytest.mark.parametrize(
    ("completion", "kept"),
    [
        ("    return sum(values)\n", "    return sum(values)\n"),
        ("    x = 1\n    y = (2 +", "    x = 1\n"),
        ("    x = 1\n    return x[", "    x = 1\n"),
        ("    x = 1\n    for v in values:\n        if v:\n", "    x = 1\n"),
        # An interrupted try has no handler yet, so the whole of it goes.
        ("    x = 1\n    try:\n        x = 2\n        y = f(", "    x = 1\n"),
        ("    x = 1\n    try:\n        x = 2\n", "    x = 1\n"),
        ("    x = 1\n    def g():\n        y = 2\n        return y +", "    x = 1\n    def g():\n        y = 2\n"),
        ("    x = 1\n    s = '''never\nclosed", "    x = 1\n"),
        ("    if x:\n        return 1\n    else:\n", "    if x:\n        return 1\n"),
        ("    return 1\n\n\ndef other(", "    return 1\n"),
        ("    x = 1\n    return = 2\n    y = 3\n", None),
        ("    x = 1\n    return = 2\n", None),
        ("    x = )\n    y = 1\n", None),
        ("    x = 1\n  y = 2\n", None),
        ("", None),
        ("\n\n", None),
        ("    return [", None),
    ],
)  # fmt: skip
def test_only_the_interrupted_statement_may_be_cut(completion: str, kept: str | None) -> None:
    found = cut_at_last_statement(PROMPT, completion)
    assert found == (None if kept is None else PROMPT + kept)


def test_a_batch_of_prompts_completes_each_as_alone(subject) -> None:
    prompts = ["def add(a, b):\n", "import os\n\n\nclass Folder:\n    def __init__(self, path):\n"]
    greedy = Sampling(new_tokens=12)
    together = subject.complete(prompts, greedy)
    assert together == [subject.complete([prompt], greedy)[0] for prompt in prompts]
    assert all(text.startswith("    ") for [text] in together)


def test_samples_are_repeatable_and_differ(subject) -> None:
    hot = Sampling(new_tokens=12, temperature=0.9)
    [one] = subject.complete(["def area(width, height):\n"], hot, samples=4, seed=3)
    [two] = subject.complete(["def area(width, height):\n"], hot, samples=4, seed=3)
    assert one == two
    assert len(set(one)) > 1


def test_a_completion_ends_at_its_stop_string(subject) -> None:
    [[text]] = subject.complete(["def add(a, b):\n"], Sampling(new_tokens=32, stop=("\n",)))
    assert "\n" not in text.rstrip("\n")


def test_a_long_prompt_loses_its_beginning(subject) -> None:
    text = "value = 1\n" * 2_000
    [[long]] = subject.complete([text], Sampling(new_tokens=4))
    assert long


def test_the_command_measures_and_writes_what_it_measured_with(tmp_path, capsys) -> None:
    problem = {
        "task_id": "own/0",
        "prompt": 'def add(a, b):\n    """Return the sum of a and b."""\n',
        "entry_point": "add",
        "canonical_solution": "    return a + b\n",
        "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
    }
    (tmp_path / "problems.jsonl").write_text(json.dumps(problem) + "\n")
    written = tmp_path / "figures.json"
    given = ["--only", "memorisation", "--humaneval", str(tmp_path / "problems.jsonl")]
    limits = ["--new-tokens", "16", "--work", str(tmp_path), "--output", str(written)]
    evaluate.main([*given, *limits])
    figures = json.loads(written.read_text())
    assert figures["model"] == "assets/model"
    assert figures["humaneval"]["problems"] == 1
    assert 0 <= figures["humaneval"]["pass@1"] <= 1
    assert "memorisation" not in figures  # its texts are not there
    assert figures["machine"].endswith(f"{torch.get_num_threads()} threads")
    assert figures["seconds_by_part"].keys() == {"humaneval"}
    assert figures["command"].startswith("python -m training.evaluate --only memorisation")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == figures
