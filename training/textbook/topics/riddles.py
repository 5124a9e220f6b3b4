"""Small puzzles on lists and texts: riddles."""

PROGRAMS = r"""
* xor_texts string_xor combine_bits
* a first
* b second
" Combine two texts of zeros and ones by exclusive or.
>>> xor_texts("0110", "1100")
'1010'
def xor_texts(a: str, b: str) -> str:
    return "".join("1" if x != y else "0" for x, y in zip(a, b))
===
    result = ""
    for x, y in zip(a, b):
        if x == y:
            result += "0"
        else:
            result += "1"
    return result

* sum_and_product totals add_and_multiply
* numbers values
" Return the sum and the product of {numbers}.
>>> sum_and_product([2, 3, 4])
(9, 24)
>>> sum_and_product([])
(0, 1)
def sum_and_product(numbers: list[int]) -> tuple[int, int]:
    total = 0
    product = 1
    for number in numbers:
        total += number
        product *= number
    return total, product

* sort_number_words sort_words_as_numbers order_number_words
* text words line
" Sort the number words of {text} by their value.
>>> sort_number_words("three one nine")
'one three nine'
def sort_number_words(text: str) -> str:
    order = "zero one two three four five six seven eight nine".split()
    return " ".join(sorted(text.split(), key=order.index))

* closest_pair nearest_pair find_closest_pair
* numbers values
" Return the two of {numbers} with the smallest difference, the smaller first.
>>> closest_pair([1.0, 4.0, 4.5, 9.0])
(4.0, 4.5)
def closest_pair(numbers: list[float]) -> tuple[float, float]:
    ordered = sorted(numbers)
    best = (ordered[0], ordered[1])
    for a, b in zip(ordered, ordered[1:]):
        if b - a < best[1] - best[0]:
            best = (a, b)
    return best

* keep_integers only_integers filter_integers
* values items
" Return the integers among {values}.
>>> keep_integers([1, "a", 2.5, 3])
[1, 3]
def keep_integers(values: list) -> list[int]:
    return [value for value in values if isinstance(value, int)]
===
    result = []
    for value in values:
        if type(value) is int:
            result.append(value)
    return result

* separate_types split_by_type numbers_and_texts
* values items
" Split {values} into numbers and texts.
>>> separate_types([1, "a", 2.5, "b"])
([1, 2.5], ['a', 'b'])
def separate_types(values: list) -> tuple[list, list]:
    numbers = []
    texts = []
    for value in values:
        if isinstance(value, str):
            texts.append(value)
        else:
            numbers.append(value)
    return numbers, texts

* count_true how_many_true number_of_true
* flags values
" Count how many of {flags} are true.
>>> count_true([True, False, True])
2
def count_true(flags: list[bool]) -> int:
    return sum(flags)
===
    count = 0
    for flag in flags:
        if flag:
            count += 1
    return count

* equal_neighbors has_equal_neighbors adjacent_equal
* items values
" Check whether two neighbours in {items} are equal.
>>> equal_neighbors([1, 2, 2])
True
>>> equal_neighbors([1, 2, 1])
False
def equal_neighbors(items: list) -> bool:
    for i in range(len(items) - 1):
        if items[i] == items[i + 1]:
            return True
    return False
===
    return any(a == b for a, b in zip(items, items[1:]))

* balance_point equilibrium_index pivot_index
* numbers values
" Return the position with equal sums on its left and right, or -1.
>>> balance_point([1, 7, 3, 6, 5, 6])
3
>>> balance_point([1, 2])
-1
def balance_point(numbers: list[int]) -> int:
    for i in range(len(numbers)):
        if sum(numbers[:i]) == sum(numbers[i + 1 :]):
            return i
    return -1
===
    total = sum(numbers)
    left = 0
    for i, number in enumerate(numbers):
        if left == total - left - number:
            return i
        left += number
    return -1

* third_largest third_maximum find_third_largest
* numbers values
" Return the third largest different number, or the largest if there is none.
>>> third_largest([2, 5, 5, 3, 1])
2
>>> third_largest([1, 2])
2
def third_largest(numbers: list[int]) -> int:
    ordered = sorted(set(numbers), reverse=True)
    return ordered[2] if len(ordered) >= 3 else ordered[0]

* leaders find_leaders larger_than_rest
* numbers values
" Return the numbers that are larger than all behind them.
>>> leaders([16, 17, 4, 3, 5, 2])
[17, 5, 2]
def leaders(numbers: list[int]) -> list[int]:
    result = []
    for i, number in enumerate(numbers):
        if all(number > other for other in numbers[i + 1 :]):
            result.append(number)
    return result

* digits_to_number join_digits number_from_digits
* digits values
" Return the number with the given digits.
>>> digits_to_number([1, 2, 3])
123
def digits_to_number(digits: list[int]) -> int:
    number = 0
    for digit in digits:
        number = number * 10 + digit
    return number
===
    return int("".join(str(digit) for digit in digits))

* digits_of number_to_digits list_digits split_digits
* n number
" Return the digits of {n} as a list.
>>> digits_of(305)
[3, 0, 5]
def digits_of(n: int) -> list[int]:
    return [int(digit) for digit in str(n)]
===
    return list(map(int, str(n)))
===
    digits = []
    while n > 0:
        digits.insert(0, n % 10)
        n //= 10
    return digits
"""
