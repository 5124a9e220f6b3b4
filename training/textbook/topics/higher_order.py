"""Iterators, generators, decorators, context managers and functions of functions: higher order."""

PROGRAMS = r'''
* make_counter counter_function create_counter
" Return a function that counts its calls.
>>> count = make_counter()
>>> count(), count()
(1, 2)
def make_counter():
    calls = 0

    def count():
        nonlocal calls
        calls += 1
        return calls

    return count

* apply_twice call_twice twice
* function f func
* x value
" Call a function with {x}, then with the result.
>>> apply_twice(lambda n: n + 3, 1)
7
def apply_twice(function, x: int) -> int:
    return function(function(x))

* timer timed measure_time
* function func f
>>> @timer
... def double(n):
...     return 2 * n
>>> double(4)
8
>>> double.seconds >= 0
True
import functools
import time


def timer(function):
    """Decorator that remembers how long the last call took."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        wrapper.seconds = time.perf_counter() - start
        return result

    return wrapper

* log_calls logged trace print_calls
* function func f
>>> @log_calls
... def add(a, b):
...     return a + b
>>> add(1, 2)
calling add with (1, 2)
3
import functools


def log_calls(function):
    """Decorator that prints each call."""

    @functools.wraps(function)
    def wrapper(*args):
        print(f"calling {function.__name__} with {args}")
        return function(*args)

    return wrapper

* memoize cached remember cache_results
* function func f
* cache known results
>>> calls = []
>>> @memoize
... def square(n):
...     calls.append(n)
...     return n * n
>>> square(3), square(3), calls
(9, 9, [3])
import functools


def memoize(function):
    """Decorator that remembers the results of a function."""
    cache = {}

    @functools.wraps(function)
    def wrapper(*args):
        if args not in cache:
            cache[args] = function(*args)
        return cache[args]

    return wrapper
===
def memoize(function):
    cache = {}

    def wrapper(*args):
        if args in cache:
            return cache[args]
        result = function(*args)
        cache[args] = result
        return result

    return wrapper

* count_calls call_counter counted
* function func f
>>> @count_calls
... def hello():
...     return "hi"
>>> hello(), hello(), hello.calls
('hi', 'hi', 2)
import functools


def count_calls(function):
    """Decorator that counts how often a function is called."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper

* repeat call_repeatedly run_times
* times n count
>>> @repeat(2)
... def hello():
...     print("hi")
>>> hello()
hi
hi
import functools


def repeat(times: int):
    """Decorator that calls a function several times."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for _ in range(times):
                result = function(*args, **kwargs)
            return result

        return wrapper

    return decorate

* uppercase shout loud
* function func f
>>> @uppercase
... def greet(name):
...     return "hello " + name
>>> greet("ann")
'HELLO ANN'
def uppercase(function):
    """Decorator that turns the result of a function into capitals."""

    def wrapper(*args):
        return function(*args).upper()

    return wrapper

* Timer Stopwatch BlockTimer
>>> with Timer() as t:
...     _ = sum(range(10))
>>> t.seconds >= 0
True
import time


class Timer:
    """Measures how long a block takes."""

    def __enter__(self) -> "Timer":
        self._start = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = time.perf_counter() - self._start

* changed_folder working_directory inside_folder
* folder path directory
>>> import os
>>> before = os.getcwd()
>>> os.mkdir("sub")
>>> with changed_folder("sub"):
...     os.path.basename(os.getcwd())
'sub'
>>> os.getcwd() == before
True
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def changed_folder(folder: str) -> Iterator[None]:
    """Work in another folder inside of a block."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)

* tag html_tag element
* name title
>>> with tag("p"):
...     print("text")
<p>
text
</p>
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def tag(name: str) -> Iterator[None]:
    """Print an opening tag before a block and a closing one behind it."""
    print(f"<{name}>")
    yield
    print(f"</{name}>")

* flatten_generator walk_nested iter_nested
* items nested
" Yield the elements of lists of any depth.
>>> list(flatten_generator([1, [2, [3]]]))
[1, 2, 3]
from collections.abc import Iterator


def flatten_generator(items: list) -> Iterator[int]:
    for item in items:
        if isinstance(item, list):
            yield from flatten_generator(item)
        else:
            yield item

* cycle_items repeat_items round_robin
* items values
* n count
" Return {n} elements, going round and round through {items}.
>>> cycle_items(["a", "b"], 5)
['a', 'b', 'a', 'b', 'a']
def cycle_items(items: list, n: int) -> list:
    return [items[i % len(items)] for i in range(n)]
===
from itertools import cycle, islice

    return list(islice(cycle(items), n))
'''
