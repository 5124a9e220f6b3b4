"""Classes for things of daily life: accounts, shops, clocks, shapes."""

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

* Fraction Ratio SimpleFraction
>>> print(Fraction(1, 2) + Fraction(1, 3))
5/6
>>> print(Fraction(2, 4))
1/2
>>> Fraction(1, 2) * Fraction(2, 1) == Fraction(1, 1)
True
import math


class Fraction:
    """A fraction in lowest terms."""

    def __init__(self, numerator: int, denominator: int) -> None:
        if denominator == 0:
            raise ZeroDivisionError("the denominator must not be zero")
        divisor = math.gcd(numerator, denominator)
        self.numerator = numerator // divisor
        self.denominator = denominator // divisor

    def __add__(self, other: "Fraction") -> "Fraction":
        top = self.numerator * other.denominator + other.numerator * self.denominator
        return Fraction(top, self.denominator * other.denominator)

    def __mul__(self, other: "Fraction") -> "Fraction":
        return Fraction(
            self.numerator * other.numerator, self.denominator * other.denominator
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fraction):
            return NotImplemented
        return self.numerator * other.denominator == other.numerator * self.denominator

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"

* Counter ClickCounter SimpleCounter
* .increment count_up add_one
>>> counter = Counter()
>>> counter.increment()
>>> counter.increment()
>>> counter.value
2
>>> counter.reset()
>>> counter.value
0
class Counter:
    """Counts from zero."""

    def __init__(self) -> None:
        self.value = 0

    def increment(self) -> None:
        """Add one."""
        self.value += 1

    def reset(self) -> None:
        """Start again from zero."""
        self.value = 0

* ShoppingCart Cart Basket
* ._items _entries _products
>>> cart = ShoppingCart()
>>> cart.add("tea", 3.5, 2)
>>> cart.add("milk", 1.0)
>>> cart.total()
8.0
>>> cart.remove("tea")
>>> len(cart)
1
class ShoppingCart:
    """A shopping cart with products, prices and amounts."""

    def __init__(self) -> None:
        self._items: dict[str, tuple[float, int]] = {}

    def add(self, name: str, price: float, amount: int = 1) -> None:
        """Put a product into the cart."""
        if name in self._items:
            amount += self._items[name][1]
        self._items[name] = (price, amount)

    def remove(self, name: str) -> None:
        """Take a product out."""
        del self._items[name]

    def total(self) -> float:
        """Return the price of everything."""
        return sum(price * amount for price, amount in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

* Temperature Thermometer
>>> t = Temperature(100)
>>> t.fahrenheit
212.0
>>> t.fahrenheit = 32
>>> t.celsius
0.0
class Temperature:
    """A temperature that can be read and set in two units."""

    def __init__(self, celsius: float = 0.0) -> None:
        self.celsius = celsius

    @property
    def fahrenheit(self) -> float:
        """The temperature in degrees Fahrenheit."""
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value: float) -> None:
        self.celsius = (value - 32) * 5 / 9

* Library BookShelf
* ._books _shelf _titles
>>> library = Library()
>>> library.add("Emma")
>>> library.borrow("Emma")
True
>>> library.borrow("Emma")
False
>>> library.give_back("Emma")
>>> library.available()
['Emma']
class Library:
    """Knows which books are there and which are lent out."""

    def __init__(self) -> None:
        self._books: dict[str, bool] = {}

    def add(self, title: str) -> None:
        """Add a book."""
        self._books[title] = True

    def borrow(self, title: str) -> bool:
        """Lend a book out; return False if it is not there."""
        if not self._books.get(title, False):
            return False
        self._books[title] = False
        return True

    def give_back(self, title: str) -> None:
        """Take a book back."""
        self._books[title] = True

    def available(self) -> list[str]:
        """Return the titles that are there."""
        return [title for title, there in self._books.items() if there]

* Student Pupil
* .grades marks scores
* .add_grade add_mark add_score
>>> student = Student("Ann")
>>> student.add_grade(80)
>>> student.add_grade(90)
>>> student.average()
85.0
>>> student.passed()
True
class Student:
    """A student with grades."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.grades: list[int] = []

    def add_grade(self, grade: int) -> None:
        """Add a grade from 0 to 100."""
        if not 0 <= grade <= 100:
            raise ValueError("a grade must be from 0 to 100")
        self.grades.append(grade)

    def average(self) -> float:
        """Return the average grade, 0 without grades."""
        if not self.grades:
            return 0
        return sum(self.grades) / len(self.grades)

    def passed(self) -> bool:
        """Return True if the average is at least 60."""
        return self.average() >= 60

* TodoList TaskList Todo
* ._tasks _entries _todo
>>> todo = TodoList()
>>> todo.add("write")
>>> todo.add("read")
>>> todo.complete("write")
>>> todo.open_tasks()
['read']
class TodoList:
    """A list of tasks that are open or done."""

    def __init__(self) -> None:
        self._tasks: list[dict] = []

    def add(self, title: str) -> None:
        """Add a task."""
        self._tasks.append({"title": title, "done": False})

    def complete(self, title: str) -> None:
        """Mark a task as done."""
        for task in self._tasks:
            if task["title"] == title:
                task["done"] = True

    def open_tasks(self) -> list[str]:
        """Return the titles of the tasks that are not done."""
        return [task["title"] for task in self._tasks if not task["done"]]

* Shape Figure
>>> [shape.area() for shape in (Square(2), Triangle(3, 4))]
[4, 6.0]
>>> Square(2).describe()
'Square with area 4'
class Shape:
    """A shape with an area."""

    def area(self) -> float:
        """Return the area."""
        raise NotImplementedError

    def describe(self) -> str:
        """Return a short description."""
        return f"{type(self).__name__} with area {self.area()}"


class Square(Shape):
    """A square."""

    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2


class Triangle(Shape):
    """A triangle with a base and a height."""

    def __init__(self, base: float, height: float) -> None:
        self.base = base
        self.height = height

    def area(self) -> float:
        return self.base * self.height / 2

* Animal Pet Creature
>>> [animal.speak() for animal in (Dog("Rex"), Cat("Tom"))]
['Rex says woof', 'Tom says meow']
class Animal:
    """An animal with a name."""

    sound = "..."

    def __init__(self, name: str) -> None:
        self.name = name

    def speak(self) -> str:
        """Return what the animal says."""
        return f"{self.name} says {self.sound}"


class Dog(Animal):
    sound = "woof"


class Cat(Animal):
    sound = "meow"

* Inventory Stock Warehouse
* ._amounts _stock _counts
>>> inventory = Inventory()
>>> inventory.add("nail", 100)
>>> inventory.take("nail", 30)
>>> inventory.amount("nail")
70
>>> inventory.amount("screw")
0
class Inventory:
    """How many pieces of each product there are."""

    def __init__(self) -> None:
        self._amounts: dict[str, int] = {}

    def add(self, name: str, count: int) -> None:
        """Put pieces in."""
        self._amounts[name] = self._amounts.get(name, 0) + count

    def take(self, name: str, count: int) -> None:
        """Take pieces out."""
        if self.amount(name) < count:
            raise ValueError(f"there are only {self.amount(name)} of {name}")
        self._amounts[name] -= count

    def amount(self, name: str) -> int:
        """Return how many pieces there are."""
        return self._amounts.get(name, 0)

* Clock Watch
>>> clock = Clock(23, 59)
>>> clock.tick()
>>> str(clock)
'00:00'
class Clock:
    """A clock with hours and minutes."""

    def __init__(self, hours: int = 0, minutes: int = 0) -> None:
        self.hours = hours
        self.minutes = minutes

    def tick(self) -> None:
        """Move on by one minute."""
        self.minutes += 1
        if self.minutes == 60:
            self.minutes = 0
            self.hours = (self.hours + 1) % 24

    def __str__(self) -> str:
        return f"{self.hours:02d}:{self.minutes:02d}"

* PhoneBook Contacts AddressBook
* ._numbers _entries _contacts
>>> book = PhoneBook()
>>> book.add("Ann", "123")
>>> book.find("Ann")
'123'
>>> book.find("Bob") is None
True
class PhoneBook:
    """Phone numbers by name."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def add(self, name: str, number: str) -> None:
        """Add a number or replace it."""
        self._numbers[name] = number

    def find(self, name: str) -> str | None:
        """Return the number of a person, or None."""
        return self._numbers.get(name)

    def names(self) -> list[str]:
        """Return all names in alphabetical order."""
        return sorted(self._numbers)

* Person Human
* .introduce greet present
>>> ann = Person("Ann", 30)
>>> ann.introduce()
'My name is Ann and I am 30 years old.'
>>> ann.is_adult()
True
>>> ann.birthday()
>>> ann.age
31
class Person:
    """A person with a name and an age."""

    def __init__(self, name: str, age: int) -> None:
        self.name = name
        self.age = age

    def introduce(self) -> str:
        """Return a sentence about the person."""
        return f"My name is {self.name} and I am {self.age} years old."

    def is_adult(self) -> bool:
        """Return True from the age of 18 on."""
        return self.age >= 18

    def birthday(self) -> None:
        """Make the person one year older."""
        self.age += 1

* Car Vehicle Truck
>>> car = Car("Volvo", 2015)
>>> car.accelerate(50)
>>> car.brake(20)
>>> car.speed
30
>>> car.brake(100)
>>> car.speed
0
class Car:
    """A car that can speed up and slow down."""

    def __init__(self, brand: str, year: int) -> None:
        self.brand = brand
        self.year = year
        self.speed = 0

    def accelerate(self, amount: int) -> None:
        """Drive faster."""
        self.speed += amount

    def brake(self, amount: int) -> None:
        """Drive slower, down to a stop."""
        self.speed = max(0, self.speed - amount)

    def __str__(self) -> str:
        return f"{self.brand} ({self.year})"
'''
