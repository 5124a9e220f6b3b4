"""Lists: largest and smallest, order, slices, merging, splitting: extremes."""

PROGRAMS = r"""
* find_max +maximum largest max_value largest_number
* numbers nums values items
* largest_so_far biggest best
" Return the largest of {numbers}.
" Find the largest number in a list.
: numbers A list with at least one number.
: return The largest number.
>>> find_max([3, 9, 2])
9
>>> find_max([-5, -2])
-2
def find_max(numbers: list[int]) -> int:
    largest_so_far = numbers[0]
    for number in numbers:
        if number > largest_so_far:
            largest_so_far = number
    return largest_so_far
===
    return max(numbers)
===
    largest_so_far = numbers[0]
    for i in range(1, len(numbers)):
        if numbers[i] > largest_so_far:
            largest_so_far = numbers[i]
    return largest_so_far
===
    if not numbers:
        raise ValueError("the list is empty")
    return sorted(numbers)[-1]

* find_min +minimum smallest min_value smallest_number
* numbers nums values items
* smallest_so_far lowest
" Return the smallest of {numbers}.
" Find the smallest number in a list.
>>> find_min([3, 9, 2])
2
>>> find_min([7])
7
def find_min(numbers: list[int]) -> int:
    smallest_so_far = numbers[0]
    for number in numbers[1:]:
        if number < smallest_so_far:
            smallest_so_far = number
    return smallest_so_far
===
    return min(numbers)

* second_largest +second_maximum find_second_largest second_highest
* numbers nums values
" Return the second largest number of {numbers}, or None if there is none.
" Find the second largest distinct number in a list.
: numbers A list of integers.
: return The second largest distinct number, or None.
>>> second_largest([4, 9, 7, 9])
7
>>> second_largest([5, 5]) is None
True
def second_largest(numbers: list[int]) -> int | None:
    distinct = sorted(set(numbers))
    if len(distinct) < 2:
        return None
    return distinct[-2]
===
    first = second = None
    for number in numbers:
        if first is None or number > first:
            first, second = number, first
        elif number != first and (second is None or number > second):
            second = number
    return second

* min_and_max find_min_max min_max smallest_and_largest
* numbers nums values
" Return the smallest and the largest of {numbers}.
: return A pair of the smallest and the largest number.
>>> min_and_max([4, 1, 8])
(1, 8)
def min_and_max(numbers: list[int]) -> tuple[int, int]:
    return min(numbers), max(numbers)
===
    low = high = numbers[0]
    for number in numbers:
        if number < low:
            low = number
        if number > high:
            high = number
    return low, high

* index_of_max +position_of_largest argmax
* numbers nums values
" Return the position of the largest number.
>>> index_of_max([4, 1, 8, 8])
2
def index_of_max(numbers: list[int]) -> int:
    best = 0
    for i in range(len(numbers)):
        if numbers[i] > numbers[best]:
            best = i
    return best
===
    return numbers.index(max(numbers))
===
    return max(range(len(numbers)), key=lambda i: numbers[i])

* sum_list +total sum_of_list add_all sum_numbers
* numbers nums values items
* result total_sum
" Return the sum of {numbers}.
" Add all numbers of a list.
>>> sum_list([1, 2, 3])
6
>>> sum_list([])
0
def sum_list(numbers: list[int]) -> int:
    result = 0
    for number in numbers:
        result += number
    return result
===
    return sum(numbers)
===
    if not numbers:
        return 0
    return numbers[0] + sum_list(numbers[1:])

* +average mean mean_of_list average_of
* numbers values nums scores
" Return the average of {numbers}.
" Return the mean of a list of numbers, 0 if it is empty.
>>> average([1, 2, 3, 6])
3.0
>>> average([])
0
def average(numbers: list[float]) -> float:
    if not numbers:
        return 0
    return sum(numbers) / len(numbers)
===
    if len(numbers) == 0:
        return 0
    total = 0
    for number in numbers:
        total += number
    return total / len(numbers)
===
    return sum(numbers) / len(numbers) if numbers else 0

* reverse_list reversed_list reverse_items flip_list
* items values elements
* result backwards
" Return {items} in reverse order.
" Return a new list with the elements of {items} from the last to the first.
>>> reverse_list([1, 2, 3])
[3, 2, 1]
>>> reverse_list([])
[]
def reverse_list(items: list) -> list:
    return items[::-1]
===
    result = []
    for item in items:
        result.insert(0, item)
    return result
===
    result = []
    for i in range(len(items) - 1, -1, -1):
        result.append(items[i])
    return result
===
    return list(reversed(items))

* reverse_in_place reverse_list_in_place flip_in_place
* items values
" Reverse {items} in place by swapping from both ends.
>>> data = [1, 2, 3, 4]
>>> reverse_in_place(data)
>>> data
[4, 3, 2, 1]
def reverse_in_place(items: list) -> None:
    left = 0
    right = len(items) - 1
    while left < right:
        items[left], items[right] = items[right], items[left]
        left += 1
        right -= 1
"""
