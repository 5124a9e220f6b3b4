"""Tests in the styles of unittest and pytest."""

PROGRAMS = r'''
* add sum_of_two plus
* a x first
* b y second
>>> test_add_positive()
>>> test_add_negative()
def add(a: int, b: int) -> int:
    """Return the sum of two numbers."""
    return a + b


def test_add_positive() -> None:
    assert add(2, 3) == 5


def test_add_negative() -> None:
    assert add(-2, -3) == -5


def test_add_zero() -> None:
    assert add(7, 0) == 7

* TestReverse ReverseTest ReverseStringTest
>>> suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestReverse)
>>> suite.run(unittest.TestResult()).wasSuccessful()
True
import unittest


def reverse(text: str) -> str:
    """Return a text backwards."""
    return text[::-1]


class TestReverse(unittest.TestCase):
    """Tests of reverse."""

    def test_word(self) -> None:
        self.assertEqual(reverse("abc"), "cba")

    def test_empty(self) -> None:
        self.assertEqual(reverse(""), "")

    def test_palindrome(self) -> None:
        self.assertEqual(reverse("level"), "level")

* TestStack StackTest StackTests
>>> suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestStack)
>>> suite.run(unittest.TestResult()).wasSuccessful()
True
import unittest


class Stack:
    """A stack of items."""

    def __init__(self) -> None:
        self.items = []

    def push(self, item: object) -> None:
        """Put an item on top."""
        self.items.append(item)

    def pop(self) -> object:
        """Remove the top item."""
        return self.items.pop()


class TestStack(unittest.TestCase):
    """Tests of the stack."""

    def setUp(self) -> None:
        self.stack = Stack()

    def test_last_in_first_out(self) -> None:
        self.stack.push(1)
        self.stack.push(2)
        self.assertEqual(self.stack.pop(), 2)
        self.assertEqual(self.stack.pop(), 1)

    def test_pop_from_empty_stack(self) -> None:
        with self.assertRaises(IndexError):
            self.stack.pop()

* is_even even check_even
* n number
>>> test_even_numbers()
>>> test_odd_numbers()
def is_even(n: int) -> bool:
    """Check whether a number is even."""
    return n % 2 == 0


def test_even_numbers() -> None:
    for number in (0, 2, 4, -6):
        assert is_even(number)


def test_odd_numbers() -> None:
    for number in (1, 3, -5):
        assert not is_even(number)

* divide safe_divide quotient
* a x numerator
* b y denominator
>>> test_divide()
>>> test_divide_by_zero()
def divide(a: float, b: float) -> float:
    """Divide two numbers."""
    if b == 0:
        raise ValueError("the divisor must not be zero")
    return a / b


def test_divide() -> None:
    assert divide(6, 3) == 2


def test_divide_by_zero() -> None:
    try:
        divide(1, 0)
    except ValueError as error:
        assert str(error) == "the divisor must not be zero"
    else:
        raise AssertionError("no error was raised")

* TestDivide DivideTest DivisionTests
>>> suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestDivide)
>>> suite.run(unittest.TestResult()).wasSuccessful()
True
import unittest


def divide(a: float, b: float) -> float:
    if b == 0:
        raise ValueError("division by zero")
    return a / b


class TestDivide(unittest.TestCase):
    def test_result(self) -> None:
        self.assertAlmostEqual(divide(1, 3), 0.3333, places=4)

    def test_zero(self) -> None:
        with self.assertRaises(ValueError):
            divide(1, 0)

* count_vowels vowels number_of_vowels
* text word
>>> test_count_vowels()
def count_vowels(text: str) -> int:
    """Count the vowels of a text."""
    return sum(char in "aeiou" for char in text.lower())


def test_count_vowels() -> None:
    cases = {"hello": 2, "sky": 0, "AEIOU": 5, "": 0}
    for text, expected in cases.items():
        assert count_vowels(text) == expected

* fizzbuzz fizz_word fizz_or_buzz
* n number
>>> test_fizzbuzz()
def fizzbuzz(n: int) -> str:
    """Return the FizzBuzz word of a number."""
    if n % 15 == 0:
        return "FizzBuzz"
    if n % 3 == 0:
        return "Fizz"
    if n % 5 == 0:
        return "Buzz"
    return str(n)


def test_fizzbuzz() -> None:
    assert fizzbuzz(3) == "Fizz"
    assert fizzbuzz(5) == "Buzz"
    assert fizzbuzz(15) == "FizzBuzz"
    assert fizzbuzz(7) == "7"

* TestAccount AccountTest BankAccountTest
>>> suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestAccount)
>>> suite.run(unittest.TestResult()).wasSuccessful()
True
import unittest


class Account:
    """An account with a balance."""

    def __init__(self, balance: int = 0) -> None:
        self.balance = balance

    def deposit(self, amount: int) -> None:
        """Add money."""
        self.balance += amount

    def withdraw(self, amount: int) -> None:
        """Take money."""
        if amount > self.balance:
            raise ValueError("not enough money")
        self.balance -= amount


class TestAccount(unittest.TestCase):
    """Tests of the account."""

    def test_deposit(self) -> None:
        account = Account()
        account.deposit(10)
        self.assertEqual(account.balance, 10)

    def test_withdraw(self) -> None:
        account = Account(10)
        account.withdraw(4)
        self.assertEqual(account.balance, 6)

    def test_withdraw_too_much(self) -> None:
        account = Account(5)
        with self.assertRaises(ValueError):
            account.withdraw(6)
        self.assertEqual(account.balance, 5)

* run_tests run_all check_all
* tests cases checks
>>> def test_good():
...     assert 1 + 1 == 2
>>> def test_bad():
...     assert 1 + 1 == 3
>>> run_tests([test_good, test_bad])
test_good: passed
test_bad: failed
1
def run_tests(tests: list) -> int:
    """Run test functions and return how many failed."""
    failed = 0
    for test in tests:
        try:
            test()
        except AssertionError:
            print(f"{test.__name__}: failed")
            failed += 1
        else:
            print(f"{test.__name__}: passed")
    return failed

* is_sorted sorted_ascending check_sorted
* numbers values
>>> test_is_sorted()
def is_sorted(numbers: list[int]) -> bool:
    """Check whether numbers are in ascending order."""
    return all(a <= b for a, b in zip(numbers, numbers[1:]))


def test_is_sorted() -> None:
    assert is_sorted([])
    assert is_sorted([1])
    assert is_sorted([1, 2, 2, 3])
    assert not is_sorted([2, 1])

* slugify make_slug to_slug
* title text
>>> test_words_are_joined()
>>> test_case_does_not_count()
def slugify(title: str) -> str:
    """Return a title in small letters with hyphens."""
    return "-".join(title.lower().split())


def test_words_are_joined() -> None:
    assert slugify("hello big world") == "hello-big-world"


def test_case_does_not_count() -> None:
    assert slugify("Hello World") == "hello-world"


def test_spaces_at_the_ends_go() -> None:
    assert slugify("  hello ") == "hello"
'''
