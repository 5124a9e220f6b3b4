"""Trees and graphs: graphs."""

PROGRAMS = r'''
* bfs breadth_first_search breadth_first visit_breadth_first
* graph neighbors edges
* start source first
* visited seen order
" Return the nodes that can be reached from {start}, the nearest first.
" Visit a graph in breadth-first order.
: graph Lists of neighbours by node.
: start The node to begin with.
: return The nodes in the order of the visit.
>>> bfs({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, "a")
['a', 'b', 'c', 'd']
from collections import deque


def bfs(graph: dict, start: str) -> list[str]:
    visited = [start]
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for neighbor in graph[node]:
            if neighbor not in visited:
                visited.append(neighbor)
                queue.append(neighbor)
    return visited
===
    visited = []
    queue = [start]
    while queue:
        node = queue.pop(0)
        if node in visited:
            continue
        visited.append(node)
        queue.extend(graph[node])
    return visited

* dfs depth_first_search depth_first visit_depth_first
* graph neighbors edges
* start source first
* visited seen order
" Return the nodes that can be reached from {start}, in depth-first order.
" Visit a graph in depth-first order.
: graph Lists of neighbours by node.
: start The node to begin with.
>>> dfs({"a": ["b", "c"], "b": ["d"], "c": [], "d": []}, "a")
['a', 'b', 'd', 'c']
def dfs(graph: dict, start: str, visited: list | None = None) -> list[str]:
    if visited is None:
        visited = []
    visited.append(start)
    for neighbor in graph[start]:
        if neighbor not in visited:
            dfs(graph, neighbor, visited)
    return visited
===
def dfs(graph: dict, start: str) -> list[str]:
    visited = []
    stack = [start]
    while stack:
        node = stack.pop()
        if node not in visited:
            visited.append(node)
            stack.extend(reversed(graph[node]))
    return visited

* shortest_path find_path bfs_path path_between
* graph neighbors edges
* start source origin
* goal target end
" Return the shortest path from {start} to {goal}, or None.
" Find a path with the fewest edges by breadth-first search.
: graph Lists of neighbours by node.
: start The first node of the path.
: goal The last node of the path.
: return The nodes of the path, or None if there is none.
>>> shortest_path({"a": ["b", "c"], "b": ["d"], "c": [], "d": []}, "a", "d")
['a', 'b', 'd']
>>> shortest_path({"a": [], "b": []}, "a", "b") is None
True
from collections import deque


def shortest_path(graph: dict, start: str, goal: str) -> list[str] | None:
    queue = deque([[start]])
    seen = {start}
    while queue:
        path = queue.popleft()
        if path[-1] == goal:
            return path
        for neighbor in graph[path[-1]]:
            if neighbor not in seen:
                seen.add(neighbor)
                queue.append(path + [neighbor])
    return None

* dijkstra shortest_distances distances_from
* graph weights edges
* start source origin
" Return the length of the shortest path from {start} to every node.
" Find shortest distances with Dijkstra's algorithm.
: graph For each node, the lengths of its edges by neighbour.
: start The node to start from.
>>> dijkstra({"a": {"b": 1, "c": 4}, "b": {"c": 2}, "c": {}}, "a")
{'a': 0, 'b': 1, 'c': 3}
import heapq


def dijkstra(graph: dict, start: str) -> dict[str, int]:
    distances = {start: 0}
    queue = [(0, start)]
    while queue:
        distance, node = heapq.heappop(queue)
        if distance > distances[node]:
            continue
        for neighbor, length in graph[node].items():
            through = distance + length
            if neighbor not in distances or through < distances[neighbor]:
                distances[neighbor] = through
                heapq.heappush(queue, (through, neighbor))
    return distances

* topological_sort topological_order task_order order_tasks
* graph dependencies needs
" Return the nodes so that each comes after those it depends on.
: graph For each node, the nodes that must come before it.
>>> topological_sort({"cook": ["shop"], "eat": ["cook"], "shop": []})
['shop', 'cook', 'eat']
def topological_sort(graph: dict) -> list[str]:
    order = []
    done = set()

    def visit(node):
        if node in done:
            return
        done.add(node)
        for before in graph[node]:
            visit(before)
        order.append(node)

    for node in graph:
        visit(node)
    return order

* connected_components components find_components
* graph neighbors edges
" Return the connected parts of an undirected graph.
>>> connected_components({1: [2], 2: [1], 3: []})
[[1, 2], [3]]
def connected_components(graph: dict) -> list[list]:
    seen = set()
    components_found = []
    for start in graph:
        if start in seen:
            continue
        component = []
        stack = [start]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            component.append(node)
            stack.extend(graph[node])
        components_found.append(component)
    return components_found

* Graph UndirectedGraph SimpleGraph
* ._edges _neighbors _adjacency
>>> graph = Graph()
>>> graph.add_edge("a", "b")
>>> graph.add_edge("a", "c")
>>> graph.neighbors("a")
['b', 'c']
>>> graph.has_edge("b", "a"), graph.has_edge("b", "c")
(True, False)
class Graph:
    """An undirected graph."""

    def __init__(self) -> None:
        self._edges: dict[str, set[str]] = {}

    def add_node(self, node: str) -> None:
        """Add a node without edges."""
        self._edges.setdefault(node, set())

    def add_edge(self, first: str, second: str) -> None:
        """Connect two nodes."""
        self.add_node(first)
        self.add_node(second)
        self._edges[first].add(second)
        self._edges[second].add(first)

    def neighbors(self, node: str) -> list[str]:
        """Return the neighbours of a node in alphabetical order."""
        return sorted(self._edges[node])

    def has_edge(self, first: str, second: str) -> bool:
        """Check whether two nodes are connected."""
        return second in self._edges.get(first, set())

* Trie PrefixTree WordTree
* ._root _top
>>> trie = Trie()
>>> trie.insert("car")
>>> trie.insert("cart")
>>> trie.contains("car"), trie.contains("ca")
(True, False)
>>> trie.starts_with("ca")
True
class Trie:
    """A tree of words that share their beginnings."""

    def __init__(self) -> None:
        self._root: dict = {}

    def insert(self, word: str) -> None:
        """Add a word."""
        node = self._root
        for letter in word:
            node = node.setdefault(letter, {})
        node["end"] = True

    def _find(self, text: str) -> dict | None:
        node = self._root
        for letter in text:
            if letter not in node:
                return None
            node = node[letter]
        return node

    def contains(self, word: str) -> bool:
        """Check whether a word was added."""
        node = self._find(word)
        return node is not None and "end" in node

    def starts_with(self, prefix: str) -> bool:
        """Check whether any word begins with a text."""
        return self._find(prefix) is not None
'''
