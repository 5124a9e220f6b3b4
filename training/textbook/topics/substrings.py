"""Searching in lists and texts: substrings."""

PROGRAMS = r"""
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
