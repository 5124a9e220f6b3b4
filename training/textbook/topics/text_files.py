"""Text, CSV and JSON files: text files."""

PROGRAMS = r"""
* read_file read_text load_text file_content
* path filename file_name
" Return the text of a file.
>>> write_note("note.txt", "hello")
>>> read_file("note.txt")
'hello'
def write_note(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def read_file(path: str) -> str:
    with open(path) as file:
        return file.read()
===
from pathlib import Path


def write_note(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="utf-8")


def read_file(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")

* read_lines load_lines lines_of_file get_lines
* path filename file_name
" Return the lines of a file without their line ends.
: path Name of the file.
: return The lines.
>>> with open("a.txt", "w") as f:
...     _ = f.write("one\ntwo\n")
>>> read_lines("a.txt")
['one', 'two']
def read_lines(path: str) -> list[str]:
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]
===
    lines = []
    with open(path) as file:
        for line in file:
            lines.append(line.strip())
    return lines
===
    with open(path) as file:
        return file.read().splitlines()

* write_lines save_lines store_lines
* path filename
* lines rows texts
" Write {lines} to a file, one a line.
>>> write_lines("b.txt", ["x", "y"])
>>> open("b.txt").read()
'x\ny\n'
def write_lines(path: str, lines: list[str]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(line + "\n")

* append_line add_line log_line
* path filename
* line text message
" Add a line at the end of a file.
>>> append_line("log.txt", "one")
>>> append_line("log.txt", "two")
>>> open("log.txt").read()
'one\ntwo\n'
def append_line(path: str, line: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{line}\n")

* count_lines_in_file file_line_count number_of_lines
* path filename
" Return how many lines a file has.
>>> with open("c.txt", "w") as f:
...     _ = f.write("1\n2\n3\n")
>>> count_lines_in_file("c.txt")
3
def count_lines_in_file(path: str) -> int:
    count = 0
    with open(path) as file:
        for _ in file:
            count += 1
    return count
===
    with open(path) as file:
        return sum(1 for _ in file)
===
    with open(path) as file:
        return len(file.readlines())

* count_words_in_file file_word_count words_in_file
* path filename
" Return how many words a file has.
>>> with open("d.txt", "w") as f:
...     _ = f.write("a b\nc\n")
>>> count_words_in_file("d.txt")
3
def count_words_in_file(path: str) -> int:
    with open(path) as file:
        return len(file.read().split())
===
    total = 0
    with open(path) as file:
        for line in file:
            total += len(line.split())
    return total

* find_in_file search_file lines_with grep
* path filename
* word text pattern
" Return the lines of a file that contain {word}, with their numbers.
>>> with open("e.txt", "w") as f:
...     _ = f.write("red\nblue\ndark red\n")
>>> find_in_file("e.txt", "red")
[(1, 'red'), (3, 'dark red')]
def find_in_file(path: str, word: str) -> list[tuple[int, str]]:
    found = []
    with open(path) as file:
        for number, line in enumerate(file, start=1):
            if word in line:
                found.append((number, line.rstrip("\n")))
    return found

* copy_file duplicate_file copy_text
* source original src
* target copy_name destination
" Copy a text file.
>>> with open("f.txt", "w") as f:
...     _ = f.write("text")
>>> copy_file("f.txt", "g.txt")
>>> open("g.txt").read()
'text'
def copy_file(source: str, target: str) -> None:
    with open(source) as reader, open(target, "w") as writer:
        writer.write(reader.read())
===
import shutil

    shutil.copyfile(source, target)

* read_csv load_csv read_table csv_rows
* path filename
* rows records table
" Return the rows of a CSV file as dictionaries.
: path Name of the file; its first line holds the names of the columns.
: return One dictionary a row.
>>> with open("people.csv", "w") as f:
...     _ = f.write("name,age\nAnn,30\n")
>>> read_csv("people.csv")
[{'name': 'Ann', 'age': '30'}]
import csv


def read_csv(path: str) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))
===
    rows = []
    with open(path) as file:
        names = file.readline().strip().split(",")
        for line in file:
            values = line.strip().split(",")
            rows.append(dict(zip(names, values)))
    return rows
"""
