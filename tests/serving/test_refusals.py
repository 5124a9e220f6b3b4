"""What is refused, and how it is said."""

from __future__ import annotations

import json
from collections.abc import Iterator

import openai
import pytest

from phi_model.backend import BusyError, CompletionChunk
from phi_model.request import RequestError
from phi_model.serving import Limits
from tests.serving.conftest import Api, api_over
from tests.serving.scripted import Scripted, usage, words


def fine() -> Scripted:
    return Scripted(lambda r: words("x"))


@pytest.fixture(scope="module")
def served() -> Iterator[Api]:
    """One server for the many tests that never get as far as the backend."""
    with api_over(fine()) as one:
        yield one


@pytest.mark.parametrize(
    ("param", "body"),
    [
        ("temperature", {"temperature": 9}),
        ("temperature", {"temperature": "hot"}),
        ("top_p", {"top_p": 0}),
        ("max_tokens", {"max_tokens": -1}),
        ("n", {"n": 0}),
        ("best_of", {"n": 3, "best_of": 2}),
        ("seed", {"seed": -1}),
        ("stop", {"stop": [""]}),
        ("logprobs", {"logprobs": 21}),
        ("logit_bias", {"logit_bias": {"x": 1}}),
        ("echo", {"echo": 1}),
        ("stream", {"stream": "yes"}),
        ("stream_options", {"stream_options": {"include_usage": True}}),
        ("stream_options", {"stream": True, "stream_options": 3}),
        ("include_usage", {"stream": True, "stream_options": {"include_usage": 3}}),
        ("return_token_ids", {"return_token_ids": "no"}),
        ("session_id", {"session_id": 3}),
        ("session_id", {"session_id": "x" * 257}),
        ("suffix", {"suffix": "    return x"}),
        ("prompt", {"prompt": None}),
        ("prompt", {"prompt": 3}),
        ("prompt", {"prompt": []}),
        ("prompt", {"prompt": [[]] * 65}),
        ("prompt", {"prompt": ["a", [1]]}),
        ("prompt", {"prompt": [1, "a"]}),
        ("prompt", {"prompt": [1, 257]}),
        ("prompt", {"prompt": [True]}),
        ("prompt", {"prompt": [None]}),
        ("prompt", {"prompt": "a" * 64}),
        ("prompt", {"prompt": "a" * 65, "max_tokens": 0}),
        ("truncate_prompt_tokens", {"truncate_prompt_tokens": 0}),
        ("n", {"prompt": ["a"] * 20, "n": 10}),
        ("best_of", {"prompt": ["a"] * 20, "best_of": 10}),
    ],
)
def test_a_field_out_of_range_is_named(served, param: str, body: dict[str, object]) -> None:
    response = served.post(**body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["param"], error["code"]) == (param, 400)
    assert error["type"] == "BadRequestError"
    assert error["message"].startswith(f"{param} must be ")
    assert served.backend.requests == []


def test_an_over_long_prompt_is_told_the_limit(api) -> None:
    served = api(fine())
    with pytest.raises(openai.BadRequestError) as caught:
        served.openai.completions.create(model="scripted", prompt="a" * 100)
    message = caught.value.body["message"]
    assert "at most 63 tokens" in message
    assert "100 tokens" in message


def test_half_a_surrogate_pair_is_no_text(api) -> None:
    served = api(fine())
    for path in ("/v1/completions", "/tokenize"):
        raw = rb'{"prompt": "ab\ud800"}'
        response = served.http.post(path, content=raw, headers={"Content-Type": "application/json"})
        assert response.status_code == 400, path
        assert response.json()["error"]["param"] == "prompt"


def test_another_model_is_404(api) -> None:
    served = api(fine())
    with pytest.raises(openai.NotFoundError, match="gpt-4"):
        served.openai.completions.create(model="gpt-4", prompt="a")
    for path, body in (
        ("/tokenize", {"prompt": "a", "model": "gpt-4"}),
        ("/detokenize", {"tokens": [1], "model": "gpt-4"}),
    ):
        assert served.http.post(path, json=body).json()["error"]["param"] == "model"
    assert served.post(model="scripted@main").status_code == 200


def test_paths_and_methods(api) -> None:
    served = api(fine())
    for response, status in (
        (served.http.get("/v1/nothing"), 404),
        (served.http.get("/v1/completions"), 405),
    ):
        assert response.status_code == status
        assert response.json()["error"]["code"] == status


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"prompt": "a", "seed": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"prompt": "a", "temperature": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"prompt": "a"}', "text/plain", 415),
        (b'{"prompt": "a"}', "application/x-www-form-urlencoded", 415),
        (b'{"prompt": "a"}', "application/json; charset=utf-8", 200),
    ],
)
def test_bodies(api, content: bytes, kind: str, status: int) -> None:
    served = api(fine())
    response = served.http.post("/v1/completions", content=content, headers={"Content-Type": kind})
    assert response.status_code == status
    if status != 200:
        assert response.json()["error"]["code"] == status


def test_a_body_beyond_the_limit_is_not_read_to_its_end(api) -> None:
    served = api(fine(), limits=Limits(max_body_bytes=1000))
    assert served.post(prompt="a" * 10).status_code == 200
    response = served.post(prompt="a" * 1000)
    assert response.status_code == 413
    assert "1000 bytes" in response.json()["error"]["message"]


def test_the_servers_own_limits(api) -> None:
    served = api(fine(), limits=Limits(max_tokens=5, max_prompts=2, max_choices=3))
    assert served.post(max_tokens=50).status_code == 200
    assert served.backend.requests[-1].max_tokens == 5
    assert served.post(prompt=["a"] * 3).json()["error"]["param"] == "prompt"
    assert served.post(prompt=["a"] * 2, n=2).json()["error"]["param"] == "n"


def test_the_key(api) -> None:
    served = api(fine(), api_key="séc ret", key="séc ret")
    assert served.http.get("/health").status_code == 200
    for method, path in (
        ("POST", "/v1/completions"),
        ("POST", "/tokenize"),
        ("POST", "/detokenize"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/scripted"),
        ("GET", "/metrics"),
    ):
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic séc ret"}):
            raw = {k: v.encode() for k, v in header.items()}
            response = served.http.request(method, path, headers=raw, json={"prompt": "a"})
            assert response.status_code == 401, (method, path, header)
            assert response.headers["www-authenticate"] == "Bearer"
            assert response.json()["error"]["code"] == 401
    right = {"Authorization": "Bearer séc ret".encode()}
    body = {"prompt": "a"}
    assert served.http.post("/v1/completions", headers=right, json=body).status_code == 200
    assert len(served.backend.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_busy(api, stream: bool) -> None:
    served = api(Scripted(lambda r: [BusyError(64, 64)]))
    with pytest.raises(openai.RateLimitError) as caught:
        served.openai.completions.create(model="scripted", prompt="a", stream=stream)
    assert caught.value.response.headers["retry-after"] == "1"
    assert "64" in caught.value.body["message"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("step", "status", "text"),
    [
        (RequestError("logit_bias", "for ids below 7", 9), 400, "below 7"),
        (RuntimeError("secret path"), 500, "its log says why"),
        (CompletionChunk(0, "", (), "error", usage(), "numbers"), 500, "numbers"),
        (CompletionChunk(0, "", (), "cancelled", usage()), 503, "closing"),
    ],
)
def test_errors_before_the_first_token(api, stream, step, status, text) -> None:
    served = api(Scripted(lambda r: [step]))
    response = served.post(stream=stream)
    assert response.status_code == status
    assert text in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (RuntimeError("secret path"), 500),
        (CompletionChunk(0, "", (), "error", usage(), "numbers"), 500),
        (CompletionChunk(0, "", (), "cancelled", usage()), 409),
    ],
)
def test_an_error_in_mid_stream_is_a_line_and_then_done(api, step, status) -> None:
    served = api(Scripted(lambda r: [*words("ab", finish=None), 0.05, step]))
    response = served.post(stream=True, session_id="s")
    assert response.status_code == 200
    first, error, done = [e.removeprefix("data: ") for e in response.text.split("\n\n")[:-1]]
    assert json.loads(first)["choices"][0]["text"] == "ab"
    assert json.loads(error)["error"]["code"] == status
    assert "secret" not in error
    assert done == "[DONE]"
    with pytest.raises(openai.APIError):
        list(served.openai.completions.create(model="scripted", prompt="a", stream=True))


def test_a_superseded_call_is_a_conflict(api) -> None:
    served = api(Scripted(lambda r: [CompletionChunk(0, "", (), "cancelled", usage())]))
    response = served.post(session_id="s")
    assert response.status_code == 409
    assert response.json()["error"]["param"] == "session_id"
