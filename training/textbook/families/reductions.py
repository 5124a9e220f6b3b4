"""What the composed programs make of all elements, with several ways to write each."""

from __future__ import annotations

import math

from training.textbook.families.parts import Reduce
from training.textbook.families.selections import (
    ALL,
    ANY,
    FIRST,
    LAST,
    PARTITION,
    POSITIONS,
    WITHOUT,
)


def values(pairs: list) -> list:
    """Return the results of (element, result) pairs."""
    return [value for _, value in pairs]


NUMERIC = ("int", "float")
SUM = Reduce(
    ("Return the sum of {mp} {where}.", "Return the sum of {mp}.", "Add up {mp} {where}."),
    ("sum_of_{mp}", "sum_{mp}", "total_of_{mp}", "add_{mp}"),
    "{hint}",
    "The sum of {mp}.",
    lambda pairs: sum(values(pairs)),
    (
        "return sum({e} for {x} in {xs}{if})",
        "total = 0\nfor {x} in {xs}:\n    ?\n    total += {e}\nreturn total",
        "result = 0\nfor {x} in {xs}:\n    ?\n    result = result + {e}\nreturn result",
    ),
    NUMERIC,
)
COUNT = Reduce(
    (
        "Count {mp} {where}.",
        "Return how many of {mp} there are {where}.",
        "Return the number of {mp}.",
    ),
    ("count_{mp}", "number_of_{mp}", "how_many_{mp}", "{mp}_count"),
    "int",
    "How many there are.",
    lambda pairs: len(pairs),
    (
        "return sum(1 for {x} in {xs} if {cond})",
        "count = 0\nfor {x} in {xs}:\n    if {cond}:\n        count += 1\nreturn count",
        "return len([{x} for {x} in {xs} if {cond}])",
    ),
    plain_only=True,
)
LIST = Reduce(
    (
        "Return a list of {mp} {where}.",
        "Return {mp} {where}.",
        "Return {mp} as a list.",
        "Collect {mp}.",
    ),
    ("{mp}", "get_{mp}", "list_{mp}", "find_{mp}"),
    "list[{hint}]",
    "A list of {mp}.",
    values,
    (
        "return [{e} for {x} in {xs}{if}]",
        "result = []\nfor {x} in {xs}:\n    ?\n    result.append({e})\nreturn result",
        "found = []\nfor {x} in {xs}:\n    if not ({cond}):\n        continue\n    found.append({e})\nreturn found",
        "return list(filter(lambda {x}: {cond}, {xs}))",
        "return list(map(lambda {x}: {e}, {xs}))",
    ),
)
LARGEST = Reduce(
    ("Return the largest of {mp}, or None if there are none.", "Find the largest of {mp} {where}."),
    ("largest_of_{mp}", "max_of_{mp}", "maximum_of_{mp}", "find_largest_of_{mp}"),
    "{hint} | None",
    "The largest one, or None if there are none.",
    lambda pairs: max(values(pairs), default=None),
    (
        "return max(({e} for {x} in {xs}{if}), default=None)",
        "largest = None\nfor {x} in {xs}:\n    ?\n    value = {e}\n    if largest is None or value > largest:\n        largest = value\nreturn largest",
        "found = [{e} for {x} in {xs}{if}]\nif not found:\n    return None\nreturn max(found)",
    ),
    NUMERIC,
    plain_summaries=(
        "Return the largest {sp}, or None if there is none.",
        "Find the largest {sp} {where}.",
    ),
    plain_slugs=("largest_{sp}", "find_largest_{sp}", "get_largest_{sp}"),
)
SMALLEST = Reduce(
    (
        "Return the smallest of {mp}, or None if there are none.",
        "Find the smallest of {mp} {where}.",
    ),
    ("smallest_of_{mp}", "min_of_{mp}", "minimum_of_{mp}", "find_smallest_of_{mp}"),
    "{hint} | None",
    "The smallest one, or None if there are none.",
    lambda pairs: min(values(pairs), default=None),
    (
        "return min(({e} for {x} in {xs}{if}), default=None)",
        "found = [{e} for {x} in {xs}{if}]\nreturn min(found) if found else None",
        "smallest = None\nfor {x} in {xs}:\n    ?\n    candidate = {e}\n    if smallest is None or candidate < smallest:\n        smallest = candidate\nreturn smallest",
    ),
    NUMERIC,
    plain_summaries=(
        "Return the smallest {sp}, or None if there is none.",
        "Find the smallest {sp} {where}.",
    ),
    plain_slugs=("smallest_{sp}", "find_smallest_{sp}", "get_smallest_{sp}"),
)
AVERAGE = Reduce(
    (
        "Return the average of {mp}, or 0 if there are none.",
        "Return the mean of {mp} {where}, or 0.",
    ),
    ("average_of_{mp}", "mean_of_{mp}", "average_{mp}"),
    "float",
    "The average, or 0 if there is nothing to average.",
    lambda pairs: sum(values(pairs)) / len(pairs) if pairs else 0,
    (
        "found = [{e} for {x} in {xs}{if}]\nif not found:\n    return 0\nreturn sum(found) / len(found)",
        "total = 0\ncount = 0\nfor {x} in {xs}:\n    ?\n    total += {e}\n    count += 1\nreturn total / count if count else 0",
    ),
    NUMERIC,
)
PRODUCT = Reduce(
    ("Return the product of {mp}.", "Multiply {mp} {where}."),
    ("product_of_{mp}", "multiply_{mp}", "product_{mp}"),
    "{hint}",
    "The product; 1 if there are none.",
    lambda pairs: math.prod(values(pairs)),
    (
        "product = 1\nfor {x} in {xs}:\n    ?\n    product *= {e}\nreturn product",
        "import math\nreturn math.prod({e} for {x} in {xs}{if})",
    ),
    NUMERIC,
)
DISTINCT = Reduce(
    (
        "Return the sorted distinct values of {mp}.",
        "Return {mp} {where}, sorted and each only once.",
    ),
    ("distinct_{mp}", "unique_{mp}", "sorted_set_of_{mp}"),
    "list[{hint}]",
    "The distinct values in ascending order.",
    lambda pairs: sorted(set(values(pairs))),
    (
        "return sorted({{e} for {x} in {xs}{if}})",
        "seen = set()\nfor {x} in {xs}:\n    ?\n    seen.add({e})\nreturn sorted(seen)",
    ),
)
SORTED = Reduce(
    ("Return {mp} in ascending order.", "Return a sorted list of {mp} {where}."),
    ("sorted_{mp}", "sort_{mp}", "ordered_{mp}"),
    "list[{hint}]",
    "A sorted list of {mp}.",
    lambda pairs: sorted(values(pairs)),
    (
        "return sorted({e} for {x} in {xs}{if})",
        "result = [{e} for {x} in {xs}{if}]\nresult.sort()\nreturn result",
    ),
)
DESCENDING = Reduce(
    ("Return {mp} in descending order.", "Return a list of {mp} {where}, the largest first."),
    ("{mp}_descending", "{mp}_largest_first", "reverse_sorted_{mp}"),
    "list[{hint}]",
    "A list of {mp}, the largest first.",
    lambda pairs: sorted(values(pairs), reverse=True),
    (
        "return sorted(({e} for {x} in {xs}{if}), reverse=True)",
        "result = [{e} for {x} in {xs}{if}]\nresult.sort(reverse=True)\nreturn result",
    ),
    NUMERIC,
)
MAPPING = Reduce(
    ("Return a dictionary from {the} to {their}.", "Map {the} to {their}."),
    ("{mp}_dict", "map_to_{mp}", "dict_of_{mp}"),
    "dict",
    "A dictionary of results.",
    lambda pairs: dict(pairs),
    (
        "return {{x}: {e} for {x} in {xs}{if}}",
        "result = {}\nfor {x} in {xs}:\n    ?\n    result[{x}] = {e}\nreturn result",
    ),
    needs_make=True,
)
JOINED = Reduce(
    ("Return {mp} {where}, joined by commas.", "Join {mp} with commas."),
    ("join_{mp}", "{mp}_as_text", "{mp}_string", "format_{mp}"),
    "str",
    "One text with a comma between them.",
    lambda pairs: ", ".join(str(v) for v in values(pairs)),
    (
        'return ", ".join(str({e}) for {x} in {xs}{if})',
        'parts = []\nfor {x} in {xs}:\n    ?\n    parts.append(str({e}))\nreturn ", ".join(parts)',
        'joined = ""\nfor {x} in {xs}:\n    ?\n    if joined:\n        joined += ", "\n    joined += str({e})\nreturn joined',
    ),
)
PRINTED = Reduce(
    ("Print {mp} {where}.", "Print {mp}, one a line.", "Show {mp}."),
    ("print_{mp}", "show_{mp}", "display_{mp}"),
    "None",
    "",
    values,
    (
        "for {x} in {xs}:\n    ?\n    print({e})",
        "result = [{e} for {x} in {xs}{if}]\nfor item in result:\n    print(item)",
    ),
    prints=True,
)
HISTOGRAM = Reduce(
    (
        "Count how often each of {mp} occurs {where}.",
        "Return a dictionary with the counts of {mp}.",
    ),
    ("counts_of_{mp}", "count_each_of_{mp}", "frequency_of_{mp}", "{mp}_counts"),
    "dict[{hint}, int]",
    "How often each one occurs.",
    lambda pairs: {v: values(pairs).count(v) for v in values(pairs)},
    (
        "counts = {}\nfor {x} in {xs}:\n    ?\n    counts[{e}] = counts.get({e}, 0) + 1\nreturn counts",
        "counts = {}\nfor {x} in {xs}:\n    ?\n    key = {e}\n    if key in counts:\n        counts[key] += 1\n    else:\n        counts[key] = 1\nreturn counts",
        "from collections import Counter\nreturn dict(Counter({e} for {x} in {xs}{if}))",
    ),
)
YIELDED = Reduce(
    ("Yield {mp} {where}.", "Yield {mp}, one after the other.", "Generate {mp}."),
    ("iter_{mp}", "generate_{mp}", "yield_{mp}", "each_of_{mp}"),
    "Iterator[{hint}]",
    "Yields {mp}.",
    values,
    ("from collections.abc import Iterator\nfor {x} in {xs}:\n    ?\n    yield {e}",),
)
NUMBER_REDUCTIONS = [
    SUM, COUNT, LIST, LARGEST, SMALLEST, AVERAGE, PRODUCT, FIRST, LAST, DISTINCT, SORTED, DESCENDING,
    MAPPING, JOINED, PRINTED, YIELDED, ANY, ALL, POSITIONS, WITHOUT, PARTITION,
]  # fmt: skip
WORD_REDUCTIONS = [
    SUM, COUNT, LIST, LARGEST, AVERAGE, FIRST, LAST, DISTINCT, SORTED, MAPPING, JOINED, PRINTED, HISTOGRAM,
    YIELDED, ANY, ALL, POSITIONS, WITHOUT, PARTITION,
]  # fmt: skip
