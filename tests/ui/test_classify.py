"""The Classify tab without a browser, on the embedded model: files, errors, cancelling, the cache of heads."""

from __future__ import annotations

import asyncio
import csv
import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch
from fastapi.testclient import TestClient

from phi_model.engine import Engine
from phi_model.engine.resident import ModelChoice, Resident
from phi_model.sharing import load_head
from tests.engine.collect import complete
from tests.tiny_checkpoint import write_tiny
from tests.ui.classify_heads import KINDS, MODEL, ROLES, make
from tests.ui.scripted import ScriptedBackend
from ui.classify import heads as heads_module
from ui.classify.answer import TextAnswer, answers, explained
from ui.classify.batch import ROWS_AT_ONCE, Batch
from ui.classify.choice import OTHER, ZERO_SHOT, Choice, Chooser, split_labels
from ui.classify.handlers import Text
from ui.classify.heads import Heads
from ui.classify.runner import Runner
from ui.classify.table import CANCELLED, PUBLIC_LIMITS, Limits, Table
from ui.components import Prompt
from ui.models.rules import Rules
from ui.page import build
from ui.server import create_app
from ui.sessions import Run

TAB = SimpleNamespace(session_hash="tab")
CODE = "def area(r):\n    return 3.14 * r ** 2  # café 🙂\n"


@pytest.fixture(scope="module")
def engine():
    engine = Engine.from_pretrained(MODEL)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def boxed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heads")
    return {
        "kinds": make(folder / "kinds", KINDS),
        "roles": make(folder / "roles", ROLES, tokens=True),
        "several": make(folder / "several", KINDS, problem_type="multi_label_classification"),
        "numbers": make(folder / "numbers", KINDS, problem_type="regression"),
        "exact": make(folder / "exact", KINDS, dtype=torch.float32),
    }


@pytest.fixture
def chooser(engine, boxed) -> Chooser:
    runner = Runner(engine)
    return Chooser(runner, Heads(runner, boxed, allowed=str))


async def updates(stream) -> list:
    return [update async for update in stream]


async def last(chooser: Chooser, use: str, text: str = CODE, strategy: str = "simple", **choice):
    """The last update of the text's handler: status, note, bars, pieces."""
    named = Choice(use, **choice)
    handler = Text(chooser, Limits())
    values = (named.use, named.checkpoint, named.labels, named.template, strategy)
    return (await updates(handler.classify(Prompt(text), *values, TAB)))[-1]


async def test_a_head_gives_bars_on_the_resident_weights(chooser, engine, boxed) -> None:
    status, note, bars, pieces = await last(chooser, "kinds")
    assert status["message"] == "Finished"
    assert note["message"].startswith("One of these labels")
    assert list(bars["value"]) == list(KINDS)
    assert sum(bars["value"].values()) == pytest.approx(1, abs=1e-3)
    assert (bars["visible"], pieces) == (True, {})
    head = chooser.heads.load("kinds").future.result()
    assert head.model.model.trunk is engine.model.base_model
    alone = load_head(boxed["kinds"])
    want = await Runner(ScriptedBackend()).run(answers(alone, [CODE], 256))
    assert bars["value"] == pytest.approx(want[0].scores, abs=1e-6)


async def test_multi_label_and_regression_are_shown_as_such(chooser) -> None:
    _, note, bars, _ = await last(chooser, "several")
    assert note["message"].startswith("Multi-label")
    assert all(0 <= score <= 1 for score in bars["value"].values())
    _, note, bars, _ = await last(chooser, "numbers")
    assert note["message"].startswith("Regression")
    assert [fact["label"] for fact in note["facts"]] == list(KINDS)
    assert bars["visible"] is False
    several = TextAnswer("sigmoid", {"a": 0.7, "b": 0.5, "c": 0.1}, 1, 1)
    assert several.best == "a; b"


@pytest.mark.parametrize("strategy", ["none", "simple", "first", "average", "max"])
async def test_tokens_become_pieces_that_make_the_text(chooser, strategy) -> None:
    status, note, bars, value = await last(chooser, "roles", strategy=strategy)
    assert status["message"] == "Finished"
    assert note["message"].startswith("Each token has a label")
    assert bars["visible"] is False
    assert "".join(piece["text"] for piece in value["pieces"]) == CODE
    labelled = [piece for piece in value["pieces"] if "label" in piece]
    assert {piece["label"] for piece in labelled} <= set(ROLES) - {"O"}
    assert all(0 < piece["score"] <= 1 for piece in labelled)
    assert value["labels"] == list(ROLES)


async def test_zero_shot_uses_the_resident_model(chooser) -> None:
    choice = {"labels": "geometry, web requests\n", "template": "{text}\n# about {label}"}
    status, note, bars, _ = await last(chooser, ZERO_SHOT, **choice)
    assert status["message"] == "Finished"
    assert list(bars["value"]) == ["geometry", "web requests"]
    assert split_labels("a, b\nc\n") == ["a, b", "c"]
    assert "calibrated" in note["message"]


async def test_a_long_text_says_that_it_was_read_in_windows(chooser, engine) -> None:
    text = CODE * (engine.info.context_length // 10)
    for use in ("kinds", "roles"):
        status, note, _, _ = await last(chooser, use, text=text)
        windows = next(fact["value"] for fact in status["facts"] if fact["label"] == "windows")
        assert int(windows) >= 2
        assert f"it was read in {windows} overlapping windows" in note["message"]
    assert "windows" not in explained(TextAnswer("softmax", {"a": 1.0}, 9, 1))


@pytest.mark.parametrize(
    ("use", "choice", "text", "message"),
    [
        ("kinds", {}, " \n", "Text must not be empty."),
        ("kinds", {}, "x" * 100_001, "Text must have at most 100,000 characters; it has 100,001."),
        (ZERO_SHOT, {"labels": "one"}, CODE, "labels must be from 2 to 64 labels, got 1"),
        (ZERO_SHOT, {"labels": "a,b", "template": "x"}, CODE, "template must hold {text} exactly"),
        (OTHER, {}, CODE, "Checkpoint must be a folder or a hub id"),
        (OTHER, {"checkpoint": "./no/where/here"}, CODE, "./no/where/here: no such folder"),
        (OTHER, {"checkpoint": str(MODEL)}, CODE, "architectures must name a Phi"),
    ],
)
async def test_errors_name_the_field(chooser, use, choice, text, message) -> None:
    status, *_ = await last(chooser, use, text=text, **choice)
    assert status["state"] == "error"
    assert message in status["message"]


async def test_where_nothing_else_is_allowed_only_the_heads_in_the_box(engine, boxed) -> None:
    runner = Runner(engine)
    chooser = Chooser(runner, Heads(runner, boxed))
    status, *_ = await last(chooser, OTHER, checkpoint=str(boxed["kinds"]))
    assert "Checkpoint must be one of this server's own (kinds, roles" in status["message"]
    status, *_ = await last(chooser, "kinds")
    assert status["message"] == "Finished"


async def test_without_a_model_here_heads_work_and_zero_shot_says_why_not(boxed) -> None:
    runner = Runner(ScriptedBackend())
    chooser = Chooser(runner, Heads(runner, boxed))
    status, *_ = await last(chooser, "kinds")
    assert status["message"] == "Finished"
    status, *_ = await last(chooser, ZERO_SHOT, labels="a, b")
    assert "Zero-shot needs the model in this process" in status["message"]


def test_heads_are_loaded_once_and_the_least_recently_used_goes(engine, boxed, monkeypatch) -> None:
    loads: list[str] = []

    def counted(source, *rest):
        loads.append(source.name)
        return load_head(source, *rest)

    monkeypatch.setattr(heads_module, "load_head", counted)
    heads = Heads(Runner(engine), boxed, capacity=2)
    both = [heads.load("kinds"), heads.load("kinds")]
    assert both[0].future.result(120) is both[1].future.result(120)
    heads.load("roles").future.result(120)
    heads.load("kinds").future.result(120)
    assert loads == ["kinds", "roles"]
    heads.load("several").future.result(120)
    assert heads.kept == ["kinds", "several"]
    heads.load("roles").future.result(120)
    assert loads == ["kinds", "roles", "several", "roles"]


async def test_a_load_holds_up_no_stream(engine, boxed, monkeypatch) -> None:
    go = threading.Event()

    def slow(source, resident, tell):
        tell("Loading slowly", 0.5)
        assert go.wait(120)
        return load_head(source, resident, tell)

    monkeypatch.setattr(heads_module, "load_head", slow)
    runner = Runner(engine)
    handler = Text(Chooser(runner, Heads(runner, boxed)), Limits())
    stream = handler.classify(Prompt(CODE), "kinds", "", "", "", "simple", TAB)
    while (status := (await anext(stream))[0])["message"] != "Loading slowly, 50%":
        assert status["state"] == "busy"
    [choice] = await complete(engine, "def f(x):\n", max_tokens=8)
    assert choice.finish_reason in ("length", "stop")
    go.set()
    assert (await updates(stream))[-1][0]["message"] == "Finished"


async def test_stop_ends_a_classification_of_its_tab_only(chooser, boxed, monkeypatch) -> None:
    go = threading.Event()
    monkeypatch.setattr(
        heads_module, "load_head", lambda *given: go.wait(120) and load_head(*given)
    )
    handler = Text(Chooser(chooser.runner, Heads(chooser.runner, boxed)), Limits())
    stream = handler.classify(Prompt(CODE), "kinds", "", "", "", "simple", TAB)
    await anext(stream)
    handler.stop(SimpleNamespace(session_hash="another"))
    assert (await anext(stream))[0]["state"] == "busy"
    handler.stop(TAB)
    assert (await updates(stream))[-1][0]["message"] == "Stopped"
    go.set()


# Files.

BROKEN = {
    **dict.fromkeys((3, 200, 201, 700, 1000), "text must not be empty"),
    **dict.fromkeys((10, 11, 500, 501, 502), "must have 3 cells, as the header has; it has 2"),
    **dict.fromkeys((40, 41, 600, 601, 602), "must have 3 cells, as the header has; it has 5"),
    **dict.fromkeys((77, 78, 79), "must be UTF-8; it is not"),
    **dict.fromkeys((90, 91), "text must have at most 100,000 characters; it has 100,001"),
}


def thousand(path) -> dict[int, str]:
    """Writes 1,000 rows, 20 of them broken; gives the sound ones' texts."""
    sound, lines = {}, [b"id,text,note"]
    for number in range(1, 1001):
        why = BROKEN.get(number, "")
        text = f"value_{number} = {number % 7} * {number}"
        line = f'{number},"{text}","a, ""note"""'
        if "empty" in why:
            line = f'{number},"  ",x'
        elif "has 2" in why:
            line = f"{number},{text}"
        elif "has 5" in why:
            line = f"{number},{text},x,y,z"
        elif "characters" in why:
            line = f"{number},{'x' * 100_001},note"
        elif not why:
            sound[number] = text
        lines.append(line.encode() + (b"\xff" if "UTF-8" in why else b""))
    path.write_bytes(b"\r\n".join(lines) + b"\r\n")
    return sound


def read(path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_a_thousand_rows_with_twenty_broken_ones(tmp_path, chooser) -> None:
    sound = thousand(tmp_path / "rows.csv")
    assert len(BROKEN) == 20
    target = tmp_path / "out.csv"
    batch = Batch(chooser, Limits())
    column, status = batch.columns(str(tmp_path / "rows.csv"))
    assert (column["choices"], column["value"]) == (["id", "text", "note"], "text")
    assert status["facts"][0]["value"] == "1,000"
    stream = asyncio.create_task(complete(chooser.runner.engine, "def f(x):\n", max_tokens=24))
    given = (str(tmp_path / "rows.csv"), "text", Choice("exact"), "none", target, Run(""))
    steps = await updates(batch.run(*given))
    assert (steps[-1].total, steps[-1].done, steps[-1].errors) == (1000, 1000, 20)
    [choice] = await stream
    assert choice.finish_reason in ("length", "stop")
    rows = read(target)
    assert [int(row["id"]) for row in rows] == list(range(1, 1001))
    for number, row in enumerate(rows, 1):
        if number in BROKEN:
            assert row["error"] == f"row {number}: {BROKEN[number]}"
            assert row["label"] == row["score"] == ""
        else:
            assert row["error"] == ""
            assert (row["text"], row["note"]) == (sound[number], 'a, "note"')
    head = chooser.heads.load("exact").future.result()
    some = [1, 2, 333, 999]
    want = await chooser.runner.run(answers(head, [sound[number] for number in some], 4096))
    for number, answer in zip(some, want, strict=True):
        row = rows[number - 1]
        assert row["label"] == answer.best
        assert float(row["score"]) == pytest.approx(answer.scores[answer.best], abs=1e-4)
        got = {label: float(row[f"score {label}"]) for label in KINDS}
        assert got == pytest.approx(answer.scores, abs=1e-4)
    assert rows[39]["note"] == "x,y,z"  # nothing of a broken row is lost


async def test_every_pass_of_a_file_is_a_job_of_the_engine_and_no_longer_than_its_chunk(
    tmp_path, chooser, engine, monkeypatch
) -> None:
    seen: list[tuple[str, int]] = []
    trunk = engine.model.base_model
    forward = trunk.forward

    def counted(input_ids, **rest):
        seen.append((threading.current_thread().name, input_ids.numel()))
        return forward(input_ids=input_ids, **rest)

    jobs = []
    submit = engine.submit
    monkeypatch.setattr(trunk, "forward", counted)
    monkeypatch.setattr(engine, "submit", lambda call: jobs.append(call) or submit(call))
    text = "\n".join(["text", *(f"value_{i} = {i}" for i in range(100)), '"' + CODE * 40 + '"'])
    (tmp_path / "rows.csv").write_text(text)
    given = (str(tmp_path / "rows.csv"), "text", Choice("kinds"), "none", tmp_path / "o", Run(""))
    await updates(Batch(chooser, Limits()).run(*given))
    assert {name for name, _ in seen} == {"phi-engine"}
    assert max(tokens for _, tokens in seen) <= engine.prefill_chunk
    assert len(jobs) == len(seen)
    assert len(jobs) < 100  # short rows share a pass


async def test_a_cancelled_file_keeps_what_is_done(tmp_path, chooser, monkeypatch) -> None:
    thousand(tmp_path / "rows.csv")
    batch, passes = Batch(chooser, Limits()), []
    run_passes = chooser.runner.run

    async def counted(given):
        passes.append(given)
        if len(passes) == 5:
            batch.stop(TAB)
        return await run_passes(given)

    monkeypatch.setattr(chooser.runner, "run", counted)
    stream = batch.classify(str(tmp_path / "rows.csv"), "text", "kinds", "", "", "", "none", TAB)
    statuses = []
    async for status, download in stream:
        statuses.append(status)
        if download.get("value"):
            rows = read(download["value"])
    status = statuses[-1]
    assert status["message"].startswith("Cancelled")
    assert len(passes) == 5
    assert len(rows) == 1000
    for row in rows[: 5 * ROWS_AT_ONCE]:
        assert bool(row["label"]) != bool(row["error"])
    for number, row in enumerate(rows[5 * ROWS_AT_ONCE :], 5 * ROWS_AT_ONCE + 1):
        assert row["label"] == ""
        assert row["error"] == f"row {number}: {BROKEN.get(number, CANCELLED)}"
    facts = {fact["label"]: fact["value"] for fact in status["facts"]}
    assert facts["rows"] == f"{5 * ROWS_AT_ONCE:,} of 1,000"


async def test_tokens_of_a_file_are_written_as_json(tmp_path, chooser) -> None:
    (tmp_path / "rows.tsv").write_text("code\terror\nx = 1\tmine\n")
    target = tmp_path / "out.tsv"
    given = (str(tmp_path / "rows.tsv"), "code", Choice("roles"), "simple", target, Run(""))
    await updates(Batch(chooser, Limits()).run(*given))
    header, row = list(csv.reader(target.open(encoding="utf-8", newline=""), delimiter="\t"))
    assert header == ["code", "error", "entities", "error_"]  # a column of the file keeps its name
    found = json.loads(row[2])
    assert {"entity_group", "score", "word", "start", "end"} == set(found[0])


async def test_an_exchange_of_the_model_halfway(tmp_path, boxed, monkeypatch) -> None:
    """A head goes on with weights of its own; zero-shot would go on with another model, and does not."""
    tiny = write_tiny(tmp_path / "tiny")
    (tmp_path / "rows.csv").write_text("text\n" + "".join(f"value_{i} = {i}\n" for i in range(96)))
    resident = Resident(ModelChoice(str(MODEL)), free_memory=lambda device: 2**50, slots=2)
    runner = Runner(resident)
    chooser = Chooser(runner, Heads(runner, boxed))
    given = (str(tmp_path / "rows.csv"), "text")
    passes: list[object] = []
    run_passes = runner.run

    async def counted(steps):
        passes.append(steps)
        if len(passes) == 3:
            to = str(tiny) if resident.engine.info.name == str(MODEL) else str(MODEL)
            resident.switch(ModelChoice(to))
            await asyncio.to_thread(resident.wait, 300)
        return await run_passes(steps)

    monkeypatch.setattr(runner, "run", counted)
    try:
        target = tmp_path / "out.csv"
        run = Batch(chooser, Limits()).run(*given, Choice("kinds"), "none", target, Run(""))
        steps = await updates(run)
        assert resident.engine.info.name != str(MODEL)
        assert (steps[-1].done, steps[-1].errors) == (96, 0)
        assert not chooser.heads.load("kinds").future.result().shared
        rows = read(target)
        alone = await run_passes(answers(load_head(boxed["kinds"]), [r["text"] for r in rows], 64))
        for row, answer in zip(rows, alone, strict=True):
            assert float(row["score python"]) == pytest.approx(answer.scores["python"], abs=2e-2)
        passes.clear()
        choice = Choice(ZERO_SHOT, labels="one, two")
        with pytest.raises(ValueError, match="The model was exchanged"):
            await updates(Batch(chooser, Limits()).run(*given, choice, "none", target, Run("")))
    finally:
        resident.close()


@pytest.mark.parametrize(
    ("content", "limits", "message"),
    [
        (b"", Limits(), "Header must be a row of column names; it is empty"),
        (b"a,a\n1,2\n", Limits(), "Header must name each column once; 'a' is there twice"),
        (b"a\xff,b\n1,2\n", Limits(), "File must be UTF-8; its header is not"),
        (b"a\n" * 9, Limits(file_bytes=10), "File must be at most 10 bytes; it has 18"),
        (b"a\n" + b"x\n" * 4, Limits(rows=3), "Row 4 is one too many: a file may have 3 rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_rule(tmp_path, content, limits, message):
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        Table(path, limits).count()
    column, status = Batch(None, limits).columns(str(path))
    assert (status["state"], column["choices"]) == ("error", [])
    assert message in status["message"]


@pytest.fixture
def usual_field_limit() -> Iterator[None]:
    """The module's own limit, whatever another test's program made of it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("usual_field_limit")
def test_a_quote_that_never_ends_costs_its_rows_only(tmp_path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('text\nfirst\n"' + "never ends\n" * 20_000)
    rows = list(Table(path, Limits()).rows("text"))
    assert (rows[0].text, rows[0].error) == ("first", "")
    assert rows[1].error == "cannot be read: field larger than field limit (131072)"
    with pytest.raises(ValueError, match="Column must be one of text; it is 'txt'"):
        next(Table(path, Limits()).rows("txt"))


async def test_a_missing_file_is_told(chooser) -> None:
    stream = Batch(chooser, Limits()).classify(None, None, "kinds", "", "", "", "none", TAB)
    assert (await updates(stream))[-1][0]["message"].startswith("File must be given")


def test_a_public_server_takes_no_larger_file_than_it_reads() -> None:
    client = TestClient(create_app(ScriptedBackend(), public=True))

    def sent(size: int) -> int:
        files = {"files": ("rows.csv", b"x" * size)}
        return client.post("/gradio_api/upload", files=files).status_code

    assert sent(PUBLIC_LIMITS.file_bytes - 1000) == 200
    assert sent(PUBLIC_LIMITS.file_bytes + 1) == 413


def test_where_the_operator_locks_models_no_other_checkpoint_is_offered() -> None:
    def offered(locked: bool) -> list[str]:
        demo = build(ScriptedBackend(), rules=Rules(locked=locked))
        [use] = [b for b in demo.blocks.values() if getattr(b, "elem_id", "") == "classify-use"]
        return [value for _, value in use.choices]

    assert OTHER in offered(False)
    assert OTHER not in offered(True)
    assert ZERO_SHOT in offered(True)
