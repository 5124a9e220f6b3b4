"""What goes over the wire, field by field."""

from __future__ import annotations

import json
import math

import pytest

from phi_model.backend import CompletionChunk, TokenPiece
from tests.serving.scripted import SPECIAL, Scripted, usage, words


def events_of(text: str) -> list[dict | str]:
    """The data of a stream's events."""
    lines = [line for line in text.split("\n\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    data = [line.removeprefix("data: ") for line in lines]
    return [d if d == "[DONE]" else json.loads(d) for d in data]


def test_an_answer_has_exactly_the_documented_fields(api) -> None:
    served = api(Scripted(lambda r: words("def", " f")))
    answer = served.post().json()
    assert answer.pop("id").startswith("cmpl-")
    assert isinstance(answer.pop("created"), int)
    assert answer == {
        "object": "text_completion",
        "model": "scripted",
        "choices": [{"index": 0, "text": "def f", "logprobs": None, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 3,
            "completion_tokens": 5,
            "total_tokens": 8,
            "prompt_tokens_details": {"cached_tokens": 1},
        },
    }


def test_a_stream_ends_with_the_reason_then_the_usage_then_done(api) -> None:
    served = api(
        Scripted(lambda r: [*words("a", "b", finish=None), 0.1, *words("c")[:1], *words()])
    )
    response = served.post(stream=True, stream_options={"include_usage": True})
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    *chunks, counted, done = events_of(response.text)
    assert done == "[DONE]"
    assert counted["choices"] == []
    assert counted["usage"]["total_tokens"] == 3
    assert [c["choices"][0]["text"] for c in chunks] == ["ab", "c"]
    assert [c["choices"][0]["finish_reason"] for c in chunks] == [None, "stop"]
    assert {c["id"] for c in [*chunks, counted]} == {chunks[0]["id"]}
    assert set(chunks[0]) == {"id", "object", "created", "model", "choices"}
    assert set(chunks[0]["choices"][0]) == {"index", "text", "logprobs", "finish_reason"}


def test_no_usage_unless_asked(api) -> None:
    served = api(Scripted(lambda r: words("a")))
    *chunks, done = events_of(served.post(stream=True).text)
    assert done == "[DONE]"
    assert all(c["choices"] for c in chunks)


def scored() -> list[CompletionChunk]:
    """A prompt of two tokens echoed, then "é" in two tokens, in chunks that cut where they like."""
    top = ((65, -0.5), (66, -1.5))
    return [
        CompletionChunk(0, "Ü", (TokenPiece(195, 0, 1), TokenPiece(156, 1, 2, -1.0, top))),
        CompletionChunk(0, "a", ()),
        CompletionChunk(0, "é", (TokenPiece(97, 2, 3, -0.25, ((97, -0.25),)),)),
        CompletionChunk(
            0,
            "b",
            (
                TokenPiece(195, 3, 4, float("-inf"), top),
                TokenPiece(169, 4, 5, -2.0, top),
                TokenPiece(98, 5, 6, -3.0, top),
                TokenPiece(SPECIAL, 6, 6, -4.0, top),
            ),
            "stop",
            usage(2, 5),
        ),
    ]


def test_logprobs_offsets_and_ids(api) -> None:
    served = api(Scripted(lambda r: scored()))
    answer = served.post(prompt="Ü", echo=True, logprobs=2, return_token_ids=True)
    (choice,) = answer.json()["choices"]
    assert choice["text"] == "Üaéb"
    assert choice["prompt_token_ids"] == [195, 156]
    assert choice["token_ids"] == [97, 195, 169, 98, SPECIAL]
    logprobs = choice["logprobs"]
    assert logprobs["text_offset"] == [0, 0, 1, 2, 2, 3, 4]
    assert logprobs["tokens"] == ["\ufffd", "\ufffd", "a", "\ufffd", "\ufffd", "b", ""]
    # Nothing predicts the first token, and JSON has no -inf.
    assert logprobs["token_logprobs"] == [None, -1.0, -0.25, -9999.0, -2.0, -3.0, -4.0]
    # The chosen token is always among the best.
    assert logprobs["top_logprobs"] == [
        None,
        {"A": -0.5, "B": -1.5, "\ufffd": -1.0},
        {"a": -0.25},
        {"A": -0.5, "B": -1.5, "\ufffd": -9999.0},
        {"A": -0.5, "B": -1.5, "\ufffd": -2.0},
        {"A": -0.5, "B": -1.5, "b": -3.0},
        {"A": -0.5, "B": -1.5, "": -4.0},
    ]


def test_a_stream_adds_up_to_the_whole(api) -> None:
    """Offsets and the echo's length carry over from event to event."""
    spread = [step for chunk in scored() for step in (chunk, 0.06)]
    served = api(Scripted(lambda r: spread))
    asked = {
        "prompt": "Ü",
        "echo": True,
        "logprobs": 2,
        "return_token_ids": True,
        "return_pieces": True,
    }
    (whole,) = served.post(**asked).json()["choices"]
    *chunks, _ = events_of(served.post(**asked, stream=True).text)
    parts = [c["choices"][0] for c in chunks]
    assert len(parts) == 4
    assert "".join(p["text"] for p in parts) == whole["text"]
    for name in ("token_ids", "pieces"):
        assert [item for p in parts for item in p[name]] == whole[name]
    for name, values in whole["logprobs"].items():
        assert [item for p in parts for item in p["logprobs"][name]] == values
    assert [p.get("prompt_token_ids") for p in parts] == [[195, 156], None, None, None]


def test_pieces_tell_all_that_the_backend_knows(api) -> None:
    piece = TokenPiece(
        97, 0, 1, -0.5, ((97, -0.5), (98, -1.0)), -0.1, ((97, -0.1), (98, -math.inf)),
        (None, "top_k"), (("top_k", 9),),
    )  # fmt: skip
    plain = TokenPiece(98, 1, 2)
    served = api(Scripted(lambda r: [CompletionChunk(0, "ab", (piece, plain), "stop", usage())]))
    (choice,) = served.post(return_pieces=True).json()["choices"]
    assert choice["pieces"] == [
        {
            "id": 97,
            "start": 0,
            "end": 1,
            "text": "a",
            "logprob": -0.5,
            "top": [[97, -0.5, "a"], [98, -1.0, "b"]],
            "sampler_logprob": -0.1,
            "sampler_top": [[97, -0.1, "a"], [98, -9999.0, "b"]],
            "removed_by": [None, "top_k"],
            "removed": [["top_k", 9]],
        },
        {"id": 98, "start": 1, "end": 2},
    ]


def test_tokens_by_their_ids(api) -> None:
    """Two tokens can look alike; their ids do not."""
    served = api(Scripted(lambda r: scored()))
    answer = served.post(prompt="Ü", echo=True, logprobs=2, return_tokens_as_token_ids=True)
    logprobs = answer.json()["choices"][0]["logprobs"]
    assert logprobs["tokens"][:2] == ["token_id:195", "token_id:156"]
    assert logprobs["top_logprobs"][1] == {
        "token_id:65": -0.5,
        "token_id:66": -1.5,
        "token_id:156": -1.0,
    }


@pytest.mark.parametrize(
    ("prompt", "ids"),
    [
        ("ab", [(97, 98)]),
        (["a", "b"], [(97,), (98,)]),
        ([97, 98], [(97, 98)]),
        ([[97], [98, 99]], [(97,), (98, 99)]),
        ("", [""]),
    ],
)
def test_every_form_of_prompt(api, prompt: object, ids: list[object]) -> None:
    served = api(Scripted(lambda r: words("x")))
    answer = served.post(prompt=prompt).json()
    assert [c["index"] for c in answer["choices"]] == list(range(len(ids)))
    assert [r.prompt for r in served.backend.requests] == ids
    assert answer["usage"]["prompt_tokens"] == 3 * len(ids)


def test_choices_are_numbered_over_all_prompts(api) -> None:
    def script(request):
        text = request.prompt[0]
        return [c for i in (1, 0) for c in words(f"{chr(text)}{i}", index=i)]

    served = api(Scripted(script))
    choices = served.post(prompt=["a", "b"], n=2).json()["choices"]
    assert [c["text"] for c in choices] == ["a0", "a1", "b0", "b1"]
    assert [c["index"] for c in choices] == [0, 1, 2, 3]
    *chunks, _ = events_of(served.post(prompt=["a", "b"], n=2, stream=True).text)
    texts = dict.fromkeys(range(4), "")
    for chunk in chunks:
        (choice,) = chunk["choices"]
        texts[choice["index"]] += choice["text"]
    assert texts == {0: "a0", 1: "a1", 2: "b0", 3: "b1"}


def test_parameters_reach_the_backend(api) -> None:
    served = api(Scripted(lambda r: words("x")))
    sent = {
        "max_tokens": 5,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 4,
        "min_p": 0.1,
        "typical_p": 0.8,
        "repetition_penalty": 1.2,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "no_repeat_ngram_size": 3,
        "seed": 11,
        "n": 2,
        "best_of": 3,
        "echo": True,
        "logprobs": 1,
    }
    extra = {"stop": ["\n"], "logit_bias": {"5": -100}, "user": "me", "unknown": {"a": 1}}
    assert served.post(**sent, **extra).status_code == 200
    (request,) = served.backend.requests
    assert {name: getattr(request, name) for name in sent} == sent
    assert request.stop == ("\n",)
    assert request.logit_bias == {5: -100.0}


def test_null_means_the_default(api) -> None:
    served = api(Scripted(lambda r: words("x")))
    names = ("max_tokens", "temperature", "n", "stop", "seed", "logprobs", "logit_bias", "echo")
    nulls = dict.fromkeys([*names, "stream", "stream_options", "model", "session_id", "suffix"])
    assert served.post(**nulls).status_code == 200
    (request,) = served.backend.requests
    assert (request.max_tokens, request.temperature, request.n) == (16, 1.0, 1)


def test_max_tokens_is_cut_to_what_fits(api) -> None:
    """A context of 64 holds 3 tokens of prompt and 61 more; the finish reason will say "length"."""
    served = api(Scripted(lambda r: words("x")))
    assert served.post(max_tokens=10**9).status_code == 200
    assert served.post(prompt="a" * 63, max_tokens=2).status_code == 200
    assert served.post(prompt="a" * 64, max_tokens=0, echo=True).status_code == 200
    assert [r.max_tokens for r in served.backend.requests] == [61, 1, 0]


def test_truncation_keeps_the_end(api) -> None:
    served = api(Scripted(lambda r: words("x")))
    long = "a" * 100 + "bcd"
    for keep, length in ((3, 3), (-1, 48), (1000, 63)):
        assert served.post(prompt=long, truncate_prompt_tokens=keep).status_code == 200
        prompt = served.backend.requests[-1].prompt
        assert len(prompt) == length
        assert prompt == tuple(long.encode()[-length:])


def test_sessions_of_header_and_body(api) -> None:
    served = api(Scripted(lambda r: words("x")))
    served.post()
    served.post(session_id="mine")
    served.http.post("/v1/completions", json={"prompt": "a"}, headers={"x-session-id": "mine"})
    served.post(session_id="body", prompt=["a", "b"])
    assert served.backend.sessions == [
        None,
        "api:0:mine",
        "api:0:mine",
        "api:0:body",
        "api:1:body",
    ]


def test_models(api) -> None:
    served = api(Scripted(lambda r: [], name="microsoft/phi-1"))
    (model,) = served.openai.models.list().data
    assert (model.id, model.object, model.max_model_len) == ("microsoft/phi-1", "model", 64)
    assert served.openai.models.retrieve("microsoft/phi-1") == model
    assert served.http.get("/v1/models/phi-1").status_code == 404


def test_tokenize_and_back(api) -> None:
    served = api(Scripted(lambda r: []))
    answer = served.http.post("/tokenize", json={"prompt": "aé"}).json()
    assert answer == {"count": 3, "max_model_len": 64, "tokens": [97, 195, 169], "token_strs": None}
    named = served.http.post("/tokenize", json={"prompt": "aé", "return_token_strs": True}).json()
    assert named["token_strs"] == ["a", "\ufffd", "\ufffd"]
    back = served.http.post("/detokenize", json={"tokens": answer["tokens"]})
    assert back.json() == {"prompt": "aé"}


def test_the_openai_client_reads_it_all(api) -> None:
    served = api(Scripted(lambda r: words("one ", "two")))
    answer = served.openai.completions.create(model="scripted", prompt="abc")
    assert answer.choices[0].text == "one two"
    assert answer.usage.total_tokens == 10
    stream = served.openai.completions.create(
        model="scripted", prompt="abc", stream=True, stream_options={"include_usage": True}
    )
    *parts, last = list(stream)
    assert "".join(p.choices[0].text for p in parts) == "one two"
    assert parts[-1].choices[0].finish_reason == "stop"
    assert last.usage.completion_tokens == 7
