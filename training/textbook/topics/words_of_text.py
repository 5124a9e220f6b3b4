"""Words and sentences: words of text."""

PROGRAMS = r"""
* count_words word_count number_of_words
* text sentence s
" Count the words in {text}.
" Return the number of words in {text}.
: text Words with spaces between them.
: return The number of words.
>>> count_words("the quick brown fox")
4
>>> count_words("")
0
def count_words(text: str) -> int:
    return len(text.split())
===
    count = 0
    for _ in text.split():
        count += 1
    return count
===
    count = 0
    inside = False
    for char in text:
        if char == " ":
            inside = False
        elif not inside:
            inside = True
            count += 1
    return count

* longest_word +longest_word_in_text find_longest_word
* text sentence s
* longest best result
" Return the longest word of {text}.
" Find the longest word in a sentence; the first of several.
>>> longest_word("the quick brown fox")
'quick'
>>> longest_word("a bb c")
'bb'
def longest_word(text: str) -> str:
    longest = ""
    for word in text.split():
        if len(word) > len(longest):
            longest = word
    return longest
===
    return max(text.split(), key=len)
===
    words = text.split()
    longest = words[0]
    for word in words[1:]:
        if len(word) > len(longest):
            longest = word
    return longest

* shortest_word +shortest_word_in_text find_shortest_word
* text sentence
" Return the shortest word of {text}.
>>> shortest_word("the quick ox")
'ox'
def shortest_word(text: str) -> str:
    return min(text.split(), key=len)
===
    words = text.split()
    shortest = words[0]
    for word in words:
        if len(word) < len(shortest):
            shortest = word
    return shortest

* reverse_words reverse_word_order words_backwards
* text sentence s
" Return the words of {text} in reverse order.
>>> reverse_words("one two three")
'three two one'
>>> reverse_words("")
''
def reverse_words(text: str) -> str:
    return " ".join(text.split()[::-1])
===
    words = text.split()
    words.reverse()
    return " ".join(words)
===
    result = ""
    for word in text.split():
        result = word + " " + result
    return result.strip()

* reverse_each_word reverse_letters_of_words flip_each_word
* text sentence
" Reverse the letters of each word and keep the order of the words.
>>> reverse_each_word("hello big world")
'olleh gib dlrow'
def reverse_each_word(text: str) -> str:
    return " ".join(word[::-1] for word in text.split())
===
    result = []
    for word in text.split():
        result.append(word[::-1])
    return " ".join(result)

* word_lengths lengths_of_words get_word_lengths
* text sentence
" Return the length of each word of {text}.
>>> word_lengths("I like tea")
[1, 4, 3]
def word_lengths(text: str) -> list[int]:
    return [len(word) for word in text.split()]
===
    lengths = []
    for word in text.split():
        lengths.append(len(word))
    return lengths
===
    return list(map(len, text.split()))

* average_word_length mean_word_length
* text sentence
" Return the average length of the words of {text}, 0 if there are none.
>>> average_word_length("I like it")
2.3333333333333335
>>> average_word_length("")
0
def average_word_length(text: str) -> float:
    words = text.split()
    if not words:
        return 0
    return sum(len(word) for word in words) / len(words)
===
    words = text.split()
    total = 0
    for word in words:
        total += len(word)
    return total / len(words) if words else 0

* word_frequency count_word_frequencies word_counts count_each_word
* text sentence s
* counts frequencies result
" Count how often each word occurs in {text}.
" Return a dictionary with the number of times each word occurs.
: text Words with spaces between them; case does not count.
: return Counts by word.
>>> word_frequency("the cat and The dog")
{'the': 2, 'cat': 1, 'and': 1, 'dog': 1}
>>> word_frequency("")
{}
def word_frequency(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts
===
    counts = {}
    for word in text.lower().split():
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts
===
from collections import Counter

    return dict(Counter(text.lower().split()))
===
from collections import defaultdict

    counts = defaultdict(int)
    for word in text.lower().split():
        counts[word] += 1
    return dict(counts)

* most_common_word most_frequent_word +commonest_word
* text sentence
" Return the word that occurs most often in {text}.
>>> most_common_word("a b a c")
'a'
def most_common_word(text: str) -> str:
    words = text.split()
    return max(words, key=words.count)
===
from collections import Counter

    return Counter(text.split()).most_common(1)[0][0]
===
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    best = ""
    for word, count in counts.items():
        if best == "" or count > counts[best]:
            best = word
    return best

* top_words most_common_words most_frequent_words
* text sentence
* n count how_many
" Return the {n} most common words of {text} with their counts.
>>> top_words("a b a c b a", 2)
[('a', 3), ('b', 2)]
from collections import Counter


def top_words(text: str, n: int) -> list[tuple[str, int]]:
    return Counter(text.split()).most_common(n)
===
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: item[1], reverse=True)
    return ordered[:n]
"""
