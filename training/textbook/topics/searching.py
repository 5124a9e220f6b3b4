"""Searching in lists and texts: searching."""

PROGRAMS = r"""
* linear_search find_index search find_position sequential_search
* items numbers values data
* target wanted value key
" Return the position of {target} in {items}, or -1.
" Search a list from left to right; return -1 if {target} is not there.
: items The list to search.
: target What to look for.
: return The first position, or -1 if it is not in the list.
>>> linear_search([4, 2, 7], 7)
2
>>> linear_search([4, 2], 9)
-1
def linear_search(items: list, target: int) -> int:
    for i in range(len(items)):
        if items[i] == target:
            return i
    return -1
===
    for i, item in enumerate(items):
        if item == target:
            return i
    return -1
===
    if target in items:
        return items.index(target)
    return -1
===
    position = 0
    while position < len(items):
        if items[position] == target:
            return position
        position += 1
    return -1

* binary_search search_sorted find_in_sorted bisect_search
* numbers items arr values
* target wanted key
* low left start
* high right end
" Return the position of {target} in the sorted list {numbers}, or -1.
" Find {target} in a sorted list by halving the range again and again.
: numbers A list in ascending order.
: target The number to look for.
: return Its position, or -1 if it is not there.
>>> binary_search([1, 3, 5, 7, 9], 7)
3
>>> binary_search([1, 3], 2)
-1
>>> binary_search([], 1)
-1
def binary_search(numbers: list[int], target: int) -> int:
    low = 0
    high = len(numbers) - 1
    while low <= high:
        middle = (low + high) // 2
        if numbers[middle] == target:
            return middle
        if numbers[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1
===
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] < target:
            low = middle + 1
        else:
            high = middle
    if low < len(numbers) and numbers[low] == target:
        return low
    return -1
===
from bisect import bisect_left

    position = bisect_left(numbers, target)
    if position < len(numbers) and numbers[position] == target:
        return position
    return -1

* binary_search_recursive recursive_binary_search
* numbers items values
* target wanted
" Find {target} in a sorted list by recursion; return its position or -1.
>>> binary_search_recursive([1, 3, 5, 7], 5, 0, 3)
2
>>> binary_search_recursive([1, 3], 4, 0, 1)
-1
def binary_search_recursive(numbers: list[int], target: int, low: int, high: int) -> int:
    if low > high:
        return -1
    middle = (low + high) // 2
    if numbers[middle] == target:
        return middle
    if numbers[middle] < target:
        return binary_search_recursive(numbers, target, middle + 1, high)
    return binary_search_recursive(numbers, target, low, middle - 1)

* insert_position lower_bound find_insert_position search_insert
* numbers values
* target number
" Return where {target} must be inserted so that {numbers} stay sorted.
>>> insert_position([1, 3, 5], 4)
2
>>> insert_position([1, 3, 5], 0)
0
def insert_position(numbers: list[int], target: int) -> int:
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] < target:
            low = middle + 1
        else:
            high = middle
    return low
===
    for i, number in enumerate(numbers):
        if number >= target:
            return i
    return len(numbers)

* count_occurrences count_in_list how_often count_value
* items numbers values
* target wanted item_wanted
" Count how often {target} is in {items}.
>>> count_occurrences([1, 2, 1], 1)
2
>>> count_occurrences([], 1)
0
def count_occurrences(items: list, target: int) -> int:
    count = 0
    for item in items:
        if item == target:
            count += 1
    return count
===
    return items.count(target)
===
    return sum(1 for item in items if item == target)

* find_all find_all_positions all_indices indices_of
* items values
* target wanted
" Return all positions of {target} in {items}.
>>> find_all([1, 2, 1], 1)
[0, 2]
def find_all(items: list, target: int) -> list[int]:
    return [i for i, item in enumerate(items) if item == target]
===
    positions = []
    for i in range(len(items)):
        if items[i] == target:
            positions.append(i)
    return positions
"""
