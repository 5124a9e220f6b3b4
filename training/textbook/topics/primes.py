"""Prime numbers and divisors: primes."""

PROGRAMS = r"""
* is_prime check_prime prime_check is_prime_number
* n number num x
" Check whether {n} is a prime number.
" Return True if {n} is prime, False otherwise.
" Return True if {n} is a prime number.
" Tell whether a number is prime.
: n The number to check.
: return True if {n} is prime, False otherwise.
>>> is_prime(2)
True
>>> is_prime(9)
False
>>> is_prime(1)
False
def is_prime(n: int) -> bool:
    if n < 2:
        return False
    for i in range(2, n):
        if n % i == 0:
            return False
    return True
===
    if n <= 1:
        return False
    # A divisor larger than the square root has a partner below it.
    for i in range(2, int(n**0.5) + 1):
        if n % i == 0:
            return False
    return True
===
    if n < 2:
        return False
    if n % 2 == 0:
        return n == 2
    divisor = 3
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 2
    return True
===
    return n > 1 and all(n % d != 0 for d in range(2, int(n**0.5) + 1))
===
import math

    if n < 2:
        return False
    for divisor in range(2, math.isqrt(n) + 1):
        if n % divisor == 0:
            return False
    return True

* print_primes show_primes print_prime_numbers
* limit n maximum upper
" Print all prime numbers up to {limit}.
" Print the primes from 2 to {limit}, one a line.
: limit The largest number to test.
>>> print_primes(10)
2
3
5
7
def print_primes(limit: int) -> None:
    for number in range(2, limit + 1):
        for divisor in range(2, number):
            if number % divisor == 0:
                break
        else:
            print(number)
===
    for number in range(2, limit + 1):
        prime = True
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                prime = False
                break
        if prime:
            print(number)
===
    for number in range(2, limit + 1):
        if all(number % divisor for divisor in range(2, number)):
            print(number)
===
def is_prime(number: int) -> bool:
    if number < 2:
        return False
    for divisor in range(2, int(number**0.5) + 1):
        if number % divisor == 0:
            return False
    return True


def print_primes(limit: int) -> None:
    for number in range(2, limit + 1):
        if is_prime(number):
            print(number)

* print_prime print_prime_status show_prime
* n number num
" Print whether {n} is a prime number.
" Say if a number is prime or not.
: n The number to test.
>>> print_prime(7)
7 is a prime number
>>> print_prime(8)
8 is not a prime number
def print_prime(n: int) -> None:
    if n > 1 and all(n % i != 0 for i in range(2, n)):
        print(f"{n} is a prime number")
    else:
        print(f"{n} is not a prime number")
===
    if n < 2:
        print(n, "is not a prime number")
        return
    for i in range(2, n):
        if n % i == 0:
            print(n, "is not a prime number")
            break
    else:
        print(n, "is a prime number")

* primes_up_to get_primes list_primes find_primes primes_below_or_equal
* limit n maximum
* primes found result
" Return a list of all primes up to {limit}.
" Return all prime numbers that are not larger than {limit}.
: limit The largest number that may be in the list.
: return The primes in ascending order.
>>> primes_up_to(20)
[2, 3, 5, 7, 11, 13, 17, 19]
>>> primes_up_to(1)
[]
def primes_up_to(limit: int) -> list[int]:
    primes = []
    for number in range(2, limit + 1):
        if all(number % prime != 0 for prime in primes):
            primes.append(number)
    return primes
===
    primes = []
    for number in range(2, limit + 1):
        is_prime = True
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                is_prime = False
                break
        if is_prime:
            primes.append(number)
    return primes
===
def is_prime(number: int) -> bool:
    return number > 1 and all(number % d for d in range(2, int(number**0.5) + 1))


def primes_up_to(limit: int) -> list[int]:
    return [number for number in range(limit + 1) if is_prime(number)]

* sieve sieve_of_eratosthenes prime_sieve eratosthenes
* n limit size
* is_prime flags marked sieve_table
" Return the primes up to {n}, found with the sieve of Eratosthenes.
" Find all primes up to {n} with the sieve of Eratosthenes.
: n The largest number of the sieve.
: return The primes up to {n}, in order.
>>> sieve(30)
[2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
>>> sieve(2)
[2]
def sieve(n: int) -> list[int]:
    is_prime = [True] * (n + 1)
    is_prime[0] = is_prime[1] = False
    for i in range(2, int(n**0.5) + 1):
        if is_prime[i]:
            # The smaller multiples were crossed out by smaller primes.
            for multiple in range(i * i, n + 1, i):
                is_prime[multiple] = False
    return [i for i in range(n + 1) if is_prime[i]]
===
    is_prime = [True] * (n + 1)
    primes = []
    for number in range(2, n + 1):
        if is_prime[number]:
            primes.append(number)
            for multiple in range(number * number, n + 1, number):
                is_prime[multiple] = False
    return primes
===
    composite = set()
    primes = []
    for number in range(2, n + 1):
        if number not in composite:
            primes.append(number)
            composite.update(range(number * number, n + 1, number))
    return primes
"""
