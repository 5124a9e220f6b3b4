"""Characters and parts of texts: text basics."""

PROGRAMS = r"""
* first_and_last ends_of_text first_last_characters
* text s word
" Return the first and the last character of {text}.
>>> first_and_last("python")
'pn'
def first_and_last(text: str) -> str:
    return text[0] + text[-1]

* remove_character remove_char without_character delete_char
* text s string
* char letter unwanted
" Return {text} without the character {char}.
>>> remove_character("banana", "a")
'bnn'
def remove_character(text: str, char: str) -> str:
    return text.replace(char, "")
===
    result = ""
    for current in text:
        if current != char:
            result += current
    return result

* remove_nth_character remove_at delete_at
* text s
* n index position
" Return {text} without the character at position {n}.
>>> remove_nth_character("hello", 1)
'hllo'
def remove_nth_character(text: str, n: int) -> str:
    return text[:n] + text[n + 1 :]

* insert_text insert_string insert_into
* text s
* part addition piece
* position index at
" Return {text} with {part} inserted at {position}.
>>> insert_text("held", "lo wor", 3)
'hello word'
def insert_text(text: str, part: str, position: int) -> str:
    return text[:position] + part + text[position:]

* repeat_text repeat_string times
* text s word
* n count
" Return {text} repeated {n} times.
>>> repeat_text("ab", 3)
'ababab'
def repeat_text(text: str, n: int) -> str:
    return text * n
===
    result = ""
    for _ in range(n):
        result += text
    return result

* every_second every_other_character skip_letters
* text s
" Return every second character of {text}, beginning with the first.
>>> every_second("abcde")
'ace'
def every_second(text: str) -> str:
    return text[::2]
===
    result = ""
    for i in range(0, len(text), 2):
        result += text[i]
    return result

* alternate_case alternating_case mock_case
* text s
" Return {text} with capital and small letters in turn.
>>> alternate_case("python")
'PyThOn'
def alternate_case(text: str) -> str:
    result = ""
    for i, char in enumerate(text):
        result += char.upper() if i % 2 == 0 else char.lower()
    return result
===
    return "".join(c.upper() if i % 2 == 0 else c.lower() for i, c in enumerate(text))

* count_upper_lower case_counts upper_and_lower
* text s
" Return how many capital and how many small letters {text} has.
>>> count_upper_lower("Hello World")
(2, 8)
def count_upper_lower(text: str) -> tuple[int, int]:
    upper = 0
    lower = 0
    for char in text:
        if char.isupper():
            upper += 1
        elif char.islower():
            lower += 1
    return upper, lower
===
    upper = sum(char.isupper() for char in text)
    lower = sum(char.islower() for char in text)
    return upper, lower

* count_letters_digits letters_and_digits count_kinds
* text s
" Count the letters and the digits of {text}.
>>> count_letters_digits("abc 12!")
{'letters': 3, 'digits': 2}
def count_letters_digits(text: str) -> dict[str, int]:
    counts = {"letters": 0, "digits": 0}
    for char in text:
        if char.isalpha():
            counts["letters"] += 1
        elif char.isdigit():
            counts["digits"] += 1
    return counts

* most_common_character most_frequent_letter commonest_character
* text s
" Return the character that occurs most often in {text}.
>>> most_common_character("hello")
'l'
def most_common_character(text: str) -> str:
    return max(text, key=text.count)
===
    counts = {}
    for char in text:
        counts[char] = counts.get(char, 0) + 1
    return max(counts, key=counts.get)
===
from collections import Counter

    return Counter(text).most_common(1)[0][0]

* unique_characters remove_duplicate_letters distinct_letters
* text s
" Return {text} with only the first of equal characters.
>>> unique_characters("banana")
'ban'
def unique_characters(text: str) -> str:
    result = ""
    for char in text:
        if char not in result:
            result += char
    return result
===
    return "".join(dict.fromkeys(text))

* repeated_characters duplicate_letters find_repeated_letters
* text s
" Return the characters that occur more than once, in order.
>>> repeated_characters("programming")
['r', 'g', 'm']
def repeated_characters(text: str) -> list[str]:
    found = []
    for char in text:
        if text.count(char) > 1 and char not in found:
            found.append(char)
    return found

* remove_adjacent_duplicates squeeze collapse_repeats
* text s
" Replace runs of equal characters with one.
>>> remove_adjacent_duplicates("aabbbca")
'abca'
def remove_adjacent_duplicates(text: str) -> str:
    result = ""
    for char in text:
        if not result or result[-1] != char:
            result += char
    return result
===
from itertools import groupby

    return "".join(char for char, _ in groupby(text))
"""
