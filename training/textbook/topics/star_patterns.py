"""Patterns of stars and numbers, tables and formatted text: star patterns."""

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
"""
