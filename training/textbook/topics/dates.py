"""Dates and times with the standard library: dates."""

PROGRAMS = r"""
* days_between days_apart number_of_days difference_in_days
* start first begin
* end second last
" Return the number of days between two dates.
: start A date as YYYY-MM-DD.
: end Another date as YYYY-MM-DD.
: return How many days lie between them.
>>> days_between("2024-01-01", "2024-03-01")
60
from datetime import date


def days_between(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days
===
from datetime import datetime

    first = datetime.strptime(start, "%Y-%m-%d")
    second = datetime.strptime(end, "%Y-%m-%d")
    return (second - first).days

* weekday day_of_week day_name weekday_name
* text day date_text
" Return the name of the weekday of a date given as YYYY-MM-DD.
>>> weekday("2024-07-04")
'Thursday'
from datetime import date


def weekday(text: str) -> str:
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    return names[date.fromisoformat(text).weekday()]
===
from datetime import date

    return date.fromisoformat(text).strftime("%A")

* is_weekend on_weekend falls_on_weekend
* day when the_date
" Check whether a date is a Saturday or Sunday.
>>> from datetime import date
>>> is_weekend(date(2024, 7, 6))
True
>>> is_weekend(date(2024, 7, 4))
False
from datetime import date


def is_weekend(day: date) -> bool:
    return day.weekday() >= 5
===
from datetime import date

    return day.strftime("%a") in ("Sat", "Sun")

* age_on +age years_between age_in_years
* birthday born date_of_birth
* today on_day now
" Return the age in years of a person on a given day.
: birthday The date of birth.
: today The day for which the age is wanted.
>>> from datetime import date
>>> age_on(date(2000, 6, 15), date(2024, 6, 14))
23
>>> age_on(date(2000, 6, 15), date(2024, 6, 15))
24
from datetime import date


def age_on(birthday: date, today: date) -> int:
    years = today.year - birthday.year
    if (today.month, today.day) < (birthday.month, birthday.day):
        years -= 1
    return years
===
from datetime import date

    had_birthday = (today.month, today.day) >= (birthday.month, birthday.day)
    return today.year - birthday.year - (0 if had_birthday else 1)

* days_in_month month_length number_of_days_in_month
* year y
* month m
" Return how many days a month has.
>>> days_in_month(2024, 2)
29
>>> days_in_month(2023, 4)
30
def days_in_month(year: int, month: int) -> int:
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    if month in (4, 6, 9, 11):
        return 30
    return 31
===
import calendar

    return calendar.monthrange(year, month)[1]
===
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if month == 2 and is_leap:
        return 29
    return days[month - 1]

* day_of_year +number_of_day nth_day
* year y
* month m
* day d
" Return the number of a day within its year, from 1 on.
>>> day_of_year(2024, 3, 1)
61
def day_of_year(year: int, month: int, day: int) -> int:
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        days[1] = 29
    return sum(days[: month - 1]) + day
===
from datetime import date

    return date(year, month, day).timetuple().tm_yday

* add_days days_later date_after shift_date
* text day start
* days count n
" Return the date that is {days} days after another one.
: text A date as YYYY-MM-DD.
: days How many days later; may be negative.
>>> add_days("2024-02-28", 2)
'2024-03-01'
>>> add_days("2024-01-01", -1)
'2023-12-31'
from datetime import date, timedelta


def add_days(text: str, days: int) -> str:
    return (date.fromisoformat(text) + timedelta(days)).isoformat()
===
from datetime import datetime, timedelta

    start_day = datetime.strptime(text, "%Y-%m-%d")
    return (start_day + timedelta(days)).strftime("%Y-%m-%d")

* dates_between date_range list_dates days_from_to
* start first begin
* end last stop
" Return all dates from {start} to {end}.
>>> from datetime import date
>>> [d.day for d in dates_between(date(2024, 2, 28), date(2024, 3, 1))]
[28, 29, 1]
from datetime import date, timedelta


def dates_between(start: date, end: date) -> list[date]:
    days = []
    current = start
    while current <= end:
        days.append(current)
        current += timedelta(days=1)
    return days
===
from datetime import date, timedelta

    count = (end - start).days + 1
    return [start + timedelta(days=i) for i in range(count)]
"""
