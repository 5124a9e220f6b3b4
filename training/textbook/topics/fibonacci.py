"""Number sequences: Fibonacci, Collatz, Pascal and others: fibonacci."""

PROGRAMS = r"""
* fibonacci fib nth_fibonacci +fibonacci_number
* n number index
" Return the {n}-th Fibonacci number.
" Compute the {n}-th number of the Fibonacci sequence, counted from 0.
: n Position in the sequence, counted from 0.
: return The Fibonacci number at that position.
>>> fibonacci(10)
55
>>> fibonacci(0)
0
>>> fibonacci(1)
1
def fibonacci(n: int) -> int:
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)
===
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
===
    if n == 0:
        return 0
    previous = 0
    current = 1
    for _ in range(n - 1):
        previous, current = current, previous + current
    return current
===
from functools import cache


@cache
def fibonacci(n: int) -> int:
    if n <= 1:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)
===
    if n == 0:
        return 0
    if n == 1:
        return 1
    return fibonacci(n - 1) + fibonacci(n - 2)
===
    numbers = [0, 1]
    for i in range(2, n + 1):
        numbers.append(numbers[i - 1] + numbers[i - 2])
    return numbers[n]

* fibonacci_sequence fibonacci_list first_fibonacci_numbers generate_fibonacci fibonacci_numbers
* n count length
* sequence result numbers
" Return the first {n} Fibonacci numbers.
" Return a list with the first {n} numbers of the Fibonacci sequence.
: n How many numbers to return.
: return A list that begins with 0 and 1.
>>> fibonacci_sequence(8)
[0, 1, 1, 2, 3, 5, 8, 13]
>>> fibonacci_sequence(1)
[0]
>>> fibonacci_sequence(0)
[]
def fibonacci_sequence(n: int) -> list[int]:
    sequence = []
    a, b = 0, 1
    for _ in range(n):
        sequence.append(a)
        a, b = b, a + b
    return sequence
===
    sequence = [0, 1]
    while len(sequence) < n:
        sequence.append(sequence[-1] + sequence[-2])
    return sequence[:n]
===
    if n <= 0:
        return []
    if n == 1:
        return [0]
    sequence = [0, 1]
    for i in range(2, n):
        sequence.append(sequence[i - 1] + sequence[i - 2])
    return sequence

* fibonacci_up_to fibonacci_below list_fibonacci_up_to
* limit n maximum
" Return all Fibonacci numbers up to {limit}.
: limit The largest number that may be in the list.
>>> fibonacci_up_to(20)
[0, 1, 1, 2, 3, 5, 8, 13]
def fibonacci_up_to(limit: int) -> list[int]:
    numbers = []
    a, b = 0, 1
    while a <= limit:
        numbers.append(a)
        a, b = b, a + b
    return numbers

* print_fibonacci show_fibonacci print_fibonacci_numbers
* n count
" Print the first {n} Fibonacci numbers.
>>> print_fibonacci(5)
0
1
1
2
3
def print_fibonacci(n: int) -> None:
    a, b = 0, 1
    for _ in range(n):
        print(a)
        a, b = b, a + b
===
    first = 0
    second = 1
    count = 0
    while count < n:
        print(first)
        following = first + second
        first = second
        second = following
        count += 1

* fibonacci_generator fibonacci_numbers iter_fibonacci
" Yield the Fibonacci numbers without end.
" Generate Fibonacci numbers, one after the other.
>>> from itertools import islice
>>> list(islice(fibonacci_generator(), 7))
[0, 1, 1, 2, 3, 5, 8]
from collections.abc import Iterator


def fibonacci_generator() -> Iterator[int]:
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
===
from collections.abc import Iterator

    previous, current = 0, 1
    while True:
        yield previous
        following = previous + current
        previous, current = current, following

* is_fibonacci is_fibonacci_number check_fibonacci
* n number num
" Check whether {n} is a Fibonacci number.
>>> is_fibonacci(8)
True
>>> is_fibonacci(9)
False
def is_fibonacci(n: int) -> bool:
    a, b = 0, 1
    while a < n:
        a, b = b, a + b
    return a == n

* fibonacci_memo memo_fibonacci fast_fibonacci
* n number
* memo known cache
" Return the {n}-th Fibonacci number and remember those computed before.
>>> fibonacci_memo(30)
832040
>>> fibonacci_memo(1)
1
def fibonacci_memo(n: int, memo: dict[int, int] | None = None) -> int:
    if memo is None:
        memo = {}
    if n < 2:
        return n
    if n not in memo:
        memo[n] = fibonacci_memo(n - 1, memo) + fibonacci_memo(n - 2, memo)
    return memo[n]

* collatz collatz_sequence hailstone collatz_steps_list
* n number start
* sequence result steps
" Return the Collatz sequence that starts at {n}.
" Return the numbers from {n} to 1: half of even ones, three times plus one of odd ones.
: n A positive integer to start with.
: return The sequence; its last number is 1.
>>> collatz(6)
[6, 3, 10, 5, 16, 8, 4, 2, 1]
>>> collatz(1)
[1]
def collatz(n: int) -> list[int]:
    sequence = [n]
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        sequence.append(n)
    return sequence
===
    if n == 1:
        return [1]
    following = n // 2 if n % 2 == 0 else 3 * n + 1
    return [n] + collatz(following)
===
    sequence = [n]
    while sequence[-1] > 1:
        last = sequence[-1]
        sequence.append(last // 2 if last % 2 == 0 else 3 * last + 1)
    return sequence
"""
