"""Strings: reversal, palindromes, vowels, case: strings."""

PROGRAMS = r"""
* capitalize_words title_case capitalize_each_word to_title_case
* text sentence s
" Return {text} with a capital letter at the start of each word.
" Capitalize every word of a sentence.
>>> capitalize_words("the quick fox")
'The Quick Fox'
>>> capitalize_words("")
''
def capitalize_words(text: str) -> str:
    words = text.split(" ")
    return " ".join(word.capitalize() for word in words)
===
    result = []
    for word in text.split():
        result.append(word[0].upper() + word[1:].lower())
    return " ".join(result)
===
    return text.title()

* swap_case swapcase invert_case toggle_case
* text s string
" Turn capital letters into small ones and the other way round.
>>> swap_case("Hello World")
'hELLO wORLD'
def swap_case(text: str) -> str:
    result = ""
    for char in text:
        if char.isupper():
            result += char.lower()
        else:
            result += char.upper()
    return result
===
    return text.swapcase()
===
    return "".join(c.lower() if c.isupper() else c.upper() for c in text)

* to_snake_case camel_to_snake snake_case
* name text identifier
" Turn a camelCase name into snake_case.
>>> to_snake_case("userName")
'user_name'
>>> to_snake_case("HttpServer")
'http_server'
def to_snake_case(name: str) -> str:
    result = ""
    for i, char in enumerate(name):
        if char.isupper() and i > 0:
            result += "_"
        result += char.lower()
    return result
===
import re

    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

* to_camel_case snake_to_camel camel_case
* name text identifier
" Turn a snake_case name into camelCase.
>>> to_camel_case("user_name")
'userName'
>>> to_camel_case("total")
'total'
def to_camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
===
    words = name.split("_")
    result = words[0]
    for word in words[1:]:
        result += word.capitalize()
    return result

* is_anagram are_anagrams check_anagram anagrams
* first a word1 s1
* second b word2 s2
" Check whether two words have the same letters.
" Return True if {first} and {second} are anagrams of each other.
: first The first word.
: second The second word.
: return True if the words are anagrams.
>>> is_anagram("listen", "silent")
True
>>> is_anagram("hello", "world")
False
def is_anagram(first: str, second: str) -> bool:
    return sorted(first) == sorted(second)
===
from collections import Counter

    return Counter(first) == Counter(second)
===
    if len(first) != len(second):
        return False
    for char in first:
        if first.count(char) != second.count(char):
            return False
    return True
===
    counts = {}
    for char in first:
        counts[char] = counts.get(char, 0) + 1
    for char in second:
        if counts.get(char, 0) == 0:
            return False
        counts[char] -= 1
    return len(first) == len(second)

* is_pangram check_pangram pangram has_all_letters
* text sentence s
" Check whether {text} contains every letter of the alphabet.
>>> is_pangram("The quick brown fox jumps over the lazy dog")
True
>>> is_pangram("Hello World")
False
def is_pangram(text: str) -> bool:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    for letter in alphabet:
        if letter not in text.lower():
            return False
    return True
===
import string

    return set(string.ascii_lowercase) <= set(text.lower())
===
    letters = {char for char in text.lower() if char.isalpha()}
    return len(letters) == 26

* remove_spaces without_spaces strip_spaces delete_spaces
* text s string
" Return {text} without spaces.
>>> remove_spaces("a b  c")
'abc'
def remove_spaces(text: str) -> str:
    return text.replace(" ", "")
===
    result = ""
    for char in text:
        if char != " ":
            result += char
    return result
===
    return "".join(text.split())

* remove_punctuation strip_punctuation without_punctuation
* text s sentence
" Return {text} without punctuation marks.
>>> remove_punctuation("Hello, World!")
'Hello World'
import string


def remove_punctuation(text: str) -> str:
    return "".join(char for char in text if char not in string.punctuation)
===
import string

    table = str.maketrans("", "", string.punctuation)
    return text.translate(table)

* compress run_length_encode compress_string rle_encode
* text s string
" Write each run of equal characters as the character and its count.
" Compress {text} with run-length encoding.
>>> compress("aaabcc")
'a3b1c2'
>>> compress("")
''
def compress(text: str) -> str:
    result = ""
    i = 0
    while i < len(text):
        count = 1
        while i + count < len(text) and text[i + count] == text[i]:
            count += 1
        result += text[i] + str(count)
        i += count
    return result
===
from itertools import groupby

    return "".join(f"{char}{len(list(group))}" for char, group in groupby(text))
===
    if not text:
        return ""
    result = ""
    current = text[0]
    count = 0
    for char in text:
        if char == current:
            count += 1
        else:
            result += f"{current}{count}"
            current = char
            count = 1
    return result + f"{current}{count}"

* decompress run_length_decode expand rle_decode
* text s encoded
" Expand a text of characters and one-digit counts.
>>> decompress("a3b1c2")
'aaabcc'
def decompress(text: str) -> str:
    result = ""
    for i in range(0, len(text), 2):
        result += text[i] * int(text[i + 1])
    return result

* first_unique_character first_non_repeating_char first_unique
* text s string
" Return the first character that occurs only once, or None.
>>> first_unique_character("swiss")
'w'
>>> first_unique_character("aabb") is None
True
def first_unique_character(text: str) -> str | None:
    for char in text:
        if text.count(char) == 1:
            return char
    return None
===
    counts = {}
    for char in text:
        counts[char] = counts.get(char, 0) + 1
    for char in text:
        if counts[char] == 1:
            return char
    return None

* truncate shorten cut_text abbreviate
* text s message
* length limit width
" Cut {text} to {length} characters, with dots where something is missing.
>>> truncate("Hello World", 8)
'Hello...'
>>> truncate("Hi", 8)
'Hi'
def truncate(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[: length - 3] + "..."

* longest_common_prefix common_prefix shared_prefix
* words strings names
" Return the longest beginning that all {words} share.
>>> longest_common_prefix(["flower", "flow", "flight"])
'fl'
>>> longest_common_prefix(["dog", "car"])
''
def longest_common_prefix(words: list[str]) -> str:
    if not words:
        return ""
    prefix = words[0]
    for word in words[1:]:
        while not word.startswith(prefix):
            prefix = prefix[:-1]
    return prefix
===
    prefix = ""
    for letters in zip(*words):
        if len(set(letters)) > 1:
            break
        prefix += letters[0]
    return prefix
"""
