"""Elements and parts of lists and tuples; functions with any number of arguments: list parts."""

PROGRAMS = r"""
* add_lists sum_lists add_elementwise
* first a left
* second b right
" Add two lists element by element.
>>> add_lists([1, 2], [10, 20])
[11, 22]
def add_lists(first: list[int], second: list[int]) -> list[int]:
    return [x + y for x, y in zip(first, second)]
===
    result = []
    for i in range(len(first)):
        result.append(first[i] + second[i])
    return result

* sum_even_positions sum_of_even_indices add_even_positions
* numbers values
" Return the sum of the numbers at even positions.
>>> sum_even_positions([1, 2, 3, 4])
4
def sum_even_positions(numbers: list[int]) -> int:
    return sum(numbers[::2])
===
    total = 0
    for i in range(0, len(numbers), 2):
        total += numbers[i]
    return total
===
    return sum(number for i, number in enumerate(numbers) if i % 2 == 0)

* count_positive_negative count_signs positives_and_negatives
* numbers values
" Return how many numbers are positive, negative and zero.
>>> count_positive_negative([1, -2, 0, 3])
(2, 1, 1)
def count_positive_negative(numbers: list[int]) -> tuple[int, int, int]:
    positive = negative = zero = 0
    for number in numbers:
        if number > 0:
            positive += 1
        elif number < 0:
            negative += 1
        else:
            zero += 1
    return positive, negative, zero

* above_average larger_than_average values_above_mean
* numbers values
" Return the numbers that are larger than the average.
>>> above_average([1, 2, 6])
[6]
def above_average(numbers: list[int]) -> list[int]:
    average = sum(numbers) / len(numbers)
    return [number for number in numbers if number > average]
===
    mean = sum(numbers) / len(numbers)
    result = []
    for number in numbers:
        if number > mean:
            result.append(number)
    return result

* is_subset_of all_contained contains_all
* small first wanted
* large second items
" Check whether every element of {small} is in {large}.
>>> is_subset_of([1, 3], [1, 2, 3])
True
>>> is_subset_of([1, 4], [1, 2, 3])
False
def is_subset_of(small: list, large: list) -> bool:
    return all(item in large for item in small)
===
    for item in small:
        if item not in large:
            return False
    return True

* sublist_exists contains_sublist is_sublist
* items values
* part piece sublist
" Check whether {part} occurs in {items} as a run.
>>> sublist_exists([1, 2, 3, 4], [2, 3])
True
>>> sublist_exists([1, 2, 3], [1, 3])
False
def sublist_exists(items: list, part: list) -> bool:
    for start in range(len(items) - len(part) + 1):
        if items[start : start + len(part)] == part:
            return True
    return False

* is_palindrome_list is_symmetric_list list_palindrome
* items values
" Check whether {items} are the same in both directions.
>>> is_palindrome_list([1, 2, 1])
True
>>> is_palindrome_list([1, 2])
False
def is_palindrome_list(items: list) -> bool:
    return items == items[::-1]
===
    for i in range(len(items) // 2):
        if items[i] != items[-1 - i]:
            return False
    return True

* unzip unzip_pairs split_pairs
* pairs items
" Split a list of pairs into two lists.
>>> unzip([(1, "a"), (2, "b")])
([1, 2], ['a', 'b'])
def unzip(pairs: list[tuple]) -> tuple[list, list]:
    first = [a for a, _ in pairs]
    second = [b for _, b in pairs]
    return first, second
===
    first = []
    second = []
    for a, b in pairs:
        first.append(a)
        second.append(b)
    return first, second

* pairs_to_dict tuples_to_dict make_mapping
* pairs items
" Make a dictionary of a list of pairs.
>>> pairs_to_dict([("a", 1), ("b", 2)])
{'a': 1, 'b': 2}
def pairs_to_dict(pairs: list[tuple]) -> dict:
    return dict(pairs)
===
    result = {}
    for key, value in pairs:
        result[key] = value
    return result

* tuple_sum sum_of_tuples add_tuples
* first a
* second b
" Add two tuples element by element.
>>> tuple_sum((1, 2), (3, 4))
(4, 6)
def tuple_sum(first: tuple, second: tuple) -> tuple:
    return tuple(x + y for x, y in zip(first, second))

* sum_all add_all total add_numbers
* numbers values args
" Return the sum of all arguments.
>>> sum_all(1, 2, 3)
6
>>> sum_all()
0
def sum_all(*numbers: int) -> int:
    return sum(numbers)
===
    total = 0
    for number in numbers:
        total += number
    return total

* largest_argument maximum max_of_all
* numbers values args
" Return the largest argument.
>>> largest_argument(3, 9, 4)
9
def largest_argument(*numbers: int) -> int:
    best = numbers[0]
    for number in numbers[1:]:
        if number > best:
            best = number
    return best
===
    return max(numbers)

* print_options show_options print_keywords
* options settings kwargs
" Print the keyword arguments, one a line.
>>> print_options(size=3, color="red")
size = 3
color = red
def print_options(**options: object) -> None:
    for name, value in options.items():
        print(f"{name} = {value}")

* make_profile build_profile describe_user
* details extra information
" Return a dictionary with a name and further details.
>>> make_profile("Ann", age=30)
{'name': 'Ann', 'age': 30}
def make_profile(name: str, **details: object) -> dict:
    return {"name": name, **details}
===
    profile = {"name": name}
    for key, value in details.items():
        profile[key] = value
    return profile

* join_words join_all concatenate_words
* words parts args
" Join all arguments with a separator.
>>> join_words("a", "b", separator="-")
'a-b'
>>> join_words("x", "y")
'x y'
def join_words(*words: str, separator: str = " ") -> str:
    return separator.join(words)
"""
