"""Classes: stacks, queues, linked lists: queues and chains."""

PROGRAMS = r'''
* Stack SimpleStack LifoStack
* ._items _data _elements items
* item value element
>>> stack = Stack()
>>> stack.push(1)
>>> stack.push(2)
>>> stack.pop()
2
>>> stack.peek()
1
>>> stack.is_empty()
False
class Stack:
    """A stack: what was put on last comes off first."""

    def __init__(self) -> None:
        """Start empty."""
        self._items: list = []

    def push(self, item: object) -> None:
        """Put an item on top."""
        self._items.append(item)

    def pop(self) -> object:
        """Remove the top item and return it."""
        if not self._items:
            raise IndexError("pop from an empty stack")
        return self._items.pop()

    def peek(self) -> object:
        """Return the top item without removing it."""
        if not self._items:
            raise IndexError("peek at an empty stack")
        return self._items[-1]

    def is_empty(self) -> bool:
        """Return True if there is no item."""
        return len(self._items) == 0

    def size(self) -> int:
        """Return the number of items."""
        return len(self._items)
===
class Stack:
    """A last-in, first-out stack."""

    def __init__(self):
        self._items = []

    def is_empty(self):
        return not self._items

    def push(self, item):
        self._items.append(item)

    def pop(self):
        return self._items.pop()

    def peek(self):
        return self._items[-1]

    def __len__(self):
        return len(self._items)

* Queue SimpleQueue FifoQueue
* ._items _data _elements
* item value element
>>> queue = Queue()
>>> queue.enqueue("a")
>>> queue.enqueue("b")
>>> queue.dequeue()
'a'
>>> queue.size()
1
class Queue:
    """A queue: what came first leaves first."""

    def __init__(self) -> None:
        """Start empty."""
        self._items: list = []

    def enqueue(self, item: object) -> None:
        """Put an item at the end."""
        self._items.append(item)

    def dequeue(self) -> object:
        """Remove the first item and return it."""
        if self.is_empty():
            raise IndexError("the queue is empty")
        return self._items.pop(0)

    def is_empty(self) -> bool:
        """Return True if there is no item."""
        return not self._items

    def size(self) -> int:
        """Return the number of items."""
        return len(self._items)
===
from collections import deque


class Queue:
    """A first-in, first-out queue."""

    def __init__(self):
        self._items = deque()

    def enqueue(self, item):
        self._items.append(item)

    def dequeue(self):
        return self._items.popleft()

    def is_empty(self):
        return len(self._items) == 0

    def size(self):
        return len(self._items)

* TwoStackQueue QueueWithTwoStacks StackQueue
* ._inbox _incoming _in
* ._outbox _outgoing _out
>>> queue = TwoStackQueue()
>>> queue.put(1)
>>> queue.put(2)
>>> queue.get()
1
>>> queue.put(3)
>>> queue.get(), queue.get()
(2, 3)
class TwoStackQueue:
    """A queue made of two stacks."""

    def __init__(self) -> None:
        self._inbox: list = []
        self._outbox: list = []

    def put(self, item: object) -> None:
        """Add an item at the end."""
        self._inbox.append(item)

    def get(self) -> object:
        """Remove the first item and return it."""
        if not self._outbox:
            while self._inbox:
                self._outbox.append(self._inbox.pop())
        return self._outbox.pop()

* LinkedList SinglyLinkedList ChainedList
* Node ListNode Link
* ._head head first _first
* ._size _length _count
>>> numbers = LinkedList()
>>> numbers.append(2)
>>> numbers.append(3)
>>> numbers.prepend(1)
>>> list(numbers)
[1, 2, 3]
>>> len(numbers)
3
>>> numbers.remove(2)
>>> numbers.to_list()
[1, 3]
class Node:
    """One element of a linked list."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.next: "Node | None" = None


class LinkedList:
    """A list whose elements point to the next one."""

    def __init__(self) -> None:
        self._head: Node | None = None
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self):
        node = self._head
        while node is not None:
            yield node.value
            node = node.next

    def prepend(self, value: object) -> None:
        """Add a value at the beginning."""
        node = Node(value)
        node.next = self._head
        self._head = node
        self._size += 1

    def append(self, value: object) -> None:
        """Add a value at the end."""
        node = Node(value)
        if self._head is None:
            self._head = node
        else:
            last = self._head
            while last.next is not None:
                last = last.next
            last.next = node
        self._size += 1

    def remove(self, value: object) -> None:
        """Remove the first node with the given value."""
        previous = None
        node = self._head
        while node is not None:
            if node.value == value:
                if previous is None:
                    self._head = node.next
                else:
                    previous.next = node.next
                self._size -= 1
                return
            previous = node
            node = node.next
        raise ValueError(f"{value!r} is not in the list")

    def to_list(self) -> list:
        """Return the values as a Python list."""
        return list(self)
'''
