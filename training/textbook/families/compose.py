"""Write a program from its parts, in the ways that people write it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.textbook.families.parts import EVERY, EXTRA, Input, Keep, Make, Reduce
from training.textbook.notation import Program

LONGEST_NAME = 48


def body(pattern: str, x: str, xs: str, expression: str, test: str) -> str | None:
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
    for mark, new in (("{e}", expression), ("{xs}", xs), ("{x}", x)):
        text = text.replace(mark, new)
    text = text.replace(f"not (not {x})", x)
    return text.replace(f"[{x} for {x} in {xs}]", f"list({xs})")


@dataclass(frozen=True)
class Words:
    """How the parts of a program are called, in its docstring and in its name."""

    summaries: list[str]
    slugs: list[str]
    result: str


def words(source: Input, keep: Keep, make: Make | None, reduce: Reduce) -> Words | None:
    """Name the parts, or return None where they don't go together."""
    bare = re.compile(r" (?:from|below) .*")  # "numbers from 1 to {n}" is too long for a name
    nouns, single = bare.sub("", source.noun), bare.sub("", source.single)
    the = f"the {keep.phrase(source.noun)}"
    results, name = the, keep.name(nouns)
    their = ""
    if make:
        results, name = make.phrase.replace("{np}", the), make.slug.replace("{np}", name)
        their = make.phrase.replace("the ", "their ", 1).replace(" of {np}", "")
    if reduce.needs_make and not their.startswith("their "):
        return None
    said = {
        "{mp}": results,
        "{sp}": keep.phrase(source.single),
        "{the}": the,
        "{their}": their,
        "{where}": source.where,
        "{nouns}": source.noun,
        "{noun}": source.single,
        "{quality}": keep.before or keep.after,
        "{text}": "{" + source.parameter.split()[0] + "}",
    }
    named = {
        "{mp}": name,
        "{sp}": keep.name(single),
        "{nouns}": nouns.replace(" ", "_"),
        "{quality}": keep.name("").strip("_"),
    }
    plain = make is None and bool(reduce.plain_slugs)
    slugs = [fill(slug, named) for slug in (reduce.plain_slugs if plain else reduce.slugs)]
    slugs = [slug for slug in slugs if len(slug) < LONGEST_NAME] or [min(slugs, key=len)]
    summaries = reduce.plain_summaries if plain else reduce.summaries
    return Words(
        [re.sub(r" +([.,]|$)", r"\1", fill(text, said)) for text in summaries],
        [slug + source.suffix for slug in slugs],
        fill(reduce.about, said),
    )


def sources(
    source: Input, keep: Keep, make: Make | None, reduce: Reduce, slug: str, hint: str
) -> list[str]:
    """Write the program in every way that the reduction knows and the parts permit."""
    parameter, element = source.parameter.split()[0], source.element.split()[0]
    test = keep.test.replace("{x}", element)
    expression = make.code.replace("{x}", element) if make else element
    extra = f", {source.more[0]}: {source.hint}" if source.more else ""
    extra += f", {keep.extra[0]}: {keep.extra[1]}" if keep.extra else ""
    returns = reduce.hint.replace("{hint}", hint)
    header = f"def {slug}({parameter}: {source.hint}{extra}) -> {returns}:\n"
    loop = source.loop.replace("{p}", parameter)
    codes = []
    for pattern in reduce.bodies:
        if ("filter(" in pattern and make) or ("map(" in pattern and (test or not make)):
            continue
        if hint == "str":
            pattern = pattern.replace("str({e})", "{e}")
        found = body(pattern, element, loop, expression, test)
        if found is None:
            continue
        top = ""
        if found.lstrip().startswith(("import ", "from ")):
            line, found = found.lstrip().split("\n", 1)
            top = f"{line}\n\n\n"
        codes.append(top + keep.helper + header + found + "\n")
    return codes


def compose(
    topic: str, source: Input, keep: Keep, make: Make | None, reduce: Reduce, rng: random.Random
) -> Program | None:
    """Compose one program, or None where the parts don't go together.

    Args:
        topic: the family that it belongs to.
        source: what the elements come from.
        keep: which of them count.
        make: what becomes of each; None for the elements themselves.
        reduce: what is made of all.
        rng: draws the values for the checks.
    """
    hint = make.hint if make else source.element_hint
    fits = hint in reduce.for_hints and (make is None or not reduce.plain_only)
    called = words(source, keep, make, reduce)
    if not fits or called is None or (keep is EVERY and make is None):
        return None
    codes = sources(source, keep, make, reduce, called.slugs[0], hint)
    checks = _checks(source, rng.sample(source.samples, 2), keep, make, reduce, called.slugs[0])
    if not codes or not checks.strip():
        return None
    names = [called.slugs, source.parameter.split(), source.element.split()]
    about = {source.parameter.split()[0]: source.about, "return": called.result}
    if source.more:
        names.append([source.more[0], *source.more[1].split()])
        about[source.more[0]] = source.more[2]
    if keep.extra:
        names.append([keep.extra[0], *keep.extra[3].split()])
        about[keep.extra[0]] = EXTRA[keep.extra[0]]
    return Program(topic, names, called.summaries, about, checks, codes)


def fill(text: str, marks: dict[str, str]) -> str:
    """Replace marks."""
    for mark, new in marks.items():
        text = text.replace(mark, new)
    return text


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
