"""Elements and parts of lists and tuples; functions with any number of arguments: list basics."""

PROGRAMS = r"""
* first_element first head get_first
* items values
" Return the first element of {items}, or None if it is empty.
>>> first_element([4, 5])
4
>>> first_element([]) is None
True
def first_element(items: list) -> object:
    if not items:
        return None
    return items[0]
===
    return items[0] if items else None

* last_element last get_last
* items values
" Return the last element of {items}, or None if it is empty.
>>> last_element([4, 5])
5
def last_element(items: list) -> object:
    if len(items) == 0:
        return None
    return items[-1]

* middle_element middle get_middle
* items values
" Return the element in the middle of {items}.
>>> middle_element([1, 2, 3])
2
def middle_element(items: list) -> object:
    return items[len(items) // 2]

* first_n take_first first_elements
* items values
* n count
" Return the first {n} elements of {items}.
>>> first_n([1, 2, 3], 2)
[1, 2]
def first_n(items: list, n: int) -> list:
    return items[:n]

* last_n take_last last_elements
* items values
* n count
" Return the last {n} elements of {items}.
>>> last_n([1, 2, 3], 2)
[2, 3]
>>> last_n([1, 2], 0)
[]
def last_n(items: list, n: int) -> list:
    return items[len(items) - n :]
===
    return items[-n:] if n > 0 else []

* every_nth every_nth_element take_every
* items values
* n step
" Return every {n}-th element of {items}, beginning with the first.
>>> every_nth([1, 2, 3, 4, 5], 2)
[1, 3, 5]
def every_nth(items: list, n: int) -> list:
    return items[::n]
===
    return [item for i, item in enumerate(items) if i % n == 0]

* remove_at delete_at without_position
* items values
* position index i
" Return {items} without the element at {position}.
>>> remove_at([1, 2, 3], 1)
[1, 3]
def remove_at(items: list, position: int) -> list:
    return items[:position] + items[position + 1 :]
===
    result = list(items)
    del result[position]
    return result

* insert_at insert_element add_at
* items values
* position index
* item value element
" Return {items} with {item} inserted at {position}.
>>> insert_at([1, 3], 1, 2)
[1, 2, 3]
def insert_at(items: list, position: int, item: int) -> list:
    return items[:position] + [item] + items[position:]
===
    result = items.copy()
    result.insert(position, item)
    return result

* remove_value remove_all delete_value without_value
* items values
* value unwanted target
" Return {items} without any element equal to {value}.
>>> remove_value([1, 2, 1], 1)
[2]
def remove_value(items: list, value: int) -> list:
    return [item for item in items if item != value]
===
    result = []
    for item in items:
        if item != value:
            result.append(item)
    return result

* replace_value substitute replace_all
* items values
* old before
* new after
" Return {items} with each {old} replaced by {new}.
>>> replace_value([1, 2, 1], 1, 9)
[9, 2, 9]
def replace_value(items: list, old: int, new: int) -> list:
    return [new if item == old else item for item in items]
===
    result = []
    for item in items:
        if item == old:
            result.append(new)
        else:
            result.append(item)
    return result

* split_list split_in_half halves
* items values
" Split {items} into two halves; the first one may be shorter.
>>> split_list([1, 2, 3])
([1], [2, 3])
def split_list(items: list) -> tuple[list, list]:
    middle = len(items) // 2
    return items[:middle], items[middle:]

* rotate_right rotate shift_right
* items values
* steps k n
" Return {items} rotated to the right by {steps}.
>>> rotate_right([1, 2, 3, 4], 1)
[4, 1, 2, 3]
def rotate_right(items: list, steps: int) -> list:
    if not items:
        return []
    steps %= len(items)
    return items[len(items) - steps :] + items[: len(items) - steps]
===
    result = list(items)
    for _ in range(steps):
        result.insert(0, result.pop())
    return result

* max_difference largest_difference biggest_gap
* numbers values
" Return the largest difference between two of {numbers}.
>>> max_difference([3, 10, 6])
7
def max_difference(numbers: list[int]) -> int:
    return max(numbers) - min(numbers)
===
    best = 0
    for a in numbers:
        for b in numbers:
            if a - b > best:
                best = a - b
    return best

* product_of_list multiply_all product list_product
* numbers values nums
" Return the product of {numbers}.
>>> product_of_list([2, 3, 4])
24
>>> product_of_list([])
1
def product_of_list(numbers: list[int]) -> int:
    result = 1
    for number in numbers:
        result *= number
    return result
===
import math

    return math.prod(numbers)
===
from functools import reduce

    return reduce(lambda a, b: a * b, numbers, 1)

* product_except_self products_of_others
* numbers values
" Return for each number the product of all others.
>>> product_except_self([1, 2, 3, 4])
[24, 12, 8, 6]
def product_except_self(numbers: list[int]) -> list[int]:
    result = []
    for i in range(len(numbers)):
        product = 1
        for j in range(len(numbers)):
            if i != j:
                product *= numbers[j]
        result.append(product)
    return result
"""
