"""Small files of a few functions that belong together."""

PROGRAMS = r'''
* encode encode_runs run_lengths
>>> encode("aabccc")
[('a', 2), ('b', 1), ('c', 3)]
>>> decode([('a', 2), ('b', 1)])
'aab'
def encode(text: str) -> list[tuple[str, int]]:
    """Return the runs of equal characters with their lengths."""
    runs: list[tuple[str, int]] = []
    for char in text:
        if runs and runs[-1][0] == char:
            runs[-1] = (char, runs[-1][1] + 1)
        else:
            runs.append((char, 1))
    return runs


def decode(runs: list[tuple[str, int]]) -> str:
    """Return the text that runs stand for."""
    return "".join(char * count for char, count in runs)

* mean average arithmetic_mean
* values numbers data
>>> mean([1, 2, 3]), median([3, 1, 2]), spread([1, 5])
(2.0, 2, 4)
def mean(values: list[float]) -> float:
    """Return the mean."""
    return sum(values) / len(values)


def median(values: list[float]) -> float:
    """Return the value in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 0:
        return (ordered[middle - 1] + ordered[middle]) / 2
    return ordered[middle]


def spread(values: list[float]) -> float:
    """Return the distance from the smallest to the largest value."""
    return max(values) - min(values)

* load_tasks read_tasks tasks_from_text
* text content
>>> tasks = load_tasks("x write\n- read\n")
>>> tasks
[{'title': 'write', 'done': True}, {'title': 'read', 'done': False}]
>>> save_tasks(tasks)
'x write\n- read\n'
>>> open_titles(tasks)
['read']
def load_tasks(text: str) -> list[dict]:
    """Read tasks, one a line; a line that begins with x is done."""
    tasks = []
    for line in text.splitlines():
        mark, title = line.split(" ", 1)
        tasks.append({"title": title, "done": mark == "x"})
    return tasks


def save_tasks(tasks: list[dict]) -> str:
    """Write tasks, one a line."""
    lines = []
    for task in tasks:
        mark = "x" if task["done"] else "-"
        lines.append(f"{mark} {task['title']}\n")
    return "".join(lines)


def open_titles(tasks: list[dict]) -> list[str]:
    """Return the titles of the tasks that are not done."""
    return [task["title"] for task in tasks if not task["done"]]

* new_board empty_board make_board
>>> board = new_board()
>>> place(board, 4, "X")
True
>>> place(board, 4, "O")
False
>>> has_won(["X", "X", "X"] + [" "] * 6, "X"), has_won(board, "X")
(True, False)
LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


def new_board() -> list[str]:
    """Return an empty board of nine fields."""
    return [" "] * 9


def place(board: list[str], field: int, player: str) -> bool:
    """Put a mark on a field; return False if the field is taken."""
    if board[field] != " ":
        return False
    board[field] = player
    return True


def has_won(board: list[str], player: str) -> bool:
    """Check whether a player has three in a row."""
    return any(all(board[field] == player for field in line) for line in LINES)

* area circle_area disk_area
* radius r
>>> round(area(1), 2), round(circumference(1), 2), round(sphere_volume(1), 2)
(3.14, 6.28, 4.19)
import math


def area(radius: float) -> float:
    """Return the area of a circle."""
    return math.pi * radius**2


def circumference(radius: float) -> float:
    """Return the circumference of a circle."""
    return 2 * math.pi * radius


def sphere_volume(radius: float) -> float:
    """Return the volume of a sphere."""
    return 4 / 3 * math.pi * radius**3

* tokenize split_expression lex
* text expression source
>>> tokenize("2*(3 + 4)")
['2', '*', '(', '3', '+', '4', ')']
>>> calculate("2*(3 + 4)")
14
>>> calculate("10 - 2 - 3")
5
import re


def tokenize(text: str) -> list[str]:
    """Split an expression into numbers, operators and parentheses."""
    return re.findall(r"\d+|[-+*/()]", text)


def calculate(text: str) -> int:
    """Return the value of an expression."""
    tokens = tokenize(text)

    def number() -> int:
        token = tokens.pop(0)
        if token == "(":
            value = sums()
            tokens.pop(0)
            return value
        return int(token)

    def products() -> int:
        value = number()
        while tokens and tokens[0] in "*/":
            if tokens.pop(0) == "*":
                value *= number()
            else:
                value //= number()
        return value

    def sums() -> int:
        value = products()
        while tokens and tokens[0] in "+-":
            if tokens.pop(0) == "+":
                value += products()
            else:
                value -= products()
        return value

    return sums()

* is_valid_move can_move legal_move
>>> maze = ["#.#", "..."]
>>> is_valid_move(maze, 0, 1), is_valid_move(maze, 0, 0), is_valid_move(maze, 5, 5)
(True, False, False)
>>> neighbors(maze, 1, 1)
[(0, 1), (1, 0), (1, 2)]
>>> solve(maze, (0, 1), (1, 2))
2
from collections import deque


def is_valid_move(maze: list[str], row: int, column: int) -> bool:
    """Check whether a field is inside of the maze and no wall."""
    inside = 0 <= row < len(maze) and 0 <= column < len(maze[0])
    return inside and maze[row][column] != "#"


def neighbors(maze: list[str], row: int, column: int) -> list[tuple[int, int]]:
    """Return the free fields around a field."""
    around = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    return [(r, c) for r, c in around if is_valid_move(maze, r, c)]


def solve(maze: list[str], start: tuple[int, int], goal: tuple[int, int]) -> int | None:
    """Return the number of steps of the shortest way, or None."""
    queue = deque([(start, 0)])
    seen = {start}
    while queue:
        field, steps = queue.popleft()
        if field == goal:
            return steps
        for following in neighbors(maze, *field):
            if following not in seen:
                seen.add(following)
                queue.append((following, steps + 1))
    return None

* read_temperatures parse_temperatures load_temperatures
* text content
>>> days = read_temperatures("mon 12\ntue 15\nwed 9\n")
>>> warmest(days), average(days), colder_than(days, 12)
('tue', 12.0, ['wed'])
def read_temperatures(text: str) -> dict[str, float]:
    """Read lines of a day and a temperature."""
    result = {}
    for line in text.splitlines():
        day, value = line.split()
        result[day] = float(value)
    return result


def warmest(temperatures: dict[str, float]) -> str:
    """Return the warmest day."""
    return max(temperatures, key=temperatures.get)


def average(temperatures: dict[str, float]) -> float:
    """Return the average temperature."""
    return sum(temperatures.values()) / len(temperatures)


def colder_than(temperatures: dict[str, float], limit: float) -> list[str]:
    """Return the days that were colder than a limit."""
    return [day for day, value in temperatures.items() if value < limit]

* celsius_to_fahrenheit c_to_f to_fahrenheit
>>> celsius_to_fahrenheit(100), fahrenheit_to_celsius(32)
(212.0, 0.0)
def celsius_to_fahrenheit(celsius: float) -> float:
    """Convert Celsius to Fahrenheit."""
    return celsius * 9 / 5 + 32


def fahrenheit_to_celsius(fahrenheit: float) -> float:
    """Convert Fahrenheit to Celsius."""
    return (fahrenheit - 32) * 5 / 9


def print_table(start: int, end: int, step: int) -> None:
    """Print a table of temperatures."""
    for celsius in range(start, end + 1, step):
        print(f"{celsius:>5} C {celsius_to_fahrenheit(celsius):>7.1f} F")


if __name__ == "__main__":
    print_table(0, 100, 10)

* add_score record_score save_score
>>> table = {}
>>> add_score(table, "ann", 5)
>>> add_score(table, "ann", 3)
>>> add_score(table, "bob", 4)
>>> best_player(table), ranking(table)
('ann', [('ann', 8), ('bob', 4)])
def add_score(table: dict[str, int], player: str, points: int) -> None:
    """Add points to a player."""
    table[player] = table.get(player, 0) + points


def best_player(table: dict[str, int]) -> str:
    """Return the player with the most points."""
    return max(table, key=table.get)


def ranking(table: dict[str, int]) -> list[tuple[str, int]]:
    """Return the players with their points, the best first."""
    return sorted(table.items(), key=lambda item: item[1], reverse=True)
'''
