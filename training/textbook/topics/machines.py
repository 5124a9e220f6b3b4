"""More classes: machines."""

PROGRAMS = r'''
* Parking ParkingLot CarPark
* ._cars _plates _parked
>>> lot = Parking(2)
>>> lot.enter("A"), lot.enter("B"), lot.enter("C")
(True, True, False)
>>> lot.leave("A")
>>> lot.free_places()
1
class Parking:
    """A car park with a fixed number of places."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._cars: set[str] = set()

    def enter(self, plate: str) -> bool:
        """Let a car in; return False if there is no place."""
        if self.free_places() == 0:
            return False
        self._cars.add(plate)
        return True

    def leave(self, plate: str) -> None:
        """Let a car out."""
        self._cars.discard(plate)

    def free_places(self) -> int:
        """Return how many places are free."""
        return self.places - len(self._cars)

* Elevator Lift
>>> lift = Elevator(5)
>>> lift.go_to(3)
>>> lift.floor
3
>>> lift.go_to(9)
Traceback (most recent call last):
ValueError: there is no floor 9
class Elevator:
    """An elevator that moves between floors."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.floor = 0

    def go_to(self, floor: int) -> None:
        """Move to a floor."""
        if not 0 <= floor <= self.top:
            raise ValueError(f"there is no floor {floor}")
        self.floor = floor

* Poll Survey Vote
* ._votes _answers _counts
>>> poll = Poll(["tea", "milk"])
>>> poll.vote("tea")
>>> poll.vote("tea")
>>> poll.winner(), poll.results()
('tea', {'tea': 2, 'milk': 0})
>>> poll.vote("beer")
Traceback (most recent call last):
ValueError: unknown option: beer
class Poll:
    """Counts votes for a few options."""

    def __init__(self, options: list[str]) -> None:
        self._votes = {option: 0 for option in options}

    def vote(self, option: str) -> None:
        """Count a vote."""
        if option not in self._votes:
            raise ValueError(f"unknown option: {option}")
        self._votes[option] += 1

    def winner(self) -> str:
        """Return the option with the most votes."""
        return max(self._votes, key=self._votes.get)

    def results(self) -> dict[str, int]:
        """Return the votes of each option."""
        return dict(self._votes)

* Lamp Light Switch
* .toggle press switch
>>> lamp = Lamp()
>>> lamp.is_on
False
>>> lamp.toggle()
>>> lamp.is_on
True
class Lamp:
    """A lamp that is on or off."""

    def __init__(self) -> None:
        self.is_on = False

    def toggle(self) -> None:
        """Switch the lamp on or off."""
        self.is_on = not self.is_on

* Hangman WordGuess GuessTheWord
* ._word _secret _solution
>>> game = Hangman("tree", 3)
>>> game.guess("e")
True
>>> game.guess("x")
False
>>> game.shown(), game.lives
('__ee', 2)
>>> game.guess("t"), game.guess("r"), game.is_won()
(True, True, True)
class Hangman:
    """Guess a word letter by letter."""

    def __init__(self, word: str, lives: int = 6) -> None:
        self._word = word
        self.lives = lives
        self.guessed: set[str] = set()

    def guess(self, letter: str) -> bool:
        """Guess a letter; return whether it is in the word."""
        self.guessed.add(letter)
        if letter in self._word:
            return True
        self.lives -= 1
        return False

    def shown(self) -> str:
        """Return the word with lines for what was not guessed."""
        return "".join(char if char in self.guessed else "_" for char in self._word)

    def is_won(self) -> bool:
        """Check whether every letter was guessed."""
        return all(char in self.guessed for char in self._word)

* TextBuffer Editor UndoBuffer
* ._history _past _undo
>>> buffer = TextBuffer()
>>> buffer.write("hello")
>>> buffer.write(" world")
>>> buffer.text
'hello world'
>>> buffer.undo()
>>> buffer.text
'hello'
class TextBuffer:
    """A text whose last changes can be taken back."""

    def __init__(self) -> None:
        self.text = ""
        self._history: list[str] = []

    def write(self, text: str) -> None:
        """Add text at the end."""
        self._history.append(self.text)
        self.text += text

    def undo(self) -> None:
        """Take the last change back."""
        if self._history:
            self.text = self._history.pop()
'''
