"""Validation of input, regular expressions, exceptions: validation."""

PROGRAMS = r"""
* is_valid_email check_email valid_email looks_like_email
* email address text
" Check whether {email} looks like an e-mail address.
" Return True if a text has one @ and a dot in the part behind it.
>>> is_valid_email("ann@example.com")
True
>>> is_valid_email("ann.example.com")
False
>>> is_valid_email("@example.com")
False
import re


def is_valid_email(email: str) -> bool:
    return re.fullmatch(r"[\w.+-]+@[\w-]+\.[\w.-]+", email) is not None
===
    if email.count("@") != 1:
        return False
    name, domain = email.split("@")
    return name != "" and "." in domain
===
import re

    pattern = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$"
    return bool(re.match(pattern, email))

* is_valid_password check_password strong_password is_strong_password validate_password
* password text secret
" Check that a password has at least 8 characters, a digit and a capital letter.
: password The password to check.
: return True if it is good enough.
>>> is_valid_password("Secret123")
True
>>> is_valid_password("secret123")
False
>>> is_valid_password("S1")
False
def is_valid_password(password: str) -> bool:
    if len(password) < 8:
        return False
    has_digit = any(char.isdigit() for char in password)
    has_upper = any(char.isupper() for char in password)
    return has_digit and has_upper
===
    has_digit = False
    has_upper = False
    for char in password:
        if char.isdigit():
            has_digit = True
        elif char.isupper():
            has_upper = True
    return len(password) >= 8 and has_digit and has_upper
===
import re

    return (
        len(password) >= 8
        and re.search(r"\d", password) is not None
        and re.search(r"[A-Z]", password) is not None
    )

* is_valid_username check_username valid_username
* name username text
" Check that a name has 3 to 16 letters, digits or underscores.
>>> is_valid_username("ann_7")
True
>>> is_valid_username("a!")
False
import re


def is_valid_username(name: str) -> bool:
    return re.fullmatch(r"\w{3,16}", name) is not None
===
    if not 3 <= len(name) <= 16:
        return False
    return all(char.isalnum() or char == "_" for char in name)

* is_number is_numeric can_be_number check_number
* text value s
" Check whether {text} is a number.
>>> is_number("3.5")
True
>>> is_number("abc")
False
def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

* is_integer is_whole_number can_be_int
* text value s
" Check whether {text} is an integer.
>>> is_integer("-12")
True
>>> is_integer("1.5")
False
def is_integer(text: str) -> bool:
    try:
        int(text)
        return True
    except ValueError:
        return False
===
    return text.lstrip("-").isdigit()

* to_int parse_int int_or_default safe_int
* text value
* default fallback
" Return {text} as an integer, or {default} if it is not one.
>>> to_int("7")
7
>>> to_int("x", -1)
-1
def to_int(text: str, default: int = 0) -> int:
    try:
        return int(text)
    except ValueError:
        return default

* safe_divide divide try_divide division
* a x numerator
* b y denominator
" Return {a} divided by {b}, or None if {b} is zero.
>>> safe_divide(6, 3)
2.0
>>> safe_divide(1, 0) is None
True
def safe_divide(a: float, b: float) -> float | None:
    if b == 0:
        return None
    return a / b
===
    try:
        return a / b
    except ZeroDivisionError:
        return None

* divide_or_raise strict_divide divide
* a x numerator
* b y denominator
" Return {a} divided by {b}.
>>> divide_or_raise(6, 3)
2.0
>>> divide_or_raise(1, 0)
Traceback (most recent call last):
ValueError: cannot divide by zero
def divide_or_raise(a: float, b: float) -> float:
    if b == 0:
        raise ValueError("cannot divide by zero")
    return a / b

* check_age validate_age checked_age
* age value years
" Return {age} if it is from 0 to 150.
>>> check_age(30)
30
>>> check_age(-1)
Traceback (most recent call last):
ValueError: age must be from 0 to 150, got -1
def check_age(age: int) -> int:
    if age < 0 or age > 150:
        raise ValueError(f"age must be from 0 to 150, got {age}")
    return age
===
    if 0 <= age <= 150:
        return age
    raise ValueError(f"age must be from 0 to 150, got {age}")

* is_valid_ip check_ip valid_ipv4 is_ipv4
* address text ip
" Check whether {address} is an IPv4 address.
>>> is_valid_ip("192.168.0.1")
True
>>> is_valid_ip("256.1.1.1")
False
>>> is_valid_ip("1.2.3")
False
def is_valid_ip(address: str) -> bool:
    parts = address.split(".")
    if len(parts) != 4:
        return False
    for part in parts:
        if not part.isdigit() or int(part) > 255:
            return False
    return True
===
    parts = address.split(".")
    return len(parts) == 4 and all(p.isdigit() and 0 <= int(p) <= 255 for p in parts)
"""
