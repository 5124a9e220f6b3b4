"""Functions of lists."""

from __future__ import annotations


def last_item(items: list[int]) -> int | None:
    """Return the last item of a list, or None if it is empty.

    >>> last_item([3, 1, 2])
    2
    """
    return items[-1] if items else None


def unique_in_order(items: list[int]) -> list[int]:
    """Return the items without repetitions, each at its first place.

    >>> unique_in_order([3, 1, 3, 2, 1])
    [3, 1, 2]
    """
    return list(dict.fromkeys(items))


def chunks(items: list[int], size: int) -> list[list[int]]:
    """Cut a list into pieces of the given size; the last may be shorter.

    >>> chunks([1, 2, 3, 4, 5], 2)
    [[1, 2], [3, 4], [5]]
    """
    return [items[start : start + size] for start in range(0, len(items), size)]


def flatten_once(lists: list[list[int]]) -> list[int]:
    """Return the items of all lists in one list.

    >>> flatten_once([[1, 2], [], [3]])
    [1, 2, 3]
    """
    return [item for items in lists for item in items]


def running_total(values: list[int]) -> list[int]:
    """Return the sums of the first one, two, three, ... values.

    >>> running_total([1, 2, 3])
    [1, 3, 6]
    """
    total, totals = 0, []
    for value in values:
        total += value
        totals.append(total)
    return totals


def second_largest(values: list[int]) -> int | None:
    """Return the second largest of the different values, or None if there is none.

    >>> second_largest([4, 9, 9, 7])
    7
    """
    ordered = sorted(set(values))
    return ordered[-2] if len(ordered) > 1 else None


def only_positive(values: list[int]) -> list[int]:
    """Return the values that are greater than zero, in order.

    >>> only_positive([3, -1, 0, 2])
    [3, 2]
    """
    return [value for value in values if value > 0]


def index_of(items: list[str], wanted: str) -> int:
    """Return the position of the first item equal to wanted, or -1 if there is none.

    >>> index_of(["a", "b", "c"], "b")
    1
    """
    for position, item in enumerate(items):
        if item == wanted:
            return position
    return -1


def rotate(items: list[int], count: int) -> list[int]:
    """Move the first count items to the end of the list; count may exceed its length.

    >>> rotate([1, 2, 3, 4], 1)
    [2, 3, 4, 1]
    """
    if not items:
        return []
    count %= len(items)
    return items[count:] + items[:count]


def is_sorted(values: list[int]) -> bool:
    """Return whether no value is smaller than the one before it.

    >>> is_sorted([1, 2, 2, 5])
    True
    """
    return values == sorted(values)


def interleave(first: list[int], second: list[int]) -> list[int]:
    """Take items from two lists of equal length in turn, beginning with the first.

    >>> interleave([1, 3], [2, 4])
    [1, 2, 3, 4]
    """
    return [item for pair in zip(first, second, strict=True) for item in pair]


def differences(values: list[int]) -> list[int]:
    """Return each value less the one before it.

    >>> differences([1, 4, 9])
    [3, 5]
    """
    return [values[i + 1] - values[i] for i in range(len(values) - 1)]


CHECKS = """
>>> last_item([])
>>> last_item([5])
5
>>> last_item([1, 0])
0
>>> unique_in_order([])
[]
>>> unique_in_order([2, 2, 2])
[2]
>>> unique_in_order([9, 8, 9, 7])
[9, 8, 7]
>>> chunks([], 3)
[]
>>> chunks([1, 2, 3, 4], 4)
[[1, 2, 3, 4]]
>>> chunks([1, 2, 3], 1)
[[1], [2], [3]]
>>> flatten_once([])
[]
>>> flatten_once([[5], [4, 3]])
[5, 4, 3]
>>> running_total([])
[]
>>> running_total([5, -5, 2])
[5, 0, 2]
>>> second_largest([])
>>> second_largest([2, 2])
>>> second_largest([-1, -5, 3])
-1
>>> only_positive([])
[]
>>> only_positive([-2, 0])
[]
>>> only_positive([1, 2])
[1, 2]
>>> index_of([], "x")
-1
>>> index_of(["x", "y", "x"], "x")
0
>>> index_of(["x"], "y")
-1
>>> rotate([], 3)
[]
>>> rotate([1, 2, 3], 4)
[2, 3, 1]
>>> rotate([1, 2, 3], 0)
[1, 2, 3]
>>> is_sorted([])
True
>>> is_sorted([3, 1])
False
>>> is_sorted([1, 3, 2, 4])
False
>>> interleave([], [])
[]
>>> interleave([7], [8])
[7, 8]
>>> differences([])
[]
>>> differences([5])
[]
>>> differences([3, 3, 1])
[0, -2]
"""
