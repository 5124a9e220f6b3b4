"""Statistics: averages."""

PROGRAMS = r"""
* mean +average arithmetic_mean
* values numbers data
" Return the arithmetic mean of {values}.
: values At least one number.
: return The sum of the values divided by their count.
>>> mean([1, 2, 3, 4])
2.5
def mean(values: list[float]) -> float:
    return sum(values) / len(values)
===
    total = 0
    for value in values:
        total += value
    return total / len(values)
===
    if not values:
        raise ValueError("mean of an empty list")
    return sum(values) / len(values)

* +median middle_value
* values numbers data
* ordered sorted_values
" Return the median of {values}.
" Return the middle value, or the mean of the two middle ones.
: values At least one number.
: return The median.
>>> median([3, 1, 2])
2
>>> median([4, 1, 3, 2])
2.5
def median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
===
    ordered = sorted(values)
    n = len(ordered)
    if n % 2 == 0:
        return (ordered[n // 2 - 1] + ordered[n // 2]) / 2
    else:
        return ordered[n // 2]
===
import statistics

    return statistics.median(values)

* mode most_common_value +mode_of
* values numbers data
" Return the value that occurs most often.
>>> mode([1, 2, 2, 3])
2
def mode(values: list[int]) -> int:
    return max(values, key=values.count)
===
    counts = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    best = values[0]
    for value in counts:
        if counts[value] > counts[best]:
            best = value
    return best
===
from collections import Counter

    return Counter(values).most_common(1)[0][0]

* modes all_modes most_common_values
* values numbers
" Return all values that occur most often, in ascending order.
>>> modes([1, 1, 2, 2, 3])
[1, 2]
from collections import Counter


def modes(values: list[int]) -> list[int]:
    counts = Counter(values)
    most = max(counts.values())
    return sorted(value for value, count in counts.items() if count == most)

* variance +population_variance var
* values numbers data
" Return the population variance of {values}.
" Return the mean of the squared distances from the mean.
>>> variance([1, 2, 3, 4])
1.25
def variance(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / len(values)
===
    mean = sum(values) / len(values)
    total = 0
    for value in values:
        total += (value - mean) ** 2
    return total / len(values)

* standard_deviation +std stdev deviation
* values numbers data
" Return the population standard deviation of {values}.
>>> standard_deviation([2, 4, 4, 4, 5, 5, 7, 9])
2.0
import math


def standard_deviation(values: list[float]) -> float:
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return math.sqrt(variance)
===
def variance(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((x - mean) ** 2 for x in values) / len(values)


def standard_deviation(values: list[float]) -> float:
    return variance(values) ** 0.5

* value_range +spread data_range
* values numbers data
" Return the difference between the largest and the smallest value.
>>> value_range([3, 9, 5])
6
def value_range(values: list[float]) -> float:
    return max(values) - min(values)
===
    low = high = values[0]
    for value in values:
        low = min(low, value)
        high = max(high, value)
    return high - low

* normalize scale_to_unit min_max_scale rescale
* values numbers data
" Scale {values} so that the smallest is 0 and the largest is 1.
>>> normalize([2, 4, 6])
[0.0, 0.5, 1.0]
def normalize(values: list[float]) -> list[float]:
    low = min(values)
    high = max(values)
    return [(value - low) / (high - low) for value in values]

* moving_average rolling_mean sliding_average
* values numbers data
* size window width
" Return the mean of every {size} values in a row.
>>> moving_average([1, 2, 3, 4], 2)
[1.5, 2.5, 3.5]
def moving_average(values: list[float], size: int) -> list[float]:
    result = []
    for i in range(len(values) - size + 1):
        part = values[i : i + size]
        result.append(sum(part) / size)
    return result
===
    return [sum(values[i : i + size]) / size for i in range(len(values) - size + 1)]

* weighted_average weighted_mean
* values numbers grades
* weights factors
" Return the average of {values} with the given weights.
>>> weighted_average([80, 90], [1, 3])
87.5
def weighted_average(values: list[float], weights: list[float]) -> float:
    total = sum(value * weight for value, weight in zip(values, weights))
    return total / sum(weights)
===
    total = 0
    for i in range(len(values)):
        total += values[i] * weights[i]
    return total / sum(weights)
"""
