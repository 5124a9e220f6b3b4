"""The API while the model behind it is exchanged, unloaded and loaded again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phi_model.engine.resident import ModelChoice, Resident
from tests.serving.conftest import MODEL, Api, api_over
from tests.tiny_checkpoint import write_tiny
from ui.share.hosting import PUBLIC_TOKENS, PublicBackend

PROMPT = "def print_prime(n):\n    "


@pytest.fixture
def tiny(tmp_path: Path) -> ModelChoice:
    return ModelChoice(str(write_tiny(tmp_path / "tiny-phi")))


@pytest.fixture
def resident() -> Iterator[Resident]:
    resident = Resident(
        ModelChoice(str(MODEL)),
        names={str(MODEL): "embedded"},
        free_memory=lambda device: 2**50,
        slots=4,
    )
    yield resident
    resident.close()


@pytest.fixture
def api(resident: Resident) -> Iterator[Api]:
    with api_over(resident) as served:
        yield served


def names(api: Api) -> list[str]:
    return [model.id for model in api.openai.models.list()]


def test_a_stream_ends_on_its_model_while_the_next_call_has_the_new_one(api, resident, tiny):
    asked = {"model": "embedded", "prompt": PROMPT, "max_tokens": 48, "temperature": 0}
    asked["logit_bias"] = {"0": -100}  # no end of the text
    expected = api.openai.completions.create(**asked).choices[0].text
    gate = threading.Event()
    stream = api.openai.completions.create(**asked, stream=True)
    first = next(stream).choices[0].text
    # A job holds the engine between two steps.
    resident.submit(lambda: gate.wait(20))
    resident.switch(tiny)
    assert resident.wait().error is None
    assert names(api) == [tiny.model]
    assert api.http.post("/tokenize", json={"prompt": "a b"}).json()["max_model_len"] == 96
    refused = api.post(model="embedded")
    assert refused.status_code == 404
    assert tiny.model in refused.json()["error"]["message"]
    assert api.post(max_tokens=4).json()["model"] == tiny.model
    gate.set()
    chunks = [chunk for chunk in stream if chunk.choices]
    assert first + "".join(chunk.choices[0].text for chunk in chunks) == expected
    assert {chunk.model for chunk in chunks} == {"embedded"}
    assert chunks[-1].choices[0].finish_reason == "length"


def test_without_a_model_a_client_is_told_when_to_come_back(api, resident):
    resident.unload()
    assert names(api) == []
    for answer in (
        api.post(),
        api.post(stream=True),
        api.http.post("/tokenize", json={"prompt": "a"}),
        api.http.get("/v1/models/embedded"),
    ):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        error = answer.json()["error"]
        assert (error["type"], error["message"]) == (
            "ServiceUnavailableError",
            "No model is loaded",
        )
    assert api.http.get("/health").status_code == 200
    assert 'outcome="busy"} 2' in api.http.get("/metrics").text
    resident.switch(resident.status.choice)
    resident.wait()
    assert api.post(max_tokens=2).status_code == 200


def test_the_limits_of_a_public_server_hold_for_a_lease(resident):
    with (
        api_over(PublicBackend(resident)) as api,
    ):
        answer = api.post(prompt=PROMPT, max_tokens=PUBLIC_TOKENS + 50, temperature=0)
        assert answer.json()["usage"]["completion_tokens"] <= PUBLIC_TOKENS
        assert api.post(n=5).status_code == 400
