"""Games: FizzBuzz, dice, cards, tic-tac-toe and guessing: games."""

PROGRAMS = r"""
* fizzbuzz fizz_buzz print_fizzbuzz
* n limit
" Print the numbers from 1 to {n}, with Fizz and Buzz for multiples of 3 and 5.
" Print FizzBuzz up to {n}.
: n The last number.
>>> fizzbuzz(5)
1
2
Fizz
4
Buzz
def fizzbuzz(n: int) -> None:
    for i in range(1, n + 1):
        if i % 15 == 0:
            print("FizzBuzz")
        elif i % 3 == 0:
            print("Fizz")
        elif i % 5 == 0:
            print("Buzz")
        else:
            print(i)
===
    for i in range(1, n + 1):
        text = ""
        if i % 3 == 0:
            text += "Fizz"
        if i % 5 == 0:
            text += "Buzz"
        print(text or i)
===
    for i in range(1, n + 1):
        if i % 3 == 0 and i % 5 == 0:
            print("FizzBuzz")
        elif i % 3 == 0:
            print("Fizz")
        elif i % 5 == 0:
            print("Buzz")
        else:
            print(i)

* fizzbuzz_list fizz_buzz get_fizzbuzz fizzbuzz_words
* n limit count
" Return the FizzBuzz words from 1 to {n} as a list.
>>> fizzbuzz_list(5)
['1', '2', 'Fizz', '4', 'Buzz']
def fizzbuzz_list(n: int) -> list[str]:
    result = []
    for i in range(1, n + 1):
        if i % 15 == 0:
            result.append("FizzBuzz")
        elif i % 3 == 0:
            result.append("Fizz")
        elif i % 5 == 0:
            result.append("Buzz")
        else:
            result.append(str(i))
    return result
===
def fizzbuzz_word(i: int) -> str:
    word = "Fizz" * (i % 3 == 0) + "Buzz" * (i % 5 == 0)
    return word or str(i)


def fizzbuzz_list(n: int) -> list[str]:
    return [fizzbuzz_word(i) for i in range(1, n + 1)]

* roll_dice throw_dice roll_several_dice
* count n number
* sides faces
" Roll {count} dice and return the results.
>>> rolls = roll_dice(5)
>>> len(rolls), all(1 <= roll <= 6 for roll in rolls)
(5, True)
import random


def roll_dice(count: int, sides: int = 6) -> list[int]:
    return [random.randint(1, sides) for _ in range(count)]
===
import random

    results = []
    for _ in range(count):
        results.append(random.randint(1, sides))
    return results

* roll_die throw_die roll
* sides faces
" Return a random number from 1 to {sides}.
>>> 1 <= roll_die() <= 6
True
import random


def roll_die(sides: int = 6) -> int:
    return random.randint(1, sides)

* flip_coin toss_coin coin_flip
" Return "heads" or "tails" at random.
>>> flip_coin() in ("heads", "tails")
True
import random


def flip_coin() -> str:
    return random.choice(["heads", "tails"])
===
import random

    if random.random() < 0.5:
        return "heads"
    return "tails"

* make_deck create_deck new_deck card_deck
" Return the 52 cards of a deck as texts.
>>> deck = make_deck()
>>> len(deck), deck[0]
(52, '2 of hearts')
def make_deck() -> list[str]:
    suits = ["hearts", "diamonds", "clubs", "spades"]
    ranks = [str(n) for n in range(2, 11)] + ["jack", "queen", "king", "ace"]
    return [f"{rank} of {suit}" for suit in suits for rank in ranks]
===
    deck = []
    for suit in ["hearts", "diamonds", "clubs", "spades"]:
        for rank in "2 3 4 5 6 7 8 9 10 jack queen king ace".split():
            deck.append(rank + " of " + suit)
    return deck

* deal deal_cards deal_hands
* deck cards
* players count
* size hand_size
" Deal {size} cards to each player and return the hands.
>>> deal([1, 2, 3, 4, 5], 2, 2)
[[1, 3], [2, 4]]
def deal(deck: list, players: int, size: int) -> list[list]:
    hands = [[] for _ in range(players)]
    for i in range(size * players):
        hands[i % players].append(deck[i])
    return hands
===
    return [deck[player : size * players : players] for player in range(players)]
"""
