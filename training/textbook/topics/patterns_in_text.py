"""Validation of input, regular expressions, exceptions: patterns in text."""

PROGRAMS = r'''
* is_hex_color valid_color check_color
* text color code
" Check whether {text} is a colour like #a0b1c2.
>>> is_hex_color("#a0B1c2")
True
>>> is_hex_color("red")
False
import re


def is_hex_color(text: str) -> bool:
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None
===
    if len(text) != 7 or text[0] != "#":
        return False
    return all(char in "0123456789abcdef" for char in text[1:].lower())

* hex_to_rgb color_to_rgb parse_color
* color text code
" Return red, green and blue of a colour like #ff8000.
>>> hex_to_rgb("#ff8000")
(255, 128, 0)
def hex_to_rgb(color: str) -> tuple[int, int, int]:
    color = color.lstrip("#")
    return int(color[0:2], 16), int(color[2:4], 16), int(color[4:6], 16)
===
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))

* rgb_to_hex color_code to_hex_color
" Return a colour as a text like #ff8000.
>>> rgb_to_hex(255, 128, 0)
'#ff8000'
def rgb_to_hex(red: int, green: int, blue: int) -> str:
    return f"#{red:02x}{green:02x}{blue:02x}"

* find_numbers extract_numbers numbers_in_text all_numbers
* text s
" Return all whole numbers in {text}.
>>> find_numbers("3 cats and 12 dogs")
[3, 12]
>>> find_numbers("none")
[]
import re


def find_numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]
===
    numbers = []
    current = ""
    for char in text + " ":
        if char.isdigit():
            current += char
        elif current:
            numbers.append(int(current))
            current = ""
    return numbers

* find_emails extract_emails emails_in_text
* text content
" Return all e-mail addresses in {text}.
>>> find_emails("Write to a@b.org or c@d.net.")
['a@b.org', 'c@d.net']
import re


def find_emails(text: str) -> list[str]:
    return re.findall(r"[\w.+-]+@[\w-]+\.\w+", text)

* find_hashtags extract_hashtags hashtags
* text post message
" Return all hashtags of {text} without the sign.
>>> find_hashtags("I like #python and #tea")
['python', 'tea']
import re


def find_hashtags(text: str) -> list[str]:
    return re.findall(r"#(\w+)", text)
===
    return [word[1:] for word in text.split() if word.startswith("#")]

* find_dates extract_dates dates_in_text
* text content
" Return all dates YYYY-MM-DD in {text}.
>>> find_dates("from 2024-01-05 to 2024-02-01")
['2024-01-05', '2024-02-01']
import re


def find_dates(text: str) -> list[str]:
    return re.findall(r"\d{4}-\d{2}-\d{2}", text)

* mask_digits hide_digits replace_digits
* text s
" Replace each digit of {text} with #.
>>> mask_digits("call 555-12")
'call ###-##'
import re


def mask_digits(text: str) -> str:
    return re.sub(r"\d", "#", text)
===
    return "".join("#" if char.isdigit() else char for char in text)

* mask_card hide_card_number mask_number
* number card digits_text
" Hide all but the last four digits of a card number.
>>> mask_card("1234567812345678")
'************5678'
def mask_card(number: str) -> str:
    return "*" * (len(number) - 4) + number[-4:]
===
    hidden = len(number) - 4
    result = ""
    for i, char in enumerate(number):
        result += "*" if i < hidden else char
    return result

* split_words words_of tokenize get_words
* text sentence
" Return the words of {text} in lower case, without punctuation.
>>> split_words("Hello, big World!")
['hello', 'big', 'world']
import re


def split_words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
===
    cleaned = ""
    for char in text.lower():
        cleaned += char if char.isalpha() else " "
    return cleaned.split()

* parse_log_line read_log_line parse_log
* line text entry
" Split a line "2024-05-01 ERROR disk full" into date, level and message.
>>> parse_log_line("2024-05-01 ERROR disk full")
{'date': '2024-05-01', 'level': 'ERROR', 'message': 'disk full'}
import re


def parse_log_line(line: str) -> dict[str, str]:
    match = re.match(r"(?P<date>\S+) (?P<level>[A-Z]+) (?P<message>.*)", line)
    if match is None:
        raise ValueError(f"not a log line: {line!r}")
    return match.groupdict()
===
    day, level, message = line.split(" ", 2)
    return {"date": day, "level": level, "message": message}

* parse_query parse_query_string query_to_dict
* query text
" Turn a query like a=1&b=2 into a dictionary.
>>> parse_query("a=1&b=2")
{'a': '1', 'b': '2'}
def parse_query(query: str) -> dict[str, str]:
    result = {}
    for pair in query.split("&"):
        key, value = pair.split("=")
        result[key] = value
    return result
===
    return dict(pair.split("=") for pair in query.split("&"))

* withdraw take_money pay_out
* balance money
>>> withdraw(10, 3)
7
>>> withdraw(1, 3)
Traceback (most recent call last):
InsufficientFundsError: 2 more needed
class InsufficientFundsError(Exception):
    """There is not enough money."""

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} more needed")
        self.missing = missing


def withdraw(balance: int, amount: int) -> int:
    """Return what is left of a balance."""
    if amount > balance:
        raise InsufficientFundsError(amount - balance)
    return balance - amount

* retry call_with_retries try_again
* function action func
* attempts times tries
>>> calls = []
>>> def unsteady():
...     calls.append(1)
...     if len(calls) < 3:
...         raise ValueError("not yet")
...     return "done"
>>> retry(unsteady, 5)
'done'
>>> len(calls)
3
def retry(function, attempts: int):
    """Call a function until it works, at most a given number of times."""
    for attempt in range(attempts):
        try:
            return function()
        except ValueError:
            if attempt == attempts - 1:
                raise
'''
