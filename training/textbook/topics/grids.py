"""Matrices as lists of rows: grids."""

PROGRAMS = r"""
* trace diagonal_sum sum_of_diagonal main_diagonal_sum
* matrix m
" Return the sum of the main diagonal of {matrix}.
>>> trace([[1, 2], [3, 4]])
5
def trace(matrix: list[list[int]]) -> int:
    return sum(matrix[i][i] for i in range(len(matrix)))
===
    total = 0
    for i in range(len(matrix)):
        total += matrix[i][i]
    return total

* diagonal get_diagonal main_diagonal
* matrix m
" Return the elements of the main diagonal.
>>> diagonal([[1, 2], [3, 4]])
[1, 4]
def diagonal(matrix: list[list[int]]) -> list[int]:
    return [matrix[i][i] for i in range(len(matrix))]
===
    return [row[i] for i, row in enumerate(matrix)]

* rotate_clockwise rotate_matrix rotate_right rotate_90
* matrix grid m
" Rotate {matrix} by 90 degrees to the right.
>>> rotate_clockwise([[1, 2], [3, 4]])
[[3, 1], [4, 2]]
def rotate_clockwise(matrix: list[list[int]]) -> list[list[int]]:
    return [list(row) for row in zip(*matrix[::-1])]
===
    rows, columns = len(matrix), len(matrix[0])
    result = [[0] * rows for _ in range(columns)]
    for i in range(rows):
        for j in range(columns):
            result[j][rows - 1 - i] = matrix[i][j]
    return result

* is_symmetric check_symmetric symmetric
* matrix m
" Check whether {matrix} equals its transpose.
>>> is_symmetric([[1, 2], [2, 1]])
True
>>> is_symmetric([[1, 2], [3, 1]])
False
def is_symmetric(matrix: list[list[int]]) -> bool:
    for i in range(len(matrix)):
        for j in range(i):
            if matrix[i][j] != matrix[j][i]:
                return False
    return True
===
    return matrix == [list(row) for row in zip(*matrix)]

* is_identity is_identity_matrix check_identity
* matrix m
" Check whether {matrix} is an identity matrix.
>>> is_identity([[1, 0], [0, 1]])
True
>>> is_identity([[1, 1], [0, 1]])
False
def is_identity(matrix: list[list[int]]) -> bool:
    for i in range(len(matrix)):
        for j in range(len(matrix)):
            if matrix[i][j] != (1 if i == j else 0):
                return False
    return True

* spiral_order spiral read_spiral
* matrix grid
" Return the elements of {matrix} in spiral order, from the top left inwards.
>>> spiral_order([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
[1, 2, 3, 6, 9, 8, 7, 4, 5]
def spiral_order(matrix: list[list[int]]) -> list[int]:
    result = []
    rows = [list(row) for row in matrix]
    while rows:
        result += rows.pop(0)
        # Turn the rest to the left, so that its right column is on top.
        rows = [list(row) for row in zip(*rows)][::-1]
    return result

* determinant det matrix_determinant
* matrix m
" Return the determinant of a square matrix.
>>> determinant([[1, 2], [3, 4]])
-2
>>> determinant([[2, 0, 1], [1, 3, 2], [1, 1, 1]])
0
def determinant(matrix: list[list[int]]) -> int:
    if len(matrix) == 1:
        return matrix[0][0]
    total = 0
    for j, value in enumerate(matrix[0]):
        minor = [row[:j] + row[j + 1 :] for row in matrix[1:]]
        total += (-1) ** j * value * determinant(minor)
    return total

* print_matrix show_matrix print_grid
* matrix grid
" Print {matrix}, one row a line.
>>> print_matrix([[1, 2], [3, 4]])
1 2
3 4
def print_matrix(matrix: list[list[int]]) -> None:
    for row in matrix:
        print(" ".join(str(value) for value in row))
===
    for row in matrix:
        print(*row)

* is_magic_square check_magic_square magic_square
* square matrix grid
" Check whether all rows, columns and diagonals have the same sum.
>>> is_magic_square([[2, 7, 6], [9, 5, 1], [4, 3, 8]])
True
>>> is_magic_square([[1, 2], [3, 4]])
False
def is_magic_square(square: list[list[int]]) -> bool:
    size = len(square)
    sums = [sum(row) for row in square]
    sums += [sum(column) for column in zip(*square)]
    sums.append(sum(square[i][i] for i in range(size)))
    sums.append(sum(square[i][size - 1 - i] for i in range(size)))
    return len(set(sums)) == 1

* find_in_matrix search_matrix locate
* matrix grid
* target value_wanted
" Return row and column of {target}, or None.
>>> find_in_matrix([[1, 2], [3, 4]], 3)
(1, 0)
>>> find_in_matrix([[1]], 5) is None
True
def find_in_matrix(matrix: list[list[int]], target: int) -> tuple[int, int] | None:
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            if value == target:
                return i, j
    return None

* count_neighbors live_neighbors neighbors_alive
* grid board
" Count the cells around a cell that are 1.
>>> count_neighbors([[1, 0], [1, 1]], 0, 1)
3
def count_neighbors(grid: list[list[int]], row: int, column: int) -> int:
    count = 0
    for i in range(row - 1, row + 2):
        for j in range(column - 1, column + 2):
            if (i, j) == (row, column):
                continue
            if 0 <= i < len(grid) and 0 <= j < len(grid[0]):
                count += grid[i][j]
    return count
"""
