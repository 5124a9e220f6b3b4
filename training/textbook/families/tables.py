"""Programs on a dictionary from names to numbers: scores, prices, ages and the like."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.textbook.exercise import Exercise
from training.textbook.notation import Program
from training.textbook.vary import variants

# what the dictionary is called, its keys, one key, its values, one value
TABLES = (
    ("scores", "players", "player", "score"), ("prices", "products", "product", "price"),
    ("ages", "people", "person", "age"), ("grades", "students", "student", "grade"),
    ("stock", "products", "product", "amount"), ("votes", "candidates", "candidate", "count"),
    ("salaries", "employees", "employee", "salary"), ("populations", "cities", "city", "population"),
    ("distances", "towns", "town", "distance"), ("weights", "animals", "animal", "weight"),
    ("heights", "mountains", "mountain", "height"), ("temperatures", "places", "place", "temperature"),
    ("results", "teams", "team", "points"), ("counts", "words", "word", "count"),
)  # fmt: skip
KEYS = {
    "people": ("ann", "bob", "eve"), "players": ("zoe", "tim", "ron"), "products": ("tea", "milk", "bread"),
    "students": ("ida", "max", "leo"), "candidates": ("red", "green", "blue"), "employees": ("kim", "lee", "sam"),
    "cities": ("rome", "oslo", "lima"), "towns": ("bern", "lyon", "nice"), "animals": ("cat", "dog", "cow"),
    "mountains": ("eiger", "etna", "fuji"), "places": ("attic", "hall", "garden"), "teams": ("a", "b", "c"),
    "words": ("to", "be", "or"),
}  # fmt: skip


def programs(table: tuple[str, str, str, str], rng: random.Random) -> Iterator[Program]:
    """Yield the base programs on one kind of table."""
    xs, keys, key, value = table
    numbers = rng.sample(range(1, 60), 3)
    data = dict(zip(KEYS[keys], numbers, strict=True))
    limit = sorted(numbers)[1]

    def make(
        slugs: list[str],
        said: list[str],
        extra: str,
        hint: str,
        result: object,
        bodies: list[str],
        *args: object,
    ) -> Program:
        head = f"def {slugs[0]}({xs}: dict[str, int]{extra}) -> {hint}:\n"
        call = ", ".join(map(repr, [data, *args]))
        codes = [
            head + "\n".join("    " + line for line in text.split("\n")) + "\n" for text in bodies
        ]
        names = [
            slugs,
            [xs, "data", "values", "table"],
            ["limit", "minimum", "threshold"],
            [key, "name", "key"],
        ]
        if value != key:
            names.append([value, "value", "number"])
        about = {
            xs: f"The {value} of each {key}.",
            "limit": "The limit to compare with.",
            "extra": "What to add.",
        }
        return Program("tables", names, said, about, f">>> {slugs[0]}({call})\n{result!r}\n", codes)

    loop = f"for {key}, {value} in {xs}.items():"
    for word, sign, said in (
        ("above", ">", "is above"), ("below", "<", "is below"), ("of_at_least", ">=", "is at least"),
        ("up_to", "<=", "is at most"),
    ):  # fmt: skip
        holds = {">": lambda v: v > limit, "<": lambda v: v < limit, ">=": lambda v: not v < limit}
        chosen = {k: v for k, v in data.items() if holds.get(sign, lambda v: not v > limit)(v)}
        test = f"{value} {sign} limit"
        yield make(
            [f"{keys}_{word}", f"find_{keys}_{word}", f"{keys}_with_{value}_{word}"],
            [f"Return the {keys} whose {value} {said} {{limit}}."], ", limit: int", "list[str]", list(chosen),
            [f"return [{key} {loop[:-1]} if {test}]",
             f"found = []\n{loop}\n    if {test}:\n        found.append({key})\nreturn found"], limit,
        )  # fmt: skip
        yield make(
            [f"count_{keys}_{word}", f"number_of_{keys}_{word}"],
            [f"Count the {keys} whose {value} {said} {{limit}}."], ", limit: int", "int", len(chosen),
            [f"return sum(1 for {value} in {xs}.values() if {test})",
             f"matches = 0\nfor {value} in {xs}.values():\n    if {test}:\n        matches += 1\nreturn matches"], limit,
        )  # fmt: skip
        yield make(
            [f"filter_{xs}_{word}", f"keep_{xs}_{word}", f"{xs}_{word}"],
            [f"Return the {xs} of the {keys} whose {value} {said} {{limit}}."], ", limit: int", "dict[str, int]", chosen,
            [f"return {{{key}: {value} {loop[:-1]} if {test}}}",
             f"result = {{}}\n{loop}\n    if {test}:\n        result[{key}] = {value}\nreturn result"], limit,
        )  # fmt: skip
    for word, function, sign in (("highest", max, ">"), ("lowest", min, "<")):
        best = function(data, key=lambda k: data[k])
        yield make(
            [f"{key}_with_{word}_{value}", f"find_{key}_with_{word}_{value}", f"{word}_{key}"],
            [f"Return the {key} with the {word} {value}."], "", "str", best,
            [f"return {function.__name__}({xs}, key={xs}.get)",
             f"best = None\nfor {key} in {xs}:\n    if best is None or {xs}[{key}] {sign} {xs}[best]:\n        best = {key}\nreturn best"],
        )  # fmt: skip
        yield make(
            [f"{word}_{value}", f"find_{word}_{value}", f"get_{word}_{value}"], [f"Return the {word} {value}."],
            "", "int", data[best],
            [f"return {function.__name__}({xs}.values())",
             f"best = None\nfor {value} in {xs}.values():\n    if best is None or {value} {sign} best:\n        best = {value}\nreturn best"],
        )  # fmt: skip
    yield make(
        [f"average_{value}", f"mean_{value}", f"get_average_{value}"], [f"Return the average {value} of all {keys}."],
        "", "float", sum(numbers) / 3,
        [f"return sum({xs}.values()) / len({xs})",
         f"total = 0\nfor {value} in {xs}.values():\n    total += {value}\nreturn total / len({xs})"],
    )  # fmt: skip
    yield make(
        [f"total_{value}", f"sum_of_{xs}", f"add_{xs}"], [f"Return the sum of all {xs}."], "", "int", sum(numbers),
        [f"return sum({xs}.values())", f"total = 0\nfor {key} in {xs}:\n    total += {xs}[{key}]\nreturn total"],
    )  # fmt: skip
    ranked = [k for _, k in sorted((-v, k) for k, v in data.items())]
    yield make(
        [f"rank_{keys}", f"{keys}_by_{value}", f"sort_{keys}_by_{value}"],
        [f"Return the {keys} with the highest {value} first."], "", "list[str]", ranked,
        [f"return sorted({xs}, key={xs}.get, reverse=True)",
         f"return sorted({xs}, key=lambda {key}: {xs}[{key}], reverse=True)"],
    )  # fmt: skip
    yield make(
        [f"increase_{xs}", f"raise_{xs}", f"add_to_{xs}"], [f"Return the {xs} with {{extra}} added to each."],
        ", extra: int", "dict[str, int]", {k: v + 5 for k, v in data.items()},
        [f"return {{{key}: {value} + extra {loop[:-1]}}}",
         f"result = {{}}\n{loop}\n    result[{key}] = {value} + extra\nreturn result"], 5,
    )  # fmt: skip
    lines = "\n".join(f"{k}: {v}" for k, v in data.items())
    printing = make(
        [f"print_{xs}", f"show_{xs}", f"display_{xs}"], [f"Print the {value} of each {key}."], "", "None", None,
        [f'{loop}\n    print(f"{{{key}}}: {{{value}}}")', f'for {key} in {xs}:\n    print({key} + ":", {xs}[{key}])'],
    )  # fmt: skip
    printing.checks = printing.checks.replace("None\n", lines + "\n")
    yield printing


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    found = [program for table in TABLES for program in programs(table, rng)]
    rng.shuffle(found)
    for program in found:
        yield from variants(program, rng, 3)
