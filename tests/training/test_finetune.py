"""Fine-tuning on a person's own file: what may stand in it, that it learns, and that the folder loads anywhere."""

from __future__ import annotations

import csv
import json

import pytest
import torch
import transformers

from phi_model import PhiForCausalLM, PhiForSequenceClassification, PhiForTokenClassification
from phi_model.pipelines import pipeline
from training.finetune import main, parser, run
from training.finetune_data import DataError, Example, read, split, token_targets
from training.finetune_loop import Fitter, History, Options, Scorer, batches
from training.sources import MODEL_DIR

SINGLE, MULTI = "single_label_classification", "multi_label_classification"


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _csv(path, header, rows):
    with path.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _snippets(count):
    rows = []
    for i in range(count):
        rows.append((f"def add{i}(a, b):\n    return a + b + {i}\n", "python"))
        rows.append((f"int add{i}(int a, int b) {{\n  return a + b + {i};\n}}\n", "c"))
    return rows


def _run(tmp_path, *options) -> History:
    fixed = [
        "--output",
        str(tmp_path / "head"),
        "--layers",
        "1",
        "--batch-tokens",
        "256",
        "--float32",
    ]
    return run(parser().parse_args([*fixed, *options]))


def test_a_sequence_head_learns_and_loads_in_both_libraries(tmp_path, capsys) -> None:
    data = _csv(tmp_path / "data.csv", ("text", "label"), _snippets(24))
    history = _run(
        tmp_path,
        "--task",
        "text-classification",
        "--data",
        str(data),
        "--epochs",
        "6",
        "--rate",
        "1e-3",
    )
    assert history.best == 1.0
    out = capsys.readouterr().out
    assert "ETA" in out
    assert "accuracy 1.0000" in out
    folder = tmp_path / "head"
    model = PhiForSequenceClassification.from_pretrained(folder)
    assert model.config.id2label == {0: "c", 1: "python"}
    assert model.config.num_hidden_layers == 1
    texts = ["def mul(x, y):\n    return x * y\n", "int mul(int x, int y) {\n  return x * y;\n}\n"]
    ours = pipeline("text-classification", folder)(texts, batch_size=2)
    assert [answer["label"] for answer in ours] == ["python", "c"]
    theirs = transformers.pipeline("text-classification", str(folder), device="cpu")(
        texts, batch_size=2
    )
    for one, other in zip(ours, theirs, strict=True):
        assert one["label"] == other["label"]
        assert one["score"] == pytest.approx(other["score"], abs=1e-4)
    card = (folder / "README.md").read_text()
    assert "**1.0000** on 5 rows" in card
    assert "`c`, `python`" in card


def test_a_token_head_learns_spans_from_json_lines(tmp_path) -> None:
    data = tmp_path / "data.jsonl"
    with data.open("w") as handle:
        for i in range(40):
            text = f"call {i} then 0x{i:04x} or {i}\n"
            start = text.index("0x")
            handle.write(json.dumps({"text": text, "spans": [[start, start + 6, "HEX"]]}) + "\n")
    history = _run(
        tmp_path,
        "--task",
        "token-classification",
        "--data",
        str(data),
        "--epochs",
        "10",
        "--rate",
        "1e-3",
    )
    assert history.best > 0.95
    folder = tmp_path / "head"
    assert PhiForTokenClassification.from_pretrained(folder).config.id2label == {0: "O", 1: "HEX"}
    text = "call 7 then 0x00ff or 7\n"
    [found] = pipeline("token-classification", folder)(text, aggregation_strategy="simple")
    assert found["entity_group"] == "HEX"
    assert "0x" in text[found["start"] : found["end"]]


def test_several_labels_and_numbers(tmp_path) -> None:
    rows = [
        (f"int a{i}; // note" if i % 2 else f"x{i} = 1", "c|note" if i % 2 else "py")
        for i in range(30)
    ]
    data = _csv(tmp_path / "multi.csv", ("text", "label"), rows)
    task = ("--task", "text-classification", "--data")
    history = _run(
        tmp_path, *task, str(data), "--multi-label", "|", "--epochs", "3", "--rate", "1e-3"
    )
    model = PhiForSequenceClassification.from_pretrained(tmp_path / "head")
    assert model.config.problem_type == MULTI
    assert history.best > 0.9
    answers = pipeline("text-classification", tmp_path / "head")("int z; // note", top_k=None)
    assert {a["label"] for a in answers if a["score"] > 0.5} == {"c", "note"}

    rows = [(f"x = {n}", n / 4) for n in range(1, 9)] * 2
    data = str(_csv(tmp_path / "number.csv", ("text", "label"), rows))
    learn = ("--validation", data, "--regression", "--epochs", "20", "--rate", "1e-3")
    history = _run(tmp_path, *task, data, *learn, "--patience", "20")
    assert history.best > -0.45  # the numbers' own deviation is 0.57
    assert PhiForSequenceClassification.from_pretrained(tmp_path / "head").config.num_labels == 1


def test_a_frozen_trunk_keeps_the_embedded_models_weights(tmp_path) -> None:
    data = _csv(tmp_path / "data.csv", ("text", "label"), _snippets(12))
    task = ("--task", "text-classification", "--data", str(data))
    _run(tmp_path, *task, "--freeze-trunk", "--epochs", "2")
    trunk = PhiForCausalLM.from_pretrained(MODEL_DIR, dtype=torch.float32).model.state_dict()
    head = PhiForSequenceClassification.from_pretrained(tmp_path / "head").model.state_dict()
    for name, value in head.items():
        assert torch.equal(value, trunk[name]), name


@pytest.mark.parametrize("problem", [SINGLE, "tokens"])
def test_workers_that_share_a_batch_have_its_gradient(problem, monkeypatch) -> None:
    from training.finetune import start

    rows = [Example(list(range(5, 9 + i)), [i % 2] * (4 + i)) for i in range(5)]
    if problem == SINGLE:
        rows = [Example(row.ids, row.target[0]) for row in rows]
    found = []
    for workers in (1, 3):
        model = start(MODEL_DIR, problem, ["a", "b"], 1, 0)
        fitter = Fitter(model, problem, Options(bfloat16=False, workers=workers))
        model.eval()  # without dropout
        monkeypatch.setattr(fitter._optimizer, "step", lambda: None)
        monkeypatch.setattr(fitter._optimizer, "zero_grad", lambda set_to_none: None)
        loss = fitter._step(rows, 0.0)
        found.append((loss, [parameter.grad for parameter in fitter._parameters]))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    for one, other in zip(found[0][1], found[1][1], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


def test_the_best_weights_are_kept_and_the_training_ends_early() -> None:
    """Validation labels that contradict the training: every step makes the score worse."""
    from training.finetune import start

    model = start(MODEL_DIR, SINGLE, ["a", "b"], 1, 0)
    learn = [Example([5, 6, 7, 8 + i], 0) for i in range(16)]
    check = [Example([5, 6, 7, 8 + i], 1) for i in range(16)]
    options = Options(epochs=9, tokens=16, patience=2, checks=1, bfloat16=False)
    fitter = Fitter(model, SINGLE, options)
    history = fitter.fit(learn, check, say=lambda line: None)
    assert history.early
    assert len(history.checks) == 3
    assert fitter.evaluate(check)[1] == history.best == max(c["score"] for c in history.checks)


@pytest.mark.parametrize(
    ("problem", "content", "message"),
    [
        (
            SINGLE,
            "text,kind\na,b\n",
            r"row 1: the header must name 'label', got \['text', 'kind'\]",
        ),
        (SINGLE, "text,label\na,x\n ,y\n", "row 3: text must hold text, got ' '"),
        (SINGLE, "text,label\na,x\nb\n", "row 3: label must be text, got None"),
        (SINGLE, "text,label\na,x\nb,\n", "row 3: label must not be empty, got ''"),
        (SINGLE, "text,label\na,x,9\n", r"row 2: the row must have no more cells .*, got \['9'\]"),
        (SINGLE, "text,label\na,x\n", "the file must hold at least 2 rows, got 1"),
        ("regression", "text,label\na,high\n", "row 2: label must be a finite number, got 'high'"),
        ("regression", "text,label\na,inf\n", "row 2: label must be a finite number, got 'inf'"),
        ("tokens", "text,spans\na,nope\n", "row 2: spans must be a JSON list, got 'nope'"),
        (
            "tokens",
            'text,spans\nab,"[[0,9,""X""]]"\n',
            r"row 2: spans must lie within 0 to 2, got \[0, 9",
        ),
        ("tokens", 'text,spans\nab,"[[0,1]]"\n', r'row 2: spans must hold \[start, end, "label"\]'),
        (
            "tokens",
            'text,spans\nabc,"[[0,2,""X""],[1,3,""Y""]]"\n',
            "row 2: spans must not overlap",
        ),
    ],
)
def test_an_error_names_file_row_column_rule_and_value(tmp_path, problem, content, message) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=rf"wrong\.csv: {message}"):
        read(path, problem)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--layers", "9"), "layers must be between 1 and 6, got 9"),
        (("--epochs", "0"), "--epochs must be above 0, got 0.0"),
        (("--validation-share", "1"), "--validation-share must lie between 0 and 1, got 1.0"),
    ],
)
def test_options_out_of_range_end_with_one_line(tmp_path, options, message) -> None:
    data = _csv(tmp_path / "data.csv", ("text", "label"), _snippets(4))
    fixed = [
        "--task",
        "text-classification",
        "--data",
        str(data),
        "--output",
        str(tmp_path / "head"),
    ]
    with pytest.raises(SystemExit, match=message):
        main([*fixed, *options])


def test_validation_labels_must_be_known(tmp_path) -> None:
    data = _csv(tmp_path / "data.csv", ("text", "label"), _snippets(4))
    other = _csv(tmp_path / "other.csv", ("text", "label"), [("x", "perl"), ("y", "c")])
    with pytest.raises(
        DataError, match=r"other\.csv: validation labels must occur .* got \['perl'\]"
    ):
        _run(
            tmp_path,
            "--task",
            "text-classification",
            "--data",
            str(data),
            "--validation",
            str(other),
        )


def test_batches_hold_every_row_once_within_their_size() -> None:
    examples = [Example([1] * (1 + i % 17), i) for i in range(200)]
    for seed in (None, 3):
        groups = list(batches(examples, 40, seed))
        assert sorted(row.target for group in groups for row in group) == list(range(200))
        assert all(len(g) * max(len(r.ids) for r in g) <= 40 for g in groups)
    assert [len(g) for g in batches(examples, 40, 3)] == [len(g) for g in batches(examples, 40, 3)]


def test_a_token_has_the_class_of_its_first_visible_character() -> None:
    assert token_targets("a  b\n", [(0, 1), (1, 4), (4, 5), (1, 3)], [1, 0, 0, 2, 0]) == [
        1,
        2,
        0,
        0,
    ]


def test_the_split_is_the_seeds_and_loses_nothing() -> None:
    rows = list(range(20))
    one, other = split(rows, 0.1, 4)
    assert len(other) == 2
    assert sorted(one + other) == rows
    assert split(rows, 0.1, 4) == (one, other)
    assert split(rows, 0.1, 5) != (one, other)


def test_scores() -> None:
    scorer = Scorer(MULTI)
    scorer.add(torch.tensor([[1.0, -1.0], [1.0, 1.0]]), torch.tensor([[1.0, 1.0], [1.0, 0.0]]))
    assert scorer.score() == pytest.approx(2 * 2 / (3 + 3))
    scorer = Scorer("regression")
    scorer.add(torch.tensor([[1.0], [3.0]]), torch.tensor([[1.0], [1.0]]))
    assert scorer.score() == pytest.approx(-(2**0.5))
