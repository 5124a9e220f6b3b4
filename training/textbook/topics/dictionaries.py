"""Dictionaries, counting and grouping."""

PROGRAMS = r"""
* count_items count_elements frequencies frequency_count count_occurrences
* items values elements
* counts result frequency
" Count how often each element occurs.
" Return a dictionary from each element of {items} to how often it occurs.
: items A list.
: return Counts by element.
>>> count_items(["a", "b", "a"])
{'a': 2, 'b': 1}
>>> count_items([])
{}
def count_items(items: list) -> dict:
    counts = {}
    for item in items:
        if item in counts:
            counts[item] += 1
        else:
            counts[item] = 1
    return counts
===
    counts = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts
===
from collections import Counter

    return dict(Counter(items))
===
    return {item: items.count(item) for item in items}

* count_letters letter_frequency character_frequency letter_counts
* text s word
* counts result
" Count how often each letter occurs in {text}; case does not count.
>>> count_letters("Anna!")
{'a': 2, 'n': 2}
def count_letters(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for char in text.lower():
        if char.isalpha():
            counts[char] = counts.get(char, 0) + 1
    return counts
===
from collections import Counter

    return dict(Counter(char for char in text.lower() if char.isalpha()))

* most_common most_frequent mode_of find_most_common
* items values
" Return the element that occurs most often.
" Find the most frequent element of a list.
>>> most_common([1, 3, 3, 2])
3
>>> most_common(["x"])
'x'
def most_common(items: list) -> object:
    return max(items, key=items.count)
===
from collections import Counter

    return Counter(items).most_common(1)[0][0]
===
    counts = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return max(counts, key=counts.get)

* invert_dict swap_keys_and_values reverse_dict invert_mapping
* mapping data d dictionary
* result inverted
" Return a dictionary from the values of {mapping} to its keys.
" Swap keys and values of a dictionary.
>>> invert_dict({"a": 1, "b": 2})
{1: 'a', 2: 'b'}
def invert_dict(mapping: dict) -> dict:
    return {value: key for key, value in mapping.items()}
===
    result = {}
    for key, value in mapping.items():
        result[value] = key
    return result

* merge_dicts combine_dicts join_dicts merge_dictionaries
* first a left
* second b right
" Merge two dictionaries; where both have a key, {second} wins.
>>> merge_dicts({"a": 1, "b": 2}, {"b": 5})
{'a': 1, 'b': 5}
def merge_dicts(first: dict, second: dict) -> dict:
    return {**first, **second}
===
    result = dict(first)
    result.update(second)
    return result
===
    return first | second
===
    result = first.copy()
    for key, value in second.items():
        result[key] = value
    return result

* add_dicts sum_dicts merge_counts add_counts
* first a left
* second b right
" Add two dictionaries of numbers key by key.
>>> add_dicts({"a": 1, "b": 2}, {"b": 5, "c": 1})
{'a': 1, 'b': 7, 'c': 1}
def add_dicts(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    result = dict(first)
    for key, value in second.items():
        result[key] = result.get(key, 0) + value
    return result

* key_with_max_value key_of_largest_value best_key highest_key
* mapping scores data
" Return the key with the largest value.
>>> key_with_max_value({"ann": 3, "bob": 7})
'bob'
def key_with_max_value(mapping: dict[str, int]) -> str:
    return max(mapping, key=mapping.get)
===
    best = None
    for key, value in mapping.items():
        if best is None or value > mapping[best]:
            best = key
    return best
===
    return max(mapping.items(), key=lambda item: item[1])[0]

* sort_by_value sort_dict_by_value sorted_by_value
* mapping data scores
" Return the items of {mapping} sorted by value, the smallest first.
>>> sort_by_value({"a": 3, "b": 1})
{'b': 1, 'a': 3}
def sort_by_value(mapping: dict[str, int]) -> dict[str, int]:
    return dict(sorted(mapping.items(), key=lambda item: item[1]))
===
    result = {}
    for key in sorted(mapping, key=mapping.get):
        result[key] = mapping[key]
    return result

* sort_by_key sort_dict sort_dict_by_key
* mapping data
" Return {mapping} with its keys in ascending order.
>>> sort_by_key({"b": 1, "a": 3})
{'a': 3, 'b': 1}
def sort_by_key(mapping: dict) -> dict:
    return {key: mapping[key] for key in sorted(mapping)}
===
    return dict(sorted(mapping.items()))

* filter_dict filter_by_value keep_above select_above
* mapping scores data
* limit minimum threshold
" Return the items of {mapping} whose value is at least {limit}.
>>> filter_dict({"a": 3, "b": 1}, 2)
{'a': 3}
def filter_dict(mapping: dict[str, int], limit: int) -> dict[str, int]:
    return {key: value for key, value in mapping.items() if value >= limit}
===
    result = {}
    for key, value in mapping.items():
        if value >= limit:
            result[key] = value
    return result

* group_by_length group_words_by_length words_by_length
* words names strings
* groups result
" Group {words} by their length.
" Return a dictionary from each length to the words of that length.
: words The words to group.
: return Lists of words by length.
>>> group_by_length(["a", "bb", "c"])
{1: ['a', 'c'], 2: ['bb']}
def group_by_length(words: list[str]) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = {}
    for word in words:
        length = len(word)
        if length not in groups:
            groups[length] = []
        groups[length].append(word)
    return groups
===
    groups = {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    return groups
===
from collections import defaultdict

    groups = defaultdict(list)
    for word in words:
        groups[len(word)].append(word)
    return dict(groups)

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
