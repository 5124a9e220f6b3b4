"""Digits, divisors and other properties of whole numbers."""

PROGRAMS = r"""
* +digit_sum sum_of_digits sum_digits add_digits
* n number num
* total result
" Return the sum of the digits of {n}.
" Add up the digits of a number.
: n A non-negative integer.
: return The sum of its digits.
>>> digit_sum(1234)
10
>>> digit_sum(0)
0
def digit_sum(n: int) -> int:
    total = 0
    while n > 0:
        total += n % 10
        n //= 10
    return total
===
    return sum(int(digit) for digit in str(n))
===
    if n < 10:
        return n
    return n % 10 + digit_sum(n // 10)
===
    total = 0
    for digit in str(n):
        total += int(digit)
    return total
===
    return sum(map(int, str(n)))

* count_digits number_of_digits digit_count num_digits
* n number num
* count digits
" Return how many digits {n} has.
" Count the digits of an integer.
: n Any integer; its sign does not count.
: return The number of digits.
>>> count_digits(2024)
4
>>> count_digits(0)
1
>>> count_digits(-15)
2
def count_digits(n: int) -> int:
    n = abs(n)
    if n == 0:
        return 1
    count = 0
    while n > 0:
        count += 1
        n //= 10
    return count
===
    return len(str(abs(n)))
===
    n = abs(n)
    count = 1
    while n >= 10:
        n //= 10
        count += 1
    return count

* reverse_number reverse_digits reversed_number flip_number
* n number num
* result reversed_n reverse
" Return {n} with its digits in reverse order.
" Reverse the digits of a number.
: n A non-negative integer.
: return The number read backwards.
>>> reverse_number(123)
321
>>> reverse_number(120)
21
def reverse_number(n: int) -> int:
    result = 0
    while n > 0:
        result = result * 10 + n % 10
        n //= 10
    return result
===
    return int(str(n)[::-1])

* product_of_digits digit_product multiply_digits
* n number num
* product result
" Return the product of the digits of {n}.
" Multiply all digits of a number.
: n A non-negative integer.
: return The product of its digits.
>>> product_of_digits(234)
24
>>> product_of_digits(105)
0
def product_of_digits(n: int) -> int:
    product = 1
    for digit in str(n):
        product *= int(digit)
    return product
===
    if n == 0:
        return 0
    product = 1
    while n > 0:
        product *= n % 10
        n //= 10
    return product

* +largest_digit max_digit biggest_digit
* n number num
" Return the largest digit of {n}.
" Find the largest digit in a number.
: n A non-negative integer.
: return A digit from 0 to 9.
>>> largest_digit(3718)
8
>>> largest_digit(5)
5
def largest_digit(n: int) -> int:
    return max(int(digit) for digit in str(n))
===
    largest = 0
    while n > 0:
        digit = n % 10
        if digit > largest:
            largest = digit
        n //= 10
    return largest

* is_armstrong is_armstrong_number check_armstrong is_narcissistic
* n number num
" Check whether {n} is an Armstrong number.
" Return True if {n} is the sum of its digits, each to the power of their count.
: n A positive integer.
: return True if {n} is an Armstrong number, False otherwise.
>>> is_armstrong(153)
True
>>> is_armstrong(154)
False
def is_armstrong(n: int) -> bool:
    digits = str(n)
    power = len(digits)
    return n == sum(int(digit) ** power for digit in digits)
===
    power = len(str(n))
    total = 0
    rest = n
    while rest > 0:
        digit = rest % 10
        total += digit**power
        rest //= 10
    return total == n

* is_perfect is_perfect_number check_perfect perfect_number
* n number num
" Check whether {n} is a perfect number.
" Return True if {n} equals the sum of its proper divisors.
: n A positive integer.
: return True if {n} is perfect, False otherwise.
>>> is_perfect(28)
True
>>> is_perfect(12)
False
>>> is_perfect(1)
False
def is_perfect(n: int) -> bool:
    total = 0
    for divisor in range(1, n):
        if n % divisor == 0:
            total += divisor
    return n > 0 and total == n
===
    return n > 0 and n == sum(d for d in range(1, n // 2 + 1) if n % d == 0)

* +divisors divisors_of factors_of all_divisors list_divisors
* n number num
* result found
" Return all divisors of {n} in ascending order.
" Return the list of numbers that divide {n}.
: n A positive integer.
: return The divisors, from 1 to {n}.
>>> divisors(12)
[1, 2, 3, 4, 6, 12]
>>> divisors(7)
[1, 7]
def divisors(n: int) -> list[int]:
    result = []
    for candidate in range(1, n + 1):
        if n % candidate == 0:
            result.append(candidate)
    return result
===
    return [d for d in range(1, n + 1) if n % d == 0]
===
    small = []
    large = []
    d = 1
    while d * d <= n:
        if n % d == 0:
            small.append(d)
            if d != n // d:
                large.append(n // d)
        d += 1
    return small + large[::-1]

* proper_divisors +proper_divisor_list divisors_without_itself
* n number num
" Return the divisors of {n} other than {n} itself.
: n A positive integer.
>>> proper_divisors(12)
[1, 2, 3, 4, 6]
>>> proper_divisors(1)
[]
def proper_divisors(n: int) -> list[int]:
    return [d for d in range(1, n // 2 + 1) if n % d == 0]
===
    result = []
    for d in range(1, n):
        if n % d == 0:
            result.append(d)
    return result

* sum_of_divisors divisor_sum add_divisors
* n number num
" Return the sum of all divisors of {n}.
: n A positive integer.
>>> sum_of_divisors(12)
28
>>> sum_of_divisors(1)
1
def sum_of_divisors(n: int) -> int:
    total = 0
    for d in range(1, n + 1):
        if n % d == 0:
            total += d
    return total
===
    return sum(d for d in range(1, n + 1) if n % d == 0)

* are_amicable is_amicable_pair amicable check_amicable
* a first x
* b second y
" Check whether {a} and {b} are amicable numbers.
" Return True if each number is the sum of the other's proper divisors.
>>> are_amicable(220, 284)
True
>>> are_amicable(6, 6)
False
def divisor_sum(n: int) -> int:
    return sum(d for d in range(1, n // 2 + 1) if n % d == 0)


def are_amicable(a: int, b: int) -> bool:
    return a != b and divisor_sum(a) == b and divisor_sum(b) == a

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
