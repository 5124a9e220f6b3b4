"""Patterns of stars and numbers, tables and formatted text."""

PROGRAMS = r"""
* print_triangle star_triangle print_stars right_triangle
* n rows height
" Print a triangle of stars with {n} rows.
>>> print_triangle(3)
*
**
***
def print_triangle(n: int) -> None:
    for i in range(1, n + 1):
        print("*" * i)
===
    for i in range(n):
        line = ""
        for _ in range(i + 1):
            line += "*"
        print(line)
===
    for i in range(1, n + 1):
        for _ in range(i):
            print("*", end="")
        print()

* print_inverted_triangle inverted_triangle upside_down_triangle
* n rows height
" Print a triangle of stars that gets smaller.
>>> print_inverted_triangle(3)
***
**
*
def print_inverted_triangle(n: int) -> None:
    for i in range(n, 0, -1):
        print("*" * i)

* pyramid star_pyramid make_pyramid pyramid_lines
* n height rows
" Return the lines of a pyramid of stars with {n} rows.
>>> pyramid(3)
['  *', ' ***', '*****']
def pyramid(n: int) -> list[str]:
    lines = []
    for i in range(n):
        lines.append(" " * (n - i - 1) + "*" * (2 * i + 1))
    return lines
===
    return [" " * (n - i) + "*" * (2 * i - 1) for i in range(1, n + 1)]

* print_pyramid draw_pyramid show_pyramid
* n height rows
" Print a pyramid of stars with {n} rows.
>>> print_pyramid(1)
*
def print_pyramid(n: int) -> None:
    for i in range(1, n + 1):
        print(" " * (n - i) + "*" * (2 * i - 1))
===
    for i in range(n):
        spaces = " " * (n - i - 1)
        stars = "*" * (2 * i + 1)
        print(spaces + stars)

* diamond make_diamond diamond_lines
* n size
" Return the lines of a diamond of stars; its widest line has 2n - 1 stars.
>>> diamond(2)
[' *', '***', ' *']
def diamond(n: int) -> list[str]:
    top = [" " * (n - i) + "*" * (2 * i - 1) for i in range(1, n + 1)]
    return top + top[-2::-1]

* print_square star_square print_block
* n size side
" Print a square of stars.
>>> print_square(2)
**
**
def print_square(n: int) -> None:
    for _ in range(n):
        print("*" * n)

* hollow_square hollow_box box_lines
* n size
" Return the lines of a hollow square of stars.
>>> hollow_square(3)
['***', '* *', '***']
def hollow_square(n: int) -> list[str]:
    if n == 1:
        return ["*"]
    middle = "*" + " " * (n - 2) + "*"
    return ["*" * n] + [middle] * (n - 2) + ["*" * n]
===
    lines = []
    for i in range(n):
        line = ""
        for j in range(n):
            border = i in (0, n - 1) or j in (0, n - 1)
            line += "*" if border else " "
        lines.append(line)
    return lines

* print_number_triangle number_triangle counting_triangle
* n rows
" Print the rows 1, 1 2, 1 2 3 and so on.
>>> print_number_triangle(3)
1
1 2
1 2 3
def print_number_triangle(n: int) -> None:
    for i in range(1, n + 1):
        print(" ".join(str(j) for j in range(1, i + 1)))
===
    for i in range(1, n + 1):
        print(*range(1, i + 1))

* floyd_triangle floyds_triangle
* n rows
" Return the rows of Floyd's triangle: 1, then 2 3, then 4 5 6.
>>> floyd_triangle(3)
[[1], [2, 3], [4, 5, 6]]
def floyd_triangle(n: int) -> list[list[int]]:
    rows = []
    number = 1
    for length in range(1, n + 1):
        row = []
        for _ in range(length):
            row.append(number)
            number += 1
        rows.append(row)
    return rows

* checkerboard chess_board make_checkerboard
* n size
" Return the lines of a checkerboard.
>>> checkerboard(3)
['X.X', '.X.', 'X.X']
def checkerboard(n: int) -> list[str]:
    lines = []
    for i in range(n):
        lines.append("".join("X" if (i + j) % 2 == 0 else "." for j in range(n)))
    return lines

* print_multiplication_table multiplication_table times_table print_times_table
* n number
" Print the multiplication table of {n}.
" Print the first ten multiples of {n}.
>>> print_multiplication_table(7)
7 x 1 = 7
7 x 2 = 14
7 x 3 = 21
7 x 4 = 28
7 x 5 = 35
7 x 6 = 42
7 x 7 = 49
7 x 8 = 56
7 x 9 = 63
7 x 10 = 70
def print_multiplication_table(n: int) -> None:
    for i in range(1, 11):
        print(f"{n} x {i} = {n * i}")
===
    for i in range(1, 11):
        print(n, "x", i, "=", n * i)
===
    i = 1
    while i <= 10:
        print(str(n) + " x " + str(i) + " = " + str(n * i))
        i += 1

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
