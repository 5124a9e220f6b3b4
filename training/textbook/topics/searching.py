"""Searching in lists and texts."""

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

* contains is_in_list includes has_item
* items values
* target wanted
" Check whether {target} is in {items}.
>>> contains([1, 2], 2)
True
>>> contains([], 2)
False
def contains(items: list, target: int) -> bool:
    for item in items:
        if item == target:
            return True
    return False
===
    return target in items
===
    return any(item == target for item in items)

* closest_number find_closest nearest closest_to
* numbers values
* target goal
" Return the number of {numbers} that is closest to {target}.
>>> closest_number([1, 5, 9], 6)
5
def closest_number(numbers: list[int], target: int) -> int:
    return min(numbers, key=lambda number: abs(number - target))
===
    best = numbers[0]
    for number in numbers:
        if abs(number - target) < abs(best - target):
            best = number
    return best

* kth_largest nth_largest find_kth_largest
* numbers values nums
* k n rank
" Return the {k}-th largest of {numbers}; the largest has number 1.
>>> kth_largest([5, 1, 9, 3], 2)
5
import heapq


def kth_largest(numbers: list[int], k: int) -> int:
    return heapq.nlargest(k, numbers)[-1]
===
    return sorted(numbers, reverse=True)[k - 1]
===
    rest = list(numbers)
    for _ in range(k - 1):
        rest.remove(max(rest))
    return max(rest)

* find_substring index_of_substring string_search naive_search
* text s string
* pattern part word
" Return the first position of {pattern} in {text}, or -1.
>>> find_substring("hello", "ll")
2
>>> find_substring("hello", "x")
-1
def find_substring(text: str, pattern: str) -> int:
    for start in range(len(text) - len(pattern) + 1):
        if text[start : start + len(pattern)] == pattern:
            return start
    return -1
===
    return text.find(pattern)

* count_substring count_overlapping occurrences_of
* text s
* pattern part
" Count how often {pattern} occurs in {text}; occurrences may overlap.
>>> count_substring("aaaa", "aa")
3
def count_substring(text: str, pattern: str) -> int:
    count = 0
    for start in range(len(text) - len(pattern) + 1):
        if text.startswith(pattern, start):
            count += 1
    return count
===
    count = 0
    position = text.find(pattern)
    while position != -1:
        count += 1
        position = text.find(pattern, position + 1)
    return count

* find_peak peak_index find_local_maximum
* numbers values
" Return the position of a number that is larger than its neighbours.
>>> find_peak([1, 3, 2])
1
>>> find_peak([1, 2, 3])
2
def find_peak(numbers: list[int]) -> int:
    low, high = 0, len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] < numbers[middle + 1]:
            low = middle + 1
        else:
            high = middle
    return low

* majority_element find_majority majority
* items values votes
" Return the element that makes up more than half of {items}, or None.
>>> majority_element([1, 2, 1, 1])
1
>>> majority_element([1, 2]) is None
True
def majority_element(items: list) -> object:
    for item in set(items):
        if items.count(item) > len(items) / 2:
            return item
    return None
===
    candidate = None
    count = 0
    for item in items:
        if count == 0:
            candidate = item
        count += 1 if item == candidate else -1
    if items.count(candidate) > len(items) // 2:
        return candidate
    return None
===
from collections import Counter

    for item, count in Counter(items).items():
        if count > len(items) / 2:
            return item
    return None

* pairs_with_sum find_pairs all_pairs_with_sum
* numbers values
* total target
" Return all pairs of {numbers} that add up to {total}.
>>> pairs_with_sum([1, 2, 3, 4], 5)
[(1, 4), (2, 3)]
def pairs_with_sum(numbers: list[int], total: int) -> list[tuple[int, int]]:
    pairs = []
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] + numbers[j] == total:
                pairs.append((numbers[i], numbers[j]))
    return pairs
===
from itertools import combinations

    return [(a, b) for a, b in combinations(numbers, 2) if a + b == total]

* integer_square_root isqrt floor_sqrt int_sqrt
* n number
" Return the largest integer whose square is at most {n}.
>>> integer_square_root(17)
4
>>> integer_square_root(0)
0
def integer_square_root(n: int) -> int:
    low, high = 0, n
    while low < high:
        middle = (low + high + 1) // 2
        if middle * middle <= n:
            low = middle
        else:
            high = middle - 1
    return low
===
    root = 0
    while (root + 1) * (root + 1) <= n:
        root += 1
    return root
"""
