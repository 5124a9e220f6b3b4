"""Programs on the characters of a text."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.textbook.exercise import Exercise
from training.textbook.families.compose import compose, mixed
from training.textbook.families.parts import EVERY, Input, Keep, Make, Reduce
from training.textbook.families.reductions import (
    ANY,
    COUNT,
    DISTINCT,
    FIRST,
    HISTOGRAM,
    LIST,
    PARTITION,
    POSITIONS,
    PRINTED,
    SUM,
    YIELDED,
)
from training.textbook.vary import variants

TEXT = Input(
    "characters", "character", "text string s sentence word", "str", "char c letter ch", "str",
    "The text to look at.", "in {text}",
    (
        "", "a", "Hello World", "abc 123", "Python 3.12", "aeiou", "rhythm", "Mississippi", "A man, a plan",
        "banana", "Room 101!", "UPPER lower", "to be or not to be", "x = y + 2", "2024-05-17", "noon",
    ),
)  # fmt: skip
LETTER = ("letter", "str", "a", "target wanted symbol")
KEEPS = [
    Keep("", "that are vowels", '{x}.lower() in "aeiou"', lambda c: c in "aeiouAEIOU", "that_are_vowels"),
    Keep("uppercase", "", "{x}.isupper()", lambda c: "A" <= c <= "Z"),
    Keep("lowercase", "", "{x}.islower()", lambda c: "a" <= c <= "z"),
    Keep("alphabetic", "", "{x}.isalpha()", lambda c: c.lower() in "abcdefghijklmnopqrstuvwxyz"),
    Keep("alphanumeric", "", "{x}.isalnum()", lambda c: c.lower() in "abcdefghijklmnopqrstuvwxyz0123456789"),
    Keep("numeric", "", "{x}.isdigit()", lambda c: c in "0123456789"),
    Keep("whitespace", "", "{x}.isspace()", lambda c: c in " \n\t"),
    Keep("non-space", "", '{x} != " "', lambda c: c not in " "),
    Keep("special", "", "not {x}.isalnum() and not {x}.isspace()", lambda c: c in ",.!=+-"),
    Keep("", "equal to {letter}", "{x} == letter", lambda c: c == "a", "equal_to", LETTER),
    Keep("", "different from {letter}", "{x} != letter", lambda c: c != "a", "different_from", LETTER),
]  # fmt: skip
VOWEL = Keep("", "", '{x}.lower() in "aeiou"', lambda c: c in "aeiouAEIOU")
CONSONANT = Keep(
    "",
    "",
    '{x}.isalpha() and {x}.lower() not in "aeiou"',
    lambda c: c.lower() in "bcdfghjklmnpqrstvwxyz",
)
NAMED = [
    ("vowels", "vowel", VOWEL),
    ("consonants", "consonant", CONSONANT),
    ("digits", "digit", Keep("", "", "{x}.isdigit()", lambda c: c in "0123456789")),
    ("letters", "letter", Keep("", "", "{x}.isalpha()", lambda c: "a" <= c.lower() <= "z")),
    ("spaces", "space", Keep("", "", '{x} == " "', lambda c: c in " ")),
    ("capital letters", "capital letter", Keep("", "", "{x}.isupper()", lambda c: "A" <= c <= "Z")),
    ("small letters", "small letter", Keep("", "", "{x}.islower()", lambda c: "a" <= c <= "z")),
    ("punctuation marks", "punctuation mark", Keep("", "", '{x} in ".,;:!?"', lambda c: c in "!?.,:;")),
]  # fmt: skip
MAKES = [
    None, None,
    Make("{np} in upper case", "uppercase_{np}", "{x}.upper()", lambda c: c.upper(), "str"),
    Make("{np} in lower case", "lowercase_{np}", "{x}.lower()", lambda c: c.lower(), "str"),
    Make("the codes of {np}", "codes_of_{np}", "ord({x})", lambda c: c.encode()[0], "int"),
    Make("{np} doubled", "doubled_{np}", "{x} * 2", lambda c: c + c, "str"),
]  # fmt: skip
KEPT = Reduce(
    (
        "Return {mp} {where} as one text.",
        "Return a text of {mp} alone.",
        "Keep {mp} of {text} alone.",
    ),
    ("keep_{mp}", "only_{mp}", "extract_{mp}", "get_{mp}"),
    "str",
    "The text that remains.",
    lambda pairs: "".join(str(value) for _, value in pairs),
    (
        'return "".join({e} for {x} in {xs}{if})',
        'result = ""\nfor {x} in {xs}:\n    ?\n    result += {e}\nreturn result',
        'kept = []\nfor {x} in {xs}:\n    ?\n    kept.append({e})\nreturn "".join(kept)',
        'return "".join(filter(lambda {x}: {cond}, {xs}))',
    ),
    ("str",),
)
REMOVED = Reduce(
    ("Return {text} without {mp}.", "Remove {mp} from {text}.", "Remove all of {mp} from a text."),
    ("remove_{mp}", "strip_{mp}", "delete_{mp}", "without_{mp}"),
    "str",
    "The text without them.",
    lambda sample, holds: "".join(c for c in sample if not holds(c)),
    (
        'return "".join({x} for {x} in {xs} if not ({cond}))',
        'result = ""\nfor {x} in {xs}:\n    if not ({cond}):\n        result += {x}\nreturn result',
    ),
    ("str",),
    plain_only=True,
    whole=True,
)
STARRED = Reduce(
    ("Replace {mp} in {text} with stars.", "Return {text} with a star for each {sp}."),
    ("mask_{mp}", "hide_{mp}", "replace_{mp}_with_stars", "censor_{mp}"),
    "str",
    "The text with stars.",
    lambda sample, holds: "".join("*" if holds(c) else c for c in sample),
    (
        'return "".join("*" if {cond} else {x} for {x} in {xs})',
        'result = ""\nfor {x} in {xs}:\n    if {cond}:\n        result += "*"\n    else:\n        result += {x}\nreturn result',
    ),
    ("str",),
    plain_only=True,
    whole=True,
)
SHARE = Reduce(
    ("Return the share of {mp} {where}, between 0 and 1.", "Return which part of {text} are {mp}."),
    ("share_of_{mp}", "ratio_of_{mp}", "fraction_of_{mp}"),
    "float",
    "A number between 0 and 1; 0 for an empty text.",
    lambda sample, holds: sum(map(holds, sample)) / len(sample) if sample else 0.0,
    (
        "if not {xs}:\n    return 0.0\nreturn sum(1 for {x} in {xs} if {cond}) / len({xs})",
        "count = 0\nfor {x} in {xs}:\n    if {cond}:\n        count += 1\nreturn count / len({xs}) if {xs} else 0.0",
    ),
    plain_only=True,
    whole=True,
)
REDUCTIONS = [
    COUNT, LIST, FIRST, DISTINCT, HISTOGRAM, PRINTED, ANY, POSITIONS, YIELDED, PARTITION, SUM, KEPT, REMOVED,
    STARRED, SHARE,
]  # fmt: skip
HOW_MANY = 620


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    for noun, single, keep in NAMED:
        source = Input(noun, single, *list(TEXT.__dict__.values())[2:])
        for _, make, reduce in mixed(rng, [keep], MAKES[1:], REDUCTIONS):
            program = compose("characters", source, keep, make, reduce, rng)
            if program is not None:
                yield from variants(program, rng, 5 if make is None else 1)
    made = 0
    for keep, make, reduce in mixed(rng, [EVERY, *KEEPS], MAKES, REDUCTIONS):
        program = compose("characters", TEXT, keep, make, reduce, rng)
        if program is None:
            continue
        for item in variants(program, rng, 2):
            yield item
            made += 1
        if made >= HOW_MANY:
            return
