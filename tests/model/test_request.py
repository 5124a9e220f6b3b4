"""The completion request: defaults, what it accepts, and what it refuses by name."""

from __future__ import annotations

import pytest

from phi_model import CompletionRequest, RequestError


def test_defaults_are_neutral() -> None:
    request = CompletionRequest(prompt="x")
    assert (request.max_tokens, request.temperature, request.top_p, request.top_k) == (
        16,
        1.0,
        1.0,
        0,
    )
    assert request.seed is None
    assert request.stop == ()
    assert request.logprobs is None


def test_values_are_normalised() -> None:
    request = CompletionRequest(
        prompt=[1, 2],
        stop="\n",
        logit_bias={"5": 1},
        max_tokens=3.0,
        temperature=0,
        seed=7.0,
        logprobs=2.0,
    )
    assert request.prompt == (1, 2)
    assert request.stop == ("\n",)
    assert request.logit_bias == {5: 1.0}
    assert request.max_tokens == 3
    assert all(isinstance(v, int) for v in (request.max_tokens, request.seed, request.logprobs))
    assert isinstance(request.temperature, float)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", 3),
        ("prompt", [1, -1]),
        ("prompt", ["a"]),
        ("max_tokens", -1),
        ("max_tokens", 1.5),
        ("max_tokens", True),
        ("temperature", -0.1),
        ("temperature", 5.1),
        ("temperature", float("nan")),
        ("temperature", "hot"),
        ("top_p", 0),
        ("top_p", 1.01),
        ("top_k", -2),
        ("min_p", 1.5),
        ("typical_p", 0),
        ("repetition_penalty", 0),
        ("repetition_penalty", float("inf")),
        ("presence_penalty", 2.5),
        ("frequency_penalty", -2.5),
        ("no_repeat_ngram_size", -1),
        ("logit_bias", {"a": 1}),
        ("logit_bias", {3: 101}),
        ("logit_bias", [1]),
        ("stop", [""]),
        ("stop", ["x"] * 17),
        ("stop", ["x" * 257]),
        ("stop", [3]),
        ("seed", -1),
        ("seed", 2**63),
        ("seed", 1.5),
        ("seed", 10**400),
        ("temperature", 10**400),
        ("n", 0),
        ("n", 17),
        ("best_of", 0),
        ("best_of", 17),
        ("echo", "yes"),
        ("logprobs", 21),
        ("logprobs", -1),
    ],
)
def test_a_field_out_of_range_is_named(field: str, value: object) -> None:
    with pytest.raises(RequestError) as caught:
        CompletionRequest(**{"prompt": "x", field: value})
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field} must be ")


def test_best_of_is_at_least_n() -> None:
    assert CompletionRequest(prompt="x", n=2, best_of=2).best_of == 2
    with pytest.raises(RequestError, match="best_of must be an integer from 3"):
        CompletionRequest(prompt="x", n=3, best_of=2)


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(RequestError, match=r"^prompt must be") as caught:
        CompletionRequest(prompt=[-1] * 100_000)
    assert len(str(caught.value)) < 300
