"""Small classes for things with fields: plain, dataclass, named tuple, with the usual methods."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.textbook.exercise import Exercise
from training.textbook.notation import Program
from training.textbook.vary import variants

# name, what it is, fields (name, type, example), other names
THINGS = (
    ("Book", "A book", (("title", "str", "Emma"), ("author", "str", "Austen"), ("pages", "int", 400))),
    ("Song", "A song", (("title", "str", "Blue"), ("artist", "str", "Joni"), ("seconds", "int", 200))),
    ("Employee", "An employee", (("name", "str", "Kim"), ("salary", "int", 3000), ("department", "str", "sales"))),
    ("Dog", "A dog", (("name", "str", "Rex"), ("breed", "str", "poodle"), ("age", "int", 3))),
    ("City", "A city", (("name", "str", "Rome"), ("country", "str", "Italy"), ("population", "int", 2800000))),
    ("Movie", "A movie", (("title", "str", "Alien"), ("year", "int", 1979), ("rating", "float", 8.5))),
    ("Laptop", "A laptop", (("brand", "str", "Acme"), ("price", "float", 999.5), ("memory", "int", 16))),
    ("Flight", "A flight", (("number", "str", "LH12"), ("origin", "str", "Oslo"), ("target", "str", "Rome"))),
    ("Order", "An order", (("number", "int", 7), ("customer", "str", "Ann"), ("amount", "float", 12.5))),
    ("Player", "A player", (("name", "str", "Zoe"), ("score", "int", 10), ("level", "int", 2))),
    ("Recipe", "A recipe", (("title", "str", "Soup"), ("minutes", "int", 30), ("servings", "int", 4))),
    ("House", "A house", (("street", "str", "Main Street"), ("number", "int", 5), ("rooms", "int", 6))),
    ("Planet", "A planet", (("name", "str", "Mars"), ("mass", "float", 0.1), ("moons", "int", 2))),
    ("Teacher", "A teacher", (("name", "str", "Lee"), ("subject", "str", "math"), ("years", "int", 9))),
    ("Ticket", "A ticket", (("event", "str", "concert"), ("seat", "int", 12), ("price", "float", 35.0))),
    ("Task", "A task", (("title", "str", "write"), ("priority", "int", 1), ("hours", "float", 2.5))),
    ("Message", "A message", (("sender", "str", "Ann"), ("text", "str", "hello"), ("length", "int", 5))),
    ("Bicycle", "A bicycle", (("brand", "str", "Acme"), ("gears", "int", 7), ("color", "str", "red"))),
    ("Course", "A course", (("title", "str", "Python"), ("teacher", "str", "Lee"), ("students", "int", 25))),
    ("Plant", "A plant", (("name", "str", "fern"), ("height", "float", 0.5), ("water", "int", 3))),
    ("Customer", "A customer", (("name", "str", "Bob"), ("email", "str", "bob@example.com"), ("orders", "int", 3))),
    ("Phone", "A phone", (("model", "str", "P7"), ("price", "int", 400), ("battery", "int", 80))),
    ("Country", "A country", (("name", "str", "Peru"), ("capital", "str", "Lima"), ("area", "int", 1285))),
    ("Invoice", "An invoice", (("number", "int", 42), ("customer", "str", "Eve"), ("total", "float", 99.5))),
)  # fmt: skip


def _init(fields: tuple) -> list[str]:
    parameters = ", ".join(f"{name}: {kind}" for name, kind, _ in fields)
    lines = [f"    def __init__(self, {parameters}) -> None:"]
    return lines + [f"        self.{name} = {name}" for name, _, _ in fields]


def _plain(name: str, doc: str, fields: tuple, methods: list[str]) -> str:
    return "\n".join([f"class {name}:", f'    """{doc}."""', "", *_init(fields), *methods]) + "\n"


def _dataclass(name: str, doc: str, fields: tuple, methods: list[str]) -> str:
    lines = ["from dataclasses import dataclass", "", "", "@dataclass", f"class {name}:"]
    lines += [f'    """{doc}."""', "", *(f"    {field}: {kind}" for field, kind, _ in fields)]
    return "\n".join(lines + methods) + "\n"


def programs(name: str, doc: str, fields: tuple) -> Iterator[Program]:
    """Yield the base programs on one kind of thing."""
    (first, _, one), (second, _, two), (third, _, three) = fields
    made = f"{name}({one!r}, {two!r}, {three!r})"
    names = [[name]]
    shown = f"{one} ({second}: {two}, {third}: {three})"
    text = [
        "", "    def __str__(self) -> str:",
        f'        return f"{{self.{first}}} ({second}: {{self.{second}}}, {third}: {{self.{third}}})"',
    ]  # fmt: skip
    describe = [
        "", "    def describe(self) -> str:", f'        """Return the {first}, {second} and {third} as a text."""',
        f'        return f"{{self.{first}}}, {{self.{second}}}, {{self.{third}}}"',
    ]  # fmt: skip
    to_dict = [
        "", "    def to_dict(self) -> dict:", '        """Return the fields as a dictionary."""',
        "        return {", *(f'            "{f}": self.{f},' for f, _, _ in fields), "        }",
    ]  # fmt: skip
    from_dict = [
        "", "    @classmethod", f'    def from_dict(cls, data: dict) -> "{name}":',
        f'        """Make {doc[0].lower() + doc[1:]} from a dictionary."""',
        "        return cls(" + ", ".join(f'data["{f}"]' for f, _, _ in fields) + ")",
    ]  # fmt: skip
    equal = [
        "", "    def __eq__(self, other: object) -> bool:", f"        if not isinstance(other, {name}):",
        "            return NotImplemented", f"        return (self.{first}, self.{second}) == (other.{first}, other.{second})",
    ]  # fmt: skip
    data = {f: value for f, _, value in fields}

    def program(checks: str, *codes: str) -> Program:
        return Program("classes", names, [], {}, checks, list(codes))

    yield program(
        f">>> str({made})\n{shown!r}\n",
        _plain(name, doc, fields, text),
        _dataclass(name, doc, fields, text),
    )
    yield program(
        f">>> {made}.describe()\n{f'{one}, {two}, {three}'!r}\n",
        _plain(name, doc, fields, describe), _dataclass(name, doc, fields, describe),
    )  # fmt: skip
    yield program(
        f">>> {made}.to_dict()\n{data!r}\n>>> {name}.from_dict({data!r}).{second}\n{two!r}\n",
        _plain(name, doc, fields, to_dict + from_dict), _dataclass(name, doc, fields, to_dict + from_dict),
    )  # fmt: skip
    yield program(f">>> {made} == {made}\nTrue\n", _plain(name, doc, fields, equal))
    for field, kind, value in fields[1:]:
        if kind == "str":
            continue
        order = [
            "",
            f'    def __lt__(self, other: "{name}") -> bool:',
            f"        return self.{field} < other.{field}",
        ]
        yield program(
            f">>> {made} < {made}\nFalse\n", _plain(name, f"{doc}, ordered by {field}", fields, order),
            _dataclass(name, f"{doc} that is ordered by {field}", fields, order),
        )  # fmt: skip
        more = [
            "", f"    def add_{field}(self, amount: {kind}) -> None:", f'        """Increase the {field}."""',
            f"        self.{field} += amount",
        ]  # fmt: skip
        yield program(
            f">>> item = {made}\n>>> item.add_{field}(2)\n>>> item.{field}\n{value + 2!r}\n",
            _plain(name, doc, fields, more), _dataclass(name, doc, fields, more),
        )  # fmt: skip
        check = [
            "", f"    def set_{field}(self, value: {kind}) -> None:", f'        """Change the {field}."""',
            "        if value < 0:", f'            raise ValueError("{field} must not be negative")',
            f"        self.{field} = value",
        ]  # fmt: skip
        yield program(
            f">>> item = {made}\n>>> item.set_{field}(1)\n>>> item.{field}\n1\n>>> item.set_{field}(-1)\n"
            f"Traceback (most recent call last):\nValueError: {field} must not be negative\n",
            _plain(name, doc, fields, check), _dataclass(name, doc, fields, check),
        )  # fmt: skip
    plural = f"{name.lower()}s" if not name.endswith("y") else f"{name[:-1].lower()}ies"
    holder = [
        "", "", f"class {name}List:", f'    """A list of {plural}."""', "", "    def __init__(self) -> None:",
        f"        self.{plural} = []", "", f"    def add(self, {name.lower()}: {name}) -> None:",
        f'        """Add {doc[0].lower() + doc[1:]}."""', f"        self.{plural}.append({name.lower()})", "",
        f"    def find(self, {first}: {fields[0][1]}) -> {name} | None:",
        f'        """Return the {name.lower()} with the given {first}, or None."""',
        f"        for {name.lower()} in self.{plural}:", f"            if {name.lower()}.{first} == {first}:",
        f"                return {name.lower()}", "        return None",
    ]  # fmt: skip
    yield program(
        f">>> items = {name}List()\n>>> items.add({made})\n>>> items.find({one!r}).{third}\n{three!r}\n"
        f">>> items.find(None) is None\nTrue\n",
        _plain(name, doc, fields, holder), _dataclass(name, doc, fields, holder),
    )  # fmt: skip


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    found = [program for thing in THINGS for program in programs(*thing)]
    rng.shuffle(found)
    for program in found:
        yield from variants(program, rng, 2)
