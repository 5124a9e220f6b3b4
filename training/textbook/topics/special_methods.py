"""Dataclasses, enums, named tuples, properties and special methods: special methods."""

PROGRAMS = r'''
* Matrix
>>> m = Matrix([[1, 2], [3, 4]])
>>> m[1, 0]
3
>>> m.transpose().rows
[[1, 3], [2, 4]]
>>> m.shape
(2, 2)
class Matrix:
    """A matrix made of rows."""

    def __init__(self, rows: list[list[int]]) -> None:
        self.rows = rows

    def __getitem__(self, position: tuple[int, int]) -> int:
        row, column = position
        return self.rows[row][column]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return len(self.rows), len(self.rows[0])

    def transpose(self) -> "Matrix":
        """Return a matrix with rows and columns exchanged."""
        return Matrix([list(column) for column in zip(*self.rows)])

* Polynomial
>>> p = Polynomial([1, 0, 2])
>>> p(3)
19
>>> p.derivative().coefficients
[0, 4]
class Polynomial:
    """A polynomial; the constant comes first."""

    def __init__(self, coefficients: list[int]) -> None:
        self.coefficients = coefficients

    def __call__(self, x: int) -> int:
        return sum(c * x**power for power, c in enumerate(self.coefficients))

    def derivative(self) -> "Polynomial":
        """Return the derivative."""
        return Polynomial([power * c for power, c in enumerate(self.coefficients)][1:])

* Playlist SongList
* ._songs _titles _tracks
>>> playlist = Playlist(["one", "two"])
>>> playlist.add("three")
>>> len(playlist), playlist[2], "two" in playlist
(3, 'three', True)
>>> list(playlist)
['one', 'two', 'three']
class Playlist:
    """A list of songs that behaves like a sequence."""

    def __init__(self, songs: list[str] | None = None) -> None:
        self._songs = list(songs or [])

    def add(self, song: str) -> None:
        """Add a song at the end."""
        self._songs.append(song)

    def __len__(self) -> int:
        return len(self._songs)

    def __getitem__(self, index: int) -> str:
        return self._songs[index]

    def __contains__(self, song: str) -> bool:
        return song in self._songs

    def __iter__(self):
        return iter(self._songs)

* Settings Config Options
* ._values _data _settings
>>> settings = Settings({"size": 10})
>>> settings.get("size"), settings.get("color", "red")
(10, 'red')
>>> settings.set("size", 12)
>>> settings.get("size")
12
class Settings:
    """Settings by name."""

    def __init__(self, values: dict | None = None) -> None:
        self._values = dict(values or {})

    def get(self, name: str, default: object = None) -> object:
        """Return a setting, or the default if it is not set."""
        return self._values.get(name, default)

    def set(self, name: str, value: object) -> None:
        """Change a setting."""
        self._values[name] = value

* Singleton
>>> Singleton() is Singleton()
True
class Singleton:
    """A class of which there is only one object."""

    _instance = None

    def __new__(cls) -> "Singleton":
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

* EventEmitter EventBus Dispatcher
* ._handlers _listeners _callbacks
>>> events = EventEmitter()
>>> events.on("hello", lambda name: print("hi", name))
>>> events.emit("hello", "Ann")
hi Ann
>>> events.emit("other")
class EventEmitter:
    """Calls functions when something happens."""

    def __init__(self) -> None:
        self._handlers: dict[str, list] = {}

    def on(self, event: str, handler) -> None:
        """Call a function whenever an event happens."""
        self._handlers.setdefault(event, []).append(handler)

    def emit(self, event: str, *args: object) -> None:
        """Call the functions of an event."""
        for handler in self._handlers.get(event, []):
            handler(*args)

* LRUCache Cache RecentCache
* ._items _data _entries
>>> cache = LRUCache(2)
>>> cache.put("a", 1)
>>> cache.put("b", 2)
>>> cache.get("a")
1
>>> cache.put("c", 3)
>>> cache.get("b") is None
True
from collections import OrderedDict


class LRUCache:
    """Keeps the entries that were used last."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._items: OrderedDict = OrderedDict()

    def get(self, key: str) -> object:
        """Return the value of a key, or None."""
        if key not in self._items:
            return None
        self._items.move_to_end(key)
        return self._items[key]

    def put(self, key: str, value: object) -> None:
        """Set the value of a key."""
        self._items[key] = value
        self._items.move_to_end(key)
        if len(self._items) > self.capacity:
            self._items.popitem(last=False)

* Robot Rover
>>> robot = Robot()
>>> robot.run("FFRF")
>>> robot.position
(1, 2)
class Robot:
    """A robot that walks over a grid; F is a step, L and R are turns."""

    def __init__(self) -> None:
        self.position = (0, 0)
        self.direction = (0, 1)

    def step(self) -> None:
        """Go one field forward."""
        x, y = self.position
        dx, dy = self.direction
        self.position = (x + dx, y + dy)

    def turn_left(self) -> None:
        """Turn to the left."""
        dx, dy = self.direction
        self.direction = (-dy, dx)

    def turn_right(self) -> None:
        """Turn to the right."""
        dx, dy = self.direction
        self.direction = (dy, -dx)

    def run(self, commands: str) -> None:
        """Follow commands, one letter each."""
        for command in commands:
            if command == "F":
                self.step()
            elif command == "L":
                self.turn_left()
            elif command == "R":
                self.turn_right()

* VendingMachine Automat
>>> machine = VendingMachine({"tea": 3})
>>> machine.insert(5)
>>> machine.buy("tea")
2
>>> machine.buy("tea")
Traceback (most recent call last):
ValueError: not enough money
class VendingMachine:
    """Sells products for coins."""

    def __init__(self, prices: dict[str, int]) -> None:
        self.prices = prices
        self.credit = 0

    def insert(self, coin: int) -> None:
        """Put a coin in."""
        self.credit += coin

    def buy(self, name: str) -> int:
        """Sell a product and return the change."""
        price = self.prices[name]
        if self.credit < price:
            raise ValueError("not enough money")
        change = self.credit - price
        self.credit = 0
        return change
'''
