"""Sets."""

PROGRAMS = r"""
* intersection common_items in_both shared
* first a left
* second b right
" Return the elements that are in both sets.
>>> sorted(intersection({1, 2, 3}, {2, 3, 4}))
[2, 3]
def intersection(first: set, second: set) -> set:
    return first & second
===
    return {item for item in first if item in second}
===
    result = set()
    for item in first:
        if item in second:
            result.add(item)
    return result

* union all_items combine_sets in_either
* first a left
* second b right
" Return the elements that are in at least one of two sets.
>>> sorted(union({1, 2}, {2, 5}))
[1, 2, 5]
def union(first: set, second: set) -> set:
    return first | second
===
    result = set(first)
    for item in second:
        result.add(item)
    return result
===
    return first.union(second)

* difference only_in_first set_difference missing_from_second
* first a left
* second b right
" Return the elements of {first} that are not in {second}.
>>> sorted(difference({1, 2, 3}, {2}))
[1, 3]
def difference(first: set, second: set) -> set:
    return first - second
===
    return {item for item in first if item not in second}

* symmetric_difference in_one_only exclusive_items
* first a left
* second b right
" Return the elements that are in exactly one of two sets.
>>> sorted(symmetric_difference({1, 2}, {2, 3}))
[1, 3]
def symmetric_difference(first: set, second: set) -> set:
    return first ^ second
===
    return (first - second) | (second - first)

* is_subset contained_in subset_of
* small first inner
* large second outer
" Check whether every element of {small} is in {large}.
>>> is_subset({1, 2}, {1, 2, 3})
True
>>> is_subset({5}, {1, 2})
False
def is_subset(small: set, large: set) -> bool:
    return small <= large
===
    for item in small:
        if item not in large:
            return False
    return True
===
    return all(item in large for item in small)

* are_disjoint no_common_items disjoint
* first a
* second b
" Check that two sets have no element in common.
>>> are_disjoint({1, 2}, {3})
True
>>> are_disjoint({1, 2}, {2})
False
def are_disjoint(first: set, second: set) -> bool:
    return not first & second
===
    return first.isdisjoint(second)
===
    return all(item not in second for item in first)

* jaccard jaccard_similarity set_similarity
* first a
* second b
" Return the size of the intersection divided by the size of the union.
>>> jaccard({1, 2, 3}, {2, 3, 4})
0.5
>>> jaccard(set(), set())
1.0
def jaccard(first: set, second: set) -> float:
    if not first and not second:
        return 1.0
    return len(first & second) / len(first | second)

* power_set all_subsets subsets
* items elements
* result subsets_found
" Return all subsets of {items} as lists.
>>> power_set([1, 2])
[[], [1], [2], [1, 2]]
def power_set(items: list) -> list[list]:
    result = [[]]
    for item in items:
        result += [subset + [item] for subset in result]
    return result
===
from itertools import combinations

    result = []
    for size in range(len(items) + 1):
        for subset in combinations(items, size):
            result.append(list(subset))
    return result

* count_distinct number_of_distinct count_unique
* items values
" Return how many different elements there are.
>>> count_distinct([1, 2, 1])
2
def count_distinct(items: list) -> int:
    return len(set(items))
===
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return len(seen)

* common_to_all shared_by_all intersection_of_all
* lists groups collections_given
" Return the sorted elements that are in every list.
>>> common_to_all([[1, 2, 3], [2, 3], [3, 2, 9]])
[2, 3]
def common_to_all(lists: list[list[int]]) -> list[int]:
    common = set(lists[0])
    for other in lists[1:]:
        common &= set(other)
    return sorted(common)
===
    return sorted(set.intersection(*map(set, lists)))

* cartesian_product all_pairs product_of_lists
* first a
* second b
" Return all pairs of an element of {first} and one of {second}.
>>> cartesian_product([1, 2], ["x", "y"])
[(1, 'x'), (1, 'y'), (2, 'x'), (2, 'y')]
def cartesian_product(first: list, second: list) -> list[tuple]:
    return [(x, y) for x in first for y in second]
===
    pairs = []
    for x in first:
        for y in second:
            pairs.append((x, y))
    return pairs
===
import itertools

    return list(itertools.product(first, second))

* has_unique_characters all_unique no_repeated_letters
* text word s
" Return True if no character occurs twice.
>>> has_unique_characters("abc")
True
>>> has_unique_characters("hello")
False
def has_unique_characters(text: str) -> bool:
    return len(set(text)) == len(text)
===
    seen = set()
    for char in text:
        if char in seen:
            return False
        seen.add(char)
    return True
"""
