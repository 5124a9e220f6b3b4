"""Words and sentences: sentences."""

PROGRAMS = r"""
* acronym make_acronym initials_of abbreviation
* phrase text name
" Return the first letters of the words of {phrase}, in capitals.
>>> acronym("portable network graphics")
'PNG'
def acronym(phrase: str) -> str:
    return "".join(word[0].upper() for word in phrase.split())
===
    result = ""
    for word in phrase.split():
        result += word[0]
    return result.upper()

* initials get_initials name_initials
* name full_name
" Return the initials of a name, each with a dot.
>>> initials("Ada Mary Lovelace")
'A.M.L.'
def initials(name: str) -> str:
    return "".join(part[0].upper() + "." for part in name.split())
===
    letters = []
    for part in name.split():
        letters.append(part[0].upper())
    return ".".join(letters) + "."

* normalize_spaces collapse_spaces single_spaces squeeze_spaces
* text s
" Replace every run of spaces with a single one.
>>> normalize_spaces("  a   b ")
'a b'
def normalize_spaces(text: str) -> str:
    return " ".join(text.split())
===
import re

    return re.sub(r" +", " ", text).strip()

* pig_latin to_pig_latin translate_to_pig_latin
* word text
" Return {word} in Pig Latin.
" Move the first consonants of {word} to its end and add "ay".
>>> pig_latin("string")
'ingstray'
>>> pig_latin("apple")
'appleway'
def pig_latin(word: str) -> str:
    if word[0] in "aeiou":
        return word + "way"
    for i, letter in enumerate(word):
        if letter in "aeiou":
            return word[i:] + word[:i] + "ay"
    return word + "ay"

* wrap_text wrap word_wrap break_lines
* text s
* width length limit
" Break {text} into lines of at most {width} characters.
>>> wrap_text("the quick brown fox", 10)
['the quick', 'brown fox']
def wrap_text(text: str, width: int) -> list[str]:
    lines = []
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        lines.append(line)
    return lines
===
import textwrap

    return textwrap.wrap(text, width)

* slugify make_slug to_slug
* title text
" Turn a title into lower case words with hyphens between them.
>>> slugify("Hello, World! Again")
'hello-world-again'
def slugify(title: str) -> str:
    cleaned = ""
    for char in title.lower():
        if char.isalnum() or char == " ":
            cleaned += char
    return "-".join(cleaned.split())
===
import re

    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)

* count_lines number_of_lines line_count
* text content
" Return how many lines {text} has; empty ones don't count.
>>> count_lines("one\n\ntwo\n")
2
def count_lines(text: str) -> int:
    return len([line for line in text.splitlines() if line.strip()])
===
    count = 0
    for line in text.split("\n"):
        if line.strip():
            count += 1
    return count

* replace_word substitute_word change_word
* text sentence
* old before wanted
* new after replacement
" Replace each word {old} of {text} with {new}.
>>> replace_word("the cat sat on the cat", "cat", "mat")
'the mat sat on the mat'
def replace_word(text: str, old: str, new: str) -> str:
    words = text.split()
    return " ".join(new if word == old else word for word in words)
===
    result = []
    for word in text.split():
        if word == old:
            result.append(new)
        else:
            result.append(word)
    return " ".join(result)

* censor censor_words hide_words mask_words
* text message
* banned forbidden bad_words
" Replace the letters of forbidden words with stars.
>>> censor("this is bad", ["bad"])
'this is ***'
def censor(text: str, banned: list[str]) -> str:
    result = []
    for word in text.split():
        if word.lower() in banned:
            result.append("*" * len(word))
        else:
            result.append(word)
    return " ".join(result)
===
    for word in banned:
        text = text.replace(word, "*" * len(word))
    return text

* unique_words distinct_words sorted_unique_words
* text sentence
" Return the different words of {text} in alphabetical order.
>>> unique_words("to be or not to be")
['be', 'not', 'or', 'to']
def unique_words(text: str) -> list[str]:
    return sorted(set(text.split()))
===
    result = []
    for word in text.split():
        if word not in result:
            result.append(word)
    result.sort()
    return result

* join_with_and list_to_sentence join_naturally enumerate_words
* words items names
" Join {words} with commas and "and" before the last one.
>>> join_with_and(["tea", "milk", "bread"])
'tea, milk and bread'
>>> join_with_and(["tea"])
'tea'
>>> join_with_and([])
''
def join_with_and(words: list[str]) -> str:
    if not words:
        return ""
    if len(words) == 1:
        return words[0]
    return ", ".join(words[:-1]) + " and " + words[-1]

* text_statistics analyze_text describe_text
* text content
" Return the numbers of characters, words and sentences of {text}.
>>> text_statistics("Hi there. Bye!")
{'characters': 14, 'words': 3, 'sentences': 2}
def text_statistics(text: str) -> dict[str, int]:
    sentences = sum(text.count(mark) for mark in ".!?")
    return {
        "characters": len(text),
        "words": len(text.split()),
        "sentences": sentences,
    }

* find_word_positions positions_of_word word_positions
* text sentence
* word target
" Return the positions of {word} among the words of {text}.
>>> find_word_positions("to be or not to be", "be")
[1, 5]
def find_word_positions(text: str, word: str) -> list[int]:
    return [i for i, current in enumerate(text.split()) if current == word]
===
    positions = []
    for i, current in enumerate(text.split()):
        if current == word:
            positions.append(i)
    return positions
"""
