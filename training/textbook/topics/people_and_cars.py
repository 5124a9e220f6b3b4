"""Classes for things of daily life: accounts, shops, clocks, shapes: people and cars."""

PROGRAMS = r'''
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
