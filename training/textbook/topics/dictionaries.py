"""Dictionaries, counting and grouping: dictionaries."""

PROGRAMS = r"""
* group_by_first_letter words_by_first_letter index_words
* words names
* groups index
" Group {words} by their first letter.
>>> group_by_first_letter(["apple", "bear", "ant"])
{'a': ['apple', 'ant'], 'b': ['bear']}
def group_by_first_letter(words: list[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for word in words:
        first = word[0]
        if first in groups:
            groups[first].append(word)
        else:
            groups[first] = [word]
    return groups
===
    groups = {}
    for word in words:
        groups.setdefault(word[0], []).append(word)
    return groups

* group_by group_items group_by_key
* items values
* key function key_function
" Group {items} by what a function returns for each.
>>> group_by([1, 2, 3, 4], lambda n: n % 2 == 0)
{False: [1, 3], True: [2, 4]}
def group_by(items: list, key) -> dict:
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
===
from collections import defaultdict

    groups = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)

* group_anagrams anagram_groups find_anagrams
* words strings
" Group the words that have the same letters.
>>> group_anagrams(["eat", "tea", "bat"])
[['eat', 'tea'], ['bat']]
def group_anagrams(words: list[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for word in words:
        letters = "".join(sorted(word))
        groups.setdefault(letters, []).append(word)
    return list(groups.values())
===
from collections import defaultdict

    groups = defaultdict(list)
    for word in words:
        groups[tuple(sorted(word))].append(word)
    return list(groups.values())

* lists_to_dict make_dict zip_to_dict pair_up
* keys names labels
* values numbers entries
" Make a dictionary of {keys} and {values}.
>>> lists_to_dict(["a", "b"], [1, 2])
{'a': 1, 'b': 2}
def lists_to_dict(keys: list, values: list) -> dict:
    return dict(zip(keys, values))
===
    result = {}
    for i in range(len(keys)):
        result[keys[i]] = values[i]
    return result
===
    return {key: value for key, value in zip(keys, values)}

* sum_values total_of_values add_up_values
* mapping prices data
" Return the sum of the values of {mapping}.
>>> sum_values({"a": 2, "b": 3})
5
def sum_values(mapping: dict[str, int]) -> int:
    return sum(mapping.values())
===
    total = 0
    for value in mapping.values():
        total += value
    return total
===
    total = 0
    for key in mapping:
        total += mapping[key]
    return total

* average_by_key averages mean_scores average_scores
* scores grades marks
" Return the average of each list of numbers.
>>> average_by_key({"ann": [1, 2], "bob": [4]})
{'ann': 1.5, 'bob': 4.0}
def average_by_key(scores: dict[str, list[int]]) -> dict[str, float]:
    return {name: sum(values) / len(values) for name, values in scores.items()}
===
    result = {}
    for name, values in scores.items():
        result[name] = sum(values) / len(values)
    return result

* get_nested lookup_path deep_get
* data mapping
* path keys
" Follow {path} through nested dictionaries; return None where a key is missing.
>>> get_nested({"a": {"b": 1}}, ["a", "b"])
1
>>> get_nested({"a": {}}, ["a", "x"]) is None
True
def get_nested(data: dict, path: list[str]) -> object:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return None
        data = data[key]
    return data

* flatten_dict flatten_nested_dict flat_keys
* data mapping nested
" Flatten nested dictionaries; keys are joined with dots.
>>> flatten_dict({"a": {"b": 1, "c": 2}, "d": 3})
{'a.b': 1, 'a.c': 2, 'd': 3}
def flatten_dict(data: dict, prefix: str = "") -> dict:
    result = {}
    for key, value in data.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            result.update(flatten_dict(value, name))
        else:
            result[name] = value
    return result

* print_dict show_dict print_items
* mapping data
" Print each key with its value.
>>> print_dict({"tea": 2, "milk": 1})
tea: 2
milk: 1
def print_dict(mapping: dict) -> None:
    for key, value in mapping.items():
        print(f"{key}: {value}")
===
    for key in mapping:
        print(key + ":", mapping[key])

* total_price cart_total sum_of_order order_total
* prices price_list
* cart order basket
" Return the price of all items in {cart}.
: prices Price by name of the item.
: cart Number of pieces by name of the item.
>>> total_price({"tea": 3, "milk": 2}, {"tea": 2, "milk": 1})
8
def total_price(prices: dict[str, int], cart: dict[str, int]) -> int:
    total = 0
    for name, amount in cart.items():
        total += prices[name] * amount
    return total
===
    return sum(prices[name] * amount for name, amount in cart.items())

* keys_with_value find_keys keys_for_value
* mapping data
* value wanted target
" Return the keys that have the given value.
>>> keys_with_value({"a": 1, "b": 2, "c": 1}, 1)
['a', 'c']
def keys_with_value(mapping: dict, value: int) -> list:
    return [key for key in mapping if mapping[key] == value]
===
    found = []
    for key, current in mapping.items():
        if current == value:
            found.append(key)
    return found

* remove_keys without_keys drop_keys
* mapping data
* unwanted keys names
" Return a copy of {mapping} without some keys.
>>> remove_keys({"a": 1, "b": 2}, ["b", "x"])
{'a': 1}
def remove_keys(mapping: dict, unwanted: list) -> dict:
    return {key: value for key, value in mapping.items() if key not in unwanted}
===
    result = dict(mapping)
    for key in unwanted:
        result.pop(key, None)
    return result
"""
