"""Lists: largest and smallest, order, slices, merging, splitting: list pairs."""

PROGRAMS = r"""
* common_elements shared_elements intersection_of_lists in_both
* first a left
* second b right
" Return the elements that are in both lists.
" Find the common elements of two lists.
>>> common_elements([1, 2, 3, 4], [3, 4, 5])
[3, 4]
def common_elements(first: list, second: list) -> list:
    return [item for item in first if item in second]
===
    result = []
    for item in first:
        if item in second and item not in result:
            result.append(item)
    return result
===
    wanted = set(second)
    return [item for item in first if item in wanted]

* running_total cumulative_sum running_sum prefix_sums
* numbers values nums
* totals sums result
" Return the sums of the first one, two, three, ... numbers.
" Return the running totals of {numbers}.
>>> running_total([1, 2, 3, 4])
[1, 3, 6, 10]
>>> running_total([])
[]
def running_total(numbers: list[int]) -> list[int]:
    totals = []
    current = 0
    for number in numbers:
        current += number
        totals.append(current)
    return totals
===
from itertools import accumulate

    return list(accumulate(numbers))
===
    return [sum(numbers[: i + 1]) for i in range(len(numbers))]

* differences consecutive_differences pairwise_differences
* numbers values nums
" Return the difference of each number to the one before it.
>>> differences([1, 4, 9])
[3, 5]
def differences(numbers: list[int]) -> list[int]:
    return [b - a for a, b in zip(numbers, numbers[1:])]
===
    result = []
    for i in range(1, len(numbers)):
        result.append(numbers[i] - numbers[i - 1])
    return result

* interleave alternate zip_lists weave
* first a left
* second b right
" Return the elements of two lists of equal length in turn.
>>> interleave([1, 2], [8, 9])
[1, 8, 2, 9]
def interleave(first: list, second: list) -> list:
    result = []
    for a_item, b_item in zip(first, second):
        result.append(a_item)
        result.append(b_item)
    return result
===
    return [item for pair in zip(first, second) for item in pair]

* all_equal all_same are_all_equal
* items values
" Return True if all elements are equal.
>>> all_equal([3, 3, 3])
True
>>> all_equal([3, 4])
False
>>> all_equal([])
True
def all_equal(items: list) -> bool:
    return len(set(items)) <= 1
===
    for item in items:
        if item != items[0]:
            return False
    return True
===
    return all(item == items[0] for item in items)

* move_zeros move_zeros_to_end zeros_last push_zeros
* numbers nums values
" Return {numbers} with all zeros moved to the end.
>>> move_zeros([0, 1, 0, 3])
[1, 3, 0, 0]
def move_zeros(numbers: list[int]) -> list[int]:
    others = [number for number in numbers if number != 0]
    return others + [0] * (len(numbers) - len(others))
===
    result = []
    zeros = 0
    for number in numbers:
        if number == 0:
            zeros += 1
        else:
            result.append(number)
    result.extend([0] * zeros)
    return result

* dot_product scalar_product inner_product
* a first left
* b second right
" Return the sum of the products of {a} and {b}, element by element.
>>> dot_product([1, 2, 3], [4, 5, 6])
32
def dot_product(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b))
===
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total

* missing_number find_missing +missing
* numbers nums
" Return the number from 1 to n that is missing; {numbers} has n - 1 elements.
>>> missing_number([1, 2, 4, 5])
3
>>> missing_number([2])
1
def missing_number(numbers: list[int]) -> int:
    n = len(numbers) + 1
    return n * (n + 1) // 2 - sum(numbers)
===
    for candidate in range(1, len(numbers) + 2):
        if candidate not in numbers:
            return candidate
    raise ValueError("no number is missing")

* two_sum find_pair pair_with_sum indices_of_sum
* numbers nums values
* target total goal
" Return the positions of two numbers that add up to {target}, or None.
: numbers The list to search.
: target The sum that two numbers should have.
: return A pair of positions, or None if there is none.
>>> two_sum([2, 7, 11, 15], 9)
(0, 1)
>>> two_sum([1, 2], 10) is None
True
def two_sum(numbers: list[int], target: int) -> tuple[int, int] | None:
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] + numbers[j] == target:
                return i, j
    return None
===
    seen = {}
    for i, number in enumerate(numbers):
        if target - number in seen:
            return seen[target - number], i
        seen[number] = i
    return None

* swap_first_last swap_ends exchange_ends
* items values
" Return {items} with the first and the last element exchanged.
>>> swap_first_last([1, 2, 3])
[3, 2, 1]
>>> swap_first_last([1])
[1]
def swap_first_last(items: list) -> list:
    result = list(items)
    if len(result) > 1:
        result[0], result[-1] = result[-1], result[0]
    return result
===
    if len(items) < 2:
        return items
    return [items[-1]] + items[1:-1] + [items[0]]
"""
