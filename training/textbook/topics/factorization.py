"""Prime numbers and divisors: factorization."""

PROGRAMS = r"""
* first_primes first_n_primes n_primes generate_primes
* count n quantity
* primes found
" Return the first {count} prime numbers.
" Return a list of the first {count} primes.
: count How many primes to find.
: return The first {count} primes.
>>> first_primes(5)
[2, 3, 5, 7, 11]
>>> first_primes(0)
[]
def first_primes(count: int) -> list[int]:
    primes: list[int] = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % prime for prime in primes):
            primes.append(candidate)
        candidate += 1
    return primes
===
from itertools import count as count_from, islice

    def is_prime(number):
        return number > 1 and all(number % d for d in range(2, int(number**0.5) + 1))

    return list(islice(filter(is_prime, count_from(2)), count))
===
def is_prime(number: int) -> bool:
    if number < 2:
        return False
    for divisor in range(2, int(number**0.5) + 1):
        if number % divisor == 0:
            return False
    return True


def first_primes(count: int) -> list[int]:
    primes = []
    number = 2
    while len(primes) < count:
        if is_prime(number):
            primes.append(number)
        number += 1
    return primes

* next_prime +prime_after smallest_prime_above
* n number start
" Return the smallest prime greater than {n}.
" Find the next prime number after {n}.
: n The number to start after.
: return The smallest prime larger than {n}.
>>> next_prime(7)
11
>>> next_prime(0)
2
def next_prime(n: int) -> int:
    candidate = max(n + 1, 2)
    while any(candidate % d == 0 for d in range(2, int(candidate**0.5) + 1)):
        candidate += 1
    return candidate
===
def is_prime(number: int) -> bool:
    return number > 1 and all(number % d for d in range(2, int(number**0.5) + 1))


def next_prime(n: int) -> int:
    n += 1
    while not is_prime(n):
        n += 1
    return n

* count_primes number_of_primes prime_count
* limit n
" Count the prime numbers below {limit}.
" Return how many primes are smaller than {limit}.
: limit The numbers below it are counted.
: return The number of primes below {limit}.
>>> count_primes(10)
4
>>> count_primes(2)
0
def count_primes(limit: int) -> int:
    count = 0
    for number in range(2, limit):
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                break
        else:
            count += 1
    return count
===
    return sum(
        all(number % divisor for divisor in range(2, int(number**0.5) + 1))
        for number in range(2, limit)
    )

* prime_factors +prime_factorization factorize factor
* n number num
* factors result
" Return the prime factors of {n} in ascending order.
" Return the list of prime factors of {n}, with repetition.
: n The number to factorize, at least 1.
: return The prime factors of {n}, smallest first.
>>> prime_factors(60)
[2, 2, 3, 5]
>>> prime_factors(13)
[13]
>>> prime_factors(1)
[]
def prime_factors(n: int) -> list[int]:
    factors = []
    divisor = 2
    while n > 1:
        while n % divisor == 0:
            factors.append(divisor)
            n //= divisor
        divisor += 1
    return factors
===
    factors = []
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            factors.append(divisor)
            n //= divisor
        else:
            divisor += 1
    # What is left is a prime itself.
    if n > 1:
        factors.append(n)
    return factors
===
    for divisor in range(2, n + 1):
        if n % divisor == 0:
            return [divisor] + prime_factors(n // divisor)
    return []

* twin_primes find_twin_primes prime_pairs
* limit n
" Return the pairs of primes up to {limit} that differ by two.
" Find all twin primes up to {limit}.
: limit The largest number of a pair.
: return Pairs of primes (p, p + 2).
>>> twin_primes(20)
[(3, 5), (5, 7), (11, 13), (17, 19)]
def is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


def twin_primes(limit: int) -> list[tuple[int, int]]:
    pairs = []
    for p in range(2, limit - 1):
        if is_prime(p) and is_prime(p + 2):
            pairs.append((p, p + 2))
    return pairs

* goldbach +goldbach_pair two_primes
* n even number
" Return two primes whose sum is {n}.
" Find two prime numbers that add up to an even number.
: n An even number greater than 2.
: return Two primes, the smaller one first.
>>> goldbach(10)
(3, 7)
>>> goldbach(4)
(2, 2)
def is_prime(value: int) -> bool:
    if value < 2:
        return False
    for divisor in range(2, int(value**0.5) + 1):
        if value % divisor == 0:
            return False
    return True


def goldbach(n: int) -> tuple[int, int]:
    for first in range(2, n // 2 + 1):
        if is_prime(first) and is_prime(n - first):
            return first, n - first
    raise ValueError(f"{n} is not the sum of two primes")
"""
