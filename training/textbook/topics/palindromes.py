"""Strings: reversal, palindromes, vowels, case: palindromes."""

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
"""
