"""Statistics: spread and scores."""

PROGRAMS = r"""
* geometric_mean +geometric_average
* values numbers
" Return the geometric mean of {values}.
>>> geometric_mean([4, 9])
6.0
import math


def geometric_mean(values: list[float]) -> float:
    return math.prod(values) ** (1 / len(values))
===
    product = 1
    for value in values:
        product *= value
    return product ** (1 / len(values))

* percentile +nth_percentile
* values numbers data
" Return the smallest value that is at least as large as {percent} % of all.
>>> percentile([15, 20, 35, 40, 50], 40)
20
import math


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]

* correlation pearson correlation_coefficient
* xs first x_values
* ys second y_values
" Return Pearson's correlation coefficient of {xs} and {ys}.
>>> round(correlation([1, 2, 3], [2, 4, 6]), 6)
1.0
>>> round(correlation([1, 2, 3], [3, 2, 1]), 6)
-1.0
def correlation(xs: list[float], ys: list[float]) -> float:
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    spread_x = sum((x - mean_x) ** 2 for x in xs)
    spread_y = sum((y - mean_y) ** 2 for y in ys)
    return covariance / (spread_x * spread_y) ** 0.5

* linear_fit fit_line linear_regression least_squares
* xs first x_values
* ys second y_values
" Return slope and intercept of the best line through the points.
>>> linear_fit([0, 1, 2], [1, 3, 5])
(2.0, 1.0)
def linear_fit(xs: list[float], ys: list[float]) -> tuple[float, float]:
    n = len(xs)
    mean_x = sum(xs) / n
    mean_y = sum(ys) / n
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    bottom = sum((x - mean_x) ** 2 for x in xs)
    slope = top / bottom
    return slope, mean_y - slope * mean_x

* histogram_counts bin_counts count_bins
* values numbers data
* width bin_width step
" Count the values in bins of equal width, by the start of the bin.
>>> histogram_counts([1, 2, 11, 25], 10)
{0: 2, 10: 1, 20: 1}
def histogram_counts(values: list[int], width: int) -> dict[int, int]:
    counts = {}
    for value in values:
        start = value // width * width
        counts[start] = counts.get(start, 0) + 1
    return counts

* summarize describe summary statistics_of
* values numbers data
" Return count, mean, smallest and largest value.
>>> summarize([1, 2, 6])
{'count': 3, 'mean': 3.0, 'min': 1, 'max': 6}
def summarize(values: list[float]) -> dict[str, float]:
    return {
        "count": len(values),
        "mean": sum(values) / len(values),
        "min": min(values),
        "max": max(values),
    }

* grade letter_grade to_grade get_grade score_to_grade
* score points mark
" Return the letter grade for a score from 0 to 100.
: score The points, from 0 to 100.
: return A letter from A to F.
>>> grade(95)
'A'
>>> grade(72)
'C'
>>> grade(10)
'F'
def grade(score: int) -> str:
    if score >= 90:
        return "A"
    elif score >= 80:
        return "B"
    elif score >= 70:
        return "C"
    elif score >= 60:
        return "D"
    else:
        return "F"
===
    for limit, letter in [(90, "A"), (80, "B"), (70, "C"), (60, "D")]:
        if score >= limit:
            return letter
    return "F"

* percentage percent_of share as_percentage
* part amount count
* whole total all_of_it
" Return which percentage of {whole} the {part} is.
>>> percentage(1, 4)
25.0
>>> percentage(3, 0)
0.0
def percentage(part: float, whole: float) -> float:
    if whole == 0:
        return 0.0
    return part / whole * 100

* percent_change percentage_change growth change_in_percent
* old before start
* new after end
" Return the change from {old} to {new} in percent.
>>> percent_change(50, 75)
50.0
def percent_change(old: float, new: float) -> float:
    return (new - old) / old * 100

* clamp limit_value keep_in_range bound
* value number x
* low minimum lower
* high maximum upper
" Return {value}, but not less than {low} and not more than {high}.
>>> clamp(15, 0, 10)
10
>>> clamp(-5, 0, 10)
0
>>> clamp(5, 0, 10)
5
def clamp(value: float, low: float, high: float) -> float:
    return max(low, min(value, high))
===
    if value < low:
        return low
    if value > high:
        return high
    return value

* max_of_three largest_of_three maximum_of_three biggest_of_three
* a x first
* b y second
* c z third
" Return the largest of three numbers.
>>> max_of_three(3, 9, 4)
9
def max_of_three(a: int, b: int, c: int) -> int:
    if a >= b and a >= c:
        return a
    if b >= c:
        return b
    return c
===
    largest = a
    if b > largest:
        largest = b
    if c > largest:
        largest = c
    return largest
===
    return max(a, b, c)
"""
