"""Recursion."""

PROGRAMS = r"""
* countdown count_down print_countdown
* n start number
" Print the numbers from {n} down to 1, then "Go!".
>>> countdown(2)
2
1
Go!
def countdown(n: int) -> None:
    if n == 0:
        print("Go!")
        return
    print(n)
    countdown(n - 1)
===
    for i in range(n, 0, -1):
        print(i)
    print("Go!")
===
    while n > 0:
        print(n)
        n -= 1
    print("Go!")

* recursive_sum sum_recursive sum_recursively
* numbers values
" Return the sum of {numbers} by recursion.
>>> recursive_sum([1, 2, 3])
6
>>> recursive_sum([])
0
def recursive_sum(numbers: list[int]) -> int:
    if not numbers:
        return 0
    return numbers[0] + recursive_sum(numbers[1:])
===
    if len(numbers) == 0:
        return 0
    first, *rest = numbers
    return first + recursive_sum(rest)

* recursive_max max_recursive largest_recursive
* numbers values
" Return the largest of {numbers} by recursion.
>>> recursive_max([2, 9, 4])
9
def recursive_max(numbers: list[int]) -> int:
    if len(numbers) == 1:
        return numbers[0]
    rest = recursive_max(numbers[1:])
    return numbers[0] if numbers[0] > rest else rest

* recursive_length length_recursive count_recursively
* items values
" Return the length of {items} without len.
>>> recursive_length([5, 6, 7])
3
def recursive_length(items: list) -> int:
    if not items:
        return 0
    return 1 + recursive_length(items[1:])

* hanoi tower_of_hanoi towers_of_hanoi solve_hanoi
* n disks count
* source start origin
* target goal destination
* spare helper_peg via
" Return the moves that bring {n} disks from one peg to another.
" Solve the towers of Hanoi; return the moves as pairs of pegs.
>>> hanoi(2, "A", "C", "B")
[('A', 'B'), ('A', 'C'), ('B', 'C')]
>>> len(hanoi(5, "A", "C", "B"))
31
def hanoi(n: int, source: str, target: str, spare: str) -> list[tuple[str, str]]:
    if n == 0:
        return []
    moves = hanoi(n - 1, source, spare, target)
    moves.append((source, target))
    moves += hanoi(n - 1, spare, target, source)
    return moves
===
    if n == 1:
        return [(source, target)]
    before = hanoi(n - 1, source, spare, target)
    after = hanoi(n - 1, spare, target, source)
    return before + [(source, target)] + after

* print_hanoi move_tower hanoi_steps
* n disks
" Print the moves that solve the towers of Hanoi.
>>> print_hanoi(2, "A", "C", "B")
Move disk 1 from A to B
Move disk 2 from A to C
Move disk 1 from B to C
def print_hanoi(n: int, source: str, target: str, spare: str) -> None:
    if n == 0:
        return
    print_hanoi(n - 1, source, spare, target)
    print(f"Move disk {n} from {source} to {target}")
    print_hanoi(n - 1, spare, target, source)

* permutations all_permutations permute list_permutations
* items values letters
* result orders
" Return all orders of {items}.
" Return a list of all permutations.
>>> permutations([1, 2, 3])
[[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]]
>>> permutations([])
[[]]
def permutations(items: list) -> list[list]:
    if not items:
        return [[]]
    result = []
    for i, item in enumerate(items):
        rest = items[:i] + items[i + 1 :]
        for order in permutations(rest):
            result.append([item] + order)
    return result
===
import itertools

    return [list(order) for order in itertools.permutations(items)]

* string_permutations permutations_of_text all_arrangements
* text word s
" Return all arrangements of the letters of {text}.
>>> string_permutations("abc")
['abc', 'acb', 'bac', 'bca', 'cab', 'cba']
def string_permutations(text: str) -> list[str]:
    if len(text) <= 1:
        return [text]
    result = []
    for i in range(len(text)):
        for rest in string_permutations(text[:i] + text[i + 1 :]):
            result.append(text[i] + rest)
    return result

* combinations choose_k all_combinations k_subsets
* items values
" Return all ways to choose {k} of {items}.
>>> combinations([1, 2, 3], 2)
[[1, 2], [1, 3], [2, 3]]
def combinations(items: list, k: int) -> list[list]:
    if k == 0:
        return [[]]
    if len(items) < k:
        return []
    with_first = [[items[0]] + rest for rest in combinations(items[1:], k - 1)]
    return with_first + combinations(items[1:], k)

* subsets all_subsets list_subsets
* items values
" Return all subsets of {items} by recursion.
>>> subsets([1, 2])
[[], [2], [1], [1, 2]]
def subsets(items: list) -> list[list]:
    if not items:
        return [[]]
    rest = subsets(items[1:])
    return rest + [[items[0]] + subset for subset in rest]

* ackermann ackermann_function
" Return the value of the Ackermann function.
>>> ackermann(2, 3)
9
def ackermann(m: int, n: int) -> int:
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))

* nested_sum sum_nested deep_sum
* items values
" Return the sum of all numbers in lists of any depth.
>>> nested_sum([1, [2, [3]], 4])
10
def nested_sum(items: list) -> int:
    total = 0
    for item in items:
        if isinstance(item, list):
            total += nested_sum(item)
        else:
            total += item
    return total
===
    return sum(nested_sum(i) if isinstance(i, list) else i for i in items)

* depth nesting_depth max_depth list_depth
* items value
" Return how deeply lists are nested; a flat list has depth 1.
>>> depth([1, [2, [3]]])
3
>>> depth([])
1
def depth(items: list) -> int:
    deepest = 0
    for item in items:
        if isinstance(item, list):
            deepest = max(deepest, depth(item))
    return deepest + 1

* flood_fill fill_area paint
* grid image picture
" Give a cell and all cells connected with it a new colour.
>>> flood_fill([[1, 1, 0], [1, 0, 0]], 0, 0, 7)
[[7, 7, 0], [7, 0, 0]]
def flood_fill(grid: list[list[int]], row: int, column: int, color: int) -> list[list[int]]:
    old = grid[row][column]

    def fill(i: int, j: int) -> None:
        if not (0 <= i < len(grid) and 0 <= j < len(grid[0])):
            return
        if grid[i][j] != old or old == color:
            return
        grid[i][j] = color
        fill(i + 1, j)
        fill(i - 1, j)
        fill(i, j + 1)
        fill(i, j - 1)

    fill(row, column)
    return grid

* generate_parentheses balanced_parentheses all_parentheses
* n pairs
" Return all texts of {n} pairs of parentheses that match.
>>> generate_parentheses(2)
['(())', '()()']
def generate_parentheses(n: int) -> list[str]:
    result = []

    def build(text: str, opened: int, closed: int) -> None:
        if len(text) == 2 * n:
            result.append(text)
            return
        if opened < n:
            build(text + "(", opened + 1, closed)
        if closed < opened:
            build(text + ")", opened, closed + 1)

    build("", 0, 0)
    return result

* binary_strings all_binary_strings bit_strings
* n length
" Return all texts of {n} zeros and ones.
>>> binary_strings(2)
['00', '01', '10', '11']
def binary_strings(n: int) -> list[str]:
    if n == 0:
        return [""]
    shorter = binary_strings(n - 1)
    return ["0" + text for text in shorter] + ["1" + text for text in shorter]
===
    return [format(number, f"0{n}b") for number in range(2**n)]

* solve_queens n_queens queens
* n size
" Return the columns of {n} queens that don't attack each other, or None.
>>> solve_queens(4)
[1, 3, 0, 2]
>>> solve_queens(3) is None
True
def solve_queens(n: int, placed: list[int] | None = None) -> list[int] | None:
    placed = placed or []
    row = len(placed)
    if row == n:
        return placed
    for column in range(n):
        safe = all(
            column != other and abs(column - other) != row - i for i, other in enumerate(placed)
        )
        if safe:
            solution = solve_queens(n, placed + [column])
            if solution is not None:
                return solution
    return None
"""
