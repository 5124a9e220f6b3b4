"""Sorting algorithms and sort keys: sorting."""

PROGRAMS = r"""
* bubble_sort bubblesort sort_bubble
* numbers items arr values nums
" Sort {numbers} with bubble sort and return them.
" Return a sorted copy of {numbers}, made with bubble sort.
: numbers The numbers to sort.
: return The numbers in ascending order.
>>> bubble_sort([4, 1, 3, 2])
[1, 2, 3, 4]
>>> bubble_sort([])
[]
def bubble_sort(numbers: list[int]) -> list[int]:
    result = list(numbers)
    for end in range(len(result) - 1, 0, -1):
        for i in range(end):
            if result[i] > result[i + 1]:
                result[i], result[i + 1] = result[i + 1], result[i]
    return result
===
    n = len(numbers)
    for i in range(n):
        for j in range(0, n - i - 1):
            if numbers[j] > numbers[j + 1]:
                numbers[j], numbers[j + 1] = numbers[j + 1], numbers[j]
    return numbers
===
    result = numbers[:]
    swapped = True
    while swapped:
        swapped = False
        for i in range(len(result) - 1):
            if result[i] > result[i + 1]:
                result[i], result[i + 1] = result[i + 1], result[i]
                swapped = True
    return result

* selection_sort selectionsort sort_selection
* numbers items arr values
" Sort {numbers} with selection sort.
" Return {numbers} in order; the smallest of the rest is chosen again and again.
>>> selection_sort([4, 1, 3, 2])
[1, 2, 3, 4]
def selection_sort(numbers: list[int]) -> list[int]:
    for i in range(len(numbers)):
        smallest = i
        for j in range(i + 1, len(numbers)):
            if numbers[j] < numbers[smallest]:
                smallest = j
        numbers[i], numbers[smallest] = numbers[smallest], numbers[i]
    return numbers
===
    rest = list(numbers)
    result = []
    while rest:
        smallest = min(rest)
        rest.remove(smallest)
        result.append(smallest)
    return result

* insertion_sort insertionsort sort_insertion
* numbers items arr values
" Sort {numbers} with insertion sort.
" Return {numbers} in order; each one is inserted among those before it.
>>> insertion_sort([4, 1, 3, 2])
[1, 2, 3, 4]
>>> insertion_sort([1])
[1]
def insertion_sort(numbers: list[int]) -> list[int]:
    for i in range(1, len(numbers)):
        current = numbers[i]
        j = i - 1
        while j >= 0 and numbers[j] > current:
            numbers[j + 1] = numbers[j]
            j -= 1
        numbers[j + 1] = current
    return numbers
===
    result = []
    for number in numbers:
        position = len(result)
        while position > 0 and result[position - 1] > number:
            position -= 1
        result.insert(position, number)
    return result
===
    for i in range(1, len(numbers)):
        j = i
        while j > 0 and numbers[j - 1] > numbers[j]:
            numbers[j - 1], numbers[j] = numbers[j], numbers[j - 1]
            j -= 1
    return numbers

* merge_sort mergesort sort_merge
* numbers items arr values
" Sort {numbers} with merge sort.
" Return {numbers} in order: both halves are sorted and merged.
: numbers The numbers to sort.
: return A new list in ascending order.
>>> merge_sort([5, 2, 4, 1, 3])
[1, 2, 3, 4, 5]
>>> merge_sort([])
[]
def merge_sort(numbers: list[int]) -> list[int]:
    if len(numbers) <= 1:
        return numbers
    middle = len(numbers) // 2
    left = merge_sort(numbers[:middle])
    right = merge_sort(numbers[middle:])
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    merged.extend(left[i:])
    merged.extend(right[j:])
    return merged
===
def merge(left: list[int], right: list[int]) -> list[int]:
    result = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            result.append(left[i])
            i += 1
        else:
            result.append(right[j])
            j += 1
    return result + left[i:] + right[j:]


def merge_sort(numbers: list[int]) -> list[int]:
    if len(numbers) < 2:
        return numbers
    middle = len(numbers) // 2
    return merge(merge_sort(numbers[:middle]), merge_sort(numbers[middle:]))

* quick_sort quicksort sort_quick
* numbers items arr values
* pivot middle first_item
" Sort {numbers} with quicksort.
" Return {numbers} in order: smaller ones, the pivot, larger ones.
>>> quick_sort([5, 2, 4, 1, 3, 2])
[1, 2, 2, 3, 4, 5]
>>> quick_sort([])
[]
def quick_sort(numbers: list[int]) -> list[int]:
    if len(numbers) <= 1:
        return numbers
    pivot = numbers[len(numbers) // 2]
    smaller = [n for n in numbers if n < pivot]
    equal = [n for n in numbers if n == pivot]
    larger = [n for n in numbers if n > pivot]
    return quick_sort(smaller) + equal + quick_sort(larger)
===
    if not numbers:
        return []
    pivot, *rest = numbers
    smaller = quick_sort([n for n in rest if n < pivot])
    larger = quick_sort([n for n in rest if n >= pivot])
    return smaller + [pivot] + larger
===
def partition(numbers: list[int], low: int, high: int) -> int:
    pivot = numbers[high]
    i = low
    for j in range(low, high):
        if numbers[j] < pivot:
            numbers[i], numbers[j] = numbers[j], numbers[i]
            i += 1
    numbers[i], numbers[high] = numbers[high], numbers[i]
    return i


def quick_sort(numbers: list[int], low: int = 0, high: int | None = None) -> list[int]:
    if high is None:
        high = len(numbers) - 1
    if low < high:
        middle = partition(numbers, low, high)
        quick_sort(numbers, low, middle - 1)
        quick_sort(numbers, middle + 1, high)
    return numbers
"""
