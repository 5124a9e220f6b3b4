"""Text, CSV and JSON files: data files."""

PROGRAMS = r"""
* write_csv save_csv store_table
* path filename
* rows records people
" Write dictionaries as rows of a CSV file.
>>> write_csv("out.csv", [{"name": "Ann", "age": 30}])
>>> open("out.csv").read().splitlines()
['name,age', 'Ann,30']
import csv


def write_csv(path: str, rows: list[dict]) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

* parse_csv_line split_csv_line csv_fields
* line text row
" Split a line at its commas and strip the fields.
>>> parse_csv_line("a, b ,c")
['a', 'b', 'c']
def parse_csv_line(line: str) -> list[str]:
    return [field.strip() for field in line.split(",")]
===
    fields = []
    for field in line.split(","):
        fields.append(field.strip())
    return fields

* column_total sum_column total_of_column
* text csv_text data
* name column key
" Return the sum of a column of a CSV text.
>>> column_total("item,price\ntea,3\nmilk,2\n", "price")
5.0
import csv
import io


def column_total(text: str, name: str) -> float:
    total = 0.0
    for row in csv.DictReader(io.StringIO(text)):
        total += float(row[name])
    return total
===
    lines = text.strip().split("\n")
    position = lines[0].split(",").index(name)
    return sum(float(line.split(",")[position]) for line in lines[1:])

* load_json read_json json_from_file
* path filename
" Return what a JSON file holds.
>>> with open("data.json", "w") as f:
...     _ = f.write('{"a": [1, 2]}')
>>> load_json("data.json")
{'a': [1, 2]}
import json


def load_json(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return json.load(file)
===
import json

    with open(path) as file:
        text = file.read()
    return json.loads(text)

* save_json write_json store_json
* path filename
* data content value
" Write {data} to a file as JSON.
>>> save_json("data.json", {"b": 1})
>>> load_json("data.json")
{'b': 1}
import json


def save_json(path: str, data: dict) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=2)


def load_json(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return json.load(file)

* load_settings read_settings load_config
* path filename
* defaults standard
" Return the settings of a JSON file; {defaults} stand in for what is missing.
>>> load_settings("missing.json", {"size": 10})
{'size': 10}
import json
import os


def load_settings(path: str, defaults: dict) -> dict:
    if not os.path.exists(path):
        return dict(defaults)
    with open(path) as file:
        return {**defaults, **json.load(file)}
===
import json

    settings = dict(defaults)
    try:
        with open(path) as file:
            settings.update(json.load(file))
    except FileNotFoundError:
        pass
    return settings

* parse_config read_pairs parse_settings
* text content
" Read lines "name = value" into a dictionary; empty lines and comments don't count.
>>> parse_config("a = 1\n# note\n\nb = x y\n")
{'a': '1', 'b': 'x y'}
def parse_config(text: str) -> dict[str, str]:
    settings = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, value = line.split("=", 1)
        settings[name.strip()] = value.strip()
    return settings

* file_extension +extension suffix_of
* name filename path
" Return the ending of a file name after its last dot.
>>> file_extension("photo.old.jpg")
'jpg'
>>> file_extension("README")
''
def file_extension(name: str) -> str:
    if "." not in name:
        return ""
    return name.rsplit(".", 1)[1]
===
import os

    return os.path.splitext(name)[1].lstrip(".")
===
from pathlib import Path

    return Path(name).suffix[1:]

* list_files files_with_extension find_files
* folder directory path
* extension ending suffix
" Return the sorted names of the files in {folder} that have an extension.
>>> for name in ("a.py", "b.txt", "c.py"):
...     open(name, "w").close()
>>> list_files(".", ".py")
['a.py', 'c.py']
import os


def list_files(folder: str, extension: str) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.endswith(extension))
===
from pathlib import Path

    return sorted(path.name for path in Path(folder).iterdir() if path.suffix == extension)

* rename_extension change_extension with_extension
* name filename path
* extension ending
" Return a file name with another extension.
>>> rename_extension("report.txt", "md")
'report.md'
def rename_extension(name: str, extension: str) -> str:
    base = name.rsplit(".", 1)[0]
    return f"{base}.{extension}"
===
from pathlib import Path

    return str(Path(name).with_suffix("." + extension))
"""
