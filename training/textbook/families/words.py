"""Programs on lists of words."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.textbook.exercise import Exercise
from training.textbook.families.compose import compose, mixed
from training.textbook.families.parts import EVERY, Input, Keep, Make
from training.textbook.families.reductions import WORD_REDUCTIONS
from training.textbook.vary import variants

HOW_MANY = 2000
WORDS = Input(
    "words", "word", "words strings items texts", "list[str]", "word w item text", "str",
    "A list of words.", "in {words}",
    (
        [], ["apple"], ["apple", "Banana", "kiwi"], ["level", "Radar", "python"], ["red", "green", "blue"],
        ["one", "two", "three", "four"], ["Anna", "Bob", "Eve", "Carl"], ["noon", "moon", "sun"],
        ["a", "an", "the", "algorithm"], ["cat", "dog", "elephant", "cat"], ["UP", "down", "Left"],
        ["sky", "tree", "river", "sea"], ["data", "model", "", "area"], ["x1", "42", "abc", "7up"],
    ),
)  # fmt: skip
LENGTH = ("length", "int", 4, "n size limit k")
LETTER = ("letter", "str", "a", "char character")
PREFIX = ("prefix", "str", "a", "start beginning")
SUFFIX = ("suffix", "str", "e", "ending end_text")
PART = ("part", "str", "o", "substring fragment")
KEEPS = [
    EVERY,
    Keep("long", "", "len({x}) > 5", lambda w: len(w) >= 6),
    Keep("short", "", "len({x}) <= 3", lambda w: len(w) < 4),
    Keep("empty", "", "not {x}", lambda w: w == ""),
    Keep("non-empty", "", "{x}", lambda w: w != ""),
    Keep("", "longer than {length}", "len({x}) > length", lambda w: len(w) >= 5, "longer_than", LENGTH),
    Keep("", "shorter than {length}", "len({x}) < length", lambda w: len(w) <= 3, "shorter_than", LENGTH),
    Keep("", "with {length} letters", "len({x}) == length", lambda w: len(w) == 4, "of_length", LENGTH),
    Keep("", "longer than three letters", "len({x}) > 3", lambda w: len(w) >= 4, "longer_than_three"),
    Keep("", "with exactly five letters", "len({x}) == 5", lambda w: len(w) in (5,), "with_five_letters"),
    Keep("", "of even length", "len({x}) % 2 == 0", lambda w: len(w) in range(0, 99, 2), "of_even_length"),
    Keep("", "of odd length", "len({x}) % 2 == 1", lambda w: len(w) in range(1, 99, 2), "of_odd_length"),
    Keep("", "that start with a vowel", '{x} != "" and {x}[0].lower() in "aeiou"', lambda w: w[:1] in tuple("aeiouAEIOU"), "starting_with_vowel"),
    Keep("", "that end with a vowel", '{x} != "" and {x}[-1].lower() in "aeiou"', lambda w: w[-1:] in tuple("aeiouAEIOU"), "ending_with_vowel"),
    Keep("", "that start with a capital letter", "{x}[:1].isupper()", lambda w: bool(w) and "A" <= w[0] <= "Z", "starting_with_capital"),
    Keep("capitalized", "", "{x}[:1].isupper()", lambda w: bool(w) and "A" <= w[0] <= "Z"),
    Keep("", "in upper case", "{x}.isupper()", lambda w: w != "" and w == w.upper() and w != w.lower(), "in_upper_case"),
    Keep("lowercase", "", "{x}.islower()", lambda w: w == w.lower() and w != w.upper()),
    Keep("palindromic", "", "{x} == {x}[::-1]", lambda w: list(w) == list(reversed(w))),
    Keep("numeric", "", "{x}.isdigit()", lambda w: w != "" and all(c in "0123456789" for c in w)),
    Keep("", "that start with {prefix}", "{x}.startswith(prefix)", lambda w: w[:1] == "a", "starting_with", PREFIX),
    Keep("", "that end with {suffix}", "{x}.endswith(suffix)", lambda w: w[-1:] == "e", "ending_with", SUFFIX),
    Keep("", "that contain {part}", "part in {x}", lambda w: w.count("o") > 0, "containing", PART),
    Keep("", "without the letter {letter}", "letter not in {x}", lambda w: w.count("a") == 0, "without_letter", LETTER),
    Keep("", "that contain the letter {letter}", "letter in {x}", lambda w: w.find("a") >= 0, "with_letter", LETTER),
    Keep("", "that contain a digit", "any(char.isdigit() for char in {x})", lambda w: bool(set(w) & set("0123456789")), "with_digit"),
    Keep("", "with repeated letters", "len(set({x})) < len({x})", lambda w: any(w.count(c) > 1 for c in w), "with_repeated_letters"),
    Keep("", "that contain the letter e", '"e" in {x}', lambda w: "e" in list(w), "with_e"),
]  # fmt: skip
MAKES = [
    None, None, None,
    Make("the lengths of {np}", "lengths_of_{np}", "len({x})", lambda w: sum(1 for _ in w), "int"),
    Make("{np} in upper case", "{np}_in_upper_case", "{x}.upper()", lambda w: "".join(c.upper() for c in w), "str"),
    Make("{np} in lower case", "lowercase_{np}", "{x}.lower()", lambda w: "".join(c.lower() for c in w), "str"),
    Make("the reversed forms of {np}", "reversed_{np}", "{x}[::-1]", lambda w: "".join(reversed(w)), "str"),
    Make("{np} with a capital letter", "capitalize_{np}", "{x}.capitalize()", lambda w: w[:1].upper() + w[1:].lower(), "str"),
    Make("{np} with swapped case", "swap_case_of_{np}", "{x}.swapcase()", lambda w: "".join(c.lower() if c.isupper() else c.upper() for c in w), "str"),
    Make("the first letters of {np}", "first_letters_of_{np}", "{x}[:1]", lambda w: "".join(list(w)[:1]), "str"),
    Make("the last letters of {np}", "last_letters_of_{np}", "{x}[-1:]", lambda w: "".join(list(w)[-1:]), "str"),
    Make("{np} in quotes", "quoted_{np}", "'\"' + {x} + '\"'", lambda w: f'"{w}"', "str"),
    Make("{np} with an exclamation mark", "{np}_with_exclamation_mark", '{x} + "!"', lambda w: f"{w}!", "str"),
    Make("{np} repeated twice", "{np}_twice", "{x} * 2", lambda w: w + w, "str"),
    Make("the numbers of vowels of {np}", "vowel_counts_of_{np}", 'sum(char in "aeiou" for char in {x}.lower())', lambda w: sum(w.lower().count(v) for v in "aeiou"), "int"),
    Make("the sorted letters of {np}", "sorted_letters_of_{np}", '"".join(sorted({x}))', lambda w: "".join(sorted(w)), "str"),
    Make("the numbers of different letters of {np}", "distinct_letter_counts_of_{np}", "len(set({x}))", lambda w: len(dict.fromkeys(w)), "int"),
]  # fmt: skip


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    made = 0
    for keep, make, reduce in mixed(rng, KEEPS, MAKES, WORD_REDUCTIONS):
        program = compose("words", WORDS, keep, make, reduce, rng)
        if program is None:
            continue
        for item in variants(program, rng, 2 if make is None else 1):
            yield item
            made += 1
        if made >= HOW_MANY:
            return
