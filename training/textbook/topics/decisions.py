"""Conditions, unit conversions and small formulas: decisions."""

PROGRAMS = r"""
* simple_interest interest +interest_earned
* principal amount start
* rate percent
* years time
" Return the simple interest for some years.
>>> simple_interest(1000, 5, 2)
100.0
def simple_interest(principal: float, rate: float, years: float) -> float:
    return principal * rate * years / 100

* speed average_speed velocity
* distance kilometers way
* hours time duration
" Return the average speed.
>>> speed(150, 2)
75.0
def speed(distance: float, hours: float) -> float:
    return distance / hours

* km_to_miles kilometers_to_miles to_miles
* km kilometers distance
" Convert kilometers to miles.
>>> round(km_to_miles(10), 3)
6.214
def km_to_miles(km: float) -> float:
    return km * 0.621371
===
    return km / 1.609344

* miles_to_km miles_to_kilometers to_kilometers
* miles distance
" Convert miles to kilometers.
>>> round(miles_to_km(1), 6)
1.609344
def miles_to_km(miles: float) -> float:
    return miles * 1.609344

* inches_to_cm inches_to_centimeters to_centimeters
* inches length
" Convert inches to centimeters.
>>> inches_to_cm(10)
25.4
def inches_to_cm(inches: float) -> float:
    return inches * 2.54

* kg_to_pounds kilograms_to_pounds to_pounds
* kg kilograms weight
" Convert kilograms to pounds.
>>> round(kg_to_pounds(10), 2)
22.05
def kg_to_pounds(kg: float) -> float:
    return kg * 2.20462

* hours_to_seconds to_seconds seconds_in_hours
* hours h
" Return how many seconds some hours have.
>>> hours_to_seconds(2)
7200
def hours_to_seconds(hours: int) -> int:
    return hours * 60 * 60

* seconds_to_minutes minutes_and_seconds split_seconds
* seconds total
" Return minutes and remaining seconds.
>>> seconds_to_minutes(130)
(2, 10)
def seconds_to_minutes(seconds: int) -> tuple[int, int]:
    return seconds // 60, seconds % 60
===
    return divmod(seconds, 60)

* convert_length change_unit convert_unit
* value length amount
* source from_unit unit
* target to_unit wanted
" Convert a length between mm, cm, m and km.
>>> convert_length(2, "km", "m")
2000.0
>>> convert_length(50, "cm", "m")
0.5
def convert_length(value: float, source: str, target: str) -> float:
    meters = {"mm": 0.001, "cm": 0.01, "m": 1, "km": 1000}
    return value * meters[source] / meters[target]

* can_vote may_vote is_old_enough is_adult
* age years
" Return True from the age of 18 on.
>>> can_vote(18)
True
>>> can_vote(17)
False
def can_vote(age: int) -> bool:
    return age >= 18
===
    if age >= 18:
        return True
    else:
        return False

* ticket_price entry_fee price_for_age
* age years
" Return the price of a ticket: 0 below 6, 5 below 18, 8 from 65 on, otherwise 10.
>>> [ticket_price(age) for age in (3, 10, 30, 70)]
[0, 5, 10, 8]
def ticket_price(age: int) -> int:
    if age < 6:
        return 0
    if age < 18:
        return 5
    if age >= 65:
        return 8
    return 10

* traffic_light next_light light_after
* color light current
" Return the light that follows in a traffic light.
>>> traffic_light("red")
'green'
def traffic_light(color: str) -> str:
    following = {"red": "green", "green": "yellow", "yellow": "red"}
    return following[color]
===
    if color == "red":
        return "green"
    if color == "green":
        return "yellow"
    return "red"

* swap swap_values exchange
* a x first
* b y second
" Return the two values in the other order.
>>> swap(1, 2)
(2, 1)
def swap(a: int, b: int) -> tuple[int, int]:
    return b, a
===
    a, b = b, a
    return a, b

* print_numbers count_up show_numbers print_up_to
* n limit
" Print the numbers from 1 to {n}.
>>> print_numbers(3)
1
2
3
def print_numbers(n: int) -> None:
    for i in range(1, n + 1):
        print(i)
===
    i = 1
    while i <= n:
        print(i)
        i += 1

* print_even print_even_numbers show_even_numbers
* n limit
" Print the even numbers from 2 to {n}.
>>> print_even(6)
2
4
6
def print_even(n: int) -> None:
    for i in range(2, n + 1, 2):
        print(i)
===
    for i in range(1, n + 1):
        if i % 2 == 0:
            print(i)

* print_odd print_odd_numbers show_odd_numbers
* n limit
" Print the odd numbers from 1 to {n}.
>>> print_odd(5)
1
3
5
def print_odd(n: int) -> None:
    for i in range(1, n + 1, 2):
        print(i)
===
    for number in range(n + 1):
        if number % 2 == 1:
            print(number)

* multiples first_multiples multiples_of list_multiples
* n number
* count how_many limit
" Return the first {count} multiples of {n}.
>>> multiples(3, 4)
[3, 6, 9, 12]
def multiples(n: int, count: int) -> list[int]:
    return [n * i for i in range(1, count + 1)]
===
    result = []
    for i in range(1, count + 1):
        result.append(n * i)
    return result

* multiply multiply_by_adding times product
* a x first
* b y second
" Multiply two numbers by adding again and again.
>>> multiply(4, 3)
12
def multiply(a: int, b: int) -> int:
    result = 0
    for _ in range(b):
        result += a
    return result
===
    if b == 0:
        return 0
    return a + multiply(a, b - 1)

* divide_with_remainder integer_division divide
* a x dividend
* b y divisor
" Return quotient and remainder without using //.
>>> divide_with_remainder(17, 5)
(3, 2)
def divide_with_remainder(a: int, b: int) -> tuple[int, int]:
    quotient = 0
    while a >= b:
        a -= b
        quotient += 1
    return quotient, a
===
    return divmod(a, b)
"""
