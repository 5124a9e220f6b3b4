"""Characters and parts of texts: letters."""

PROGRAMS = r"""
* is_rotation check_rotation are_rotations
* first a s1
* second b s2
" Check whether {second} is {first} with its beginning moved to the end.
>>> is_rotation("abcd", "cdab")
True
>>> is_rotation("abcd", "acbd")
False
def is_rotation(first: str, second: str) -> bool:
    return len(first) == len(second) and second in first + first
===
    for i in range(len(first)):
        if first[i:] + first[:i] == second:
            return True
    return first == second

* is_subsequence subsequence contains_in_order
* short part s
* text t long
" Check whether the letters of {short} occur in {text} in their order.
>>> is_subsequence("ace", "abcde")
True
>>> is_subsequence("aec", "abcde")
False
def is_subsequence(short: str, text: str) -> bool:
    position = 0
    for char in text:
        if position < len(short) and short[position] == char:
            position += 1
    return position == len(short)
===
    rest = iter(text)
    return all(char in rest for char in short)

* letter_difference count_differences differing_letters
* first a
* second b
" Count the positions in which two texts of equal length differ.
>>> letter_difference("karolin", "kathrin")
3
def letter_difference(first: str, second: str) -> int:
    return sum(a != b for a, b in zip(first, second))
===
    count = 0
    for i in range(len(first)):
        if first[i] != second[i]:
            count += 1
    return count

* common_letters shared_letters letters_in_both
* first a
* second b
" Return the letters that both words have, in alphabetical order.
>>> common_letters("house", "mouse")
['e', 'o', 's', 'u']
def common_letters(first: str, second: str) -> list[str]:
    return sorted(set(first) & set(second))
===
    result = []
    for char in first:
        if char in second and char not in result:
            result.append(char)
    return sorted(result)

* to_codes ascii_codes character_codes
* text s
" Return the code of each character of {text}.
>>> to_codes("AB")
[65, 66]
def to_codes(text: str) -> list[int]:
    return [ord(char) for char in text]
===
    codes = []
    for char in text:
        codes.append(ord(char))
    return codes

* from_codes text_from_codes codes_to_text
* codes numbers
" Return the text that character codes stand for.
>>> from_codes([72, 105])
'Hi'
def from_codes(codes: list[int]) -> str:
    return "".join(chr(code) for code in codes)

* next_letters shift_letters following_letters
* text s
" Replace each small letter by the next one; z becomes a.
>>> next_letters("abz")
'bca'
def next_letters(text: str) -> str:
    return "".join(chr((ord(c) - ord("a") + 1) % 26 + ord("a")) for c in text)

* alphabet get_alphabet all_letters
" Return the small letters from a to z.
>>> alphabet()[:5]
'abcde'
def alphabet() -> str:
    return "".join(chr(ord("a") + i) for i in range(26))
===
import string

    return string.ascii_lowercase

* pad_left left_pad fill_left
* text s
* width length
" Fill {text} with spaces on the left up to {width} characters.
>>> pad_left("7", 3)
'  7'
def pad_left(text: str, width: int) -> str:
    return text.rjust(width)
===
    while len(text) < width:
        text = " " + text
    return text

* zero_pad pad_number with_zeros
* n number
* width digits
" Return {n} with zeros in front, {width} characters long.
>>> zero_pad(42, 5)
'00042'
def zero_pad(n: int, width: int) -> str:
    return str(n).zfill(width)
===
    return f"{n:0{width}d}"

* last_word final_word get_last_word
* text sentence
" Return the last word of {text}.
>>> last_word("the quick fox")
'fox'
def last_word(text: str) -> str:
    return text.split()[-1]

* length_of_last_word last_word_length
* text sentence
" Return the length of the last word of {text}, 0 without words.
>>> length_of_last_word("hello big world ")
5
>>> length_of_last_word(" ")
0
def length_of_last_word(text: str) -> int:
    words = text.split()
    return len(words[-1]) if words else 0

* string_length length_of text_length
* text s
" Return the length of {text} without using len.
>>> string_length("hello")
5
def string_length(text: str) -> int:
    count = 0
    for _ in text:
        count += 1
    return count
===
    return sum(1 for _ in text)

* split_text split_at split_string
* text s line
* separator delimiter sep
" Split {text} at a separator of one character.
>>> split_text("a,b,c", ",")
['a', 'b', 'c']
def split_text(text: str, separator: str) -> list[str]:
    return text.split(separator)
===
    parts = []
    current = ""
    for char in text:
        if char == separator:
            parts.append(current)
            current = ""
        else:
            current += char
    parts.append(current)
    return parts
"""
