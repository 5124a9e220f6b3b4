"""Digits, divisors and other properties of whole numbers: divisors."""

PROGRAMS = r"""
* gcd greatest_common_divisor +highest_common_factor hcf
* a x m first
* b y n second
" Return the greatest common divisor of {a} and {b}.
" Return the largest number that divides both {a} and {b}.
: a The first number.
: b The second number.
: return The greatest common divisor.
>>> gcd(12, 18)
6
>>> gcd(7, 5)
1
def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a
===
    if b == 0:
        return a
    return gcd(b, a % b)
===
    for divisor in range(min(a, b), 0, -1):
        if a % divisor == 0 and b % divisor == 0:
            return divisor
    return max(a, b)
===
    while b != 0:
        rest = a % b
        a = b
        b = rest
    return a
===
    # Euclid's first form: take the smaller number away from the larger one.
    while a != b:
        if a > b:
            a -= b
        else:
            b -= a
    return a

* lcm least_common_multiple lowest_common_multiple +smallest_common_multiple
* a x m first
* b y n second
" Return the least common multiple of {a} and {b}.
" Return the smallest number that {a} and {b} both divide.
: a The first number.
: b The second number.
: return The least common multiple.
>>> lcm(4, 6)
12
>>> lcm(3, 7)
21
import math


def lcm(a: int, b: int) -> int:
    return a * b // math.gcd(a, b)
===
    multiple = max(a, b)
    while multiple % a != 0 or multiple % b != 0:
        multiple += 1
    return multiple
===
def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def lcm(a: int, b: int) -> int:
    return a // gcd(a, b) * b
===
    multiple = a
    while multiple % b != 0:
        multiple += a
    return multiple

* gcd_of_list +gcd_of_numbers common_divisor_of_all
* numbers values nums
" Return the greatest common divisor of all {numbers}.
>>> gcd_of_list([12, 18, 30])
6
>>> gcd_of_list([5])
5
import math


def gcd_of_list(numbers: list[int]) -> int:
    result = numbers[0]
    for number in numbers[1:]:
        result = math.gcd(result, number)
    return result
===
from functools import reduce
from math import gcd

    return reduce(gcd, numbers)

* are_coprime is_coprime coprime relatively_prime
* a x first
* b y second
" Check whether {a} and {b} have no common divisor but 1.
" Return True if two numbers are coprime.
>>> are_coprime(8, 15)
True
>>> are_coprime(8, 12)
False
import math


def are_coprime(a: int, b: int) -> bool:
    return math.gcd(a, b) == 1
===
    for divisor in range(2, min(a, b) + 1):
        if a % divisor == 0 and b % divisor == 0:
            return False
    return True

* factorial fact +factorial_of compute_factorial
* n number num k
* result product
" Return the factorial of {n}.
" Return the product of the numbers from 1 to {n}.
" Compute {n}!.
: n A non-negative integer.
: return The factorial of {n}.
>>> factorial(5)
120
>>> factorial(0)
1
def factorial(n: int) -> int:
    if n == 0:
        return 1
    return n * factorial(n - 1)
===
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result
===
    result = 1
    while n > 1:
        result *= n
        n -= 1
    return result
===
    return 1 if n <= 1 else n * factorial(n - 1)
===
    if n < 0:
        raise ValueError("n must not be negative")
    result = 1
    for factor in range(1, n + 1):
        result *= factor
    return result
===
import math

    return math.prod(range(1, n + 1))

* is_leap_year leap_year check_leap_year is_leap
* year y
" Check whether {year} is a leap year.
" Return True if {year} is a leap year, False otherwise.
: year The year to check.
: return True for leap years.
>>> is_leap_year(2024)
True
>>> is_leap_year(1900)
False
>>> is_leap_year(2000)
True
def is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
===
    if year % 400 == 0:
        return True
    if year % 100 == 0:
        return False
    return year % 4 == 0
===
    if year % 4 != 0:
        return False
    elif year % 100 != 0:
        return True
    else:
        return year % 400 == 0

* power raise_to_power exponentiate pow_int
* base x number
* exponent n exp
* result product
" Return {base} to the power of {exponent}.
" Raise {base} to a non-negative power.
: base The number to multiply with itself.
: exponent How often, at least 0.
: return The power.
>>> power(2, 10)
1024
>>> power(5, 0)
1
def power(base: int, exponent: int) -> int:
    result = 1
    for _ in range(exponent):
        result *= base
    return result
===
    if exponent == 0:
        return 1
    return base * power(base, exponent - 1)
===
    if exponent == 0:
        return 1
    half = power(base, exponent // 2)
    if exponent % 2 == 0:
        return half * half
    return half * half * base
===
    result = 1
    while exponent > 0:
        if exponent % 2 == 1:
            result *= base
        base *= base
        exponent //= 2
    return result

* is_even check_even even
* n number num x
" Check whether {n} is even.
" Return True if {n} is even, False otherwise.
>>> is_even(4)
True
>>> is_even(7)
False
def is_even(n: int) -> bool:
    return n % 2 == 0
===
    if n % 2 == 0:
        return True
    return False
===
    return n & 1 == 0

* even_or_odd odd_or_even parity check_parity
* n number num
" Return "even" or "odd" for {n}.
" Say whether a number is even or odd.
>>> even_or_odd(4)
'even'
>>> even_or_odd(7)
'odd'
def even_or_odd(n: int) -> str:
    if n % 2 == 0:
        return "even"
    return "odd"
===
    return "even" if n % 2 == 0 else "odd"
===
    if n % 2:
        return "odd"
    else:
        return "even"
"""
