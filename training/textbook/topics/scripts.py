"""Small scripts: a main function, arguments of the command line, input: scripts."""

PROGRAMS = r'''
* main run
>>> main()
Sum: 15
Average: 3.0
def total(numbers: list[int]) -> int:
    """Return the sum of the numbers."""
    return sum(numbers)


def average(numbers: list[int]) -> float:
    """Return the average of the numbers."""
    return total(numbers) / len(numbers)


def main() -> None:
    """Print what is known about some numbers."""
    numbers = [1, 2, 3, 4, 5]
    print(f"Sum: {total(numbers)}")
    print(f"Average: {average(numbers)}")


if __name__ == "__main__":
    main()
===
def main():
    numbers = [1, 2, 3, 4, 5]
    total = 0
    for number in numbers:
        total += number
    print("Sum:", total)
    print("Average:", total / len(numbers))


if __name__ == "__main__":
    main()

* parse_arguments parse_args get_arguments
>>> args = parse_arguments(["3", "4", "--verbose"])
>>> args.width, args.height, args.verbose
(3.0, 4.0, True)
>>> main(["3", "4"])
12.0
import argparse


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """Read the arguments of the command line."""
    parser = argparse.ArgumentParser(description="Compute the area of a rectangle.")
    parser.add_argument("width", type=float, help="width of the rectangle")
    parser.add_argument("height", type=float, help="height of the rectangle")
    parser.add_argument("--verbose", action="store_true", help="say more")
    return parser.parse_args(argv)


def main(argv: list[str]) -> None:
    """Print the area."""
    args = parse_arguments(argv)
    area = args.width * args.height
    if args.verbose:
        print(f"The area of the rectangle is {area}.")
    else:
        print(area)

* count_words word_count words_in
* text content
>>> main(["hello big world"])
3 words
import argparse


def count_words(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())


def main(argv: list[str] | None = None) -> None:
    """Print how many words the argument has."""
    parser = argparse.ArgumentParser(description="Count words.")
    parser.add_argument("text", help="the text to count the words of")
    args = parser.parse_args(argv)
    print(count_words(args.text), "words")

* greet say_hello greeting
* name person
>>> main(["--name", "Ann", "--times", "2"])
Hello, Ann!
Hello, Ann!
import argparse


def greet(name: str) -> str:
    """Return a greeting."""
    return f"Hello, {name}!"


def main(argv: list[str] | None = None) -> None:
    """Greet someone a few times."""
    parser = argparse.ArgumentParser(description="Greet someone.")
    parser.add_argument("--name", default="World", help="who is greeted")
    parser.add_argument("--times", type=int, default=1, help="how often")
    args = parser.parse_args(argv)
    for _ in range(args.times):
        print(greet(args.name))

* convert to_fahrenheit celsius_to_fahrenheit
* celsius degrees
>>> main(["100"])
100.0 C = 212.0 F
import argparse
import sys


def convert(celsius: float) -> float:
    """Turn degrees Celsius into Fahrenheit."""
    return celsius * 9 / 5 + 32


def main(argv: list[str]) -> None:
    """Convert the temperature that is given as an argument."""
    parser = argparse.ArgumentParser(description="Convert Celsius to Fahrenheit.")
    parser.add_argument("celsius", type=float)
    args = parser.parse_args(argv)
    print(f"{args.celsius} C = {convert(args.celsius)} F")


if __name__ == "__main__" and len(sys.argv) > 1:
    main(sys.argv[1:])

* build_parser make_parser create_parser
>>> parser = build_parser()
>>> parser.parse_args(["add", "2", "3"]).operation
'add'
>>> main(["multiply", "2", "3"])
6.0
import argparse


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the calculator."""
    parser = argparse.ArgumentParser(description="A small calculator.")
    parser.add_argument("operation", choices=["add", "subtract", "multiply", "divide"])
    parser.add_argument("first", type=float)
    parser.add_argument("second", type=float)
    return parser


def main(argv: list[str] | None = None) -> None:
    """Print the result of an operation."""
    args = build_parser().parse_args(argv)
    if args.operation == "add":
        print(args.first + args.second)
    elif args.operation == "subtract":
        print(args.first - args.second)
    elif args.operation == "multiply":
        print(args.first * args.second)
    else:
        print(args.first / args.second)

* read_number ask_for_number input_number get_number
* prompt question text
* ask reader read
" Ask until the answer is a number.
: prompt The question.
: ask Reads an answer; input by default.
>>> answers = iter(["x", "7"])
>>> read_number("How many? ", lambda prompt: next(answers))
Please enter a number.
7
def read_number(prompt: str, ask=input) -> int:
    while True:
        answer = ask(prompt)
        try:
            return int(answer)
        except ValueError:
            print("Please enter a number.")

* yes_or_no ask_yes_no confirm
* question prompt
* ask reader
" Ask a question until the answer is yes or no.
>>> answers = iter(["maybe", "YES"])
>>> yes_or_no("Sure? ", lambda question: next(answers))
True
def yes_or_no(question: str, ask=input) -> bool:
    while True:
        answer = ask(question).strip().lower()
        if answer in ("y", "yes"):
            return True
        if answer in ("n", "no"):
            return False

* choose_from_menu menu choose show_menu
* options items choices
* ask reader
" Print a menu and return the chosen option.
>>> choose_from_menu(["tea", "milk"], lambda prompt: "2")
1. tea
2. milk
'milk'
def choose_from_menu(options: list[str], ask=input) -> str:
    for number, option in enumerate(options, start=1):
        print(f"{number}. {option}")
    while True:
        answer = ask("Your choice: ")
        if answer.isdigit() and 1 <= int(answer) <= len(options):
            return options[int(answer) - 1]
        print("Please enter a number of the menu.")

* calculate calculator compute apply_operation
* a x first
* b y second
* operator operation op
" Return the result of {a} and {b} with one of + - * /.
>>> calculate(6, 3, "/")
2.0
>>> calculate(6, 3, "-")
3
>>> calculate(1, 2, "?")
Traceback (most recent call last):
ValueError: unknown operator: ?
def calculate(a: float, b: float, operator: str) -> float:
    if operator == "+":
        return a + b
    elif operator == "-":
        return a - b
    elif operator == "*":
        return a * b
    elif operator == "/":
        return a / b
    else:
        raise ValueError(f"unknown operator: {operator}")
===
    operations = {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
        "/": lambda x, y: x / y,
    }
    if operator not in operations:
        raise ValueError(f"unknown operator: {operator}")
    return operations[operator](a, b)
'''
