"""Functions of dictionaries and sets."""

from __future__ import annotations


def count_items(items: list[str]) -> dict[str, int]:
    """Return how often each item is in the list.

    >>> count_items(["a", "b", "a"])
    {'a': 2, 'b': 1}
    """
    counts: dict[str, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts


def invert(mapping: dict[str, str]) -> dict[str, str]:
    """Return a dictionary with keys and values exchanged; the values are all different.

    >>> invert({"a": "x", "b": "y"})
    {'x': 'a', 'y': 'b'}
    """
    return {value: key for key, value in mapping.items()}


def merge(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    """Return a new dictionary with the items of both; the second decides where both have a key.

    >>> merge({"a": 1, "b": 2}, {"b": 3})
    {'a': 1, 'b': 3}
    """
    return {**first, **second}


def common_items(first: list[int], second: list[int]) -> list[int]:
    """Return the values that are in both lists, each once, in ascending order.

    >>> common_items([3, 1, 2], [2, 3, 3])
    [2, 3]
    """
    return sorted(set(first) & set(second))


def group_by_length(words: list[str]) -> dict[int, list[str]]:
    """Return a dictionary from each length to the words of that length, in order.

    >>> group_by_length(["to", "be", "not"])
    {2: ['to', 'be'], 3: ['not']}
    """
    groups: dict[int, list[str]] = {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    return groups


def key_of_largest(scores: dict[str, int]) -> str | None:
    """Return the key with the largest value, or None for an empty dictionary.

    >>> key_of_largest({"a": 1, "b": 5, "c": 3})
    'b'
    """
    return max(scores, key=lambda key: scores[key]) if scores else None


def without_keys(mapping: dict[str, int], keys: list[str]) -> dict[str, int]:
    """Return a copy of the dictionary that lacks the given keys.

    >>> without_keys({"a": 1, "b": 2}, ["a"])
    {'b': 2}
    """
    return {key: value for key, value in mapping.items() if key not in keys}


def total_price(prices: dict[str, int], cart: list[str]) -> int:
    """Return the sum of the prices of the things in the cart; what has no price is free.

    >>> total_price({"tea": 3, "cup": 5}, ["tea", "tea", "cup"])
    11
    """
    return sum(prices.get(thing, 0) for thing in cart)


def most_common(items: list[str]) -> str | None:
    """Return the item that occurs most often, the first one of several, or None.

    >>> most_common(["a", "b", "b"])
    'b'
    """
    return max(items, key=items.count, default=None)


def has_duplicates(items: list[int]) -> bool:
    """Return whether any item is in the list more than once.

    >>> has_duplicates([1, 2, 1])
    True
    """
    return len(set(items)) != len(items)


def swap_pairs(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs with the two parts of each exchanged.

    >>> swap_pairs([(1, 2), (3, 4)])
    [(2, 1), (4, 3)]
    """
    return [(b, a) for a, b in pairs]


def get_path(tree: dict, path: str) -> object:
    """Follow keys joined by dots through nested dictionaries; return None where a key is missing.

    >>> get_path({"a": {"b": 7}}, "a.b")
    7
    """
    node: object = tree
    for key in path.split("."):
        if not isinstance(node, dict) or key not in node:
            return None
        node = node[key]
    return node


CHECKS = """
>>> count_items([])
{}
>>> count_items(["z", "y", "z", "z"])
{'z': 3, 'y': 1}
>>> invert({})
{}
>>> invert({"one": "1"})
{'1': 'one'}
>>> merge({}, {})
{}
>>> merge({"x": 1}, {"y": 2})
{'x': 1, 'y': 2}
>>> merge({"x": 1}, {"x": 0})
{'x': 0}
>>> common_items([], [1])
[]
>>> common_items([5, 4, 4], [4, 5, 6])
[4, 5]
>>> group_by_length([])
{}
>>> group_by_length(["a", "bb", "c"])
{1: ['a', 'c'], 2: ['bb']}
>>> key_of_largest({})
>>> key_of_largest({"x": -2, "y": -1})
'y'
>>> without_keys({}, ["a"])
{}
>>> without_keys({"a": 1, "b": 2}, [])
{'a': 1, 'b': 2}
>>> without_keys({"a": 1, "b": 2, "c": 3}, ["c", "a", "x"])
{'b': 2}
>>> total_price({}, ["tea"])
0
>>> total_price({"tea": 3}, [])
0
>>> total_price({"tea": 3}, ["tea", "milk"])
3
>>> most_common([])
>>> most_common(["x", "y", "y", "x"])
'x'
>>> has_duplicates([])
False
>>> has_duplicates([3, 1, 2])
False
>>> has_duplicates([0, 0])
True
>>> swap_pairs([])
[]
>>> swap_pairs([(5, 0)])
[(0, 5)]
>>> get_path({"a": {"b": {"c": 1}}}, "a.b.c")
1
>>> get_path({"a": 1}, "a.b")
>>> get_path({}, "x")
"""
