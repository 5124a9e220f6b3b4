"""Number bases, bits and Roman numerals: bits and roman."""

PROGRAMS = r"""
* clear_bit turn_off_bit reset_bit
* n number value
* position index bit
" Return {n} with the bit at {position} cleared.
>>> clear_bit(10, 1)
8
def clear_bit(n: int, position: int) -> int:
    return n & ~(1 << position)

* toggle_bit flip_bit invert_bit
* n number value
* position index bit
" Return {n} with the bit at {position} flipped.
>>> toggle_bit(10, 1)
8
>>> toggle_bit(8, 1)
10
def toggle_bit(n: int, position: int) -> int:
    return n ^ (1 << position)

* get_bit is_bit_set test_bit
* n number value
* position index
" Check whether the bit at {position} is set.
>>> get_bit(5, 0)
True
>>> get_bit(5, 1)
False
def get_bit(n: int, position: int) -> bool:
    return n & (1 << position) != 0
===
    return (n >> position) & 1 == 1

* hamming_distance bit_difference differing_bits
* a x first
* b y second
" Count the bits in which {a} and {b} differ.
>>> hamming_distance(1, 4)
2
def hamming_distance(a: int, b: int) -> int:
    return bin(a ^ b).count("1")
===
    count = 0
    difference = a ^ b
    while difference:
        count += difference & 1
        difference >>= 1
    return count

* single_number find_single lonely_number
* numbers nums values
" Return the number that occurs once; all others occur twice.
>>> single_number([4, 1, 2, 1, 2])
4
def single_number(numbers: list[int]) -> int:
    result = 0
    for number in numbers:
        result ^= number
    return result
===
    for number in numbers:
        if numbers.count(number) == 1:
            return number
    raise ValueError("every number occurs twice")

* add_binary binary_addition sum_binary
* a first x
* b second y
" Add two numbers that are given as binary texts.
>>> add_binary("11", "1")
'100'
def add_binary(a: str, b: str) -> str:
    return bin(int(a, 2) + int(b, 2))[2:]
===
    result = ""
    carry = 0
    a = a.zfill(len(b))
    b = b.zfill(len(a))
    for x, y in zip(reversed(a), reversed(b)):
        total = int(x) + int(y) + carry
        result = str(total % 2) + result
        carry = total // 2
    return "1" + result if carry else result

* to_roman int_to_roman roman_numeral convert_to_roman decimal_to_roman
* n number value
* result numeral roman
" Return {n} as a Roman numeral.
" Convert an integer from 1 to 3999 to a Roman numeral.
: n A number from 1 to 3999.
: return The Roman numeral in capital letters.
>>> to_roman(1994)
'MCMXCIV'
>>> to_roman(4)
'IV'
def to_roman(n: int) -> str:
    symbols = [
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ]
    result = ""
    for size, symbol in symbols:
        while n >= size:
            result += symbol
            n -= size
    return result
===
    sizes = [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1]
    symbols = ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"]
    result = ""
    for size, symbol in zip(sizes, symbols):
        count, n = divmod(n, size)
        result += symbol * count
    return result

* from_roman roman_to_int roman_to_integer parse_roman roman_to_decimal
* numeral text roman s
* total value result
" Return the number that a Roman numeral stands for.
" Convert a Roman numeral to an integer.
: numeral A Roman numeral in capital letters.
: return Its value.
>>> from_roman("MCMXCIV")
1994
>>> from_roman("III")
3
def from_roman(numeral: str) -> int:
    sizes = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = 0
    for i, symbol in enumerate(numeral):
        size = sizes[symbol]
        # A smaller symbol before a larger one is subtracted.
        if i + 1 < len(numeral) and sizes[numeral[i + 1]] > size:
            total -= size
        else:
            total += size
    return total
===
    sizes = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = 0
    previous = 0
    for symbol in reversed(numeral):
        size = sizes[symbol]
        if size < previous:
            total -= size
        else:
            total += size
        previous = size
    return total

* number_to_words spell_number say_number int_to_words
* n number
" Return {n} in English words, for numbers from 0 to 99.
>>> number_to_words(42)
'forty-two'
>>> number_to_words(13)
'thirteen'
>>> number_to_words(30)
'thirty'
def number_to_words(n: int) -> str:
    small = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen sixteen seventeen eighteen nineteen"
    ).split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    if n < 20:
        return small[n]
    word = tens[n // 10 - 2]
    return word if n % 10 == 0 else f"{word}-{small[n % 10]}"

* ordinal with_suffix ordinal_number to_ordinal
* n number
" Return {n} with its English ordinal ending.
>>> ordinal(1)
'1st'
>>> ordinal(12)
'12th'
>>> ordinal(23)
'23rd'
def ordinal(n: int) -> str:
    if 10 <= n % 100 <= 20:
        return f"{n}th"
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{n}{endings.get(n % 10, 'th')}"
===
    if n % 100 in (11, 12, 13):
        ending = "th"
    elif n % 10 == 1:
        ending = "st"
    elif n % 10 == 2:
        ending = "nd"
    elif n % 10 == 3:
        ending = "rd"
    else:
        ending = "th"
    return str(n) + ending
"""
