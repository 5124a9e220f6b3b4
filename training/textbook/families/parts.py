"""What the composed programs are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

IS_PRIME = """def is_prime(n: int) -> bool:
    if n < 2:
        return False
    for divisor in range(2, int(n**0.5) + 1):
        if n % divisor == 0:
            return False
    return True


"""


@dataclass(frozen=True)
class Keep:
    """Which elements count.

    Attributes:
        before: adjective before the noun ("even"), or empty.
        after: words behind the noun ("greater than {limit}"), or empty.
        test: the condition on ``{x}``.
        holds: the same as a function, written apart, that the checks are computed with.
        slug: what the name says behind the noun; ``after`` where empty.
        extra: a further parameter as (name, hint, value in the checks, other names).
        helper: source that stands above the function.
    """

    before: str
    after: str
    test: str
    holds: Callable[[Any], bool]
    slug: str = ""
    extra: tuple[str, str, Any, str] | None = None
    helper: str = ""

    def phrase(self, noun: str) -> str:
        """Return the noun with its words around it."""
        return " ".join(word for word in (self.before, noun, self.after) if word)

    def name(self, noun: str) -> str:
        """Return the same for an identifier."""
        words = (self.before, noun, self.slug or self.after)
        return "_".join(w.replace(" ", "_").replace("-", "_") for w in words if w)


@dataclass(frozen=True)
class Make:
    """What becomes of an element.

    Attributes:
        phrase: with ``{np}`` for the elements: "the squares of {np}".
        slug: the same for an identifier: "squares_of_{np}".
        code: the expression of ``{x}``.
        value: the same as a function.
        hint: type of the result.
    """

    phrase: str
    slug: str
    code: str
    value: Callable[[Any], Any]
    hint: str


EVERY = Keep("", "", "", lambda x: True)


@dataclass(frozen=True)
class Input:
    """What the elements come from.

    Attributes:
        noun: what they are called, in the plural.
        single: what one is called.
        parameter: name of the argument, then other names for it.
        hint: its type.
        element: name of one element, then other names.
        element_hint: type of one.
        about: description of the argument.
        where: how summaries name it: "in {numbers}".
        samples: values for the checks; where there are two parameters, pairs of values.
        loop: what the program goes over, with ``{p}`` for the argument.
        suffix: stands behind the names of the functions.
        more: a second parameter as (name, other names, description).
        elements: the elements that a sample stands for.
    """

    noun: str
    single: str
    parameter: str
    hint: str
    element: str
    element_hint: str
    about: str
    where: str
    samples: tuple[Any, ...]
    loop: str = "{p}"
    suffix: str = ""
    more: tuple[str, str, str] | None = None
    elements: Callable[[Any], Any] = lambda sample: sample


Writer = Callable[[str, str, str, str, str], list[str]]


@dataclass(frozen=True)
class Reduce:
    """What is made of all results.

    Attributes:
        summaries: docstrings with ``{mp}`` for the results.
        slugs: names with ``{mp}``.
        hint: type of what comes back; ``{hint}`` stands for the type of one result.
        about: description of what comes back.
        result: computes it from (element, result) pairs, or with ``whole`` from sample and predicate.
        bodies: ways to write it, each with ``{x}``, ``{xs}``, ``{e}`` (the expression), ``{if}``
            (" if ..." or nothing), ``{cond}`` (the condition) and lines ``?``; see ``body``.
        for_hints: types of a result that it works with.
        needs_make: it makes sense for results that are not the elements themselves.
        prints: the program prints what ``result`` lists.
        plain_only: it makes sense for the elements themselves.
        whole: ``result`` gets the sample and the predicate.
        plain_summaries: docstrings where the results are the elements, if others read better.
        plain_slugs: names for that case.
    """

    summaries: tuple[str, ...]
    slugs: tuple[str, ...]
    hint: str
    about: str
    result: Callable[..., Any]
    bodies: tuple[str, ...]
    for_hints: tuple[str, ...] = ("int", "float", "str", "bool")
    needs_make: bool = False
    prints: bool = False
    plain_only: bool = False
    whole: bool = False
    plain_summaries: tuple[str, ...] = ()
    plain_slugs: tuple[str, ...] = ()


EXTRA = {
    "limit": "The limit to compare with.",
    "divisor": "The number to divide by.",
    "low": "The smallest number that counts.",
    "length": "The length to compare with.",
    "letter": "The letter to look for.",
    "prefix": "The beginning to look for.",
    "suffix": "The ending to look for.",
    "part": "The text to look for.",
}
