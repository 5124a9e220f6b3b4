"""Trees and graphs: trees."""

PROGRAMS = r'''
* BinarySearchTree BST SearchTree
* TreeNode Node
* ._root root top
>>> tree = BinarySearchTree()
>>> for n in (5, 2, 8, 1):
...     tree.insert(n)
>>> tree.in_order()
[1, 2, 5, 8]
>>> tree.contains(8), tree.contains(3)
(True, False)
class TreeNode:
    """A node of a binary tree."""

    def __init__(self, value: int) -> None:
        self.value = value
        self.left = None
        self.right = None


class BinarySearchTree:
    """A tree with smaller values on the left and larger ones on the right."""

    def __init__(self) -> None:
        self._root = None

    def insert(self, value: int) -> None:
        """Add a value."""
        if self._root is None:
            self._root = TreeNode(value)
            return
        node = self._root
        while True:
            if value < node.value:
                if node.left is None:
                    node.left = TreeNode(value)
                    return
                node = node.left
            else:
                if node.right is None:
                    node.right = TreeNode(value)
                    return
                node = node.right

    def contains(self, value: int) -> bool:
        """Check whether a value is in the tree."""
        node = self._root
        while node is not None:
            if value == node.value:
                return True
            node = node.left if value < node.value else node.right
        return False

    def in_order(self) -> list[int]:
        """Return the values in ascending order."""
        result = []

        def visit(node):
            if node is not None:
                visit(node.left)
                result.append(node.value)
                visit(node.right)

        visit(self._root)
        return result

* insert insert_into_tree add_to_tree
* Node TreeNode
* root node tree
>>> root = None
>>> for n in (3, 1, 2):
...     root = insert(root, n)
>>> in_order(root)
[1, 2, 3]
class Node:
    def __init__(self, value):
        self.value = value
        self.left = None
        self.right = None


def insert(root: Node | None, value: int) -> Node:
    """Insert a value into a binary search tree and return its root."""
    if root is None:
        return Node(value)
    if value < root.value:
        root.left = insert(root.left, value)
    else:
        root.right = insert(root.right, value)
    return root


def in_order(root: Node | None) -> list[int]:
    """Return the values of a tree from left to right."""
    if root is None:
        return []
    return in_order(root.left) + [root.value] + in_order(root.right)

* tree_height height max_depth depth_of_tree
* Node TreeNode
* root node tree
>>> tree_height(Node(1, Node(2, Node(3)), Node(4)))
3
>>> tree_height(None)
0
class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def tree_height(root: Node | None) -> int:
    """Return the number of levels of a binary tree."""
    if root is None:
        return 0
    return 1 + max(tree_height(root.left), tree_height(root.right))

* count_nodes tree_size number_of_nodes
* Node TreeNode
* root node tree
>>> count_nodes(Node(1, Node(2), Node(3)))
3
class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def count_nodes(root: Node | None) -> int:
    """Return how many nodes a binary tree has."""
    if root is None:
        return 0
    return 1 + count_nodes(root.left) + count_nodes(root.right)

* tree_sum sum_of_tree sum_tree
* Node TreeNode
* root node tree
>>> tree_sum(Node(1, Node(2), Node(3)))
6
class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def tree_sum(root: Node | None) -> int:
    """Return the sum of all values of a binary tree."""
    if root is None:
        return 0
    return root.value + tree_sum(root.left) + tree_sum(root.right)

* traversals tree_traversals orders
* Node TreeNode
>>> root = Node(1, Node(2), Node(3))
>>> pre_order(root), in_order(root), post_order(root)
([1, 2, 3], [2, 1, 3], [2, 3, 1])
class Node:
    """A node of a binary tree."""

    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def pre_order(node):
    """Visit a node before its subtrees."""
    if node is None:
        return []
    return [node.value] + pre_order(node.left) + pre_order(node.right)


def in_order(node):
    """Visit a node between its subtrees."""
    if node is None:
        return []
    return in_order(node.left) + [node.value] + in_order(node.right)


def post_order(node):
    """Visit a node after its subtrees."""
    if node is None:
        return []
    return post_order(node.left) + post_order(node.right) + [node.value]

* level_order levels breadth_first_levels tree_levels
* Node TreeNode
* root node_given tree
>>> level_order(Node(1, Node(2), Node(3, Node(4))))
[[1], [2, 3], [4]]
from collections import deque


class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def level_order(root: Node | None) -> list[list[int]]:
    """Return the values of a tree level by level."""
    if root is None:
        return []
    result = []
    queue = deque([root])
    while queue:
        level = []
        for _ in range(len(queue)):
            node = queue.popleft()
            level.append(node.value)
            if node.left:
                queue.append(node.left)
            if node.right:
                queue.append(node.right)
        result.append(level)
    return result

* invert_tree mirror_tree mirror
* Node TreeNode
* root node tree
>>> root = invert_tree(Node(1, Node(2), Node(3)))
>>> root.left.value, root.right.value
(3, 2)
class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def invert_tree(root: Node | None) -> Node | None:
    """Swap left and right in the whole tree."""
    if root is not None:
        root.left, root.right = invert_tree(root.right), invert_tree(root.left)
    return root
'''
