"""The page's parts that need no browser."""

import gradio as gr
import pytest

from phi_model.backend import BusyError, ModelInfo
from tests.ui.scripted import ScriptedBackend
from tests.ui.test_sessions import TEXT, ask, collect, completer
from ui.components import CodeEditor, Prompt
from ui.models.facts import describe
from ui.page import build


def test_the_editor_keeps_its_text_exactly():
    editor = CodeEditor("e", label="Code editor")
    text = "def f():\n    \n\t# é 🙂  "
    prompt = editor.preprocess({"text": text, "cursor": 9})
    assert prompt.before + prompt.after == text
    assert prompt.before == "def f():\n"
    assert editor.postprocess(text)["text"] == text


@pytest.mark.parametrize("value", [None, {}, {"text": ""}])
def test_an_empty_editor_is_an_empty_prompt(value):
    assert CodeEditor("e", label="Code editor").preprocess(value) == Prompt()
    assert CodeEditor("e", label="Code editor").postprocess(value)["text"] == ""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"text": 5}, "text must be a text, got int"),
        ({"text": "abc", "cursor": 9}, "cursor must be an integer from 0 to 3, got 9"),
        ({"text": "abc", "cursor": "x"}, "cursor must be an integer from 0 to 3, got 'x'"),
    ],
)
def test_a_malformed_value_is_refused(value, message):
    with pytest.raises(gr.Error, match=message):
        CodeEditor("e", label="Code editor").preprocess(value)


def test_the_page_names_its_model():
    info = ModelInfo(
        "org/phi", "main", 1_418_270_720, "float16", "cuda:0", 3_250_000_000, 2048, 51200, "int8"
    )
    assert (
        describe(info)
        == "org/phi@main · 1.4 B parameters · int8 float16 on cuda:0 · 3,250 MB · context 2,048 tokens"
    )


def test_what_a_remote_backend_cannot_know_is_left_out():
    info = ModelInfo("org/phi", None, 0, "unknown", "remote", 0, 2048, 51200)
    assert describe(info) == "org/phi · unknown on remote · context 2,048 tokens"


def test_the_page_stores_and_tells_nothing():
    demo = build(ScriptedBackend())
    assert demo.analytics_enabled is False
    assert not any(type(block).__name__ == "State" for block in demo.blocks.values())


def test_what_runs_beside_a_stream_marks_no_component_and_a_stream_has_no_inputs():
    """Gradio would tell each of them of each message of a stream, and copy its properties for that."""
    config = build(ScriptedBackend()).get_config_file()
    events = {each["api_name"]: each for each in config["dependencies"] if each["backend_fn"]}
    for name in ("ask", "stop", "measure", "poll"):
        assert (events[name]["show_progress_on"], events[name]["inputs"]) == ([], [])


async def test_a_full_waiting_list_is_told_plainly():
    backend = ScriptedBackend(TEXT)
    backend.busy = BusyError(64, 64)
    ghost, status = (await collect(ask(completer(backend), "a", "1")))[-1]
    assert ghost["done"]
    assert status["state"] == "error"
    assert status["message"].startswith("Busy: 64 requests are waiting")


async def test_a_bad_value_is_told_in_the_status_line_and_starts_nothing():
    backend = ScriptedBackend(TEXT)
    updates = await collect(ask(completer(backend), "a", "1", temperature=7.0))
    assert [status["message"] for _, status in updates] == [
        "Temperature must be a number from 0 to 5; it is 7."
    ]
    assert backend.requests == []


async def test_a_failure_names_its_kind_but_not_its_text():
    backend = ScriptedBackend(TEXT)
    backend.failure = OSError("/secret/path")
    _, status = (await collect(ask(completer(backend), "a", "1")))[-1]
    assert status["state"] == "error"
    assert "OSError" in status["message"]
    assert "secret" not in status["message"]
