"""Dynamic programming and greedy algorithms: greedy."""

PROGRAMS = r"""
* longest_increasing_subsequence lis longest_rising_subsequence
* numbers values nums
" Return the length of the longest increasing subsequence.
>>> longest_increasing_subsequence([10, 9, 2, 5, 3, 7, 101, 18])
4
>>> longest_increasing_subsequence([])
0
def longest_increasing_subsequence(numbers: list[int]) -> int:
    lengths = []
    for i, number in enumerate(numbers):
        best = 0
        for j in range(i):
            if numbers[j] < number:
                best = max(best, lengths[j])
        lengths.append(best + 1)
    return max(lengths, default=0)
===
from bisect import bisect_left

    ends = []
    for number in numbers:
        position = bisect_left(ends, number)
        if position == len(ends):
            ends.append(number)
        else:
            ends[position] = number
    return len(ends)

* longest_run longest_streak longest_sequence_of_equal
* items values
" Return the length of the longest run of equal elements.
>>> longest_run([1, 1, 2, 2, 2, 1])
3
>>> longest_run([])
0
def longest_run(items: list) -> int:
    best = 0
    current = 0
    previous = None
    for item in items:
        current = current + 1 if item == previous else 1
        previous = item
        best = max(best, current)
    return best
===
from itertools import groupby

    return max((len(list(group)) for _, group in groupby(items)), default=0)

* longest_increasing_run longest_rise longest_ascending_run
* numbers values
" Return the length of the longest run of rising numbers.
>>> longest_increasing_run([1, 2, 2, 3, 4])
3
def longest_increasing_run(numbers: list[int]) -> int:
    if not numbers:
        return 0
    best = current = 1
    for i in range(1, len(numbers)):
        if numbers[i] > numbers[i - 1]:
            current += 1
        else:
            current = 1
        best = max(best, current)
    return best

* count_paths grid_paths unique_paths number_of_paths
* rows height
* columns width
" Count the paths through a grid that only go right and down.
>>> count_paths(3, 3)
6
>>> count_paths(1, 5)
1
def count_paths(rows: int, columns: int) -> int:
    paths = [[1] * columns for _ in range(rows)]
    for i in range(1, rows):
        for j in range(1, columns):
            paths[i][j] = paths[i - 1][j] + paths[i][j - 1]
    return paths[-1][-1]
===
    if rows == 1 or columns == 1:
        return 1
    return count_paths(rows - 1, columns) + count_paths(rows, columns - 1)

* min_path_sum cheapest_path minimum_path
* grid costs
" Return the smallest sum on a path from the top left to the bottom right.
>>> min_path_sum([[1, 3, 1], [1, 5, 1], [4, 2, 1]])
7
def min_path_sum(grid: list[list[int]]) -> int:
    best = [row[:] for row in grid]
    for i in range(len(grid)):
        for j in range(len(grid[0])):
            if i > 0 and j > 0:
                best[i][j] += min(best[i - 1][j], best[i][j - 1])
            elif i > 0:
                best[i][j] += best[i - 1][j]
            elif j > 0:
                best[i][j] += best[i][j - 1]
    return best[-1][-1]

* max_profit best_profit buy_and_sell
* prices values
" Return the best profit of buying once and selling later.
>>> max_profit([7, 1, 5, 3, 6, 4])
5
>>> max_profit([5, 4])
0
def max_profit(prices: list[int]) -> int:
    best = 0
    lowest = prices[0]
    for price in prices:
        lowest = min(lowest, price)
        best = max(best, price - lowest)
    return best
===
    best = 0
    for i in range(len(prices)):
        for j in range(i + 1, len(prices)):
            best = max(best, prices[j] - prices[i])
    return best

* subset_sum can_make_sum has_subset_sum
* numbers values
* target total
" Check whether some of {numbers} add up to {target}.
>>> subset_sum([3, 34, 4, 12], 7)
True
>>> subset_sum([3, 5], 4)
False
def subset_sum(numbers: list[int], target: int) -> bool:
    reachable = {0}
    for number in numbers:
        reachable |= {value + number for value in reachable}
    return target in reachable
===
    if target == 0:
        return True
    if not numbers:
        return False
    first, *rest = numbers
    return subset_sum(rest, target - first) or subset_sum(rest, target)

* rob_houses house_robber best_haul max_non_adjacent_sum
* amounts values houses
" Return the largest sum of numbers of which no two stand side by side.
>>> rob_houses([2, 7, 9, 3, 1])
12
>>> rob_houses([])
0
def rob_houses(amounts: list[int]) -> int:
    before = best = 0
    for amount in amounts:
        before, best = best, max(best, before + amount)
    return best

* merge_intervals join_intervals combine_ranges merge_ranges
* intervals ranges_given
* merged result
" Merge the intervals that overlap.
>>> merge_intervals([(1, 3), (8, 10), (2, 6)])
[(1, 6), (8, 10)]
def merge_intervals(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

* max_activities choose_activities schedule select_activities
* activities intervals meetings
" Choose as many activities (start, end) as possible that don't overlap.
>>> max_activities([(1, 4), (3, 5), (4, 7)])
[(1, 4), (4, 7)]
def max_activities(activities: list[tuple[int, int]]) -> list[tuple[int, int]]:
    chosen = []
    free_from = 0
    for start, end in sorted(activities, key=lambda activity: activity[1]):
        if start >= free_from:
            chosen.append((start, end))
            free_from = end
    return chosen

* partitions count_partitions number_of_partitions
* n number
" Count the ways to write {n} as a sum of positive integers.
>>> partitions(5)
7
def partitions(n: int) -> int:
    ways = [1] + [0] * n
    for part in range(1, n + 1):
        for total in range(part, n + 1):
            ways[total] += ways[total - part]
    return ways[n]

* water_trapped trap_rain trapped_water
* heights walls
" Return how much water stays between walls of the given heights.
>>> water_trapped([3, 0, 2, 0, 4])
7
def water_trapped(heights: list[int]) -> int:
    total = 0
    for i in range(len(heights)):
        left = max(heights[: i + 1])
        right = max(heights[i:])
        total += min(left, right) - heights[i]
    return total
"""
