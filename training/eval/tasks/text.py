"""Functions of text."""

from __future__ import annotations


def shout(text: str) -> str:
    """Return the text in upper case with an exclamation mark behind it.

    >>> shout("stop")
    'STOP!'
    """
    return text.upper() + "!"


def reverse_words(sentence: str) -> str:
    """Return the words of a sentence in reverse order, joined by single spaces.

    >>> reverse_words("red green blue")
    'blue green red'
    """
    return " ".join(reversed(sentence.split()))


def is_palindrome(text: str) -> bool:
    """Return whether the text reads the same backwards, ignoring case.

    >>> is_palindrome("Anna")
    True
    """
    return text.lower() == text.lower()[::-1]


def count_vowels(text: str) -> int:
    """Return how many of the letters a, e, i, o and u are in the text, in either case.

    >>> count_vowels("Elephant")
    3
    """
    return sum(letter in "aeiou" for letter in text.lower())


def initials(name: str) -> str:
    """Return the first letter of every word of a name, in upper case.

    >>> initials("ada king lovelace")
    'AKL'
    """
    return "".join(word[0].upper() for word in name.split())


def longest_word(sentence: str) -> str:
    """Return the longest word of a sentence, the first one of several, or an empty string.

    >>> longest_word("a long road home")
    'long'
    """
    return max(sentence.split(), key=len, default="")


def truncate(text: str, length: int) -> str:
    """Return the text unchanged if it has at most length characters, else its beginning with "..." behind it.

    The result with its three dots has length characters.

    >>> truncate("good morning", 8)
    'good ...'
    """
    return text if len(text) <= length else text[: length - 3] + "..."


def remove_spaces(text: str) -> str:
    """Return the text without its spaces.

    >>> remove_spaces("a b c")
    'abc'
    """
    return text.replace(" ", "")


def snake_to_camel(name: str) -> str:
    """Turn a name_like_this into a nameLikeThis.

    >>> snake_to_camel("read_all_lines")
    'readAllLines'
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def count_lines(text: str) -> int:
    """Return how many lines of a text are not blank.

    >>> count_lines("one\\n\\ntwo")
    2
    """
    return sum(bool(line.strip()) for line in text.split("\n"))


def starts_with_any(text: str, prefixes: list[str]) -> bool:
    """Return whether the text starts with at least one of the prefixes.

    >>> starts_with_any("http://host", ["ftp:", "http:"])
    True
    """
    return any(text.startswith(prefix) for prefix in prefixes)


def run_lengths(text: str) -> list[tuple[str, int]]:
    """Return each run of equal characters as the character and its length.

    >>> run_lengths("aab")
    [('a', 2), ('b', 1)]
    """
    runs: list[tuple[str, int]] = []
    for letter in text:
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + 1)
        else:
            runs.append((letter, 1))
    return runs


CHECKS = """
>>> shout("")
'!'
>>> shout("Hi there")
'HI THERE!'
>>> reverse_words("")
''
>>> reverse_words("  two   words ")
'words two'
>>> is_palindrome("")
True
>>> is_palindrome("abca")
False
>>> is_palindrome("Level")
True
>>> count_vowels("")
0
>>> count_vowels("rhythm")
0
>>> count_vowels("AEIOUaeiou")
10
>>> initials("")
''
>>> initials("grace hopper")
'GH'
>>> longest_word("")
''
>>> longest_word("aa bbb ccc d")
'bbb'
>>> truncate("short", 5)
'short'
>>> truncate("abcdefgh", 5)
'ab...'
>>> remove_spaces("")
''
>>> remove_spaces("  x  y ")
'xy'
>>> snake_to_camel("name")
'name'
>>> snake_to_camel("a_b_c")
'aBC'
>>> count_lines("")
0
>>> count_lines("a\\n  \\nb\\nc\\n")
3
>>> starts_with_any("data", [])
False
>>> starts_with_any("data", ["x", "da"])
True
>>> starts_with_any("data", ["ata"])
False
>>> run_lengths("")
[]
>>> run_lengths("aabbba")
[('a', 2), ('b', 3), ('a', 1)]
"""
