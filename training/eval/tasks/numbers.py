"""Functions of numbers."""

from __future__ import annotations


def is_even(number: int) -> bool:
    """Return whether a number is even.

    >>> is_even(4)
    True
    """
    return number % 2 == 0


def clamp(value: int, low: int, high: int) -> int:
    """Return value, moved to low if it is below it and to high if it is above it.

    >>> clamp(12, 0, 10)
    10
    """
    return max(low, min(high, value))


def average(values: list[float]) -> float:
    """Return the mean of a list of numbers, or 0.0 for an empty list.

    >>> average([1, 2, 6])
    3.0
    """
    return sum(values) / len(values) if values else 0.0


def factorial(n: int) -> int:
    """Return the product of the integers from 1 to n.

    >>> factorial(4)
    24
    """
    result = 1
    for factor in range(2, n + 1):
        result *= factor
    return result


def sum_of_squares(values: list[int]) -> int:
    """Return the sum of the squares of all values.

    >>> sum_of_squares([1, 2, 3])
    14
    """
    return sum(value * value for value in values)


def digit_sum(number: int) -> int:
    """Return the sum of the decimal digits of a number that is not negative.

    >>> digit_sum(407)
    11
    """
    return sum(int(digit) for digit in str(number))


def is_prime(n: int) -> bool:
    """Return whether n is a prime number.

    >>> is_prime(7)
    True
    """
    return n > 1 and all(n % divisor for divisor in range(2, int(n**0.5) + 1))


def greatest_common_divisor(a: int, b: int) -> int:
    """Return the largest integer that divides both a and b.

    >>> greatest_common_divisor(12, 18)
    6
    """
    while b:
        a, b = b, a % b
    return a


def nth_fibonacci(n: int) -> int:
    """Return the n-th number of the sequence 0, 1, 1, 2, 3, 5, ..., counting from 0.

    >>> nth_fibonacci(6)
    8
    """
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def count_divisors(n: int) -> int:
    """Return how many integers from 1 to n divide n.

    >>> count_divisors(6)
    4
    """
    return sum(n % divisor == 0 for divisor in range(1, n + 1))


def halvings(n: int) -> int:
    """Return how often n can be halved, rounding down, before it is 0.

    >>> halvings(5)
    3
    """
    count = 0
    while n > 0:
        n //= 2
        count += 1
    return count


def sign(number: float) -> int:
    """Return -1 for a negative number, 0 for zero and 1 for a positive number.

    >>> sign(-2.5)
    -1
    """
    return (number > 0) - (number < 0)


CHECKS = """
>>> is_even(7)
False
>>> is_even(0)
True
>>> is_even(-3)
False
>>> clamp(-4, 0, 10)
0
>>> clamp(5, 0, 10)
5
>>> clamp(-3, -5, -1)
-3
>>> average([])
0.0
>>> average([2.5, 3.5])
3.0
>>> average([-1])
-1.0
>>> factorial(0)
1
>>> factorial(1)
1
>>> factorial(7)
5040
>>> sum_of_squares([])
0
>>> sum_of_squares([-4, 5])
41
>>> digit_sum(0)
0
>>> digit_sum(99999)
45
>>> is_prime(1)
False
>>> is_prime(2)
True
>>> is_prime(91)
False
>>> is_prime(97)
True
>>> is_prime(49)
False
>>> greatest_common_divisor(17, 5)
1
>>> greatest_common_divisor(100, 75)
25
>>> greatest_common_divisor(9, 9)
9
>>> nth_fibonacci(0)
0
>>> nth_fibonacci(1)
1
>>> nth_fibonacci(10)
55
>>> count_divisors(1)
1
>>> count_divisors(13)
2
>>> count_divisors(36)
9
>>> halvings(0)
0
>>> halvings(1)
1
>>> halvings(1024)
11
>>> sign(0)
0
>>> sign(7)
1
>>> sign(-1)
-1
"""
