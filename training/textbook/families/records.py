"""Programs on lists of dictionaries: people, products, books, orders and the like."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from training.textbook.exercise import Exercise
from training.textbook.notation import Program
from training.textbook.vary import variants


@dataclass(frozen=True)
class Record:
    """A kind of record: its nouns, a name field, number fields and a field to group by."""

    plural: str
    single: str
    name: str
    numbers: tuple[str, ...]
    group: str
    rows: tuple[dict, ...]


RECORDS = (
    Record("people", "person", "name", ("age", "height"), "city", (
        {"name": "Ann", "age": 31, "height": 170, "city": "Rome"},
        {"name": "Bob", "age": 19, "height": 182, "city": "Oslo"},
        {"name": "Eve", "age": 45, "height": 165, "city": "Rome"})),
    Record("products", "product", "name", ("price", "stock"), "category", (
        {"name": "tea", "price": 4, "stock": 20, "category": "drinks"},
        {"name": "bread", "price": 3, "stock": 0, "category": "food"},
        {"name": "milk", "price": 2, "stock": 12, "category": "drinks"})),
    Record("students", "student", "name", ("grade", "age"), "course", (
        {"name": "Ida", "grade": 88, "age": 20, "course": "math"},
        {"name": "Max", "grade": 61, "age": 22, "course": "art"},
        {"name": "Leo", "grade": 75, "age": 19, "course": "math"})),
    Record("books", "book", "title", ("pages", "year"), "author", (
        {"title": "Emma", "pages": 400, "year": 1815, "author": "Austen"},
        {"title": "Dracula", "pages": 350, "year": 1897, "author": "Stoker"},
        {"title": "Persuasion", "pages": 250, "year": 1817, "author": "Austen"})),
    Record("employees", "employee", "name", ("salary", "years"), "department", (
        {"name": "Kim", "salary": 3200, "years": 4, "department": "sales"},
        {"name": "Lee", "salary": 4100, "years": 9, "department": "research"},
        {"name": "Sam", "salary": 2900, "years": 1, "department": "sales"})),
    Record("cities", "city", "name", ("population", "area"), "country", (
        {"name": "Lyon", "population": 520, "area": 48, "country": "France"},
        {"name": "Bern", "population": 140, "area": 52, "country": "Switzerland"},
        {"name": "Nice", "population": 340, "area": 72, "country": "France"})),
    Record("orders", "order", "customer", ("amount", "items"), "status", (
        {"customer": "Ann", "amount": 90, "items": 3, "status": "open"},
        {"customer": "Bob", "amount": 15, "items": 1, "status": "paid"},
        {"customer": "Ann", "amount": 40, "items": 2, "status": "paid"})),
    Record("movies", "movie", "title", ("rating", "year"), "genre", (
        {"title": "Alien", "rating": 8, "year": 1979, "genre": "horror"},
        {"title": "Up", "rating": 9, "year": 2009, "genre": "family"},
        {"title": "Saw", "rating": 6, "year": 2004, "genre": "horror"})),
    Record("cars", "car", "model", ("price", "mileage"), "brand", (
        {"model": "Golf", "price": 9000, "mileage": 80, "brand": "VW"},
        {"model": "Clio", "price": 7000, "mileage": 95, "brand": "Renault"},
        {"model": "Polo", "price": 8000, "mileage": 40, "brand": "VW"})),
    Record("tasks", "task", "title", ("priority", "hours"), "owner", (
        {"title": "write", "priority": 2, "hours": 5, "owner": "Ann"},
        {"title": "test", "priority": 1, "hours": 3, "owner": "Bob"},
        {"title": "review", "priority": 3, "hours": 1, "owner": "Ann"})),
    Record("players", "player", "name", ("score", "level"), "team", (
        {"name": "Zoe", "score": 120, "level": 3, "team": "red"},
        {"name": "Tim", "score": 95, "level": 2, "team": "blue"},
        {"name": "Ron", "score": 200, "level": 5, "team": "red"})),
    Record("songs", "song", "title", ("length", "plays"), "artist", (
        {"title": "Blue", "length": 200, "plays": 15, "artist": "Joni"},
        {"title": "Hello", "length": 290, "plays": 40, "artist": "Adele"},
        {"title": "River", "length": 240, "plays": 25, "artist": "Joni"})),
)  # fmt: skip


def _median(values: list[int]) -> int:
    return sorted(values)[len(values) // 2]


def programs(record: Record) -> Iterator[Program]:
    """Yield the base programs on one kind of record."""
    xs, x, name, group = record.plural, record.single, record.name, record.group
    rows = list(record.rows)
    names = [xs, "items", "records", "rows"]
    about = {xs: f"One dictionary for each {x}."}
    limits = {"limit": "The limit to compare with."}

    def make(
        slugs: list[str],
        said: list[str],
        extra: str,
        hint: str,
        value: object,
        bodies: list[str],
        *args: object,
    ) -> Program:
        head = f"def {slugs[0]}({xs}: list[dict]{extra}) -> {hint}:\n"
        checks = (
            f">>> {xs} = {rows!r}\n>>> {slugs[0]}({', '.join([xs, *map(repr, args)])})\n{value!r}\n"
        )
        codes = []
        for text in bodies:
            top, _, rest = text.rpartition("\n\n\n")
            indented = "\n".join("    " + line if line else "" for line in rest.split("\n"))
            codes.append((top + "\n\n\n" if top else "") + head + indented + "\n")
        table = [
            slugs,
            names,
            [x, "item", "record", "row", "entry"],
            ["limit", "minimum", "threshold"],
        ]
        return Program("records", table, said, about | limits, checks, codes)

    yield make(
        [f"{name}s_of_{xs}", f"get_{name}s", f"{x}_{name}s", f"list_{name}s"],
        [f"Return the {name}s of all {xs}.", f"Return a list of {name}s."], "", "list[str]",
        [row[name] for row in rows],
        [f'return [{x}["{name}"] for {x} in {xs}]',
         f'result = []\nfor {x} in {xs}:\n    result.append({x}["{name}"])\nreturn result'],
    )  # fmt: skip
    yield make(
        [f"group_by_{group}", f"group_{xs}_by_{group}", f"{xs}_by_{group}"],
        [f"Group the {xs} by {group}.", f"Return lists of {name}s by {group}."], "", "dict[str, list[str]]",
        {row[group]: [o[name] for o in rows if o[group] == row[group]] for row in rows},
        [f'groups = {{}}\nfor {x} in {xs}:\n    groups.setdefault({x}["{group}"], []).append({x}["{name}"])\nreturn groups',
         f'groups = {{}}\nfor {x} in {xs}:\n    key = {x}["{group}"]\n    if key not in groups:\n        groups[key] = []\n    groups[key].append({x}["{name}"])\nreturn groups',
         f'from collections import defaultdict\n\n\ngroups = defaultdict(list)\nfor {x} in {xs}:\n    groups[{x}["{group}"]].append({x}["{name}"])\nreturn dict(groups)'],
    )  # fmt: skip
    yield make(
        [f"count_by_{group}", f"{xs}_per_{group}", f"count_{xs}_by_{group}"],
        [f"Count the {xs} of each {group}.", f"Return how many {xs} there are by {group}."], "", "dict[str, int]",
        {row[group]: sum(o[group] == row[group] for o in rows) for row in rows},
        [f'counts = {{}}\nfor {x} in {xs}:\n    key = {x}["{group}"]\n    counts[key] = counts.get(key, 0) + 1\nreturn counts',
         f'from collections import Counter\n\n\nreturn dict(Counter({x}["{group}"] for {x} in {xs}))'],
    )  # fmt: skip
    chosen = rows[0][group]
    yield make(
        [f"{xs}_with_{group}", f"find_by_{group}", f"filter_by_{group}", f"select_{xs}_by_{group}"],
        [f"Return the {name}s of the {xs} with the given {group}."], f", {group}: str", "list[str]",
        [row[name] for row in rows if row[group] == chosen],
        [f'return [{x}["{name}"] for {x} in {xs} if {x}["{group}"] == {group}]',
         f'found = []\nfor {x} in {xs}:\n    if {x}["{group}"] == {group}:\n        found.append({x}["{name}"])\nreturn found'],
        chosen,
    )  # fmt: skip
    for field in record.numbers:
        values = [row[field] for row in rows]
        top = max(rows, key=lambda row: row[field])
        low = min(rows, key=lambda row: row[field])
        middle = _median(values)
        yield make(
            [f"total_{field}", f"sum_of_{field}", f"{field}_sum", f"total_{field}_of_{xs}"],
            [f"Return the total {field} of all {xs}.", f"Add up the {field} of the {xs}."], "", "int", sum(values),
            [f'return sum({x}["{field}"] for {x} in {xs})',
             f'total = 0\nfor {x} in {xs}:\n    total += {x}["{field}"]\nreturn total'],
        )  # fmt: skip
        yield make(
            [f"average_{field}", f"mean_{field}", f"average_{field}_of_{xs}"],
            [f"Return the average {field} of the {xs}, 0 without any."], "", "float", sum(values) / len(values),
            [f'if not {xs}:\n    return 0\nreturn sum({x}["{field}"] for {x} in {xs}) / len({xs})',
             f'total = 0\nfor {x} in {xs}:\n    total += {x}["{field}"]\nreturn total / len({xs}) if {xs} else 0'],
        )  # fmt: skip
        for word, best, sign, function in (
            ("highest", top, ">", "max"),
            ("lowest", low, "<", "min"),
        ):
            yield make(
                [f"{x}_with_{word}_{field}", f"find_{x}_with_{word}_{field}", f"{x}_of_{word}_{field}", f"{x}_with_{function}_{field}"],
                [f"Return the {name} of the {x} with the {word} {field}."], "", "str", best[name],
                [f'best = {function}({xs}, key=lambda {x}: {x}["{field}"])\nreturn best["{name}"]',
                 f'best = {xs}[0]\nfor {x} in {xs}:\n    if {x}["{field}"] {sign} best["{field}"]:\n        best = {x}\nreturn best["{name}"]'],
            )  # fmt: skip
        yield make(
            [f"sort_by_{field}", f"sort_{xs}_by_{field}", f"order_by_{field}"],
            [f"Return the {name}s of the {xs} sorted by {field}.", f"Sort the {xs} by {field}, the lowest first."],
            "", "list[str]", [row[name] for row in sorted(rows, key=lambda row: row[field])],
            [f'ordered = sorted({xs}, key=lambda {x}: {x}["{field}"])\nreturn [{x}["{name}"] for {x} in ordered]',
             f'from operator import itemgetter\n\n\nreturn [{x}["{name}"] for {x} in sorted({xs}, key=itemgetter("{field}"))]'],
        )  # fmt: skip
        for words, sign, kept in (
            (
                ("above", "over", "with_more_than"),
                ">",
                [r[name] for r in rows if r[field] > middle],
            ),
            (
                ("below", "under", "with_less_than"),
                "<",
                [r[name] for r in rows if r[field] < middle],
            ),
            (
                ("at_least", "from", "of_at_least"),
                ">=",
                [r[name] for r in rows if r[field] >= middle],
            ),
        ):
            said = {">": "is above", "<": "is below", ">=": "is at least"}[sign]
            yield make(
                [f"{xs}_{words[0]}_{field}", f"find_{xs}_{words[1]}_{field}", f"{xs}_{words[2]}_{field}"],
                [f"Return the {name}s of the {xs} whose {field} {said} {{limit}}."], ", limit: int", "list[str]", kept,
                [f'return [{x}["{name}"] for {x} in {xs} if {x}["{field}"] {sign} limit]',
                 f'result = []\nfor {x} in {xs}:\n    if {x}["{field}"] {sign} limit:\n        result.append({x}["{name}"])\nreturn result'],
                middle,
            )  # fmt: skip
        yield make(
            [f"{field}_by_{name}", f"map_{name}_to_{field}", f"{field}_of_each_{x}"],
            [f"Return a dictionary from the {name} of each {x} to its {field}."], "", "dict[str, int]",
            {row[name]: row[field] for row in rows},
            [f'return {{{x}["{name}"]: {x}["{field}"] for {x} in {xs}}}',
             f'result = {{}}\nfor {x} in {xs}:\n    result[{x}["{name}"]] = {x}["{field}"]\nreturn result'],
        )  # fmt: skip
        totals: dict[str, int] = {}
        for row in rows:
            totals[row[group]] = totals.get(row[group], 0) + row[field]
        yield make(
            [f"{field}_per_{group}", f"total_{field}_by_{group}", f"sum_{field}_by_{group}"],
            [f"Return the total {field} of each {group}.", f"Add up the {field} of the {xs} by {group}."], "",
            "dict[str, int]", totals,
            [f'totals = {{}}\nfor {x} in {xs}:\n    key = {x}["{group}"]\n    totals[key] = totals.get(key, 0) + {x}["{field}"]\nreturn totals',
             f'from collections import defaultdict\n\n\ntotals = defaultdict(int)\nfor {x} in {xs}:\n    totals[{x}["{group}"]] += {x}["{field}"]\nreturn dict(totals)'],
        )  # fmt: skip


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    found = [program for record in RECORDS for program in programs(record)]
    rng.shuffle(found)
    for program in found:
        yield from variants(program, rng, 4)
