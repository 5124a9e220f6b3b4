"""Matrices as lists of rows: matrices."""

PROGRAMS = r"""
* transpose transpose_matrix transposed flip_matrix
* matrix m rows grid
* result transposed_matrix
" Return the transpose of {matrix}.
" Turn the rows of {matrix} into columns.
: matrix A list of rows of equal length.
: return The columns of {matrix} as rows.
>>> transpose([[1, 2, 3], [4, 5, 6]])
[[1, 4], [2, 5], [3, 6]]
def transpose(matrix: list[list[int]]) -> list[list[int]]:
    result = []
    for j in range(len(matrix[0])):
        row = []
        for i in range(len(matrix)):
            row.append(matrix[i][j])
        result.append(row)
    return result
===
    return [list(column) for column in zip(*matrix)]
===
    return [[row[j] for row in matrix] for j in range(len(matrix[0]))]

* add_matrices matrix_add matrix_sum sum_matrices
* a first left
* b second right
" Add two matrices of the same size.
>>> add_matrices([[1, 2], [3, 4]], [[10, 20], [30, 40]])
[[11, 22], [33, 44]]
def add_matrices(a: list[list[int]], b: list[list[int]]) -> list[list[int]]:
    result = []
    for i in range(len(a)):
        row = []
        for j in range(len(a[i])):
            row.append(a[i][j] + b[i][j])
        result.append(row)
    return result
===
    return [[x + y for x, y in zip(row_a, row_b)] for row_a, row_b in zip(a, b)]

* multiply_matrices matrix_multiply matmul matrix_product
* a first left
* b second right
" Multiply two matrices.
" Return the matrix product of {a} and {b}.
: a A matrix with as many columns as the other one has rows.
: b Another matrix.
: return The product.
>>> multiply_matrices([[1, 2], [3, 4]], [[5, 6], [7, 8]])
[[19, 22], [43, 50]]
def multiply_matrices(a: list[list[int]], b: list[list[int]]) -> list[list[int]]:
    rows, inner, columns = len(a), len(b), len(b[0])
    result = [[0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            for k in range(inner):
                result[i][j] += a[i][k] * b[k][j]
    return result
===
    return [
        [sum(x * y for x, y in zip(row, column)) for column in zip(*b)]
        for row in a
    ]

* scale_matrix multiply_by_scalar scalar_multiply
* matrix m
* factor scalar
" Multiply every element of {matrix} by {factor}.
>>> scale_matrix([[1, 2], [3, 4]], 3)
[[3, 6], [9, 12]]
def scale_matrix(matrix: list[list[int]], factor: int) -> list[list[int]]:
    return [[factor * value for value in row] for row in matrix]
===
    result = []
    for row in matrix:
        result.append([factor * value for value in row])
    return result

* identity_matrix identity unit_matrix
* n size
" Return the identity matrix with {n} rows.
>>> identity_matrix(3)
[[1, 0, 0], [0, 1, 0], [0, 0, 1]]
def identity_matrix(n: int) -> list[list[int]]:
    return [[1 if i == j else 0 for j in range(n)] for i in range(n)]
===
    matrix = [[0] * n for _ in range(n)]
    for i in range(n):
        matrix[i][i] = 1
    return matrix

* zero_matrix make_matrix create_grid zeros
* rows height
* columns width
" Return a matrix of zeros.
>>> zero_matrix(2, 3)
[[0, 0, 0], [0, 0, 0]]
def zero_matrix(rows: int, columns: int) -> list[list[int]]:
    return [[0] * columns for _ in range(rows)]
===
    matrix = []
    for _ in range(rows):
        row = []
        for _ in range(columns):
            row.append(0)
        matrix.append(row)
    return matrix

* row_sums sum_rows sums_of_rows
* matrix m grid
" Return the sum of each row of {matrix}.
>>> row_sums([[1, 2], [3, 4]])
[3, 7]
def row_sums(matrix: list[list[int]]) -> list[int]:
    return [sum(row) for row in matrix]
===
    sums = []
    for row in matrix:
        total = 0
        for value in row:
            total += value
        sums.append(total)
    return sums

* column_sums sum_columns sums_of_columns
* matrix m grid
" Return the sum of each column of {matrix}.
>>> column_sums([[1, 2], [3, 4]])
[4, 6]
def column_sums(matrix: list[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*matrix)]
===
    sums = [0] * len(matrix[0])
    for row in matrix:
        for j, value in enumerate(row):
            sums[j] += value
    return sums

* matrix_sum sum_of_matrix sum_all total_of_matrix
* matrix m grid
" Return the sum of all elements of {matrix}.
>>> matrix_sum([[1, 2], [3, 4]])
10
def matrix_sum(matrix: list[list[int]]) -> int:
    return sum(sum(row) for row in matrix)
===
    total = 0
    for row in matrix:
        for value in row:
            total += value
    return total

* matrix_max +largest_in_matrix max_element
* matrix m grid
" Return the largest element of {matrix}.
>>> matrix_max([[1, 9], [3, 4]])
9
def matrix_max(matrix: list[list[int]]) -> int:
    return max(max(row) for row in matrix)
===
    best = matrix[0][0]
    for row in matrix:
        for value in row:
            if value > best:
                best = value
    return best
"""
