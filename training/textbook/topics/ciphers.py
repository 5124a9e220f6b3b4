"""Ciphers and codes: ciphers."""

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
"""
