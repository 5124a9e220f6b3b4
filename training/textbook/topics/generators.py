"""Iterators, generators, decorators, context managers and functions of functions: generators."""

PROGRAMS = r'''
* countdown count_down down_from
* start n number
" Yield the numbers from {start} down to 1.
>>> list(countdown(3))
[3, 2, 1]
from collections.abc import Iterator


def countdown(start: int) -> Iterator[int]:
    while start > 0:
        yield start
        start -= 1
===
from collections.abc import Iterator

    for number in range(start, 0, -1):
        yield number
===
from collections.abc import Iterator

    yield from range(start, 0, -1)

* Countdown CountDown Down
>>> list(Countdown(3))
[3, 2, 1]
class Countdown:
    """An iterator from a number down to 1."""

    def __init__(self, start: int) -> None:
        self.current = start

    def __iter__(self) -> "Countdown":
        return self

    def __next__(self) -> int:
        if self.current <= 0:
            raise StopIteration
        self.current -= 1
        return self.current + 1

* even_numbers generate_evens evens
* limit n maximum
" Yield the even numbers from 0 up to {limit}.
>>> list(even_numbers(6))
[0, 2, 4, 6]
from collections.abc import Iterator


def even_numbers(limit: int) -> Iterator[int]:
    for number in range(0, limit + 1, 2):
        yield number
===
from collections.abc import Iterator

    number = 0
    while number <= limit:
        yield number
        number += 2

* squares generate_squares square_numbers
* n count limit
" Yield the squares of 1 to {n}.
>>> list(squares(3))
[1, 4, 9]
from collections.abc import Iterator


def squares(n: int) -> Iterator[int]:
    for i in range(1, n + 1):
        yield i**2

* primes generate_primes prime_generator all_primes
" Yield the prime numbers without end.
>>> from itertools import islice
>>> list(islice(primes(), 5))
[2, 3, 5, 7, 11]
from collections.abc import Iterator


def primes() -> Iterator[int]:
    found = []
    candidate = 2
    while True:
        if all(candidate % prime for prime in found):
            found.append(candidate)
            yield candidate
        candidate += 1

* pairwise neighbors consecutive_pairs adjacent_pairs
* items values
" Yield each element with the next one.
>>> list(pairwise([1, 2, 3]))
[(1, 2), (2, 3)]
from collections.abc import Iterator


def pairwise(items: list) -> Iterator[tuple]:
    for i in range(len(items) - 1):
        yield items[i], items[i + 1]
===
from collections.abc import Iterator

    yield from zip(items, items[1:])

* sliding_window windows window
* items values
* size n width
" Yield every {size} elements in a row.
>>> list(sliding_window([1, 2, 3, 4], 3))
[[1, 2, 3], [2, 3, 4]]
from collections.abc import Iterator


def sliding_window(items: list, size: int) -> Iterator[list]:
    for start in range(len(items) - size + 1):
        yield items[start : start + size]
===
from collections import deque
from collections.abc import Iterator

    window = deque(maxlen=size)
    for item in items:
        window.append(item)
        if len(window) == size:
            yield list(window)

* take first_items take_first
* items iterable
* n count
" Return the first {n} elements as a list.
>>> take([5, 6, 7], 2)
[5, 6]
def take(items: list, n: int) -> list:
    result = []
    for item in items:
        if len(result) == n:
            break
        result.append(item)
    return result
===
from itertools import islice

    return list(islice(items, n))

* take_while leading prefix_while
* items values
* predicate condition test
" Return the first elements for which a condition holds.
>>> take_while([1, 2, 9, 1], lambda n: n < 5)
[1, 2]
def take_while(items: list, predicate) -> list:
    result = []
    for item in items:
        if not predicate(item):
            break
        result.append(item)
    return result
===
from itertools import takewhile

    return list(takewhile(predicate, items))

* my_map apply_to_all map_list apply
* function func f
* items values
" Return the results of calling a function with each element.
>>> my_map(lambda n: n * n, [1, 2, 3])
[1, 4, 9]
def my_map(function, items: list) -> list:
    result = []
    for item in items:
        result.append(function(item))
    return result
===
    return [function(item) for item in items]

* my_filter keep_if filter_list select
* predicate condition test
* items values
" Return the elements for which {predicate} holds.
>>> my_filter(lambda n: n > 1, [1, 2, 3])
[2, 3]
def my_filter(predicate, items: list) -> list:
    result = []
    for item in items:
        if predicate(item):
            result.append(item)
    return result
===
    return [item for item in items if predicate(item)]

* my_reduce fold reduce_list fold_left
* function func f
* items values
* initial start
" Combine all elements from left to right with a function.
>>> my_reduce(lambda a, b: a + b, [1, 2, 3], 0)
6
def my_reduce(function, items: list, initial: int) -> int:
    result = initial
    for item in items:
        result = function(result, item)
    return result

* compose combine_functions chain_functions
* f first outer
* g second inner
" Return a function that calls {g} first and {f} with its result.
>>> compose(lambda x: x + 1, lambda x: x * 2)(5)
11
def compose(f, g):
    def combined(x):
        return f(g(x))

    return combined
===
    return lambda x: f(g(x))

* make_adder adder create_adder add_by
* n amount number
" Return a function that adds {n} to its argument.
>>> make_adder(3)(4)
7
def make_adder(n: int):
    def add(x):
        return x + n

    return add
===
    return lambda x: x + n

* make_multiplier multiplier create_multiplier
* factor n
" Return a function that multiplies its argument by {factor}.
>>> double = make_multiplier(2)
>>> double(8)
16
def make_multiplier(factor: int):
    def multiply(x):
        return x * factor

    return multiply
'''
