"""Kinds of numbers: number kinds."""

PROGRAMS = r"""
* is_perfect_square is_square check_square perfect_square
* n number num
" Check whether {n} is a perfect square.
>>> is_perfect_square(49)
True
>>> is_perfect_square(50)
False
import math


def is_perfect_square(n: int) -> bool:
    root = math.isqrt(n)
    return root * root == n
===
    i = 0
    while i * i < n:
        i += 1
    return i * i == n
===
    return int(n**0.5) ** 2 == n

* is_perfect_cube is_cube check_cube
* n number
" Check whether {n} is a perfect cube.
>>> is_perfect_cube(27)
True
>>> is_perfect_cube(28)
False
def is_perfect_cube(n: int) -> bool:
    root = round(n ** (1 / 3))
    return root**3 == n
===
    i = 0
    while i**3 < n:
        i += 1
    return i**3 == n

* is_harshad harshad is_niven check_harshad
* n number
" Check whether {n} is divisible by the sum of its digits.
>>> is_harshad(18)
True
>>> is_harshad(19)
False
def is_harshad(n: int) -> bool:
    return n % sum(int(digit) for digit in str(n)) == 0
===
    total = 0
    rest = n
    while rest > 0:
        total += rest % 10
        rest //= 10
    return n % total == 0

* digital_root repeated_digit_sum single_digit_sum
* n number
" Add the digits of {n} again and again until one digit is left.
>>> digital_root(9875)
2
>>> digital_root(7)
7
def digital_root(n: int) -> int:
    while n >= 10:
        n = sum(int(digit) for digit in str(n))
    return n
===
    if n < 10:
        return n
    return digital_root(sum(map(int, str(n))))
===
    return 0 if n == 0 else 1 + (n - 1) % 9

* is_abundant abundant check_abundant
* n number
" Check whether the proper divisors of {n} add up to more than {n}.
>>> is_abundant(12)
True
>>> is_abundant(8)
False
def is_abundant(n: int) -> bool:
    return sum(d for d in range(1, n) if n % d == 0) > n
===
    total = 0
    for d in range(1, n // 2 + 1):
        if n % d == 0:
            total += d
    return total > n

* is_automorphic automorphic check_automorphic
* n number
" Check whether the square of {n} ends with {n}.
>>> is_automorphic(25)
True
>>> is_automorphic(7)
False
def is_automorphic(n: int) -> bool:
    return str(n * n).endswith(str(n))

* is_strong_number strong_number check_strong
* n number
" Check whether {n} is the sum of the factorials of its digits.
>>> is_strong_number(145)
True
>>> is_strong_number(10)
False
import math


def is_strong_number(n: int) -> bool:
    return n == sum(math.factorial(int(digit)) for digit in str(n))
===
def factorial(k: int) -> int:
    result = 1
    for i in range(2, k + 1):
        result *= i
    return result


def is_strong_number(n: int) -> bool:
    total = 0
    for digit in str(n):
        total += factorial(int(digit))
    return total == n

* is_ugly ugly_number check_ugly
* n number
" Check whether {n} has no prime factors but 2, 3 and 5.
>>> is_ugly(30)
True
>>> is_ugly(14)
False
def is_ugly(n: int) -> bool:
    for prime in (2, 3, 5):
        while n % prime == 0:
            n //= prime
    return n == 1

* is_triangular triangular check_triangular
* n number
" Check whether {n} is a triangular number.
>>> is_triangular(10)
True
>>> is_triangular(11)
False
def is_triangular(n: int) -> bool:
    total = 0
    step = 0
    while total < n:
        step += 1
        total += step
    return total == n

* largest_prime_factor +biggest_prime_factor max_prime_factor
* n number
" Return the largest prime factor of {n}.
>>> largest_prime_factor(84)
7
>>> largest_prime_factor(13)
13
def largest_prime_factor(n: int) -> int:
    largest = 1
    divisor = 2
    while n > 1:
        if n % divisor == 0:
            largest = divisor
            n //= divisor
        else:
            divisor += 1
    return largest

* smallest_divisor smallest_prime_factor +least_divisor
* n number
" Return the smallest divisor of {n} that is larger than 1.
>>> smallest_divisor(35)
5
>>> smallest_divisor(7)
7
def smallest_divisor(n: int) -> int:
    divisor = 2
    while n % divisor != 0:
        divisor += 1
    return divisor
===
    for divisor in range(2, n + 1):
        if n % divisor == 0:
            return divisor
    return n
"""
