"""Dataclasses, enums, named tuples, properties and special methods: dataclasses and enums."""

PROGRAMS = r'''
* Point
>>> Point(3, 4).distance_to_origin()
5.0
>>> Point(1, 2) == Point(1, 2)
True
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A point in the plane."""

    x: float
    y: float

    def distance_to_origin(self) -> float:
        """Return the distance to (0, 0)."""
        return (self.x**2 + self.y**2) ** 0.5

* Product Article Ware
>>> Product("tea", 4.0, 3).total()
12.0
>>> Product("milk", 1.5).total()
1.5
from dataclasses import dataclass


@dataclass
class Product:
    """A product with a price and an amount."""

    name: str
    price: float
    amount: int = 1

    def total(self) -> float:
        """Return the price of the whole amount."""
        return self.price * self.amount

* Team Group Crew
>>> team = Team("red")
>>> team.add("Ann")
>>> team.members
['Ann']
>>> Team("blue").members
[]
from dataclasses import dataclass, field


@dataclass
class Team:
    """A team with its members."""

    name: str
    members: list[str] = field(default_factory=list)

    def add(self, member: str) -> None:
        """Add a member."""
        self.members.append(member)

* Version
>>> Version(1, 2, 0) < Version(1, 10, 0)
True
>>> str(Version.parse("3.4.5"))
'3.4.5'
from dataclasses import dataclass


@dataclass(order=True)
class Version:
    """A version number that can be compared."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read a text like 1.2.3."""
        return cls(*(int(part) for part in text.split(".")))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

* Color Colour Paint
>>> Color["RED"].value
'#ff0000'
>>> [color.name for color in Color]
['RED', 'GREEN', 'BLUE']
from enum import Enum


class Color(Enum):
    """Colours with their codes."""

    RED = "#ff0000"
    GREEN = "#00ff00"
    BLUE = "#0000ff"

* Direction
>>> Direction.NORTH.turn_right().name
'EAST'
>>> Direction.WEST.turn_right().name
'NORTH'
from enum import Enum


class Direction(Enum):
    """The four directions."""

    NORTH = 0
    EAST = 1
    SOUTH = 2
    WEST = 3

    def turn_right(self) -> "Direction":
        """Return the direction to the right."""
        return Direction((self.value + 1) % 4)

* Weekday Day
>>> Weekday.SATURDAY.is_weekend(), Weekday.MONDAY.is_weekend()
(True, False)
from enum import IntEnum


class Weekday(IntEnum):
    """The days of the week, from 1 on."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    def is_weekend(self) -> bool:
        """Return True on Saturday and Sunday."""
        return self >= Weekday.SATURDAY

* Contact Entry
>>> contact = Contact("Ann", "ann@example.com")
>>> contact.name
'Ann'
>>> name, email = contact
>>> email
'ann@example.com'
from typing import NamedTuple


class Contact(NamedTuple):
    """A person with an e-mail address."""

    name: str
    email: str

* Square Tile
>>> square = Square(3)
>>> square.area
9
>>> square.side = -1
Traceback (most recent call last):
ValueError: the side must be positive
class Square:
    """A square whose side is checked."""

    def __init__(self, side: float) -> None:
        self.side = side

    @property
    def side(self) -> float:
        """The length of a side."""
        return self._side

    @side.setter
    def side(self, value: float) -> None:
        if value <= 0:
            raise ValueError("the side must be positive")
        self._side = value

    @property
    def area(self) -> float:
        """The area."""
        return self._side**2

* Money
>>> print(Money(5, 50) + Money(2, 75))
8.25
>>> Money(1, 0) < Money(1, 1)
True
from functools import total_ordering


@total_ordering
class Money:
    """An amount of money in whole units and cents."""

    def __init__(self, units: int, cents: int = 0) -> None:
        self.total = units * 100 + cents

    def __add__(self, other: "Money") -> "Money":
        return Money(0, self.total + other.total)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and self.total == other.total

    def __lt__(self, other: "Money") -> bool:
        return self.total < other.total

    def __str__(self) -> str:
        return f"{self.total // 100}.{self.total % 100:02d}"
'''
