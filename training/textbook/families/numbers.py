"""Programs on lists of numbers: which ones count, what becomes of them, what is summed up."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from training.textbook.exercise import Exercise
from training.textbook.families.compose import compose, mixed
from training.textbook.families.parts import EVERY, IS_PRIME, Input, Keep, Make
from training.textbook.families.reductions import NUMBER_REDUCTIONS
from training.textbook.vary import variants

HOW_MANY = 2600
NUMBERS = Input(
    "numbers", "number", "numbers values nums data items", "list[int]", "number num n x value", "int",
    "A list of integers.", "in {numbers}",
    (
        [], [5], [1, 2, 3, 4, 5, 6], [3, -4, 10, 7, 0, 12], [15, 30, 7, 8, -3], [2, 4, 6, 9], [-5, -2, 0, 3],
        [10, 20, 25, 31, 100], [11, 12, 13, 14, 16], [7, 77, 17, 70], [9, 8, 7, 6, 5], [0, 0, 1, 1, 2],
        [121, 36, 5, -10], [1, 4, 9, 16, 25], [12, 15, 18, 20, 22], [3, 3, 6, 9, 50], [-1, -2, -3, 48],
    ),
)  # fmt: skip


def prime(n: int) -> bool:
    """Tell whether a number is prime."""
    return n > 1 and all(n % d for d in range(2, n))


def perfect_square(n: int) -> bool:
    """Tell whether a number is a square."""
    return any(i * i == n for i in range(abs(n) + 1))


LIMIT = ("limit", "int", 5, "threshold bound minimum k")
DIVISOR = ("divisor", "int", 3, "k d factor")
KEEPS = [
    EVERY,
    Keep("even", "", "{x} % 2 == 0", lambda x: x in range(-1000, 1000, 2)),
    Keep("odd", "", "{x} % 2 == 1", lambda x: x in range(-999, 1000, 2)),
    Keep("odd", "", "{x} % 2 != 0", lambda x: x in range(-999, 1000, 2)),
    Keep("positive", "", "{x} > 0", lambda x: x >= 1),
    Keep("negative", "", "{x} < 0", lambda x: x <= -1),
    Keep("non-negative", "", "{x} >= 0", lambda x: x > -1),
    Keep("non-zero", "", "{x} != 0", lambda x: bool(x)),
    Keep("prime", "", "is_prime({x})", prime, helper=IS_PRIME),
    Keep("two-digit", "", "10 <= abs({x}) <= 99", lambda x: len(str(abs(x))) == 2),
    Keep("one-digit", "", "abs({x}) < 10", lambda x: len(str(abs(x))) == 1),
    Keep("", "divisible by three", "{x} % 3 == 0", lambda x: x in range(-999, 999, 3)),
    Keep("", "divisible by 3", "{x} % 3 == 0", lambda x: x in range(-999, 999, 3)),
    Keep("", "divisible by 5", "{x} % 5 == 0", lambda x: x in range(-1000, 999, 5)),
    Keep("", "divisible by 4", "{x} % 4 == 0", lambda x: x in range(-1000, 999, 4)),
    Keep("", "not divisible by 3", "{x} % 3 != 0", lambda x: x not in range(-999, 999, 3)),
    Keep("", "divisible by 3 or 5", "{x} % 3 == 0 or {x} % 5 == 0", lambda x: 0 in (x % 3, x % 5)),
    Keep("", "divisible by 2 and 3", "{x} % 2 == 0 and {x} % 3 == 0", lambda x: x % 6 == 0),
    Keep("", "divisible by {divisor}", "{x} % divisor == 0", lambda x: x % 3 == 0, "divisible_by", DIVISOR),
    Keep("", "greater than {limit}", "{x} > limit", lambda x: x > 5, "greater_than", LIMIT),
    Keep("", "above {limit}", "{x} > limit", lambda x: x > 5, "above", LIMIT),
    Keep("", "less than {limit}", "{x} < limit", lambda x: x < 5, "less_than", LIMIT),
    Keep("", "below {limit}", "{x} < limit", lambda x: x < 5, "below", LIMIT),
    Keep("", "of at least {limit}", "{x} >= limit", lambda x: x >= 5, "of_at_least", LIMIT),
    Keep("", "not equal to {limit}", "{x} != limit", lambda x: x != 5, "not_equal_to", LIMIT),
    Keep("", "greater than 10", "{x} > 10", lambda x: x >= 11),
    Keep("", "less than 10", "{x} < 10", lambda x: x <= 9),
    Keep("", "greater than 100", "{x} > 100", lambda x: x >= 101),
    Keep("", "between 1 and 10", "1 <= {x} <= 10", lambda x: x in range(1, 11)),
    Keep("", "that end in 0", "{x} % 10 == 0", lambda x: str(x)[-1] == "0", "ending_in_0"),
    Keep("", "that end in 7", "abs({x}) % 10 == 7", lambda x: str(x)[-1] == "7", "ending_in_7"),
    Keep("positive even", "", "{x} > 0 and {x} % 2 == 0", lambda x: x in range(2, 999, 2)),
    Keep("positive odd", "", "{x} > 0 and {x} % 2 == 1", lambda x: x in range(1, 999, 2)),
    Keep("negative even", "", "{x} < 0 and {x} % 2 == 0", lambda x: x in range(-998, 0, 2)),
    Keep("square", "", "{x} >= 0 and int({x}**0.5) ** 2 == {x}", perfect_square),
]  # fmt: skip
MAKES = [
    None, None, None,
    Make("the squares of {np}", "squares_of_{np}", "{x}**2", lambda x: x * x, "int"),
    Make("the squares of {np}", "squared_{np}", "{x} * {x}", lambda x: x**2, "int"),
    Make("the cubes of {np}", "cubes_of_{np}", "{x}**3", lambda x: x * x * x, "int"),
    Make("the doubles of {np}", "doubled_{np}", "{x} * 2", lambda x: x + x, "int"),
    Make("the triples of {np}", "tripled_{np}", "3 * {x}", lambda x: x + x + x, "int"),
    Make("the halves of {np}", "halves_of_{np}", "{x} / 2", lambda x: x * 0.5, "float"),
    Make("the negatives of {np}", "negated_{np}", "-{x}", lambda x: 0 - x, "int"),
    Make("the absolute values of {np}", "absolute_values_of_{np}", "abs({x})", lambda x: max(x, -x), "int"),
    Make("the last digits of {np}", "last_digits_of_{np}", "abs({x}) % 10", lambda x: int(str(x)[-1]), "int"),
    Make("the digit sums of {np}", "digit_sums_of_{np}", "sum(int(digit) for digit in str(abs({x})))", lambda x: sum(map(int, str(abs(x)))), "int"),
    Make("the numbers of digits of {np}", "digit_counts_of_{np}", "len(str(abs({x})))", lambda x: len(f"{abs(x)}"), "int"),
    Make("the successors of {np}", "successors_of_{np}", "{x} + 1", lambda x: 1 + x, "int"),
    Make("the remainders of {np} after division by 3", "remainders_by_3_of_{np}", "{x} % 3", lambda x: x - 3 * math.floor(x / 3), "int"),
    Make("{np} as strings", "{np}_as_strings", "str({x})", lambda x: f"{x}", "str"),
    Make("{np} in binary", "{np}_in_binary", "bin({x})", lambda x: f"{x:#b}", "str"),
    Make("{np} increased by 10", "{np}_plus_10", "{x} + 10", lambda x: 10 + x, "int"),
    Make("{np} multiplied by 10", "{np}_times_10", "{x} * 10", lambda x: 10 * x, "int"),
]  # fmt: skip


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    made = 0
    for keep, make, reduce in mixed(rng, KEEPS, MAKES, NUMBER_REDUCTIONS):
        program = compose("numbers", NUMBERS, keep, make, reduce, rng)
        if program is None:
            continue
        for item in variants(program, rng, 2 if make is None else 1):
            yield item
            made += 1
        if made >= HOW_MANY:
            return
