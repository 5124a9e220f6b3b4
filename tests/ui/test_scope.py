"""Where suggestions end."""

import math

import pytest

from phi_model.backend import CompletionChunk, TokenPiece
from ui.components import Prompt
from ui.scope import entropy, overlap_start, scope_end, unsure_at
from ui.suggestion import Choice, Suggestion, token_rows


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x + 1\ny", "x + 1"),
        ("\n    return x\n    y", "\n    return x"),
        ("x + 1", None),
        ("\n\n", None),
    ],
)
def test_line_scope_ends_with_the_first_line_that_holds_something(text, kept):
    end = scope_end("line", "a = ", text, over=False)
    assert (None if end is None else text[:end]) == kept


@pytest.mark.parametrize(
    ("before", "text", "kept"),
    [
        ("def f(x):\n", "    return x\n\n\ndef g():\n", "    return x"),
        ("def f(x):\n    ", "return x\n\nprint(f(1))\n", "return x"),
        ("def f(x):", "\n    return x\n\nprint(1)\n", "\n    return x"),
        ("if a:\n", "    b()\nelse:\n    c()\nd()\n", "    b()\nelse:\n    c()"),
        ("class A:\n    def f(self):\n", "        pass\n\n    def g(self):\n", "        pass"),
        ("x = f(", "\n    1,\n)\ny = 2\n", None),
        ("import os\n", "import sys\n\n\ndef main():\n", "import sys"),
        ("def f(x):\n    y = 1\n    ", "z = 2\n    return z\nw = 3\n", "z = 2\n    return z"),
        ("def f(x):\n", "    return x\n", None),
        ("def ", "main():\n    pass\n\nmain()\n", "main():\n    pass"),
        ('def f(x):\n    """Add."""\n', "    return x\nprint(f(1))\n", "    return x"),
        (
            'def f(x):\n    """Add."""\n',
            "    if x:\n        y()\n    z()\nw()\n",
            "    if x:\n        y()\n    z()",
        ),
        ("def f(x):\n    return x\n\n", "print(f(1))\nx = 2\n\n\ndef g():\n", "print(f(1))\nx = 2"),
        ("def f(x):\n    y(\n        x,\n", "    )\n    return x\nz()\n", "    )\n    return x"),
        ("x = 1\n", "for y in z:\n    a()\n", None),
    ],
)
def test_block_scope_ends_at_a_dedent_or_a_new_definition(before, text, kept):
    end = scope_end("block", before, text, over=True)
    assert (None if end is None else text[:end]) == kept
    # However it arrives, it ends at the same place.
    growing = (scope_end("block", before, text[:n], over=False) for n in range(len(text) + 1))
    first = next((end for end in growing if end is not None), None)
    assert first is None or text[:first] == kept


@pytest.mark.parametrize(
    ("text", "after", "kept"),
    [
        ("x)", ")\n", "x"),
        ("x)\nmore", ")\n", "x"),
        ("return 1\n", "\nprint(1)\n", "return 1"),
        ("    return 1\n\nprint(f(2))\nx = 1\n", "\nprint(f(2))\n", "    return 1"),
        ("a + b", "", "a + b"),
        ("a + b", "\n", "a + b"),
        ("total += item", "\n    return total\n", "total += item"),
    ],
)
def test_what_repeats_the_text_behind_the_caret_is_trimmed(text, after, kept):
    assert text[: overlap_start(text, after)] == kept


def token(start: int, shares: list[float]) -> TokenPiece:
    top = tuple((n, math.log(share)) for n, share in enumerate(shares))
    return TokenPiece(0, start, start + 1, top[0][1], top)


def test_entropy_of_known_distributions():
    assert entropy(token(0, [1.0])) == pytest.approx(0)
    assert entropy(token(0, [0.5, 0.5])) == pytest.approx(math.log(2))
    assert entropy(token(0, [0.25, 0.25])) == pytest.approx(1.5 * math.log(2))


def test_it_ends_where_many_tokens_are_as_likely_but_not_at_once():
    flat, sure = [1 / 21] * 20, [0.9]
    assert unsure_at([token(n, flat) for n in range(4)]) is None
    tokens = [token(0, flat), *(token(n, sure) for n in range(1, 7)), token(7, flat)]
    assert unsure_at(tokens) == 7


def test_a_cut_choice_takes_nothing_more():
    suggestion = Suggestion(Prompt("x = ", 4, "1"), [Choice()], scope="line")
    suggestion.add([CompletionChunk(0, "1\n", (token(0, [1.0]),))])
    suggestion.add([CompletionChunk(0, "y = 2", (), "length")])
    assert suggestion.ended
    assert suggestion.choices[0].reason == "scope"
    assert suggestion.ghost(done=False)["choices"] == [{"text": "1", "done": True}]


def test_tokens_lie_where_a_browser_counts_them():
    text = "é🙂x"
    pieces = [(0, 2), (2, 4), (4, 6), (6, 7)]  # the emoji is two tokens
    tokens = [TokenPiece(n, a, b, -0.5, ((n, -0.5),)) for n, (a, b) in enumerate(pieces)]
    rows = token_rows(text, tokens, lambda n: f"t{n}")
    assert [(row["start"], row["end"]) for row in rows] == [(0, 1), (1, 1), (1, 3), (3, 4)]
    assert rows[3]["top"] == [["t3", -0.5]]


def test_alternatives_carry_their_mean_logprob():
    suggestion = Suggestion(Prompt("", 0, "1"), [Choice(), Choice()])
    suggestion.add([CompletionChunk(1, "ab", (token(0, [0.5]), token(1, [0.25])))])
    rows = suggestion.ghost(done=True)["choices"]
    assert rows[0]["logprob"] is None
    assert rows[1]["logprob"] == pytest.approx((math.log(0.5) + math.log(0.25)) / 2)
