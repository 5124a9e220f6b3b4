"""Strings: reversal, palindromes, vowels, case."""

PROGRAMS = r"""
* reverse_string reverse_text string_reverse backwards reverse
* text s string word
* result reversed_text
" Return {text} backwards.
" Reverse a string.
: text The string to reverse.
: return The characters of {text} from last to first.
>>> reverse_string("hello")
'olleh'
>>> reverse_string("")
''
def reverse_string(text: str) -> str:
    return text[::-1]
===
    result = ""
    for char in text:
        result = char + result
    return result
===
    return "".join(reversed(text))
===
    if text == "":
        return ""
    return reverse_string(text[1:]) + text[0]
===
    result = ""
    i = len(text) - 1
    while i >= 0:
        result += text[i]
        i -= 1
    return result
===
    characters = list(text)
    characters.reverse()
    return "".join(characters)

* is_palindrome check_palindrome palindrome is_palindromic
* text s string word
" Check whether {text} reads the same forwards and backwards.
" Return True if {text} is a palindrome, False otherwise.
: text The string to check.
: return True if {text} is a palindrome.
>>> is_palindrome("level")
True
>>> is_palindrome("hello")
False
>>> is_palindrome("")
True
def is_palindrome(text: str) -> bool:
    return text == text[::-1]
===
    left = 0
    right = len(text) - 1
    while left < right:
        if text[left] != text[right]:
            return False
        left += 1
        right -= 1
    return True
===
    if len(text) < 2:
        return True
    if text[0] != text[-1]:
        return False
    return is_palindrome(text[1:-1])
===
    for i in range(len(text) // 2):
        if text[i] != text[-i - 1]:
            return False
    return True
===
    return all(a == b for a, b in zip(text, reversed(text)))

* is_palindrome_sentence is_phrase_palindrome palindrome_ignoring_case is_clean_palindrome
* text sentence phrase
" Check for a palindrome; case, spaces and punctuation don't count.
" Return True if the letters and digits of {text} form a palindrome.
>>> is_palindrome_sentence("A man, a plan, a canal: Panama")
True
>>> is_palindrome_sentence("Hello")
False
def is_palindrome_sentence(text: str) -> bool:
    letters = [char.lower() for char in text if char.isalnum()]
    return letters == letters[::-1]
===
    cleaned = ""
    for char in text.lower():
        if char.isalnum():
            cleaned += char
    return cleaned == cleaned[::-1]

* is_palindrome_number is_number_palindrome palindrome_number
* n number num
" Check whether the digits of {n} read the same in both directions.
>>> is_palindrome_number(1221)
True
>>> is_palindrome_number(123)
False
def is_palindrome_number(n: int) -> bool:
    digits = str(n)
    return digits == digits[::-1]
===
    original = n
    reversed_digits = 0
    while n > 0:
        reversed_digits = reversed_digits * 10 + n % 10
        n //= 10
    return original == reversed_digits

* longest_palindrome longest_palindromic_substring find_longest_palindrome
* text s string
* best longest result
" Return the longest palindrome inside of {text}.
: text The string to search.
: return The longest substring that is a palindrome; the first of several.
>>> longest_palindrome("babxd")
'bab'
>>> longest_palindrome("")
''
def longest_palindrome(text: str) -> str:
    best = ""
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            part = text[start:end]
            if part == part[::-1] and len(part) > len(best):
                best = part
    return best
===
    best = ""
    for center in range(len(text)):
        # A palindrome has one character or two in its middle.
        for left, right in ((center, center), (center, center + 1)):
            while left >= 0 and right < len(text) and text[left] == text[right]:
                left -= 1
                right += 1
            if right - left - 1 > len(best):
                best = text[left + 1 : right]
    return best

* count_vowels vowel_count number_of_vowels num_vowels
* text s string word sentence
* count total vowels_seen
" Count the vowels in {text}.
" Return the number of vowels in {text}.
: text The text to look at.
: return How many of its letters are vowels.
>>> count_vowels("Hello World")
3
>>> count_vowels("rhythm")
0
def count_vowels(text: str) -> int:
    count = 0
    for char in text:
        if char in "aeiouAEIOU":
            count += 1
    return count
===
    return sum(1 for char in text.lower() if char in "aeiou")
===
    vowels = "aeiou"
    count = 0
    for char in text.lower():
        if char in vowels:
            count += 1
    return count
===
    return len([char for char in text if char.lower() in "aeiou"])
===
    vowels = {"a", "e", "i", "o", "u"}
    return sum(char.lower() in vowels for char in text)
===
    text = text.lower()
    return sum(text.count(vowel) for vowel in "aeiou")

* count_consonants consonant_count number_of_consonants
* text s word
" Count the consonants in {text}.
" Return the number of consonants in {text}.
>>> count_consonants("Hello, World!")
7
>>> count_consonants("aeiou")
0
def count_consonants(text: str) -> int:
    count = 0
    for char in text.lower():
        if char.isalpha() and char not in "aeiou":
            count += 1
    return count
===
    consonants = "bcdfghjklmnpqrstvwxyz"
    return sum(1 for char in text.lower() if char in consonants)

* is_vowel check_vowel vowel
* letter char c
" Check whether {letter} is a vowel.
>>> is_vowel("a")
True
>>> is_vowel("B")
False
def is_vowel(letter: str) -> bool:
    return letter.lower() in ("a", "e", "i", "o", "u")
===
    return letter in "aeiouAEIOU"
===
    if letter.lower() in "aeiou":
        return True
    else:
        return False

* remove_vowels without_vowels strip_vowels delete_vowels
* text s string
* result kept
" Return {text} without its vowels.
" Remove all vowels from {text}.
>>> remove_vowels("Programming")
'Prgrmmng'
>>> remove_vowels("aeiou")
''
def remove_vowels(text: str) -> str:
    result = ""
    for char in text:
        if char.lower() not in "aeiou":
            result += char
    return result
===
    return "".join(char for char in text if char not in "aeiouAEIOU")
===
    for vowel in "aeiouAEIOU":
        text = text.replace(vowel, "")
    return text

* count_character count_char count_letter char_count
* text s string
* char letter target
" Count how often {char} occurs in {text}.
" Return the number of times that {char} is in {text}.
: text The text to search.
: char The character to count.
>>> count_character("banana", "a")
3
>>> count_character("banana", "x")
0
def count_character(text: str, char: str) -> int:
    count = 0
    for current in text:
        if current == char:
            count += 1
    return count
===
    return text.count(char)
===
    return sum(1 for current in text if current == char)

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
