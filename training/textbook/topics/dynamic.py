"""Dynamic programming and greedy algorithms: dynamic."""

PROGRAMS = r"""
* climb_stairs count_ways stairs ways_to_climb climbing_stairs
* n steps stairs_count
" Count the ways to climb {n} stairs, one or two at a time.
>>> climb_stairs(4)
5
>>> climb_stairs(1)
1
def climb_stairs(n: int) -> int:
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b
    return a
===
    if n <= 1:
        return 1
    return climb_stairs(n - 1) + climb_stairs(n - 2)
===
    ways = [1, 1]
    for i in range(2, n + 1):
        ways.append(ways[i - 1] + ways[i - 2])
    return ways[n]

* min_coins coin_change fewest_coins minimum_coins
* coins denominations values
* amount total target
" Return the smallest number of coins that make up {amount}, or -1.
: coins The values of the coins.
: amount The amount to pay.
: return The number of coins, or -1 if it is not possible.
>>> min_coins([1, 2, 5], 11)
3
>>> min_coins([2], 3)
-1
>>> min_coins([1], 0)
0
def min_coins(coins: list[int], amount: int) -> int:
    best = [0] + [amount + 1] * amount
    for value in range(1, amount + 1):
        for coin in coins:
            if coin <= value:
                best[value] = min(best[value], best[value - coin] + 1)
    return best[amount] if best[amount] <= amount else -1
===
    reached = {0}
    steps = 0
    while amount not in reached:
        following = {value + coin for value in reached for coin in coins}
        following = {value for value in following if value <= amount} - reached
        if not following:
            return -1
        reached |= following
        steps += 1
    return steps

* count_change ways_to_change coin_combinations number_of_ways
* coins denominations
* amount total
" Count the ways to pay {amount} with the given coins.
>>> count_change([1, 2, 5], 5)
4
def count_change(coins: list[int], amount: int) -> int:
    ways = [1] + [0] * amount
    for coin in coins:
        for value in range(coin, amount + 1):
            ways[value] += ways[value - coin]
    return ways[amount]
===
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    return count_change(coins, amount - coins[0]) + count_change(coins[1:], amount)

* make_change greedy_change give_change change
* amount cents total
" Return the coins to pay {amount}, the largest first.
>>> make_change(68)
[50, 10, 5, 2, 1]
def make_change(amount: int) -> list[int]:
    result = []
    for coin in [50, 20, 10, 5, 2, 1]:
        while amount >= coin:
            result.append(coin)
            amount -= coin
    return result
===
    result = []
    for coin in (50, 20, 10, 5, 2, 1):
        count, amount = divmod(amount, coin)
        result += [coin] * count
    return result

* knapsack max_value best_value solve_knapsack
* weights sizes
* values prices
* capacity limit size_limit
" Return the largest value of things whose weight is at most {capacity}.
: weights The weight of each thing.
: values The value of each thing.
: capacity The largest weight that can be carried.
>>> knapsack([1, 3, 4], [15, 20, 30], 4)
35
def knapsack(weights: list[int], values: list[int], capacity: int) -> int:
    best = [0] * (capacity + 1)
    for weight, value in zip(weights, values):
        # Downwards, so that each thing is taken once at most.
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + value)
    return best[capacity]
===
    if not weights:
        return 0
    without = knapsack(weights[1:], values[1:], capacity)
    if weights[0] > capacity:
        return without
    with_first = values[0] + knapsack(weights[1:], values[1:], capacity - weights[0])
    return max(without, with_first)

* longest_common_subsequence lcs common_subsequence_length
* a first text1
* b second text2
" Return the length of the longest common subsequence of {a} and {b}.
>>> longest_common_subsequence("abcde", "ace")
3
>>> longest_common_subsequence("abc", "")
0
def longest_common_subsequence(a: str, b: str) -> int:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a)):
        for j in range(len(b)):
            if a[i] == b[j]:
                table[i + 1][j + 1] = table[i][j] + 1
            else:
                table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]
===
    if not a or not b:
        return 0
    if a[0] == b[0]:
        return 1 + longest_common_subsequence(a[1:], b[1:])
    return max(
        longest_common_subsequence(a[1:], b), longest_common_subsequence(a, b[1:])
    )

* edit_distance levenshtein levenshtein_distance
* a first source
* b second target
" Return how many changes of one letter turn {a} into {b}.
" Return the Levenshtein distance of two words.
>>> edit_distance("kitten", "sitting")
3
>>> edit_distance("", "abc")
3
def edit_distance(a: str, b: str) -> int:
    previous = list(range(len(b) + 1))
    for i, char_a in enumerate(a, start=1):
        current = [i]
        for j, char_b in enumerate(b, start=1):
            cost = 0 if char_a == char_b else 1
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost))
        previous = current
    return previous[-1]
===
    if not a:
        return len(b)
    if not b:
        return len(a)
    if a[0] == b[0]:
        return edit_distance(a[1:], b[1:])
    return 1 + min(
        edit_distance(a[1:], b), edit_distance(a, b[1:]), edit_distance(a[1:], b[1:])
    )

* max_subarray maximum_subarray kadane largest_sum max_sum_of_run
* numbers values nums
* best result
" Return the largest sum of numbers that stand side by side.
" Return the maximum subarray sum with Kadane's algorithm.
>>> max_subarray([-2, 1, -3, 4, -1, 2, 1, -5, 4])
6
>>> max_subarray([-3, -1])
-1
def max_subarray(numbers: list[int]) -> int:
    best = current = numbers[0]
    for number in numbers[1:]:
        current = max(number, current + number)
        best = max(best, current)
    return best
===
    best = numbers[0]
    for start in range(len(numbers)):
        total = 0
        for number in numbers[start:]:
            total += number
            if total > best:
                best = total
    return best
"""
