"""Number bases, bits and Roman numerals: bases."""

PROGRAMS = r"""
* to_binary decimal_to_binary int_to_binary convert_to_binary binary
* n number decimal
* bits digits result
" Return {n} in binary, without a prefix.
" Convert a non-negative integer to a binary string.
: n A non-negative integer.
: return Its binary digits.
>>> to_binary(10)
'1010'
>>> to_binary(0)
'0'
def to_binary(n: int) -> str:
    if n == 0:
        return "0"
    bits = ""
    while n > 0:
        bits = str(n % 2) + bits
        n //= 2
    return bits
===
    return bin(n)[2:]
===
    return format(n, "b")
===
    if n < 2:
        return str(n)
    return to_binary(n // 2) + str(n % 2)
===
    return f"{n:b}"

* from_binary binary_to_decimal binary_to_int parse_binary
* bits text binary
* value result total
" Return the number that a text of binary digits stands for.
" Convert a binary string to an integer.
: bits Zeros and ones.
>>> from_binary("1010")
10
>>> from_binary("0")
0
def from_binary(bits: str) -> int:
    value = 0
    for bit in bits:
        value = value * 2 + int(bit)
    return value
===
    return int(bits, 2)
===
    value = 0
    for i, bit in enumerate(reversed(bits)):
        if bit == "1":
            value += 2**i
    return value

* to_hex decimal_to_hex to_hexadecimal int_to_hex
* n number
" Return {n} in hexadecimal.
>>> to_hex(255)
'ff'
>>> to_hex(0)
'0'
def to_hex(n: int) -> str:
    digits = "0123456789abcdef"
    result = ""
    while n > 0:
        result = digits[n % 16] + result
        n //= 16
    return result or "0"
===
    return hex(n)[2:]
===
    return format(n, "x")

* from_hex hex_to_decimal hex_to_int parse_hex
* text digits_text hex_text
" Return the number that a hexadecimal text stands for.
>>> from_hex("ff")
255
>>> from_hex("1A")
26
def from_hex(text: str) -> int:
    return int(text, 16)
===
    digits = "0123456789abcdef"
    value = 0
    for char in text.lower():
        value = value * 16 + digits.index(char)
    return value

* to_base convert_base change_base to_any_base
* n number value
* base radix
" Return {n} as a text of digits in the given base, from 2 to 36.
" Convert {n} to another base.
: n A non-negative integer.
: base The base, from 2 to 36.
: return The digits, with letters from 10 on.
>>> to_base(255, 16)
'ff'
>>> to_base(5, 2)
'101'
>>> to_base(0, 7)
'0'
def to_base(n: int, base: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    if n == 0:
        return "0"
    result = ""
    while n > 0:
        n, rest = divmod(n, base)
        result = digits[rest] + result
    return result
===
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    if n < base:
        return digits[n]
    return to_base(n // base, base) + digits[n % base]

* to_octal decimal_to_octal int_to_octal
* n number
" Return {n} in octal.
>>> to_octal(8)
'10'
def to_octal(n: int) -> str:
    return oct(n)[2:]
===
    if n < 8:
        return str(n)
    return to_octal(n // 8) + str(n % 8)

* count_bits count_ones popcount number_of_ones hamming_weight
* n number
* count ones total
" Count the ones in the binary form of {n}.
" Return how many bits of {n} are set.
>>> count_bits(13)
3
>>> count_bits(0)
0
def count_bits(n: int) -> int:
    count = 0
    while n:
        count += n & 1
        n >>= 1
    return count
===
    return bin(n).count("1")
===
    count = 0
    while n > 0:
        # This clears the lowest bit that is set.
        n &= n - 1
        count += 1
    return count
===
    if n == 0:
        return 0
    return n % 2 + count_bits(n // 2)

* is_power_of_two power_of_two check_power_of_two
* n number
" Check whether {n} is a power of two.
>>> is_power_of_two(16)
True
>>> is_power_of_two(12)
False
>>> is_power_of_two(0)
False
def is_power_of_two(n: int) -> bool:
    return n > 0 and n & (n - 1) == 0
===
    if n < 1:
        return False
    while n % 2 == 0:
        n //= 2
    return n == 1
===
    power = 1
    while power < n:
        power *= 2
    return power == n

* is_power_of power_check is_power
* n number value
" Check whether {n} is a power of {base}.
>>> is_power_of(27, 3)
True
>>> is_power_of(10, 3)
False
def is_power_of(n: int, base: int) -> bool:
    while n > 1 and n % base == 0:
        n //= base
    return n == 1

* set_bit turn_on_bit switch_on
* n number value
* position index bit
" Return {n} with the bit at {position} set.
>>> set_bit(8, 1)
10
def set_bit(n: int, position: int) -> int:
    return n | (1 << position)
"""
