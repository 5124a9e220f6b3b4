"""Dictionaries, counting and grouping: counting."""

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
"""
