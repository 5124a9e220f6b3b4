"""Lists: largest and smallest, order, slices, merging, splitting."""

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

* common_elements shared_elements intersection_of_lists in_both
* first a left
* second b right
" Return the elements that are in both lists.
" Find the common elements of two lists.
>>> common_elements([1, 2, 3, 4], [3, 4, 5])
[3, 4]
def common_elements(first: list, second: list) -> list:
    return [item for item in first if item in second]
===
    result = []
    for item in first:
        if item in second and item not in result:
            result.append(item)
    return result
===
    wanted = set(second)
    return [item for item in first if item in wanted]

* running_total cumulative_sum running_sum prefix_sums
* numbers values nums
* totals sums result
" Return the sums of the first one, two, three, ... numbers.
" Return the running totals of {numbers}.
>>> running_total([1, 2, 3, 4])
[1, 3, 6, 10]
>>> running_total([])
[]
def running_total(numbers: list[int]) -> list[int]:
    totals = []
    current = 0
    for number in numbers:
        current += number
        totals.append(current)
    return totals
===
from itertools import accumulate

    return list(accumulate(numbers))
===
    return [sum(numbers[: i + 1]) for i in range(len(numbers))]

* differences consecutive_differences pairwise_differences
* numbers values nums
" Return the difference of each number to the one before it.
>>> differences([1, 4, 9])
[3, 5]
def differences(numbers: list[int]) -> list[int]:
    return [b - a for a, b in zip(numbers, numbers[1:])]
===
    result = []
    for i in range(1, len(numbers)):
        result.append(numbers[i] - numbers[i - 1])
    return result

* interleave alternate zip_lists weave
* first a left
* second b right
" Return the elements of two lists of equal length in turn.
>>> interleave([1, 2], [8, 9])
[1, 8, 2, 9]
def interleave(first: list, second: list) -> list:
    result = []
    for a_item, b_item in zip(first, second):
        result.append(a_item)
        result.append(b_item)
    return result
===
    return [item for pair in zip(first, second) for item in pair]

* all_equal all_same are_all_equal
* items values
" Return True if all elements are equal.
>>> all_equal([3, 3, 3])
True
>>> all_equal([3, 4])
False
>>> all_equal([])
True
def all_equal(items: list) -> bool:
    return len(set(items)) <= 1
===
    for item in items:
        if item != items[0]:
            return False
    return True
===
    return all(item == items[0] for item in items)

* move_zeros move_zeros_to_end zeros_last push_zeros
* numbers nums values
" Return {numbers} with all zeros moved to the end.
>>> move_zeros([0, 1, 0, 3])
[1, 3, 0, 0]
def move_zeros(numbers: list[int]) -> list[int]:
    others = [number for number in numbers if number != 0]
    return others + [0] * (len(numbers) - len(others))
===
    result = []
    zeros = 0
    for number in numbers:
        if number == 0:
            zeros += 1
        else:
            result.append(number)
    result.extend([0] * zeros)
    return result

* dot_product scalar_product inner_product
* a first left
* b second right
" Return the sum of the products of {a} and {b}, element by element.
>>> dot_product([1, 2, 3], [4, 5, 6])
32
def dot_product(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b))
===
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total

* missing_number find_missing +missing
* numbers nums
" Return the number from 1 to n that is missing; {numbers} has n - 1 elements.
>>> missing_number([1, 2, 4, 5])
3
>>> missing_number([2])
1
def missing_number(numbers: list[int]) -> int:
    n = len(numbers) + 1
    return n * (n + 1) // 2 - sum(numbers)
===
    for candidate in range(1, len(numbers) + 2):
        if candidate not in numbers:
            return candidate
    raise ValueError("no number is missing")

* two_sum find_pair pair_with_sum indices_of_sum
* numbers nums values
* target total goal
" Return the positions of two numbers that add up to {target}, or None.
: numbers The list to search.
: target The sum that two numbers should have.
: return A pair of positions, or None if there is none.
>>> two_sum([2, 7, 11, 15], 9)
(0, 1)
>>> two_sum([1, 2], 10) is None
True
def two_sum(numbers: list[int], target: int) -> tuple[int, int] | None:
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] + numbers[j] == target:
                return i, j
    return None
===
    seen = {}
    for i, number in enumerate(numbers):
        if target - number in seen:
            return seen[target - number], i
        seen[number] = i
    return None

* swap_first_last swap_ends exchange_ends
* items values
" Return {items} with the first and the last element exchanged.
>>> swap_first_last([1, 2, 3])
[3, 2, 1]
>>> swap_first_last([1])
[1]
def swap_first_last(items: list) -> list:
    result = list(items)
    if len(result) > 1:
        result[0], result[-1] = result[-1], result[0]
    return result
===
    if len(items) < 2:
        return items
    return [items[-1]] + items[1:-1] + [items[0]]
"""
