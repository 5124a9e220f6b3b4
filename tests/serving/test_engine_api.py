"""The API over the real engine and the model in assets/, through the openai client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from phi_model.engine import Engine
from tests.serving.conftest import SLOTS, Api, api_over
from tests.serving.server import eventually
from tests.serving.test_races import abandon

PROMPT = "def print_prime(n):\n    "


@pytest.fixture(scope="module")
def api(engine: Engine) -> Iterator[Api]:
    with api_over(engine) as served:
        yield served


def complete(api: Api, **asked: Any) -> Any:
    extra = {
        k: asked.pop(k)
        for k in ("top_k", "return_token_ids", "session_id", "truncate_prompt_tokens")
        if k in asked
    }
    return api.openai.completions.create(
        **{"model": "embedded", "prompt": PROMPT, "max_tokens": 24, **asked}, extra_body=extra
    )


def streamed(api: Api, **asked: Any) -> tuple[dict[int, str], dict[int, str], Any]:
    """Texts, finish reasons and usage of a stream."""
    texts: dict[int, str] = {}
    reasons: dict[int, str] = {}
    usage = None
    for chunk in complete(api, stream=True, stream_options={"include_usage": True}, **asked):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + choice.text
            assert choice.index not in reasons
            if choice.finish_reason:
                reasons[choice.index] = choice.finish_reason
    return texts, reasons, usage


def idle(api: Api) -> bool:
    """No slot is taken and nothing waits: what the engine itself says."""
    worker = api.backend._worker
    return worker.idle and worker.lane.table.free == SLOTS


@pytest.mark.parametrize(
    "asked",
    [
        {"temperature": 0},
        {"seed": 7},
        {"seed": 7, "n": 3},
        {"seed": 3, "top_p": 0.9, "top_k": 40, "temperature": 0.7},
        {"temperature": 0, "stop": ["\n"]},
        {"seed": 5, "prompt": [PROMPT, "class Stack:\n"], "n": 2, "echo": True},
        {"seed": 1, "n": 1, "best_of": 3},
        {"temperature": 0, "prompt": "# größer → ändert 変数\nx = '"},
    ],
)
def test_streamed_equals_whole(api: Api, asked: dict[str, Any]) -> None:
    whole = complete(api, **asked)
    texts, reasons, usage = streamed(api, **asked)
    assert texts == {c.index: c.text for c in whole.choices}
    assert reasons == {c.index: c.finish_reason for c in whole.choices}
    assert usage.completion_tokens == whole.usage.completion_tokens
    assert usage.prompt_tokens == whole.usage.prompt_tokens


def test_seeds(api: Api) -> None:
    """The same seed draws the same text, alone and beside others; choices differ; no seed is a fresh one."""
    alone = complete(api, seed=11, max_tokens=32).choices[0].text
    with ThreadPoolExecutor(6) as pool:
        many = list(
            pool.map(lambda seed: complete(api, seed=seed, max_tokens=32), [1, 11, 2, 11, 3, 4])
        )
    texts = [answer.choices[0].text for answer in many]
    assert texts[1] == texts[3] == alone
    assert len(set(texts)) == 5
    several = [c.text for c in complete(api, seed=11, max_tokens=32, n=3).choices]
    assert several[0] == alone
    assert len(set(several)) == 3
    assert len({complete(api, max_tokens=32).choices[0].text for _ in range(3)}) == 3


def test_stop_is_not_part_of_the_text(api: Api) -> None:
    free = complete(api, temperature=0, max_tokens=60).choices[0].text
    assert "\n" in free
    for stop in ("\n", free[5:8], [free[10:12], "never"]):
        first = min(free.find(s) for s in ([stop] if isinstance(stop, str) else stop) if s in free)
        choice = complete(api, temperature=0, max_tokens=60, stop=stop).choices[0]
        assert choice.text == free[:first]
        assert choice.finish_reason == "stop"


def test_logprobs_and_echo_tell_of_the_same_text(api: Api) -> None:
    answer = complete(api, temperature=0, logprobs=3, echo=True, return_token_ids=True)
    (choice,) = answer.choices
    told = choice.logprobs
    ids = choice.prompt_token_ids + choice.token_ids
    assert choice.text.startswith(PROMPT)
    assert "".join(told.tokens) == choice.text
    assert len(told.tokens) == len(ids) == answer.usage.total_tokens
    assert told.token_logprobs[0] is None
    assert told.top_logprobs[0] is None
    assert all(value < 0 for value in told.token_logprobs[1:])
    for token, offset in zip(told.tokens, told.text_offset, strict=True):
        assert choice.text[offset : offset + len(token)] == token
    drawn = len(choice.prompt_token_ids)
    for token, value, best in zip(
        told.tokens[drawn:], told.token_logprobs[drawn:], told.top_logprobs[drawn:], strict=True
    ):
        # Greedy: the token drawn is the best one.
        assert best[token] == value == max(best.values())
        assert len(best) == 3
    # The prompt's own log-probabilities are those of the same tokens when they are drawn.
    again = complete(
        api, prompt=ids, temperature=0, max_tokens=0, echo=True, logprobs=3, return_token_ids=True
    )
    (scored,) = again.choices
    assert scored.text == choice.text
    assert scored.token_ids == []
    assert scored.finish_reason == "length"
    assert again.usage.completion_tokens == 0
    assert scored.logprobs.token_logprobs[1:] == pytest.approx(told.token_logprobs[1:], abs=1e-4)


def test_ids_and_text_are_the_same_prompt(api: Api) -> None:
    told = api.http.post("/tokenize", json={"prompt": PROMPT, "return_token_strs": True}).json()
    assert told["max_model_len"] == 1024
    assert "".join(told["token_strs"]) == PROMPT
    back = api.http.post("/detokenize", json={"tokens": told["tokens"]}).json()
    assert back["prompt"] == PROMPT
    texts = [
        complete(api, prompt=p, temperature=0).choices[0].text for p in (PROMPT, told["tokens"])
    ]
    assert texts[0] == texts[1]


def test_usage_counts_tokens_and_what_a_session_had_cached(api: Api) -> None:
    prompt = PROMPT * 10
    first = complete(api, prompt=prompt, max_tokens=3, temperature=0, session_id="s1").usage
    length = len(api.backend.tokenize(prompt))
    assert (first.prompt_tokens, first.completion_tokens) == (length, 3)
    assert first.prompt_tokens_details.cached_tokens == 0
    again = complete(api, prompt=prompt, max_tokens=3, temperature=0, session_id="s1").usage
    assert again.prompt_tokens_details.cached_tokens == length - 1
    other = complete(api, prompt=prompt, max_tokens=3, temperature=0, session_id="s2").usage
    assert other.prompt_tokens_details.cached_tokens == 0


def test_logit_bias_chooses_the_token(api: Api) -> None:
    (token,) = api.backend.tokenize("z")
    choice = complete(
        api, max_tokens=4, temperature=0, logit_bias={str(token): 100}, return_token_ids=True
    ).choices[0]
    assert choice.token_ids == [token] * 4
    response = api.post(prompt="a", logit_bias={"99999": 1})
    assert response.status_code == 400
    assert response.json()["error"]["param"] == "logit_bias"


def test_a_context_that_fills_up_ends_by_length(api: Api) -> None:
    words = api.backend.tokenize("x = 1\n") * 600
    prompt = words[:1000]
    (token,) = api.backend.tokenize("z")
    answer = complete(api, prompt=prompt, max_tokens=500, logit_bias={str(token): 100})
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.total_tokens == 1024
    refused = api.post(prompt=words)
    assert refused.status_code == 400
    assert "1023 tokens" in refused.json()["error"]["message"]
    cropped = complete(
        api, prompt=words, max_tokens=2, truncate_prompt_tokens=10, return_token_ids=True
    )
    assert cropped.choices[0].prompt_token_ids == words[-10:]


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_frees_its_slots(api: Api, stream: bool) -> None:
    (token,) = api.backend.tokenize("z")
    eventually(lambda: idle(api))
    asked = {"max_tokens": 900, "n": 3, "logit_bias": {str(token): 100}, "stream": stream}
    connection = abandon(api.url, **asked)
    eventually(lambda: api.backend._worker.lane.table.free == SLOTS - 3)
    connection.close()
    eventually(lambda: idle(api))


def test_a_newer_request_of_a_session_supersedes_the_older(api: Api) -> None:
    (token,) = api.backend.tokenize("z")
    asked = {"prompt": PROMPT, "max_tokens": 900, "logit_bias": {str(token): 100}}
    body = {**asked, "stream": True, "session_id": "editor"}
    with api.http.stream("POST", "/v1/completions", json=body) as older:
        lines = (line for line in older.iter_lines() if line)
        assert json.loads(next(lines).removeprefix("data: "))["choices"]
        newer = complete(api, max_tokens=2, temperature=0, session_id="editor")
        assert newer.choices[0].finish_reason == "length"
        *_, error, done = lines
    assert json.loads(error.removeprefix("data: "))["error"]["code"] == 409
    assert done == "data: [DONE]"
    eventually(lambda: idle(api))


def test_a_full_waiting_list_is_busy_and_then_recovers(api: Api) -> None:
    (token,) = api.backend.tokenize("z")
    asked = {"max_tokens": 900, "logit_bias": {str(token): 100}, "stream": True}
    connections = [abandon(api.url, **asked) for _ in range(SLOTS + 8)]
    eventually(lambda: api.backend.waiting == 8)
    for stream in (True, False):
        response = api.post(stream=stream)
        assert response.status_code == 429
        assert response.headers["retry-after"] == "1"
    for connection in connections:
        connection.close()
    eventually(lambda: idle(api))
    assert api.post(max_tokens=1).status_code == 200
