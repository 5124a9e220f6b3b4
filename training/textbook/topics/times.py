"""Dates and times with the standard library: times."""

PROGRAMS = r"""
* format_date date_to_text european_date
* text iso_date day
" Turn a date YYYY-MM-DD into DD.MM.YYYY.
>>> format_date("2024-07-04")
'04.07.2024'
def format_date(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}.{month}.{year}"
===
from datetime import datetime

    return datetime.strptime(text, "%Y-%m-%d").strftime("%d.%m.%Y")
===
    return ".".join(reversed(text.split("-")))

* is_valid_date check_date valid_date date_exists
* year y
* month m
* day d
" Check whether a date exists.
>>> is_valid_date(2024, 2, 29)
True
>>> is_valid_date(2023, 2, 29)
False
from datetime import date


def is_valid_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
===
    if not 1 <= month <= 12 or day < 1:
        return False
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return day <= 29
    return day <= days[month - 1]

* to_minutes minutes_since_midnight time_to_minutes
* text time_text clock
" Return how many minutes after midnight a time HH:MM is.
>>> to_minutes("02:30")
150
def to_minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
===
    hours, minutes = map(int, text.split(":"))
    return 60 * hours + minutes

* minutes_between time_difference duration_in_minutes
* start begin first
* end finish second
" Return the minutes from one time HH:MM to a later one.
>>> minutes_between("09:15", "10:00")
45
def minutes_between(start: str, end: str) -> int:
    start_hours, start_minutes = map(int, start.split(":"))
    end_hours, end_minutes = map(int, end.split(":"))
    return (end_hours - start_hours) * 60 + end_minutes - start_minutes
===
from datetime import datetime

    difference = datetime.strptime(end, "%H:%M") - datetime.strptime(start, "%H:%M")
    return difference.seconds // 60

* to_12_hour twelve_hour_clock am_pm to_am_pm
* text time_text clock
" Turn a time HH:MM into the 12-hour form.
>>> to_12_hour("14:05")
'2:05 PM'
>>> to_12_hour("00:30")
'12:30 AM'
def to_12_hour(text: str) -> str:
    hours, minutes = text.split(":")
    hour = int(hours)
    half = "AM" if hour < 12 else "PM"
    hour = hour % 12 or 12
    return f"{hour}:{minutes} {half}"

* next_birthday days_until_birthday days_to_birthday
* birthday born
* today now
" Return how many days are left until the next birthday.
>>> from datetime import date
>>> next_birthday(date(1990, 12, 25), date(2024, 12, 20))
5
>>> next_birthday(date(1990, 1, 1), date(2024, 12, 31))
1
from datetime import date


def next_birthday(birthday: date, today: date) -> int:
    this_year = date(today.year, birthday.month, birthday.day)
    if this_year < today:
        this_year = date(today.year + 1, birthday.month, birthday.day)
    return (this_year - today).days

* count_leap_years leap_years_between number_of_leap_years
* start first
* end last
" Count the leap years from {start} to {end}.
>>> count_leap_years(2000, 2024)
7
def count_leap_years(start: int, end: int) -> int:
    count = 0
    for year in range(start, end + 1):
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            count += 1
    return count
===
import calendar

    return sum(calendar.isleap(year) for year in range(start, end + 1))

* season season_of_month get_season
* month number
" Return the season of a month on the northern half of the earth.
>>> season(1), season(4), season(7), season(10)
('winter', 'spring', 'summer', 'autumn')
def season(month: int) -> str:
    if month in (12, 1, 2):
        return "winter"
    if month in (3, 4, 5):
        return "spring"
    if month in (6, 7, 8):
        return "summer"
    return "autumn"
===
    seasons = ["winter", "spring", "summer", "autumn"]
    return seasons[month % 12 // 3]

* month_name name_of_month get_month_name
* month number
" Return the name of a month, from 1 to 12.
>>> month_name(3)
'March'
def month_name(month: int) -> str:
    names = [
        "January", "February", "March", "April", "May", "June", "July",
        "August", "September", "October", "November", "December",
    ]
    return names[month - 1]
===
import calendar

    return calendar.month_name[month]

* latest_date newest last_date most_recent
* dates days
" Return the latest of several dates YYYY-MM-DD.
>>> latest_date(["2024-01-05", "2023-12-31"])
'2024-01-05'
def latest_date(dates: list[str]) -> str:
    return max(dates)
===
    latest = dates[0]
    for current in dates[1:]:
        if current > latest:
            latest = current
    return latest

* group_by_month by_month dates_by_month
* dates days
" Group dates YYYY-MM-DD by their month.
>>> group_by_month(["2024-01-05", "2024-02-01", "2024-01-09"])
{'2024-01': ['2024-01-05', '2024-01-09'], '2024-02': ['2024-02-01']}
def group_by_month(dates: list[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for day in dates:
        groups.setdefault(day[:7], []).append(day)
    return groups
"""
