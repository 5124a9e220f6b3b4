"""From the controls' values to a request, and what is said about bad ones."""

import pytest

from phi_model.request import RequestError
from ui.bias import bias_of_ids, read_bias
from ui.controls import explain, parse_seed, parse_stop, request_from

GOOD = {
    "max_tokens": 128,
    "temperature": 0.2,
    "seed": "",
    "top_p": 0.95,
    "top_k": 0,
    "min_p": 0,
    "repetition_penalty": 1,
    "stop": "",
}


def test_every_control_reaches_the_request():
    values = {
        "max_tokens": 7,
        "temperature": 0.5,
        "seed": " 12 ",
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.05,
        "repetition_penalty": 1.1,
        "stop": "\\n\\n\ndef ",
    }
    request = request_from("x", values)
    assert request.prompt == "x"
    for name in set(values) - {"seed", "stop"}:
        assert getattr(request, name) == values[name]
    assert request.seed == 12
    assert request.stop == ("\n\n", "def ")


def test_a_blank_seed_is_drawn_anew():
    assert len({request_from("x", GOOD).seed for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("", ()),
        (None, ()),
        ("a\nb", ("a", "b")),
        ("  a ", ("  a ",)),
        (r"\n\t\\n", ("\n\t\\n",)),
        ("a\u2028b\x0c\r\nc", ("a\u2028b\x0c", "c")),  # the browser's lines
        ("\n\n", ()),
    ],
)
def test_stop_strings(text, stops):
    assert parse_stop(text) == stops


@pytest.mark.parametrize("text", ["\\x", "a\\", "ok\n\\q"])
def test_unknown_escapes_are_refused(text):
    with pytest.raises(RequestError, match="stop must be"):
        parse_stop(text)


@pytest.mark.parametrize("text", ["-1", "1.5", "seven", "9" * 20])
def test_seeds_that_are_none(text):
    with pytest.raises(RequestError, match="seed must be"):
        parse_seed(text)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_tokens", 0, "Max tokens must be an integer from 1 to 1024; it is 0."),
        ("max_tokens", None, "Max tokens must be an integer from 1 to 1024; it is nothing."),
        ("max_tokens", 2.5, "Max tokens must be an integer of at least 0; it is 2.5."),
        ("temperature", 9.0, "Temperature must be a number from 0 to 5; it is 9."),
        ("temperature", None, "Temperature must be a number from 0 to 5; it is nothing."),
        ("top_p", 0, "Top-p must be a number above 0, up to 1; it is 0."),
        ("top_k", -3, "Top-k must be an integer of at least 1, or 0 or -1 for off; it is -3."),
        ("min_p", 1.5, "Min-p must be a number from 0 to 1; it is 1.5."),
        (
            "repetition_penalty",
            0,
            "Repetition penalty must be a number above 0, up to 10; it is 0.",
        ),
        (
            "seed",
            "x",
            "Seed must be blank or an integer from 0 to 9223372036854775807; it is 'x'.",
        ),
    ],
)
def test_bad_values_are_named_with_rule_and_value(name, value, message):
    with pytest.raises(RequestError) as caught:
        request_from("x", {**GOOD, name: value})
    assert explain(caught.value) == message


def tokenize(text: str) -> list[int]:
    return [ord(character) for character in text]


@pytest.mark.parametrize(
    ("text", "bias"),
    [
        ("", {}),
        (None, {}),
        (" \n\n", {}),
        ("5: 1", {5: 1.0}),
        (' 5 :-100 \n"a": 2.5', {5: -100.0, 97: 2.5}),
        (r'"\n": +1', {10: 1.0}),
        (r'":": 1', {58: 1.0}),
        (r'"\"": 1', {34: 1.0}),
        ("5: 1e-7\r\n6: .5", {5: 1e-7, 6: 0.5}),
        ('"\u2028": 1\r7: 2.', {0x2028: 1.0, 7: 2.0}),
    ],
)
def test_biases(text, bias):
    assert bias_of_ids(read_bias(text), tokenize) == bias
    assert request_from("x", {**GOOD, "logit_bias": text}, tokenize).logit_bias == bias


@pytest.mark.parametrize(
    "text",
    [
        *("5", "a: 1", '"ab": 1', '"": 1', "5: x", "-5: 1", r'"\q": 1', "5: 1 2", "\u0665: 1"),
        *(r'"\ud800": 1', "5: 101", "5: -1e9", "5: 1\n" * 301, f'"{"a" * 257}": 1'),
    ],
)
def test_bad_biases_are_refused(text):
    with pytest.raises(RequestError, match="logit_bias must be"):
        bias_of_ids(read_bias(text), tokenize)
