"""More classes: collections of things."""

PROGRAMS = r'''
* Deck CardDeck Cards
* .cards _cards pile
>>> deck = Deck()
>>> len(deck)
52
>>> hand = deck.draw(5)
>>> len(hand), len(deck)
(5, 47)
import random


class Deck:
    """A deck of playing cards."""

    SUITS = ("hearts", "diamonds", "clubs", "spades")
    RANKS = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K", "A")

    def __init__(self) -> None:
        self.cards = [(rank, suit) for suit in self.SUITS for rank in self.RANKS]

    def __len__(self) -> int:
        return len(self.cards)

    def shuffle(self) -> None:
        """Bring the cards into random order."""
        random.shuffle(self.cards)

    def draw(self, count: int = 1) -> list[tuple[str, str]]:
        """Take cards from the top."""
        drawn = self.cards[:count]
        self.cards = self.cards[count:]
        return drawn

* Dice Die
>>> die = Dice(6)
>>> 1 <= die.roll() <= 6
True
>>> len(die.history)
1
import random


class Dice:
    """A die that remembers its rolls."""

    def __init__(self, sides: int = 6) -> None:
        self.sides = sides
        self.history: list[int] = []

    def roll(self) -> int:
        """Roll the die."""
        result = random.randint(1, self.sides)
        self.history.append(result)
        return result

* Calculator SimpleCalculator
* .value result total
>>> calculator = Calculator()
>>> calculator.add(5).multiply(3).subtract(1).value
14
>>> calculator.clear()
>>> calculator.value
0
class Calculator:
    """A calculator whose steps can be chained."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, number: float) -> "Calculator":
        """Add a number."""
        self.value += number
        return self

    def subtract(self, number: float) -> "Calculator":
        """Subtract a number."""
        self.value -= number
        return self

    def multiply(self, number: float) -> "Calculator":
        """Multiply by a number."""
        self.value *= number
        return self

    def clear(self) -> None:
        """Start again with zero."""
        self.value = 0

* UnionFind DisjointSet Groups
* ._parent _parents _links
>>> sets = UnionFind(4)
>>> sets.union(0, 1)
>>> sets.union(2, 3)
>>> sets.connected(0, 1), sets.connected(1, 2)
(True, False)
class UnionFind:
    """Groups of numbers that can be joined."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, item: int) -> int:
        """Return the number that stands for the group of an item."""
        while self._parent[item] != item:
            item = self._parent[item]
        return item

    def union(self, first: int, second: int) -> None:
        """Join the groups of two items."""
        self._parent[self.find(first)] = self.find(second)

    def connected(self, first: int, second: int) -> bool:
        """Check whether two items are in the same group."""
        return self.find(first) == self.find(second)

* MovingAverage RunningMean RollingAverage
* ._values _window _last
>>> average = MovingAverage(2)
>>> average.add(1), average.add(3), average.add(5)
(1.0, 2.0, 4.0)
class MovingAverage:
    """The average of the last numbers."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._values: list[float] = []

    def add(self, value: float) -> float:
        """Add a number and return the average."""
        self._values.append(value)
        if len(self._values) > self.size:
            self._values.pop(0)
        return sum(self._values) / len(self._values)

* Hotel GuestHouse Inn
* ._guests _rooms _bookings
>>> hotel = Hotel(3)
>>> hotel.check_in("Ann")
1
>>> hotel.check_in("Bob")
2
>>> hotel.check_out(1)
'Ann'
>>> hotel.check_in("Eve")
1
class Hotel:
    """A hotel with numbered rooms."""

    def __init__(self, rooms: int) -> None:
        self._guests: dict[int, str] = {}
        self.rooms = rooms

    def check_in(self, guest: str) -> int:
        """Give a guest the first free room and return its number."""
        for room in range(1, self.rooms + 1):
            if room not in self._guests:
                self._guests[room] = guest
                return room
        raise ValueError("all rooms are taken")

    def check_out(self, room: int) -> str:
        """Free a room and return who was in it."""
        return self._guests.pop(room)
'''
