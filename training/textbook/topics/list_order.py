"""Lists: largest and smallest, order, slices, merging, splitting: list order."""

PROGRAMS = r"""
* remove_duplicates unique_elements deduplicate unique_items without_duplicates
* items values elements
* result unique kept
" Return {items} without repetitions, in their first order.
" Remove duplicates from a list and keep the order.
: items A list, in which elements may occur several times.
: return A new list in which each element occurs once.
>>> remove_duplicates([1, 2, 1, 3, 2])
[1, 2, 3]
>>> remove_duplicates([])
[]
def remove_duplicates(items: list) -> list:
    result = []
    for item in items:
        if item not in result:
            result.append(item)
    return result
===
    seen = set()
    result = []
    for item in items:
        if item not in seen:
            seen.add(item)
            result.append(item)
    return result
===
    return list(dict.fromkeys(items))

* find_duplicates +duplicates repeated_items
* items values
" Return the elements that occur more than once.
" Find the duplicates in a list.
>>> find_duplicates([1, 2, 1, 3, 2])
[1, 2]
>>> find_duplicates([1, 2])
[]
def find_duplicates(items: list) -> list:
    seen = set()
    duplicates_found = []
    for item in items:
        if item in seen and item not in duplicates_found:
            duplicates_found.append(item)
        seen.add(item)
    return duplicates_found
===
from collections import Counter

    return [item for item, count in Counter(items).items() if count > 1]

* has_duplicates contains_duplicates any_duplicates
* items values
" Return True if an element occurs more than once.
>>> has_duplicates([1, 2, 1])
True
>>> has_duplicates([1, 2, 3])
False
def has_duplicates(items: list) -> bool:
    return len(items) != len(set(items))
===
    seen = set()
    for item in items:
        if item in seen:
            return True
        seen.add(item)
    return False
===
    for i in range(len(items)):
        for j in range(i + 1, len(items)):
            if items[i] == items[j]:
                return True
    return False

* is_sorted check_sorted is_ascending in_order
* numbers values items
" Check whether {numbers} are in ascending order.
>>> is_sorted([1, 2, 2, 5])
True
>>> is_sorted([3, 1])
False
def is_sorted(numbers: list[int]) -> bool:
    for i in range(len(numbers) - 1):
        if numbers[i] > numbers[i + 1]:
            return False
    return True
===
    return all(a <= b for a, b in zip(numbers, numbers[1:]))
===
    return numbers == sorted(numbers)

* flatten flatten_list flatten_once join_lists concatenate
* lists nested rows
* result flat
" Return the elements of all inner lists in one list.
" Flatten a list of lists.
>>> flatten([[1, 2], [3], []])
[1, 2, 3]
def flatten(lists: list[list]) -> list:
    result = []
    for inner in lists:
        for item in inner:
            result.append(item)
    return result
===
    return [item for inner in lists for item in inner]
===
    result = []
    for inner in lists:
        result.extend(inner)
    return result
===
from itertools import chain

    return list(chain.from_iterable(lists))

* flatten_deep deep_flatten flatten_nested
* items nested
" Flatten a list of lists of any depth.
>>> flatten_deep([1, [2, [3, 4]], 5])
[1, 2, 3, 4, 5]
def flatten_deep(items: list) -> list:
    result = []
    for item in items:
        if isinstance(item, list):
            result.extend(flatten_deep(item))
        else:
            result.append(item)
    return result

* chunk chunk_list split_into_chunks chunks batches
* items values data
* size n length
" Split {items} into lists of {size} elements; the last one may be shorter.
" Return {items} in pieces of length {size}.
: items The list to split.
: size How many elements a piece has.
>>> chunk([1, 2, 3, 4, 5], 2)
[[1, 2], [3, 4], [5]]
def chunk(items: list, size: int) -> list[list]:
    return [items[i : i + size] for i in range(0, len(items), size)]
===
    pieces = []
    for start in range(0, len(items), size):
        pieces.append(items[start : start + size])
    return pieces
===
    pieces = []
    current = []
    for item in items:
        current.append(item)
        if len(current) == size:
            pieces.append(current)
            current = []
    if current:
        pieces.append(current)
    return pieces

* rotate_left rotate_list shift_left
* items values
* steps k n
" Return {items} rotated to the left by {steps}.
>>> rotate_left([1, 2, 3, 4], 1)
[2, 3, 4, 1]
>>> rotate_left([], 3)
[]
def rotate_left(items: list, steps: int) -> list:
    if not items:
        return []
    steps %= len(items)
    return items[steps:] + items[:steps]
===
from collections import deque

    queue = deque(items)
    queue.rotate(-steps)
    return list(queue)

* merge_sorted merge_sorted_lists merge
* left first a
* right second b
* merged result
" Merge two sorted lists into one.
: left A list in ascending order.
: right Another list in ascending order.
: return All elements in ascending order.
>>> merge_sorted([1, 4, 6], [2, 3, 7])
[1, 2, 3, 4, 6, 7]
>>> merge_sorted([], [1])
[1]
def merge_sorted(left: list[int], right: list[int]) -> list[int]:
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]
===
    if not left:
        return right
    if not right:
        return left
    if left[0] <= right[0]:
        return [left[0]] + merge_sorted(left[1:], right)
    return [right[0]] + merge_sorted(left, right[1:])
"""
