"""Small puzzles on lists and texts: puzzles."""

PROGRAMS = r"""
* pig_dice_score score_turn turn_score
* rolls dice throws
" Return the sum of {rolls}, or 0 if one of them is 1.
>>> pig_dice_score([3, 4, 6])
13
>>> pig_dice_score([3, 1, 6])
0
def pig_dice_score(rolls: list[int]) -> int:
    if 1 in rolls:
        return 0
    return sum(rolls)
===
    total = 0
    for roll in rolls:
        if roll == 1:
            return 0
        total += roll
    return total

* close_pairs has_close_pair any_two_close
* numbers values nums
* distance limit threshold
" Check whether two of {numbers} are closer than {distance}.
>>> close_pairs([1.0, 5.0, 5.5], 1.0)
True
>>> close_pairs([1.0, 5.0], 1.0)
False
def close_pairs(numbers: list[float], distance: float) -> bool:
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if abs(numbers[i] - numbers[j]) < distance:
                return True
    return False
===
    ordered = sorted(numbers)
    return any(b - a < distance for a, b in zip(ordered, ordered[1:]))

* running_maximum rolling_max maximum_so_far
* numbers values nums
" Return for each position the largest number up to there.
>>> running_maximum([1, 3, 2, 5, 4])
[1, 3, 3, 5, 5]
def running_maximum(numbers: list[int]) -> list[int]:
    result = []
    for number in numbers:
        if not result or number > result[-1]:
            result.append(number)
        else:
            result.append(result[-1])
    return result
===
from itertools import accumulate

    return list(accumulate(numbers, max))
===
    return [max(numbers[: i + 1]) for i in range(len(numbers))]

* below_zero goes_negative overdrawn ever_below_zero
* operations changes amounts
" Check whether a balance that starts at 0 ever falls below 0.
>>> below_zero([1, 2, -4, 5])
True
>>> below_zero([1, 2, -3])
False
def below_zero(operations: list[int]) -> bool:
    balance = 0
    for operation in operations:
        balance += operation
        if balance < 0:
            return True
    return False

* put_between intersperse insert_between
* items values
* separator delimiter filler
" Return {items} with {separator} between neighbours.
>>> put_between([1, 2, 3], 0)
[1, 0, 2, 0, 3]
>>> put_between([], 0)
[]
def put_between(items: list[int], separator: int) -> list[int]:
    result = []
    for i, item in enumerate(items):
        if i > 0:
            result.append(separator)
        result.append(item)
    return result

* all_prefixes prefixes beginnings
* text word s
" Return all beginnings of {text}, the shortest first.
>>> all_prefixes("abc")
['a', 'ab', 'abc']
def all_prefixes(text: str) -> list[str]:
    return [text[: i + 1] for i in range(len(text))]
===
    result = []
    current = ""
    for char in text:
        current += char
        result.append(current)
    return result

* all_suffixes suffixes endings
* text word s
" Return all endings of {text}, the longest first.
>>> all_suffixes("abc")
['abc', 'bc', 'c']
def all_suffixes(text: str) -> list[str]:
    return [text[i:] for i in range(len(text))]

* all_substrings substrings list_substrings
* text word s
" Return all substrings of {text}.
>>> all_substrings("abc")
['a', 'ab', 'abc', 'b', 'bc', 'c']
def all_substrings(text: str) -> list[str]:
    result = []
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            result.append(text[start:end])
    return result
===
    n = len(text)
    return [text[i:j] for i in range(n) for j in range(i + 1, n + 1)]

* count_palindromes palindromic_substrings number_of_palindromes
* text word s
" Count the substrings of {text} that are palindromes.
>>> count_palindromes("aba")
4
def count_palindromes(text: str) -> int:
    count = 0
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            part = text[start:end]
            if part == part[::-1]:
                count += 1
    return count

* make_palindrome complete_palindrome shortest_palindrome
* text word s
" Append letters to {text} until it is a palindrome.
>>> make_palindrome("abac")
'abacaba'
>>> make_palindrome("aa")
'aa'
def make_palindrome(text: str) -> str:
    for i in range(len(text)):
        if text[i:] == text[i:][::-1]:
            return text + text[:i][::-1]
    return text

* longest_text longest_string find_longest
* texts words strings
" Return the longest of {texts}, or None if there are none.
>>> longest_text(["a", "ccc", "bb"])
'ccc'
>>> longest_text([]) is None
True
def longest_text(texts: list[str]) -> str | None:
    if not texts:
        return None
    return max(texts, key=len)
===
    longest = None
    for text in texts:
        if longest is None or len(text) > len(longest):
            longest = text
    return longest
"""
