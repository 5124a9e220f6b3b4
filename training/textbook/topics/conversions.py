"""Conditions, unit conversions and small formulas: conversions."""

PROGRAMS = r"""
* celsius_to_fahrenheit to_fahrenheit c_to_f convert_to_fahrenheit
* celsius c degrees temperature
" Turn degrees Celsius into degrees Fahrenheit.
" Convert a temperature from Celsius to Fahrenheit.
: celsius The temperature in degrees Celsius.
: return The temperature in degrees Fahrenheit.
>>> celsius_to_fahrenheit(100)
212.0
>>> celsius_to_fahrenheit(0)
32.0
def celsius_to_fahrenheit(celsius: float) -> float:
    return celsius * 9 / 5 + 32
===
    return celsius * 1.8 + 32
===
    fahrenheit = celsius * 9 / 5 + 32
    return fahrenheit

* fahrenheit_to_celsius to_celsius f_to_c convert_to_celsius
* fahrenheit f degrees temperature
" Turn degrees Fahrenheit into degrees Celsius.
" Convert a temperature from Fahrenheit to Celsius.
>>> fahrenheit_to_celsius(212)
100.0
>>> fahrenheit_to_celsius(32)
0.0
def fahrenheit_to_celsius(fahrenheit: float) -> float:
    return (fahrenheit - 32) * 5 / 9
===
    celsius = (fahrenheit - 32) * 5 / 9
    return celsius

* celsius_to_kelvin to_kelvin c_to_k
* celsius c degrees
" Turn degrees Celsius into kelvins.
>>> celsius_to_kelvin(0)
273.15
def celsius_to_kelvin(celsius: float) -> float:
    return celsius + 273.15

* convert_temperature change_temperature temperature_in
* value degrees temperature
* unit scale source_unit
" Convert a temperature to the other of the scales "C" and "F".
>>> convert_temperature(100, "C")
212.0
>>> convert_temperature(32, "F")
0.0
def convert_temperature(value: float, unit: str) -> float:
    if unit == "C":
        return value * 9 / 5 + 32
    if unit == "F":
        return (value - 32) * 5 / 9
    raise ValueError(f"unknown unit: {unit}")

* sign sign_of get_sign signum
* n number x
" Return -1, 0 or 1 for negative numbers, zero and positive numbers.
>>> sign(-5), sign(0), sign(9)
(-1, 0, 1)
def sign(n: float) -> int:
    if n > 0:
        return 1
    if n < 0:
        return -1
    return 0
===
    return (n > 0) - (n < 0)

* describe_number number_kind positive_or_negative classify_number
* n number x
" Say whether {n} is positive, negative or zero.
>>> describe_number(3)
'positive'
>>> describe_number(0)
'zero'
def describe_number(n: float) -> str:
    if n > 0:
        return "positive"
    elif n < 0:
        return "negative"
    else:
        return "zero"

* absolute_value absolute magnitude abs_value
* n number x
" Return {n} without its sign.
>>> absolute_value(-4)
4
def absolute_value(n: int) -> int:
    if n < 0:
        return -n
    return n
===
    return n if n >= 0 else -n
===
    return max(n, -n)

* larger max_of_two maximum bigger
* a x first
* b y second
" Return the larger of two numbers.
>>> larger(3, 8)
8
def larger(a: int, b: int) -> int:
    if a > b:
        return a
    return b
===
    return a if a > b else b
===
    return max(a, b)

* smaller min_of_two minimum lesser
* a x first
* b y second
" Return the smaller of two numbers.
>>> smaller(3, 8)
3
def smaller(a: int, b: int) -> int:
    if a < b:
        return a
    else:
        return b
===
    return a if a < b else b

* is_divisible divisible_by divides is_multiple
* a number n
* b divisor k
" Check whether {a} is divisible by {b}.
>>> is_divisible(12, 3)
True
>>> is_divisible(10, 4)
False
def is_divisible(a: int, b: int) -> bool:
    return a % b == 0

* is_between in_range between within
* value number x
* low minimum lower
* high maximum upper
" Check whether {value} lies between {low} and {high}.
>>> is_between(5, 1, 10)
True
>>> is_between(11, 1, 10)
False
def is_between(value: float, low: float, high: float) -> bool:
    return low <= value <= high
===
    return value >= low and value <= high

* bmi body_mass_index +body_mass
* weight kilograms mass
* height meters size
" Return the body mass index from kilograms and meters.
>>> bmi(80, 2)
20.0
def bmi(weight: float, height: float) -> float:
    return weight / height**2

* bmi_category weight_class classify_bmi
* bmi value index
" Return the category of a body mass index.
>>> bmi_category(17)
'underweight'
>>> bmi_category(22)
'normal'
>>> bmi_category(31)
'obese'
def bmi_category(bmi: float) -> str:
    if bmi < 18.5:
        return "underweight"
    elif bmi < 25:
        return "normal"
    elif bmi < 30:
        return "overweight"
    return "obese"

* discount discounted_price apply_discount price_after_discount
* price amount
* percent rate
" Return {price} reduced by some percent.
>>> discount(200, 10)
180.0
def discount(price: float, percent: float) -> float:
    return price * (1 - percent / 100)
===
    return price - price * percent / 100

* add_tax price_with_tax with_tax gross_price
* price net amount
* rate tax percent
" Return {price} with tax in percent.
>>> add_tax(100, 20)
120.0
def add_tax(price: float, rate: float) -> float:
    return price + price * rate / 100

* income_tax tax calculate_tax tax_for
* income salary
" Return the tax: nothing up to 10000, 10 % up to 50000, 20 % above.
>>> income_tax(8000)
0.0
>>> income_tax(60000)
6000.0
def income_tax(income: float) -> float:
    tax = 0.0
    if income > 50000:
        tax += (income - 50000) * 0.2
        income = 50000
    if income > 10000:
        tax += (income - 10000) * 0.1
    return tax

* split_bill bill_per_person share_bill
* total bill amount
* people persons guests
* tip tip_percent
" Return what each person pays, with a tip in percent.
>>> split_bill(100, 4, 50)
37.5
def split_bill(total: float, people: int, tip: float) -> float:
    return total * (1 + tip / 100) / people
"""
