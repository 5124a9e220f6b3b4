"""Sorting algorithms and sort keys: sort keys."""

PROGRAMS = r"""
* counting_sort sort_by_counting count_sort
* numbers items values
" Sort non-negative integers by counting how often each occurs.
>>> counting_sort([3, 1, 0, 3])
[0, 1, 3, 3]
>>> counting_sort([])
[]
def counting_sort(numbers: list[int]) -> list[int]:
    if not numbers:
        return []
    counts = [0] * (max(numbers) + 1)
    for number in numbers:
        counts[number] += 1
    result = []
    for value, count in enumerate(counts):
        result.extend([value] * count)
    return result

* heap_sort heapsort sort_with_heap
* numbers items values
" Sort {numbers} with a heap.
>>> heap_sort([4, 1, 3, 2])
[1, 2, 3, 4]
import heapq


def heap_sort(numbers: list[int]) -> list[int]:
    heap = list(numbers)
    heapq.heapify(heap)
    return [heapq.heappop(heap) for _ in range(len(heap))]
===
import heapq

    heap = []
    for number in numbers:
        heapq.heappush(heap, number)
    result = []
    while heap:
        result.append(heapq.heappop(heap))
    return result

* shell_sort shellsort
* numbers items arr
" Sort {numbers} with Shell sort: insertion sort over shrinking gaps.
>>> shell_sort([9, 4, 1, 3, 2])
[1, 2, 3, 4, 9]
def shell_sort(numbers: list[int]) -> list[int]:
    gap = len(numbers) // 2
    while gap > 0:
        for i in range(gap, len(numbers)):
            current = numbers[i]
            j = i
            while j >= gap and numbers[j - gap] > current:
                numbers[j] = numbers[j - gap]
                j -= gap
            numbers[j] = current
        gap //= 2
    return numbers

* sort_descending sort_largest_first sort_reverse descending
* numbers values items
" Return {numbers} sorted from the largest to the smallest.
>>> sort_descending([1, 3, 2])
[3, 2, 1]
def sort_descending(numbers: list[int]) -> list[int]:
    return sorted(numbers, reverse=True)
===
    result = numbers[:]
    result.sort(reverse=True)
    return result

* sort_by_length sort_words_by_length order_by_length
* words strings names
" Return {words} sorted by length, the shortest first.
>>> sort_by_length(["ccc", "a", "bb"])
['a', 'bb', 'ccc']
def sort_by_length(words: list[str]) -> list[str]:
    return sorted(words, key=len)
===
    return sorted(words, key=lambda word: len(word))
===
    result = list(words)
    for i in range(len(result)):
        for j in range(i + 1, len(result)):
            if len(result[j]) < len(result[i]):
                result[i], result[j] = result[j], result[i]
    return result

* sort_by_last_letter order_by_last_letter
* words names
" Return {words} sorted by their last letter.
>>> sort_by_last_letter(["abc", "xya", "mb"])
['xya', 'mb', 'abc']
def sort_by_last_letter(words: list[str]) -> list[str]:
    return sorted(words, key=lambda word: word[-1])
===
def last_letter(word: str) -> str:
    return word[-1]


def sort_by_last_letter(words: list[str]) -> list[str]:
    return sorted(words, key=last_letter)

* sort_by_second sort_pairs sort_by_second_element
* pairs items tuples
" Return {pairs} sorted by their second element.
>>> sort_by_second([("a", 3), ("b", 1)])
[('b', 1), ('a', 3)]
def sort_by_second(pairs: list[tuple]) -> list[tuple]:
    return sorted(pairs, key=lambda pair: pair[1])
===
    result = list(pairs)
    result.sort(key=lambda pair: pair[1])
    return result

* sort_by_absolute_value sort_by_size sort_by_distance_from_zero
* numbers values
" Return {numbers} sorted by absolute value.
>>> sort_by_absolute_value([-3, 1, -2])
[1, -2, -3]
def sort_by_absolute_value(numbers: list[int]) -> list[int]:
    return sorted(numbers, key=abs)

* sort_people_by_age sort_by_age order_by_age
* people persons users
" Return {people} sorted by age, the youngest first.
>>> sort_people_by_age([{"name": "Ann", "age": 30}, {"name": "Bob", "age": 20}])
[{'name': 'Bob', 'age': 20}, {'name': 'Ann', 'age': 30}]
def sort_people_by_age(people: list[dict]) -> list[dict]:
    return sorted(people, key=lambda person: person["age"])
===
from operator import itemgetter

    return sorted(people, key=itemgetter("age"))

* sort_ignoring_case case_insensitive_sort sort_names
* words names strings
" Return {words} in alphabetical order; case does not count.
>>> sort_ignoring_case(["bob", "Ann", "Carl"])
['Ann', 'bob', 'Carl']
def sort_ignoring_case(words: list[str]) -> list[str]:
    return sorted(words, key=str.lower)
===
    return sorted(words, key=lambda word: word.lower())

* sort_even_before_odd evens_first even_then_odd
* numbers values
" Return the even numbers in order, then the odd ones in order.
>>> sort_even_before_odd([5, 2, 3, 4])
[2, 4, 3, 5]
def sort_even_before_odd(numbers: list[int]) -> list[int]:
    return sorted(numbers, key=lambda n: (n % 2, n))
===
    evens = sorted(n for n in numbers if n % 2 == 0)
    odds = sorted(n for n in numbers if n % 2 == 1)
    return evens + odds
"""
