"""Ciphers and codes: codes."""

PROGRAMS = r"""
* xor_cipher xor_encrypt xor_bytes
* data message text
* key password
" Combine each byte of {data} with the key by exclusive or.
>>> xor_cipher(xor_cipher(b"secret", b"key"), b"key")
b'secret'
def xor_cipher(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(data))
===
from itertools import cycle

    return bytes(a ^ b for a, b in zip(data, cycle(key)))

* rail_fence rail_fence_encrypt zigzag_cipher
* text message
* rails rows
" Write {text} in zigzag over {rails} rows and read it row by row.
>>> rail_fence("WEAREDISCOVERED", 3)
'WECRERDSOEEAIVD'
def rail_fence(text: str, rails: int) -> str:
    lines = [""] * rails
    row = 0
    step = 1
    for char in text:
        lines[row] += char
        if row == 0:
            step = 1
        elif row == rails - 1:
            step = -1
        row += step
    return "".join(lines)

* to_morse morse_encode text_to_morse encode_morse
* text message
" Return {text} in Morse code, with spaces between the letters.
>>> to_morse("sos")
'... --- ...'
MORSE = {
    "a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--.",
    "h": "....", "i": "..", "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-.",
    "o": "---", "p": ".--.", "q": "--.-", "r": ".-.", "s": "...", "t": "-", "u": "..-",
    "v": "...-", "w": ".--", "x": "-..-", "y": "-.--", "z": "--..",
}


def to_morse(text: str) -> str:
    return " ".join(MORSE[char] for char in text.lower() if char in MORSE)

* from_morse morse_decode morse_to_text decode_morse
* code morse message
" Return the text that a Morse code stands for.
>>> from_morse("... --- ...")
'sos'
def from_morse(code: str) -> str:
    letters = {
        ".-": "a", "-...": "b", "-.-.": "c", "-..": "d", ".": "e", "..-.": "f",
        "--.": "g", "....": "h", "..": "i", ".---": "j", "-.-": "k", ".-..": "l",
        "--": "m", "-.": "n", "---": "o", ".--.": "p", "--.-": "q", ".-.": "r",
        "...": "s", "-": "t", "..-": "u", "...-": "v", ".--": "w", "-..-": "x",
        "-.--": "y", "--..": "z",
    }
    return "".join(letters[symbol] for symbol in code.split())

* substitute substitution_cipher encrypt_substitution
* text message
* alphabet key
" Replace each small letter by the one at its place in {alphabet}.
>>> substitute("abc", "qwertyuiopasdfghjklzxcvbnm")
'qwe'
def substitute(text: str, alphabet: str) -> str:
    result = ""
    for char in text:
        if char.islower():
            result += alphabet[ord(char) - ord("a")]
        else:
            result += char
    return result
===
import string

    return text.translate(str.maketrans(string.ascii_lowercase, alphabet))

* letter_to_number alphabet_position letter_position position_in_alphabet
* letter char
" Return the position of {letter} in the alphabet, from 1 to 26.
>>> letter_to_number("a")
1
>>> letter_to_number("Z")
26
def letter_to_number(letter: str) -> int:
    return ord(letter.lower()) - ord("a") + 1
===
    return "abcdefghijklmnopqrstuvwxyz".index(letter.lower()) + 1

* word_value letter_sum sum_of_letters word_score
* word text
" Return the sum of the alphabet positions of the letters of {word}.
>>> word_value("abc")
6
def word_value(word: str) -> int:
    return sum(ord(char) - ord("a") + 1 for char in word.lower() if char.isalpha())
===
    total = 0
    for char in word.lower():
        if char.isalpha():
            total += ord(char) - 96
    return total

* break_caesar crack_caesar all_shifts try_all_shifts
* text message
" Return all 26 shifts of a text of small letters.
>>> break_caesar("ab")[1]
'bc'
>>> len(break_caesar("x"))
26
def break_caesar(text: str) -> list[str]:
    results = []
    for shift in range(26):
        shifted = ""
        for char in text:
            if char.islower():
                char = chr((ord(char) - ord("a") + shift) % 26 + ord("a"))
            shifted += char
        results.append(shifted)
    return results

* luhn luhn_check is_valid_card check_card_number
* number card digits_text
" Check a card number with the Luhn algorithm.
>>> luhn("4539578763621486")
True
>>> luhn("1234567812345678")
False
def luhn(number: str) -> bool:
    total = 0
    for i, char in enumerate(reversed(number)):
        digit = int(char)
        if i % 2 == 1:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
    return total % 10 == 0

* is_valid_isbn check_isbn isbn10_valid
* isbn number text
" Check the check digit of an ISBN with ten digits.
>>> is_valid_isbn("0306406152")
True
>>> is_valid_isbn("0306406153")
False
def is_valid_isbn(isbn: str) -> bool:
    if len(isbn) != 10:
        return False
    total = 0
    for i, char in enumerate(isbn):
        digit = 10 if char == "X" else int(char)
        total += (10 - i) * digit
    return total % 11 == 0
"""
