"""Classes for things of daily life: accounts, shops, clocks, shapes: accounts and shapes."""

PROGRAMS = r'''
* BankAccount Account SavingsAccount
* owner holder name
* .deposit pay_in put_in
>>> account = BankAccount("Ann", 100)
>>> account.deposit(50)
>>> account.withdraw(30)
>>> account.balance
120
>>> account.withdraw(1000)
Traceback (most recent call last):
ValueError: not enough money
class BankAccount:
    """A bank account with a balance."""

    def __init__(self, owner: str, balance: float = 0) -> None:
        """Open an account."""
        self.owner = owner
        self.balance = balance

    def deposit(self, amount: float) -> None:
        """Add money to the account."""
        if amount <= 0:
            raise ValueError("the amount must be positive")
        self.balance += amount

    def withdraw(self, amount: float) -> None:
        """Take money from the account."""
        if amount > self.balance:
            raise ValueError("not enough money")
        self.balance -= amount

    def __str__(self) -> str:
        return f"{self.owner}: {self.balance:.2f}"
===
class BankAccount:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        self.history = []

    def deposit(self, amount):
        self.balance += amount
        self.history.append(("deposit", amount))

    def withdraw(self, amount):
        if self.balance < amount:
            raise ValueError("not enough money")
        self.balance -= amount
        self.history.append(("withdraw", amount))

* Rectangle Box Rect
>>> shape = Rectangle(3, 4)
>>> shape.area()
12
>>> shape.perimeter()
14
>>> shape.is_square()
False
class Rectangle:
    """A rectangle."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height

    def area(self) -> float:
        """Return the area."""
        return self.width * self.height

    def perimeter(self) -> float:
        """Return the length of all sides together."""
        return 2 * (self.width + self.height)

    def is_square(self) -> bool:
        """Return True if all sides are equal."""
        return self.width == self.height
===
from dataclasses import dataclass


@dataclass
class Rectangle:
    """A rectangle with width and height."""

    width: float
    height: float

    def area(self):
        return self.width * self.height

    def perimeter(self):
        return 2 * self.width + 2 * self.height

    def is_square(self):
        return self.width == self.height

* Circle Disk
>>> circle = Circle(2)
>>> round(circle.area(), 2), round(circle.circumference(), 2)
(12.57, 12.57)
import math


class Circle:
    """A circle with a radius."""

    def __init__(self, radius: float) -> None:
        if radius < 0:
            raise ValueError("the radius must not be negative")
        self.radius = radius

    def area(self) -> float:
        """Return the area."""
        return math.pi * self.radius**2

    def circumference(self) -> float:
        """Return the length of the border."""
        return 2 * math.pi * self.radius

* Point Point2D Position
>>> a, b = Point(0, 0), Point(3, 4)
>>> a.distance_to(b)
5.0
>>> (a + b).x
3
>>> b == Point(3, 4)
True
import math


class Point:
    """A point in the plane."""

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y

    def distance_to(self, other: "Point") -> float:
        """Return the distance to another point."""
        return math.hypot(self.x - other.x, self.y - other.y)

    def __add__(self, other: "Point") -> "Point":
        return Point(self.x + other.x, self.y + other.y)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)

    def __repr__(self) -> str:
        return f"({self.x}, {self.y})"

* Vector Vector2D Vec
>>> v = Vector(3, 4)
>>> abs(v)
5.0
>>> v + Vector(1, 1)
(4, 5)
>>> v * 2
(6, 8)
>>> v.dot(Vector(1, 0))
3
class Vector:
    """A vector with two components."""

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor: float) -> "Vector":
        return Vector(self.x * factor, self.y * factor)

    def __abs__(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5

    def dot(self, other: "Vector") -> float:
        """Return the dot product with another vector."""
        return self.x * other.x + self.y * other.y

    def __repr__(self) -> str:
        return f"({self.x}, {self.y})"
'''
