"""Number sequences: Fibonacci, Collatz, Pascal and others: sequences."""

PROGRAMS = r"""
* collatz_length collatz_steps count_collatz_steps
* n number start
* steps count
" Count the Collatz steps from {n} to 1.
" Return how many steps the Collatz sequence of {n} takes to reach 1.
: n A positive integer.
>>> collatz_length(6)
8
>>> collatz_length(1)
0
def collatz_length(n: int) -> int:
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps
===
    if n == 1:
        return 0
    if n % 2 == 0:
        return 1 + collatz_length(n // 2)
    return 1 + collatz_length(3 * n + 1)

* pascal_triangle pascals_triangle build_pascal_triangle generate_pascal
* rows n count height
* triangle result
" Return the first {rows} rows of Pascal's triangle.
" Build Pascal's triangle with {rows} rows.
: rows How many rows to build.
: return One list of numbers a row.
>>> pascal_triangle(4)
[[1], [1, 1], [1, 2, 1], [1, 3, 3, 1]]
>>> pascal_triangle(1)
[[1]]
def pascal_triangle(rows: int) -> list[list[int]]:
    triangle = []
    for i in range(rows):
        row = [1] * (i + 1)
        for j in range(1, i):
            row[j] = triangle[i - 1][j - 1] + triangle[i - 1][j]
        triangle.append(row)
    return triangle
===
    triangle = [[1]]
    while len(triangle) < rows:
        last = triangle[-1]
        middle = [last[i] + last[i + 1] for i in range(len(last) - 1)]
        triangle.append([1] + middle + [1])
    return triangle
===
import math

    return [[math.comb(n, k) for k in range(n + 1)] for n in range(rows)]

* pascal_row +row_of_pascal nth_pascal_row
* n index number
" Return row {n} of Pascal's triangle, counted from 0.
>>> pascal_row(4)
[1, 4, 6, 4, 1]
>>> pascal_row(0)
[1]
def pascal_row(n: int) -> list[int]:
    row = [1]
    for _ in range(n):
        row = [1] + [row[i] + row[i + 1] for i in range(len(row) - 1)] + [1]
    return row
===
    row = [1]
    for k in range(n):
        row.append(row[-1] * (n - k) // (k + 1))
    return row

* binomial n_choose_k choose combinations_count
" Return in how many ways k things can be chosen from n.
" Return the binomial coefficient of n and k.
>>> binomial(5, 2)
10
>>> binomial(4, 0)
1
def binomial(n: int, k: int) -> int:
    if k == 0 or k == n:
        return 1
    return binomial(n - 1, k - 1) + binomial(n - 1, k)
===
    result = 1
    for i in range(1, k + 1):
        result = result * (n - i + 1) // i
    return result
===
import math

    return math.factorial(n) // (math.factorial(k) * math.factorial(n - k))

* triangular_number nth_triangular triangle_number
* n number
" Return the sum of the numbers from 1 to {n}.
" Return the {n}-th triangular number.
>>> triangular_number(4)
10
>>> triangular_number(100)
5050
def triangular_number(n: int) -> int:
    return n * (n + 1) // 2
===
    return sum(range(1, n + 1))
===
    total = 0
    for i in range(1, n + 1):
        total += i
    return total

* sum_to_n sum_up_to add_up_to sum_first_n
* n limit number
* total result
" Return the sum of all whole numbers from 1 to {n}.
" Add the numbers 1, 2, ..., {n}.
>>> sum_to_n(10)
55
>>> sum_to_n(0)
0
def sum_to_n(n: int) -> int:
    total = 0
    for i in range(1, n + 1):
        total += i
    return total
===
    return sum(range(n + 1))
===
    if n == 0:
        return 0
    return n + sum_to_n(n - 1)
===
    total = 0
    i = 1
    while i <= n:
        total += i
        i += 1
    return total

* arithmetic_sequence arithmetic_progression linear_sequence
* start first
* step difference
* count n length
" Return {count} numbers from {start} on, each {step} more than the one before.
>>> arithmetic_sequence(2, 3, 4)
[2, 5, 8, 11]
>>> arithmetic_sequence(5, 0, 2)
[5, 5]
def arithmetic_sequence(start: int, step: int, count: int) -> list[int]:
    return [start + i * step for i in range(count)]
===
    numbers = []
    current = start
    for _ in range(count):
        numbers.append(current)
        current += step
    return numbers

* geometric_sequence geometric_progression
* start first
* ratio factor
* count n length
" Return {count} numbers from {start} on, each {ratio} times the one before.
>>> geometric_sequence(3, 2, 4)
[3, 6, 12, 24]
def geometric_sequence(start: int, ratio: int, count: int) -> list[int]:
    return [start * ratio**i for i in range(count)]
===
    numbers = []
    value = start
    while len(numbers) < count:
        numbers.append(value)
        value *= ratio
    return numbers

* tribonacci nth_tribonacci tribonacci_number
* n index
" Return the {n}-th Tribonacci number: each is the sum of the three before it.
>>> [tribonacci(i) for i in range(7)]
[0, 0, 1, 1, 2, 4, 7]
def tribonacci(n: int) -> int:
    a, b, c = 0, 0, 1
    for _ in range(n):
        a, b, c = b, c, a + b + c
    return a
===
    if n < 2:
        return 0
    if n == 2:
        return 1
    return tribonacci(n - 1) + tribonacci(n - 2) + tribonacci(n - 3)

* look_and_say next_look_and_say say_digits
* term text digits
" Return the term of the look-and-say sequence that follows {term}.
" Read off the digits of {term}: how many of which.
>>> look_and_say("1")
'11'
>>> look_and_say("1211")
'111221'
def look_and_say(term: str) -> str:
    result = ""
    i = 0
    while i < len(term):
        count = 1
        while i + count < len(term) and term[i + count] == term[i]:
            count += 1
        result += str(count) + term[i]
        i += count
    return result
===
from itertools import groupby

    return "".join(str(len(list(group))) + digit for digit, group in groupby(term))

* happy_number is_happy check_happy is_happy_number
* n number
" Check whether {n} is a happy number.
" Return True if summing the squares of the digits again and again leads to 1.
>>> happy_number(19)
True
>>> happy_number(4)
False
def happy_number(n: int) -> bool:
    seen = set()
    while n != 1 and n not in seen:
        seen.add(n)
        n = sum(int(digit) ** 2 for digit in str(n))
    return n == 1
"""
