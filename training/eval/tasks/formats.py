"""Functions that read and write small formats."""

from __future__ import annotations


def format_time(seconds: int) -> str:
    """Return a number of seconds as minutes and seconds, with two digits of seconds.

    >>> format_time(125)
    '2:05'
    """
    return f"{seconds // 60}:{seconds % 60:02d}"


def parse_pairs(text: str) -> dict[str, str]:
    """Read "key=value" pairs that are separated by semicolons.

    >>> parse_pairs("a=1;b=2")
    {'a': '1', 'b': '2'}
    """
    return dict(part.split("=", 1) for part in text.split(";") if part)


def to_binary(number: int) -> str:
    """Return a number that is not negative in base 2, without a prefix.

    >>> to_binary(6)
    '110'
    """
    return f"{number:b}"


def file_extension(name: str) -> str:
    """Return what follows the last dot of a file name, or an empty string where there is no dot.

    >>> file_extension("photo.old.png")
    'png'
    """
    return name.rpartition(".")[2] if "." in name else ""


def is_leap_year(year: int) -> bool:
    """Return whether a year of the Gregorian calendar has a 29th of February.

    >>> is_leap_year(2024)
    True
    """
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def brackets_match(text: str) -> bool:
    """Return whether every round bracket that opens is closed and none closes before it opens.

    >>> brackets_match("(a(b))")
    True
    """
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return depth == 0


def celsius(fahrenheit: float) -> float:
    """Convert a temperature from degrees Fahrenheit to degrees Celsius.

    >>> celsius(212)
    100.0
    """
    return (fahrenheit - 32) * 5 / 9


def transpose(rows: list[list[int]]) -> list[list[int]]:
    """Exchange the rows and columns of a matrix.

    >>> transpose([[1, 2, 3], [4, 5, 6]])
    [[1, 4], [2, 5], [3, 6]]
    """
    return [list(column) for column in zip(*rows, strict=True)]


def letter_grade(points: int) -> str:
    """Return "A" from 90 points on, "B" from 80, "C" from 70 and "F" below.

    >>> letter_grade(85)
    'B'
    """
    for least, grade in ((90, "A"), (80, "B"), (70, "C")):
        if points >= least:
            return grade
    return "F"


def parse_bool(text: str) -> bool:
    """Return True for "yes", "true" and "1" in any case, and False for anything else.

    >>> parse_bool("Yes")
    True
    """
    return text.lower() in ("yes", "true", "1")


def binary_search(values: list[int], wanted: int) -> int:
    """Return the position of wanted in an ascending list of different values, or -1.

    >>> binary_search([1, 3, 5, 7], 5)
    2
    """
    low, high = 0, len(values) - 1
    while low <= high:
        middle = (low + high) // 2
        if values[middle] == wanted:
            return middle
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


def shift_letters(text: str, count: int) -> str:
    """Move every lower-case letter count places on in the alphabet, from z on to a; keep the rest.

    >>> shift_letters("xyz!", 2)
    'zab!'
    """
    return "".join(
        chr((ord(letter) - 97 + count) % 26 + 97) if "a" <= letter <= "z" else letter
        for letter in text
    )


CHECKS = """
>>> format_time(0)
'0:00'
>>> format_time(59)
'0:59'
>>> format_time(3600)
'60:00'
>>> parse_pairs("")
{}
>>> parse_pairs("x=y=z")
{'x': 'y=z'}
>>> to_binary(0)
'0'
>>> to_binary(1)
'1'
>>> to_binary(255)
'11111111'
>>> file_extension("README")
''
>>> file_extension("a.b")
'b'
>>> is_leap_year(1900)
False
>>> is_leap_year(2000)
True
>>> is_leap_year(2023)
False
>>> brackets_match("")
True
>>> brackets_match(")(")
False
>>> brackets_match("(()")
False
>>> celsius(32)
0.0
>>> celsius(-40)
-40.0
>>> transpose([])
[]
>>> transpose([[7]])
[[7]]
>>> transpose([[1], [2]])
[[1, 2]]
>>> letter_grade(90)
'A'
>>> letter_grade(100)
'A'
>>> letter_grade(79)
'C'
>>> letter_grade(0)
'F'
>>> parse_bool("TRUE")
True
>>> parse_bool("1")
True
>>> parse_bool("no")
False
>>> parse_bool("")
False
>>> binary_search([], 1)
-1
>>> binary_search([2], 2)
0
>>> binary_search([1, 4, 6, 9, 12], 12)
4
>>> binary_search([1, 4, 6], 5)
-1
>>> shift_letters("", 5)
''
>>> shift_letters("abc", 0)
'abc'
>>> shift_letters("hello, World", 13)
'uryyb, Wbeyq'
>>> shift_letters("abc", -1)
'zab'
"""
