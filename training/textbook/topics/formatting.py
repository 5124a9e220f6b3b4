"""Patterns of stars and numbers, tables and formatted text: formatting."""

PROGRAMS = r"""
* multiplication_grid products_table times_tables
* n size
" Return a table of the products of 1 to {n}.
>>> multiplication_grid(3)
[[1, 2, 3], [2, 4, 6], [3, 6, 9]]
def multiplication_grid(n: int) -> list[list[int]]:
    return [[i * j for j in range(1, n + 1)] for i in range(1, n + 1)]
===
    table = []
    for i in range(1, n + 1):
        row = []
        for j in range(1, n + 1):
            row.append(i * j)
        table.append(row)
    return table

* print_histogram histogram bar_chart print_bars
* counts data values
" Print a line of stars for each value.
>>> print_histogram({"a": 2, "b": 4})
a: **
b: ****
def print_histogram(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        print(f"{name}: {'*' * count}")
===
    for name in counts:
        print(name + ": " + "*" * counts[name])

* format_table make_table table_lines render_table
* rows data
" Return the rows as lines with columns of equal width.
>>> format_table([["name", "age"], ["Ann", "30"]])
['name age', 'Ann  30']
def format_table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append(" ".join(cells).rstrip())
    return lines

* print_table show_table print_rows
* rows data people
" Print names and ages in two columns.
>>> print_table([("Ann", 30), ("Robert", 7)])
Ann        30
Robert      7
def print_table(rows: list[tuple[str, int]]) -> None:
    for name, age in rows:
        print(f"{name:<8} {age:>4}")
===
    for name, age in rows:
        print(name.ljust(8) + " " + str(age).rjust(4))

* format_price format_money to_currency price_text
* amount price value
" Return {amount} with two decimals, commas and a dollar sign.
>>> format_price(1234.5)
'$1,234.50'
>>> format_price(3)
'$3.00'
def format_price(amount: float) -> str:
    return f"${amount:,.2f}"
===
    return "${:,.2f}".format(amount)

* format_duration seconds_to_time format_seconds hms
* seconds total_seconds duration
" Return {seconds} as hours, minutes and seconds.
" Format a number of seconds as hh:mm:ss.
>>> format_duration(3661)
'01:01:01'
>>> format_duration(59)
'00:00:59'
def format_duration(seconds: int) -> str:
    hours = seconds // 3600
    minutes = seconds % 3600 // 60
    rest = seconds % 60
    return f"{hours:02d}:{minutes:02d}:{rest:02d}"
===
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}"

* format_size human_size readable_size file_size_text
* size bytes_count n
" Return a number of bytes with a unit.
>>> format_size(500)
'500.0 B'
>>> format_size(2048)
'2.0 KB'
def format_size(size: float) -> str:
    for unit in ["B", "KB", "MB", "GB"]:
        if size < 1024:
            return f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"

* center_text centered center_line
* text title
* width length
" Return {text} in the middle of a line of stars.
>>> center_text("hi", 8)
'***hi***'
def center_text(text: str, width: int) -> str:
    return text.center(width, "*")
===
    left = (width - len(text)) // 2
    right = width - len(text) - left
    return "*" * left + text + "*" * right

* progress_bar make_bar bar
* done current finished
* total whole
" Return a progress bar with ten fields.
>>> progress_bar(3, 10)
'[###.......] 30%'
def progress_bar(done: int, total: int) -> str:
    filled = done * 10 // total
    percent = done * 100 // total
    return "[" + "#" * filled + "." * (10 - filled) + f"] {percent}%"

* print_list numbered_list print_numbered
* items tasks names
" Print {items} with their numbers.
>>> print_list(["tea", "milk"])
1. tea
2. milk
def print_list(items: list[str]) -> None:
    for number, item in enumerate(items, start=1):
        print(f"{number}. {item}")
===
    for i in range(len(items)):
        print(str(i + 1) + ". " + items[i])

* greet say_hello greeting hello
* name person user
" Return a greeting for {name}.
>>> greet("Ann")
'Hello, Ann!'
def greet(name: str) -> str:
    return f"Hello, {name}!"
===
    return "Hello, " + name + "!"
===
    return "Hello, {}!".format(name)

* print_greeting print_hello greet_user
* name person
" Print a greeting for {name}.
>>> print_greeting("Ann")
Hello, Ann!
def print_greeting(name: str = "World") -> None:
    print(f"Hello, {name}!")
===
    print("Hello, " + name + "!")
"""
