"""Digits, divisors and other properties of whole numbers: digits."""

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
"""
