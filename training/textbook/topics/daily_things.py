"""Classes for things of daily life: accounts, shops, clocks, shapes: daily things."""

PROGRAMS = r'''
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
'''
