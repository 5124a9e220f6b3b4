"""What visitors may load, what they are told, and what of the page follows the model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.testclient import TestClient

import app
from phi_model.engine.resident import ModelChoice, Resident
from tests.tiny_checkpoint import EMBEDDED, write_tiny
from tests.ui.scripted import ScriptedBackend
from tests.ui.test_sessions import Tab, ask, collect, completer
from ui.components import Prompt
from ui.controls import SMALL_MODEL_PENALTY
from ui.flags import folders_allowed
from ui.models.facts import facts, state
from ui.models.known import find, models
from ui.models.panel import Switcher
from ui.models.rules import ChoiceError, Rules
from ui.server import create_app

NAMES = {"Embedded Phi": str(EMBEDDED)}
OPEN = Rules(locked=False, folders=True, names=NAMES, devices=("cpu", "cuda:0"))
PUBLIC = Rules(locked=False, names=NAMES)
FIXED = "The operator of this server has fixed its model."


class Event:
    """As much of `gr.EventData` as the handlers read."""

    def __init__(self, **data: Any) -> None:
        self._data = data


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("models") / "tiny-phi")


@pytest.fixture
def resident() -> Iterator[Resident]:
    resident = Resident(
        ModelChoice(str(EMBEDDED)),
        names={str(EMBEDDED): "Embedded Phi"},
        free_memory=lambda device: 2**50,
        slots=2,
    )
    yield resident
    resident.close()


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        ({"model": "microsoft/phi-1"}, ModelChoice("microsoft/phi-1")),
        ({"model": " org/a.b_c-d@refs/pr/7 "}, ModelChoice("org/a.b_c-d@refs/pr/7")),
        (
            {"model": "microsoft/phi-2", "dtype": "float16", "quantization": "nf4", "device": ""},
            ModelChoice("microsoft/phi-2", "float16", None, "nf4"),
        ),
        ({"model": "Embedded Phi"}, ModelChoice(str(EMBEDDED))),
    ],
)
def test_names_of_the_hub_and_of_the_box_are_for_everybody(given, choice):
    assert PUBLIC.read(given) == choice


@pytest.mark.parametrize(
    "name",
    [
        "",
        None,
        7,
        "phi-1",
        "..",
        "../..",
        "a/..",
        "org/../etc",
        "org/name/more",
        "/etc",
        "~/models",
        "./assets/model",
        "assets/model",
        "assets/model@main",
        "org\\name",
        "org/name@../x",
        "org/na me",
        "org/name\n",
        "org/na\x00me",
        "https://huggingface.co/microsoft/phi-1",
        "org/" + "a" * 97,
        "a" * 400,
        ".hidden/name",
        "org/name@",
    ],
)
def test_nothing_else_is_for_strangers(name, monkeypatch):
    monkeypatch.chdir(EMBEDDED.parents[1])
    # A name is stripped first.
    if name == "org/name\n":
        assert PUBLIC.read({"model": name}).model == "org/name"
        return
    with pytest.raises(ChoiceError, match=r"^Model must be a hub id such as microsoft/phi-1"):
        PUBLIC.read({"model": name})


def test_folders_are_for_those_who_sit_at_the_machine(tiny, tmp_path):
    assert OPEN.read({"model": str(tiny)}) == ModelChoice(str(tiny))
    for name in (tmp_path, tmp_path / "none", tiny / "config.json"):
        with pytest.raises(ChoiceError, match=r"or a folder with a config\.json on the server"):
            OPEN.read({"model": str(name)})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("dtype", "int8", "Dtype must be one of float32, bfloat16, float16; it is 'int8'."),
        ("quantization", "q4", "Quantization must be one of int8, int4, nf4; it is 'q4'."),
        ("device", "cuda:7", "Device must be one of cpu, cuda:0; it is 'cuda:7'."),
        ("device", ["cpu"], "Device must be one of cpu, cuda:0; it is ['cpu']."),
    ],
)
def test_a_field_out_of_range_is_named(field, value, message):
    with pytest.raises(ChoiceError) as caught:
        OPEN.read({"model": "org/name", field: value})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("environment", "flags", "locked", "folders"),
    [
        ({}, [], False, True),
        ({}, ["--lock-model"], True, True),
        ({"PHI_LOCK_MODEL": "1"}, [], True, True),
        ({"PHI_LOCK_MODEL": "0"}, [], False, True),
        ({"SPACE_ID": "me/phi"}, [], True, False),
        ({"SPACE_ID": "me/phi", "PHI_ALLOW_MODEL_CHOICE": "1"}, ["--auth", "a:b"], False, False),
        ({"SPACE_ID": "me/phi", "PHI_ALLOW_MODEL_CHOICE": "1"}, ["--lock-model"], True, False),
        ({}, ["--host", "0.0.0.0"], False, False),
        ({}, ["--host", "0.0.0.0", "--auth", "a:b"], False, True),
        ({}, ["--share"], False, False),
        ({}, ["--root-path", "/phi"], False, False),
    ],
)
def test_who_may_choose_what(monkeypatch, environment, flags, locked, folders):
    for name in ("SPACE_ID", "PHI_LOCK_MODEL", "PHI_ALLOW_MODEL_CHOICE", "PHI_AUTH"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    options = app.parse(flags)
    assert (options.lock_model, folders_allowed(options, environment)) == (locked, folders)


def test_the_panel_tells_all_facts_and_only_news(resident):
    shown = state(resident)
    told = {row["label"]: row["value"] for row in shown["facts"]}
    assert told["Name"] == "Embedded Phi"
    assert (told["Dtype"], told["Device"], told["Quantization"]) == ("bfloat16", "cpu", "none")
    assert told["Context"] == "1,024 tokens"
    assert told["Memory"].endswith(" MB")
    assert "Revision" not in told
    assert shown["note"].startswith("A small demonstration model")
    assert shown["imports"] is None
    page = Switcher(resident, OPEN)
    assert page.poll(Event(digest="old")) == shown
    assert page.poll(Event(digest=shown["digest"])) == gr.skip()


def test_a_remote_model_is_shown_and_cannot_be_changed():
    backend = ScriptedBackend()
    assert [row["label"] for row in facts(backend.info)][:2] == ["Name", "Parameters"]
    assert state(backend)["loaded"]
    assert Switcher(backend, OPEN).choose(Event(model="org/name"))["told"] == FIXED


def test_a_switch_by_the_handlers(resident, tiny):
    page = Switcher(resident, OPEN)
    assert page.choose(Event(model="nonsense"))["told"].startswith("Model must be a hub id")
    answer = page.choose(Event(model=str(tiny), quantization="int8"))
    assert answer["told"] is None
    resident.wait()
    shown = state(resident)
    assert shown["about"].startswith("tiny-phi · 1 M parameters · int8 float32 on cpu")
    assert str(tiny.parent) not in str(shown)
    assert (shown["note"], shown["limit"]) == ("", 96)
    assert page.release()["loaded"] is False
    assert page.again()["told"] is None
    resident.wait()
    assert state(resident)["about"].startswith("tiny-phi")


def test_an_error_is_told_to_everybody_and_the_model_stays(resident, tmp_path):
    page = Switcher(resident, OPEN)
    folder = write_tiny(tmp_path / "broken")
    (folder / "tokenizer.json").unlink()
    page.choose(Event(model=str(folder)))
    resident.wait()
    assert "tokenizer.json" in state(resident)["error"]
    assert state(resident)["loaded"]


def test_a_second_person_is_told(resident, tiny):
    at, go = threading.Event(), threading.Event()

    def slowly(*_: object) -> None:
        at.set()
        assert go.wait(10)
        raise OSError("gone")

    resident._load = slowly
    one, two = Switcher(resident, OPEN), Switcher(resident, OPEN)
    one.choose(Event(model=str(tiny)))
    assert at.wait(10)
    answer = two.choose(Event(model="Embedded Phi"))
    assert "tiny-phi is being loaded already. One model at a time" in answer["told"]
    assert answer["loading"]["model"] == "tiny-phi"
    assert two.release()["told"]
    assert two.cancel()["loading"] is None
    go.set()


@pytest.mark.parametrize("event", ["choose", "again", "release", "cancel"])
def test_a_locked_server_refuses_a_direct_call(resident, event):
    """What the page does not offer cannot be had by the route behind it either."""
    application = create_app(resident, rules=Rules(locked=True, folders=True, names=NAMES))
    with TestClient(application) as client:
        config = client.get("/config").json()
        panel = next(
            part["id"] for part in config["components"] if part["props"].get("elem_id") == "model"
        )
        number = next(
            each["id"] for each in config["dependencies"] if [panel, event] in each["targets"]
        )
        answer = client.post(
            "/gradio_api/run/predict",
            json={
                "fn_index": number,
                "data": [],
                "event_data": {"model": "Embedded Phi", "quantization": "int8"},
                "session_hash": "direct",
            },
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"][0]["told"] == FIXED
        assert resident.status.version == 1
        assert resident.status.loading is None


async def follow(backend: Resident, before: dict[str, int], *values: float) -> tuple[Any, Any, Any]:
    return await Switcher(backend, OPEN).follow(Event(**before), Prompt("def f():\n", 9), *values)


async def test_what_nobody_touched_follows_the_model(resident, tiny):
    large = {"parameters": 1_400_000_000, "limit": 2048}
    meter, tokens, penalty = await follow(resident, large, 128, 1)
    assert meter["limit"] == 1024
    assert tokens["maximum"] == 1024
    # What it is already is not written again, over what was set meanwhile.
    assert "value" not in tokens
    assert penalty["value"] == SMALL_MODEL_PENALTY
    # What somebody chose stays.
    _, tokens, penalty = await follow(resident, large, 200, 1.3)
    assert "value" not in tokens
    assert "value" not in penalty
    resident.switch(ModelChoice(str(tiny)))
    resident.wait()
    embedded = {"parameters": 10_000_000, "limit": 1024}
    meter, tokens, _ = await follow(resident, embedded, 128, SMALL_MODEL_PENALTY)
    assert (meter["limit"], tokens["value"], tokens["maximum"]) == (96, 48, 95)
    _, tokens, _ = await follow(resident, embedded, 500, SMALL_MODEL_PENALTY)
    assert tokens["value"] == 95
    resident.unload()
    assert (await follow(resident, embedded, 128, SMALL_MODEL_PENALTY))[0] == gr.skip()


async def test_without_a_model_the_status_line_says_so(resident):
    resident.unload()
    ghost, status = (await collect(ask(completer(resident), "a", "1")))[-1]
    assert ghost["done"]
    assert status["message"] == "No model is loaded."
    assert await completer(resident).measure(Tab("a").editing("x = 1")) == gr.skip()


async def test_a_completion_says_the_model_that_made_it(resident, tiny):
    gate = threading.Event()
    updates = ask(completer(resident), "a", "1", max_tokens=24, temperature=0.0)
    first = await anext(updates)
    resident.submit(lambda: gate.wait(20))
    resident.switch(ModelChoice(str(tiny)))
    resident.wait()
    assert resident.info.context_length == 96
    gate.set()
    ghost, status = [first, *await collect(updates, 20)][-1]
    assert ghost["made"]["model"]["name"] == "Embedded Phi"
    assert status["message"] == "Finished: max tokens reached"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("microsoft/phi-1", None), "microsoft/phi-1"),
        (("Microsoft/Phi-1",), "microsoft/phi-1"),
        (("/models/copy", "microsoft/phi-1"), "microsoft/phi-1"),
        (("microsoft/phi-1_5",), "microsoft/phi-1_5"),
        (("microsoft/phi-2", None), "microsoft/phi-2"),
        (("Embedded Phi",), "Embedded Phi"),
        (("org/phi-1", None), None),
        (("tiny", ""), None),
    ],
)
def test_notes_are_for_the_models_that_they_are_about(names, found):
    known = find(*names)
    assert (known.id if known else None) == found


def test_only_phi_1_has_imports_to_verify():
    listed = {model.id: model.imports for model in models() if model.imports}
    packages = ("typing", "math", "random", "collections", "datetime", "itertools")
    assert listed == {"microsoft/phi-1": packages}
    assert all(name in find("microsoft/phi-1").note for name in packages)
