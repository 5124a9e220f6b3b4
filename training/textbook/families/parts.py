"""What the composed programs are made of, and the ways to write them down."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from training.textbook.notation import Program

VOWELS = "aeiou"
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
        local: a name for one result.
    """

    phrase: str
    slug: str
    code: str
    value: Callable[[Any], Any]
    hint: str
    local: str


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
        bodies: ways to write it, each with ``{x}``, ``{xs}``, ``{e}`` (the expression), ``{y}`` (a name for
            its value), ``{if}`` (" if ..." or nothing) and the line marks below.
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


def body(pattern: str, x: str, xs: str, expression: str, local: str, test: str) -> str | None:
    """Fill in a body.

    A line ``?`` stands for ``if test:`` with what follows one level deeper; without a test, it goes and
    nothing moves. ``{cond}`` is the test alone: such a body needs one.
    """
    if "{cond}" in pattern and not test:
        return None
    lines, deeper = [], ""
    for line in pattern.strip("\n").split("\n"):
        content = line.lstrip(" ")
        indent = line[: len(line) - len(content)]
        if content == "?":
            if test:
                lines.append(f"{indent}if {test}:")
                deeper = indent
            continue
        if deeper and len(indent) < len(deeper):
            deeper = ""
        lines.append(("    " if deeper else "") + line)
    text = "\n".join("    " + line if line else "" for line in lines)
    # "[x for x in xs]" is written list(xs) by people.
    text = text.replace("{if}", f" if {test}" if test else "").replace("{cond}", test)
    for mark, new in (("{e}", expression), ("{y}", local), ("{xs}", xs), ("{x}", x)):
        text = text.replace(mark, new)
    return text.replace(f"[{x} for {x} in {xs}]", f"list({xs})")


def compose(
    topic: str, source: Input, keep: Keep, make: Make | None, reduce: Reduce, rng: random.Random
) -> Program | None:
    """Compose one program, or None where the parts don't go together."""
    if (make is None and reduce.needs_make) or (make is not None and reduce.plain_only):
        return None
    if keep is EVERY and make is None:
        return None
    hint = make.hint if make else source.element_hint
    if hint not in reduce.for_hints:
        return None
    parameter, *others = source.parameter.split()
    element, *other_elements = source.element.split()
    nouns = re.sub(r" (?:from|below) .*", "", source.noun)
    single_name = re.sub(r" (?:from|below) .*", "", source.single)
    np, np_name = keep.phrase(source.noun), keep.name(nouns)
    the = f"the {np}" if keep is not EVERY else f"the {source.noun}"
    mp = make.phrase.replace("{np}", the) if make else the
    mp_name = make.slug.replace("{np}", np_name) if make else np_name
    test = keep.test.replace("{x}", element)
    expression = make.code.replace("{x}", element) if make else element
    local = make.local if make else element
    single = source.single
    quality = keep.before or keep.after
    their = make.phrase.replace("the ", "their ", 1).replace(" of {np}", "") if make else ""
    if reduce.needs_make and not their.startswith("their "):
        return None
    marks = {"{mp}": mp, "{sp}": keep.phrase(single), "{the}": the, "{their}": their}
    marks |= {"{where}": source.where, "{nouns}": source.noun, "{noun}": single}
    marks |= {"{quality}": quality, "{np}": np, "{text}": "{" + parameter + "}"}
    name_marks = {
        "{mp}": mp_name,
        "{sp}": keep.name(single_name),
        "{nouns}": nouns.replace(" ", "_"),
    }
    name_marks |= {"{quality}": keep.name("").strip("_")}
    plain = make is None and reduce.plain_slugs
    slugs = [fill(slug, name_marks) for slug in (reduce.plain_slugs if plain else reduce.slugs)]
    if not all(len(slug) < 48 for slug in slugs):
        slugs = [slug for slug in slugs if len(slug) < 48] or [min(slugs, key=len)]
    slugs = [slug + source.suffix for slug in slugs]
    extra = f", {source.more[0]}: {source.hint}" if source.more else ""
    extra += f", {keep.extra[0]}: {keep.extra[1]}" if keep.extra else ""
    loop = source.loop.replace("{p}", parameter)
    returns = reduce.hint.replace("{hint}", hint)
    header = f"def {slugs[0]}({parameter}: {source.hint}{extra}) -> {returns}:\n"
    codes = []
    for pattern in reduce.bodies:
        if ("filter(" in pattern and make) or ("map(" in pattern and (test or not make)):
            continue
        if hint == "str":
            pattern = pattern.replace("str({e})", "{e}")
        found = body(pattern, element, loop, expression, local, test)
        if found is None:
            continue
        top = ""
        if found.lstrip().startswith(("import ", "from ")):
            line, found = found.lstrip().split("\n", 1)
            top = f"{line}\n\n\n"
        codes.append(top + keep.helper + header + found + "\n")
    if not codes:
        return None
    names = [slugs, [parameter, *others], [element, *other_elements]]
    about = {parameter: source.about, "return": fill(reduce.about, marks)}
    if source.more:
        name, others_too, meaning = source.more
        names.append([name, *others_too.split()])
        about[name] = meaning
    if keep.extra:
        name, _, _, alternatives = keep.extra
        names.append([name, *alternatives.split()])
        about[name] = EXTRA[name]
    said = reduce.plain_summaries if plain else reduce.summaries
    filled = [re.sub(r" +([.,]|$)", r"\1", fill(s, marks)) for s in said]
    checks = _checks(source, rng.sample(source.samples, 2), keep, make, reduce, slugs[0])
    return Program(topic, names, filled, about, checks, codes) if checks.strip() else None


def fill(text: str, marks: dict[str, str]) -> str:
    """Replace marks."""
    for mark, new in marks.items():
        text = text.replace(mark, new)
    return text


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


def _checks(
    source: Input, samples: list[Any], keep: Keep, make: Make | None, reduce: Reduce, name: str
) -> str:
    lines = []
    for values in samples:
        sample = source.elements(values)
        shown = ", ".join(map(repr, values)) if source.more else repr(values)
        # A doctest cannot tell a line of spaces from an empty one.
        if reduce.prints and any(str(x).isspace() for x in sample):
            continue
        pairs = [(x, make.value(x) if make else x) for x in sample if keep.holds(x)]
        extra = f", {keep.extra[2]!r}" if keep.extra else ""
        call = f"{name}({shown}{extra})"
        lines.append(f">>> list({call})" if "Iterator" in reduce.hint else f">>> {call}")
        result = reduce.result(sample, keep.holds) if reduce.whole else reduce.result(pairs)
        if reduce.prints:
            lines += [str(item) or "<BLANKLINE>" for item in result]
        elif result is not None:
            lines.append(repr(result))
    return "\n".join(lines) + "\n"


def mixed(
    rng: random.Random, keeps: list[Keep], makes: list[Make | None], reduces: list[Reduce]
) -> Iterator[tuple[Keep, Make | None, Reduce]]:
    """Yield all combinations in a shuffled order."""
    found = [(k, m, r) for k in keeps for m in makes for r in reduces]
    rng.shuffle(found)
    yield from found
