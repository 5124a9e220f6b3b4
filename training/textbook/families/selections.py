"""Reductions that ask which elements there are: first, last, any, all, where, the rest."""

from __future__ import annotations

from training.textbook.families.parts import Reduce

FIRST = Reduce(
    (
        "Return the first of {mp}, or None.",
        "Return the first of {mp} {where}, or None if there is none.",
    ),
    ("first_of_{mp}", "find_first_of_{mp}", "get_first_of_{mp}"),
    "{hint} | None",
    "The first one, or None if there is none.",
    lambda pairs: pairs[0][1] if pairs else None,
    (
        "for {x} in {xs}:\n    if {cond}:\n        return {e}\nreturn None",
        "return next(({e} for {x} in {xs} if {cond}), None)",
    ),
    plain_summaries=(
        "Return the first {sp}, or None if there is none.",
        "Find the first {sp} {where}.",
    ),
    plain_slugs=("first_{sp}", "find_first_{sp}", "get_first_{sp}"),
)
LAST = Reduce(
    (
        "Return the last of {mp}, or None.",
        "Return the last of {mp} {where}, or None if there is none.",
    ),
    ("last_of_{mp}", "find_last_of_{mp}"),
    "{hint} | None",
    "The last one, or None if there is none.",
    lambda pairs: pairs[-1][1] if pairs else None,
    (
        "for {x} in reversed({xs}):\n    if {cond}:\n        return {e}\nreturn None",
        "last = None\nfor {x} in {xs}:\n    ?\n    last = {e}\nreturn last",
    ),
    plain_summaries=(
        "Return the last {sp}, or None if there is none.",
        "Find the last {sp} {where}.",
    ),
    plain_slugs=("last_{sp}", "find_last_{sp}", "get_last_{sp}"),
)
ANY = Reduce(
    (
        "Return True if there is at least one {sp} {where}.",
        "Check whether there is any {sp} {where}.",
    ),
    ("has_{sp}", "contains_{sp}", "any_{mp}", "has_{mp}"),
    "bool",
    "True if there is at least one.",
    lambda pairs: bool(pairs),
    (
        "return any({cond} for {x} in {xs})",
        "for {x} in {xs}:\n    if {cond}:\n        return True\nreturn False",
    ),
    plain_only=True,
)
POSITIONS = Reduce(
    ("Return the positions of {mp} {where}.", "Return the indices of {mp}."),
    ("positions_of_{mp}", "indices_of_{mp}", "indexes_of_{mp}", "where_{mp}"),
    "list[int]",
    "The positions in ascending order.",
    lambda sample, holds: [i for i, x in enumerate(sample) if holds(x)],
    (
        "return [i for i, {x} in enumerate({xs}) if {cond}]",
        "positions = []\nfor i, {x} in enumerate({xs}):\n    if {cond}:\n        positions.append(i)\nreturn positions",
        "result = []\nfor i in range(len({xs})):\n    {x} = {xs}[i]\n    if {cond}:\n        result.append(i)\nreturn result",
    ),
    plain_only=True,
    whole=True,
)
ALL = Reduce(
    (
        "Return True if all {nouns} are {quality}.",
        "Check whether every {noun} {where} is {quality}.",
    ),
    ("all_{quality}", "are_all_{quality}", "only_{mp}", "all_{nouns}_{quality}"),
    "bool",
    "True if there is no exception.",
    lambda sample, holds: all(holds(x) for x in sample),
    (
        "return all({cond} for {x} in {xs})",
        "for {x} in {xs}:\n    if not ({cond}):\n        return False\nreturn True",
    ),
    plain_only=True,
    whole=True,
)
WITHOUT = Reduce(
    ("Return {nouns} without {mp}.", "Remove {mp}.", "Drop {mp} {where}."),
    ("remove_{mp}", "without_{mp}", "drop_{mp}", "exclude_{mp}"),
    "list[{hint}]",
    "What is left, in the same order.",
    lambda sample, holds: [x for x in sample if not holds(x)],
    (
        "return [{x} for {x} in {xs} if not ({cond})]",
        "kept = []\nfor {x} in {xs}:\n    if {cond}:\n        continue\n    kept.append({x})\nreturn kept",
    ),
    plain_only=True,
    whole=True,
)
PARTITION = Reduce(
    ("Split {nouns} into {mp} and all others.", "Return two lists: {mp} and the rest."),
    ("split_{mp}", "partition_{mp}", "separate_{mp}"),
    "tuple[list[{hint}], list[{hint}]]",
    "Those that fit and those that don't.",
    lambda sample, holds: ([x for x in sample if holds(x)], [x for x in sample if not holds(x)]),
    (
        "chosen = []\nothers = []\nfor {x} in {xs}:\n    if {cond}:\n        chosen.append({x})\n    else:\n        others.append({x})\nreturn chosen, others",
        "chosen = [{x} for {x} in {xs} if {cond}]\nothers = [{x} for {x} in {xs} if not ({cond})]\nreturn chosen, others",
    ),
    plain_only=True,
    whole=True,
)
