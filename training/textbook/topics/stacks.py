"""Classes: stacks, queues, linked lists: stacks."""

PROGRAMS = r'''
* reverse_linked_list reverse_nodes reverse_chain
* head first start
* Node ListNode
>>> head = Node(1, Node(2, Node(3)))
>>> values(reverse_linked_list(head))
[3, 2, 1]
class Node:
    def __init__(self, value, next_node=None):
        self.value = value
        self.next = next_node


def values(head: Node | None) -> list:
    """Return the values of a linked list."""
    result = []
    while head is not None:
        result.append(head.value)
        head = head.next
    return result


def reverse_linked_list(head: Node | None) -> Node | None:
    """Reverse a linked list and return its new first node."""
    previous = None
    while head is not None:
        following = head.next
        head.next = previous
        previous = head
        head = following
    return previous

* has_cycle contains_cycle detect_cycle
* head first start
* Node ListNode
>>> a, b = Node(1), Node(2)
>>> a.next = b
>>> has_cycle(a)
False
>>> b.next = a
>>> has_cycle(a)
True
class Node:
    def __init__(self, value):
        self.value = value
        self.next = None


def has_cycle(head: Node | None) -> bool:
    """Check whether a linked list runs in a circle."""
    slow = fast = head
    while fast is not None and fast.next is not None:
        slow = slow.next
        fast = fast.next.next
        if slow is fast:
            return True
    return False

* middle_node find_middle middle_of_list
* head first start
* Node ListNode
>>> middle_node(Node(1, Node(2, Node(3)))).value
2
class Node:
    def __init__(self, value, next_node=None):
        self.value = value
        self.next = next_node


def middle_node(head: Node) -> Node:
    """Return the middle node of a linked list."""
    slow = fast = head
    while fast.next is not None and fast.next.next is not None:
        slow = slow.next
        fast = fast.next.next
    return slow

* is_balanced balanced_brackets check_brackets valid_parentheses brackets_match
* text expression s
* stack opened open_brackets
" Check whether all brackets in {text} are closed in the right order.
" Return True if the brackets of {text} match.
: text A text with round, square and curly brackets.
: return True if each bracket is closed by its own kind.
>>> is_balanced("{[()]}")
True
>>> is_balanced("(]")
False
>>> is_balanced("((")
False
def is_balanced(text: str) -> bool:
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for char in text:
        if char in "([{":
            stack.append(char)
        elif char in pairs:
            if not stack or stack.pop() != pairs[char]:
                return False
    return not stack
===
    while "()" in text or "[]" in text or "{}" in text:
        text = text.replace("()", "").replace("[]", "").replace("{}", "")
    return not any(char in "()[]{}" for char in text)

* parentheses_balanced check_parentheses balanced_parentheses
* text expression
" Check whether every opening parenthesis is closed.
>>> parentheses_balanced("(a(b))")
True
>>> parentheses_balanced(")(")
False
def parentheses_balanced(text: str) -> bool:
    depth = 0
    for char in text:
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0

* evaluate_postfix eval_rpn rpn evaluate_rpn
* expression text tokens_text
* stack numbers operands
" Evaluate an expression in reverse Polish notation.
: expression Numbers and operators with spaces between them.
: return The value of the expression.
>>> evaluate_postfix("3 4 + 2 *")
14.0
def evaluate_postfix(expression: str) -> float:
    stack = []
    for token in expression.split():
        if token in ("+", "-", "*", "/"):
            right = stack.pop()
            left = stack.pop()
            if token == "+":
                stack.append(left + right)
            elif token == "-":
                stack.append(left - right)
            elif token == "*":
                stack.append(left * right)
            else:
                stack.append(left / right)
        else:
            stack.append(float(token))
    return stack[0]
===
import operator

    operators = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
    }
    stack = []
    for token in expression.split():
        if token in operators:
            right = stack.pop()
            left = stack.pop()
            stack.append(operators[token](left, right))
        else:
            stack.append(float(token))
    return stack.pop()

* MinStack StackWithMinimum MinimumStack
* ._items _values _data
* ._minima _smallest _mins
>>> stack = MinStack()
>>> for n in (3, 1, 2):
...     stack.push(n)
>>> stack.minimum()
1
>>> stack.pop(), stack.pop(), stack.minimum()
(2, 1, 3)
class MinStack:
    """A stack that knows its smallest item."""

    def __init__(self) -> None:
        self._items: list[int] = []
        self._minima: list[int] = []

    def push(self, item: int) -> None:
        """Put an item on top."""
        self._items.append(item)
        if not self._minima or item <= self._minima[-1]:
            self._minima.append(item)

    def pop(self) -> int:
        """Remove the top item and return it."""
        item = self._items.pop()
        if item == self._minima[-1]:
            self._minima.pop()
        return item

    def minimum(self) -> int:
        """Return the smallest item."""
        return self._minima[-1]

* PriorityQueue TaskQueue HeapQueue
* ._heap _items _entries
>>> queue = PriorityQueue()
>>> queue.push("write", 2)
>>> queue.push("read", 1)
>>> queue.pop()
'read'
>>> len(queue)
1
import heapq


class PriorityQueue:
    """A queue from which the item with the lowest priority comes first."""

    def __init__(self) -> None:
        self._heap: list = []
        self._count = 0

    def push(self, item: object, priority: int) -> None:
        """Add an item with its priority."""
        # The count keeps items of equal priority in their order.
        heapq.heappush(self._heap, (priority, self._count, item))
        self._count += 1

    def pop(self) -> object:
        """Remove the item with the lowest priority and return it."""
        return heapq.heappop(self._heap)[-1]

    def __len__(self) -> int:
        return len(self._heap)

* CircularBuffer RingBuffer FixedBuffer
* ._items _data _values
>>> buffer = CircularBuffer(2)
>>> for n in (1, 2, 3):
...     buffer.add(n)
>>> buffer.to_list()
[2, 3]
class CircularBuffer:
    """Keeps the last items that were added."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._items: list = []

    def add(self, item: object) -> None:
        """Add an item; the oldest one goes if there is no room."""
        if len(self._items) == self.size:
            self._items.pop(0)
        self._items.append(item)

    def to_list(self) -> list:
        """Return the items, the oldest first."""
        return list(self._items)
'''
