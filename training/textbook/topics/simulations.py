"""Small scripts: a main function, arguments of the command line, input: simulations."""

PROGRAMS = r'''
* evaluate calculate_text evaluate_expression
* expression text line
" Return the value of a text like "3 + 4".
>>> evaluate("3 + 4")
7
>>> evaluate("8 * 2")
16
def evaluate(expression: str) -> int:
    left, operator, right = expression.split()
    a, b = int(left), int(right)
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    return a // b

* process_commands run_commands execute
* commands lines
>>> process_commands(["push 2", "push 3", "add", "print"])
5
def process_commands(commands: list[str]) -> None:
    """Run commands that push numbers on a stack and add them."""
    stack = []
    for command in commands:
        name, *arguments = command.split()
        if name == "push":
            stack.append(int(arguments[0]))
        elif name == "add":
            stack.append(stack.pop() + stack.pop())
        elif name == "print":
            print(stack[-1])
        else:
            raise ValueError(f"unknown command: {name}")

* print_report report show_report
* sales amounts data
>>> print_report({"tea": 12.5, "milk": 3})
tea            12.50
milk            3.00
total          15.50
def print_report(sales: dict[str, float]) -> None:
    """Print what was sold, and the total."""
    for name, amount in sales.items():
        print(f"{name:<10}{amount:>10.2f}")
    print(f"{'total':<10}{sum(sales.values()):>10.2f}")

* top_scores best_scores high_scores
* scores results
>>> print(top_scores({"ann": 5, "bob": 9, "eve": 7}, 2))
[('bob', 9), ('eve', 7)]
def top_scores(scores: dict[str, int], count: int) -> list[tuple[str, int]]:
    """Return the best players with their scores."""
    ordered = sorted(scores.items(), key=lambda item: item[1], reverse=True)
    return ordered[:count]


def print_scores(scores: dict[str, int]) -> None:
    """Print the scores with their places."""
    for place, (name, score) in enumerate(top_scores(scores, len(scores)), start=1):
        print(f"{place}. {name}: {score}")


if __name__ == "__main__":
    print_scores({"ann": 5, "bob": 9, "eve": 7})

* simulate_rolls roll_counts count_rolls dice_statistics
* rolls n times
>>> sum(simulate_rolls(100).values())
100
import random


def simulate_rolls(rolls: int) -> dict[int, int]:
    """Roll a die many times and count the results."""
    counts = {side: 0 for side in range(1, 7)}
    for _ in range(rolls):
        counts[random.randint(1, 6)] += 1
    return counts


if __name__ == "__main__":
    for side, count in simulate_rolls(600).items():
        print(f"{side}: {'*' * (count // 10)}")

* estimate_pi monte_carlo_pi approximate_pi
* points n samples
" Estimate pi from random points in a square.
>>> 2.5 < estimate_pi(2000) < 3.8
True
import random


def estimate_pi(points: int) -> float:
    inside = 0
    for _ in range(points):
        x = random.random()
        y = random.random()
        if x * x + y * y <= 1:
            inside += 1
    return 4 * inside / points
===
import random

    hits = sum(random.random() ** 2 + random.random() ** 2 <= 1 for _ in range(points))
    return 4 * hits / points

* random_walk walk take_walk
* steps n
" Return the positions of a random walk that starts at 0.
>>> path = random_walk(5)
>>> len(path), path[0], all(abs(a - b) == 1 for a, b in zip(path, path[1:]))
(6, 0, True)
import random


def random_walk(steps: int) -> list[int]:
    positions = [0]
    for _ in range(steps):
        positions.append(positions[-1] + random.choice([-1, 1]))
    return positions

* random_password generate_password make_password
* length n size
" Return a random password of letters and digits.
>>> word = random_password(12)
>>> len(word), word.isalnum()
(12, True)
import random
import string


def random_password(length: int) -> str:
    letters = string.ascii_letters + string.digits
    return "".join(random.choice(letters) for _ in range(length))
===
import secrets
import string

    alphabet = string.ascii_letters + string.digits
    password = ""
    for _ in range(length):
        password += secrets.choice(alphabet)
    return password

* shuffle shuffled mix_up shuffle_list
* items cards values
" Return {items} in random order.
>>> sorted(shuffle([3, 1, 2]))
[1, 2, 3]
import random


def shuffle(items: list) -> list:
    result = list(items)
    for i in range(len(result) - 1, 0, -1):
        j = random.randint(0, i)
        result[i], result[j] = result[j], result[i]
    return result
===
import random

    result = items[:]
    random.shuffle(result)
    return result

* pick_winner draw_winner choose_random random_item
* names people items
" Return one of {names} at random.
>>> pick_winner(["ann"])
'ann'
import random


def pick_winner(names: list[str]) -> str:
    return random.choice(names)
===
import random

    return names[random.randrange(len(names))]

* compound_interest balance_after future_value savings
* start principal amount
* rate interest
* years n
" Return the balance after some years with interest in percent.
: start The money at the beginning.
: rate The interest in percent a year.
: years How many years the money stays.
>>> round(compound_interest(1000, 5, 2), 2)
1102.5
def compound_interest(start: float, rate: float, years: int) -> float:
    return start * (1 + rate / 100) ** years
===
    balance = start
    for _ in range(years):
        balance += balance * rate / 100
    return balance

* years_to_double doubling_time years_until_doubled
* rate interest
" Return after how many years money has doubled.
>>> years_to_double(10)
8
def years_to_double(rate: float) -> int:
    balance = 1.0
    years = 0
    while balance < 2:
        balance *= 1 + rate / 100
        years += 1
    return years

* simulate_population population_growth grow
* start size
* rate growth
* years n
" Return the population of each year when it grows by {rate} percent.
>>> simulate_population(1000, 10, 2)
[1000, 1100, 1210]
def simulate_population(start: int, rate: int, years: int) -> list[int]:
    sizes = [start]
    for _ in range(years):
        sizes.append(sizes[-1] + sizes[-1] * rate // 100)
    return sizes
'''
