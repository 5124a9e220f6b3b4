"""Kinds of numbers: sums and powers."""

PROGRAMS = r"""
* primes_between list_primes_between prime_range primes_in_range
* start low first
* end high last
" Return the prime numbers from {start} to {end}.
>>> primes_between(10, 20)
[11, 13, 17, 19]
def primes_between(start: int, end: int) -> list[int]:
    primes = []
    for number in range(max(start, 2), end + 1):
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                break
        else:
            primes.append(number)
    return primes
===
    return [
        number
        for number in range(max(2, start), end + 1)
        if all(number % divisor for divisor in range(2, int(number**0.5) + 1))
    ]

* sum_of_primes prime_sum add_primes
* limit n
" Return the sum of all primes up to {limit}.
>>> sum_of_primes(10)
17
def sum_of_primes(limit: int) -> int:
    total = 0
    for number in range(2, limit + 1):
        if all(number % divisor for divisor in range(2, number)):
            total += number
    return total
===
def is_prime(number: int) -> bool:
    return number > 1 and all(number % d for d in range(2, int(number**0.5) + 1))


def sum_of_primes(limit: int) -> int:
    return sum(number for number in range(limit + 1) if is_prime(number))

* pythagorean_triples find_triples right_triangles
* limit n
" Return all triples a < b < c up to {limit} with a*a + b*b == c*c.
>>> pythagorean_triples(13)
[(3, 4, 5), (5, 12, 13), (6, 8, 10)]
def pythagorean_triples(limit: int) -> list[tuple[int, int, int]]:
    triples = []
    for a in range(1, limit + 1):
        for b in range(a + 1, limit + 1):
            for c in range(b + 1, limit + 1):
                if a * a + b * b == c * c:
                    triples.append((a, b, c))
    return triples

* trailing_zeros zeros_of_factorial count_trailing_zeros
* n number
" Return with how many zeros the factorial of {n} ends.
>>> trailing_zeros(25)
6
>>> trailing_zeros(4)
0
def trailing_zeros(n: int) -> int:
    count = 0
    while n >= 5:
        n //= 5
        count += n
    return count
===
import math

    text = str(math.factorial(n))
    return len(text) - len(text.rstrip("0"))

* sum_of_squares squares_sum add_squares
* n limit
" Return the sum of the squares of 1 to {n}.
>>> sum_of_squares(3)
14
def sum_of_squares(n: int) -> int:
    return sum(i * i for i in range(1, n + 1))
===
    return n * (n + 1) * (2 * n + 1) // 6
===
    total = 0
    for i in range(1, n + 1):
        total += i**2
    return total

* sum_of_cubes cubes_sum add_cubes
* n limit
" Return the sum of the cubes of 1 to {n}.
>>> sum_of_cubes(3)
36
def sum_of_cubes(n: int) -> int:
    return sum(i**3 for i in range(1, n + 1))
===
    return (n * (n + 1) // 2) ** 2

* powers_of_two first_powers_of_two list_powers
* n count
" Return the first {n} powers of two.
>>> powers_of_two(5)
[1, 2, 4, 8, 16]
def powers_of_two(n: int) -> list[int]:
    return [2**i for i in range(n)]
===
    powers = []
    value = 1
    for _ in range(n):
        powers.append(value)
        value *= 2
    return powers

* catalan catalan_number nth_catalan
* n number
" Return the {n}-th Catalan number.
>>> [catalan(i) for i in range(5)]
[1, 1, 2, 5, 14]
import math


def catalan(n: int) -> int:
    return math.comb(2 * n, n) // (n + 1)
===
    if n == 0:
        return 1
    return sum(catalan(i) * catalan(n - 1 - i) for i in range(n))

* lucas lucas_number nth_lucas
* n index
" Return the {n}-th Lucas number; the sequence begins with 2 and 1.
>>> [lucas(i) for i in range(6)]
[2, 1, 3, 4, 7, 11]
def lucas(n: int) -> int:
    a, b = 2, 1
    for _ in range(n):
        a, b = b, a + b
    return a
===
    if n == 0:
        return 2
    if n == 1:
        return 1
    return lucas(n - 1) + lucas(n - 2)

* power_mod modular_power mod_pow
* base x
* exponent n
" Return {base} to the power of {exponent}, modulo {modulus}.
>>> power_mod(3, 13, 7)
3
def power_mod(base: int, exponent: int, modulus: int) -> int:
    result = 1
    base %= modulus
    while exponent > 0:
        if exponent % 2 == 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent //= 2
    return result
===
    return pow(base, exponent, modulus)

* double_factorial semifactorial odd_factorial
* n number
" Return {n} * ({n} - 2) * ({n} - 4) and so on.
>>> double_factorial(7)
105
>>> double_factorial(0)
1
def double_factorial(n: int) -> int:
    result = 1
    while n > 1:
        result *= n
        n -= 2
    return result
"""
