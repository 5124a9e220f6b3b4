"""Ciphers and codes."""

PROGRAMS = r"""
* caesar_cipher caesar caesar_encrypt shift_text encrypt_caesar
* text message plain
* shift key offset
* result encrypted
" Shift each letter of {text} by {shift} places in the alphabet.
" Encrypt {text} with the Caesar cipher.
: text The text to encrypt; other characters than letters stay.
: shift How many places each letter moves.
: return The encrypted text.
>>> caesar_cipher("abc XYZ!", 3)
'def ABC!'
>>> caesar_cipher("def", -3)
'abc'
def caesar_cipher(text: str, shift: int) -> str:
    result = ""
    for char in text:
        if char.isupper():
            result += chr((ord(char) - ord("A") + shift) % 26 + ord("A"))
        elif char.islower():
            result += chr((ord(char) - ord("a") + shift) % 26 + ord("a"))
        else:
            result += char
    return result
===
    result = []
    for char in text:
        if char.isalpha():
            start = ord("A") if char.isupper() else ord("a")
            char = chr((ord(char) - start + shift) % 26 + start)
        result.append(char)
    return "".join(result)
===
import string

    lower = string.ascii_lowercase
    upper = string.ascii_uppercase
    shift %= 26
    moved = lower[shift:] + lower[:shift] + upper[shift:] + upper[:shift]
    return text.translate(str.maketrans(lower + upper, moved))

* caesar_decrypt decrypt_caesar decode_caesar unshift_text
* text message encrypted
* shift key
" Undo a Caesar cipher with the given shift.
>>> caesar_decrypt("def", 3)
'abc'
def caesar_decrypt(text: str, shift: int) -> str:
    result = ""
    for char in text:
        if char.isalpha():
            start = ord("a") if char.islower() else ord("A")
            result += chr((ord(char) - start - shift) % 26 + start)
        else:
            result += char
    return result
===
def caesar_encrypt(text: str, shift: int) -> str:
    result = ""
    for char in text:
        if char.isalpha():
            start = ord("a") if char.islower() else ord("A")
            result += chr((ord(char) - start + shift) % 26 + start)
        else:
            result += char
    return result


def caesar_decrypt(text: str, shift: int) -> str:
    return caesar_encrypt(text, -shift)

* rot13 rotate_13 rot13_cipher
* text message
" Replace each letter by the one 13 places further.
>>> rot13("Hello")
'Uryyb'
>>> rot13("Uryyb")
'Hello'
def rot13(text: str) -> str:
    result = ""
    for char in text:
        if "a" <= char <= "z":
            result += chr((ord(char) - 97 + 13) % 26 + 97)
        elif "A" <= char <= "Z":
            result += chr((ord(char) - 65 + 13) % 26 + 65)
        else:
            result += char
    return result
===
import codecs

    return codecs.encode(text, "rot13")

* atbash atbash_cipher mirror_alphabet
* text message
" Replace a by z, b by y and so on.
>>> atbash("abc z")
'zyx a'
def atbash(text: str) -> str:
    result = ""
    for char in text:
        if char.islower():
            result += chr(ord("a") + ord("z") - ord(char))
        elif char.isupper():
            result += chr(ord("A") + ord("Z") - ord(char))
        else:
            result += char
    return result
===
import string

    letters = string.ascii_lowercase
    return text.translate(str.maketrans(letters, letters[::-1]))

* vigenere vigenere_encrypt encrypt_vigenere vigenere_cipher
* text message plain
* key keyword password
" Encrypt a text of small letters with the Vigenere cipher.
>>> vigenere("attack", "lemon")
'lxfopv'
def vigenere(text: str, key: str) -> str:
    result = ""
    for i, char in enumerate(text):
        shift = ord(key[i % len(key)]) - ord("a")
        result += chr((ord(char) - ord("a") + shift) % 26 + ord("a"))
    return result
===
from itertools import cycle

    result = []
    for char, key_char in zip(text, cycle(key)):
        code = (ord(char) + ord(key_char) - 2 * ord("a")) % 26
        result.append(chr(code + ord("a")))
    return "".join(result)

* vigenere_decrypt decrypt_vigenere
* text message secret
* key keyword
" Decrypt a text of small letters that was encrypted with the Vigenere cipher.
>>> vigenere_decrypt("lxfopv", "lemon")
'attack'
def vigenere_decrypt(text: str, key: str) -> str:
    result = ""
    for i, char in enumerate(text):
        shift = ord(key[i % len(key)]) - ord("a")
        result += chr((ord(char) - ord("a") - shift) % 26 + ord("a"))
    return result

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
