"""What the browser reads of a suggestion: a text that only grows."""

import json
import random

from ui.growing import GrowingLog


def read(log: str) -> dict:
    """As `ui/editor/src/growing.js` does."""
    state = {"choices": [], "done": False}
    for line in filter(None, log.split("\n")):
        new = json.loads(line)
        state["id"] = new.get("id", state.get("id"))
        state["done"] = new.get("done", False)
        for index, row in enumerate(new.get("rows", [])):
            if index == len(state["choices"]):
                state["choices"].append({"text": ""})
            before = state["choices"][index]
            row = dict(row or {})
            text = before["text"] + row.pop("add", "")
            state["choices"][index] = {**before, "text": text, **row}
    return state


def test_each_update_is_what_was_added_and_all_of_them_the_suggestion():
    draw = random.Random(3)
    log, before, texts = GrowingLog(), "", ["", "", ""]
    for step in range(60):
        texts = [text + draw.choice(["", "x", "\n", 'é"\U0001f40d\\']) for text in texts]
        if draw.random() < 0.1:  # cut where its scope ends
            texts[1] = texts[1][:-2]
        rows = [{"text": text, "done": step == 59, "logprob": -1.5} for text in texts]
        ghost = {"id": "a", "choices": rows, "done": step == 59}
        now = log.add(ghost)
        assert now.startswith(before)
        assert len(now) > len(before)  # also where nothing is new: the stream lives
        before = now
        assert read(now) == ghost


def test_a_long_text_is_sent_once():
    log = GrowingLog()
    for length in range(1, 200):
        sent = log.add(
            {"id": "a", "choices": [{"text": "x" * length, "done": False}], "done": False}
        )
    assert len(sent) < 199 * 40


def test_an_error_has_no_rows():
    assert read(GrowingLog().add({"id": "a", "choices": [], "done": True})) == {
        "id": "a",
        "choices": [],
        "done": True,
    }
