"""Geometry: areas."""

PROGRAMS = r"""
* rectangle_area area_of_rectangle +area_rectangle
* width a length
* height b breadth
" Return the area of a rectangle.
>>> rectangle_area(3, 4)
12
def rectangle_area(width: float, height: float) -> float:
    return width * height

* rectangle_perimeter perimeter_of_rectangle
* width a length
* height b breadth
" Return the perimeter of a rectangle.
>>> rectangle_perimeter(3, 4)
14
def rectangle_perimeter(width: float, height: float) -> float:
    return 2 * (width + height)
===
    return 2 * width + 2 * height

* circle_area area_of_circle +area_circle
* radius r
" Return the area of a circle.
" Compute the area of a circle with the given radius.
: radius The radius of the circle.
>>> round(circle_area(2), 3)
12.566
import math


def circle_area(radius: float) -> float:
    return math.pi * radius**2
===
import math

    if radius < 0:
        raise ValueError("the radius must not be negative")
    return math.pi * radius * radius
===
from math import pi

    return pi * radius**2

* circle_circumference circumference perimeter_of_circle
* radius r
" Return the circumference of a circle.
>>> round(circle_circumference(1), 3)
6.283
import math


def circle_circumference(radius: float) -> float:
    return 2 * math.pi * radius

* triangle_area area_of_triangle
* base b width
* height h
" Return the area of a triangle from base and height.
>>> triangle_area(6, 3)
9.0
def triangle_area(base: float, height: float) -> float:
    return base * height / 2
===
    return 0.5 * base * height

* heron triangle_area_from_sides heron_area area_from_sides
" Return the area of a triangle from its three sides.
" Compute the area of a triangle with Heron's formula.
>>> heron(3, 4, 5)
6.0
import math


def heron(a: float, b: float, c: float) -> float:
    s = (a + b + c) / 2
    return math.sqrt(s * (s - a) * (s - b) * (s - c))
===
    s = (a + b + c) / 2
    return (s * (s - a) * (s - b) * (s - c)) ** 0.5

* is_triangle valid_triangle can_form_triangle is_valid_triangle
" Check whether three lengths can be the sides of a triangle.
>>> is_triangle(3, 4, 5)
True
>>> is_triangle(1, 2, 5)
False
def is_triangle(a: float, b: float, c: float) -> bool:
    return a + b > c and a + c > b and b + c > a
===
    a, b, c = sorted([a, b, c])
    return a + b > c

* triangle_type classify_triangle kind_of_triangle type_of_triangle
" Say whether a triangle is equilateral, isosceles or scalene.
>>> triangle_type(2, 2, 2)
'equilateral'
>>> triangle_type(2, 2, 3)
'isosceles'
>>> triangle_type(2, 3, 4)
'scalene'
def triangle_type(a: float, b: float, c: float) -> str:
    if a == b == c:
        return "equilateral"
    if a == b or b == c or a == c:
        return "isosceles"
    return "scalene"
===
    different = len({a, b, c})
    if different == 1:
        return "equilateral"
    elif different == 2:
        return "isosceles"
    else:
        return "scalene"

* is_right_triangle right_triangle has_right_angle
" Check whether three sides form a right triangle.
>>> is_right_triangle(5, 3, 4)
True
>>> is_right_triangle(2, 3, 4)
False
def is_right_triangle(a: int, b: int, c: int) -> bool:
    a, b, c = sorted([a, b, c])
    return a * a + b * b == c * c
===
    longest = max(a, b, c)
    return a**2 + b**2 + c**2 == 2 * longest**2

* hypotenuse +hypotenuse_length longest_side
" Return the hypotenuse of a right triangle.
>>> hypotenuse(3, 4)
5.0
import math


def hypotenuse(a: float, b: float) -> float:
    return math.hypot(a, b)
===
    return (a**2 + b**2) ** 0.5
===
import math

    return math.sqrt(a * a + b * b)

* distance +distance_between euclidean_distance point_distance
" Return the distance between two points in the plane.
" Return the Euclidean distance between (x1, y1) and (x2, y2).
>>> distance(0, 0, 3, 4)
5.0
import math


def distance(x1: float, y1: float, x2: float, y2: float) -> float:
    return math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)
===
    return ((x1 - x2) ** 2 + (y1 - y2) ** 2) ** 0.5
===
import math

    return math.hypot(x2 - x1, y2 - y1)

* distance_between_points points_distance euclidean
* p a first
* q b second
" Return the distance between two points of any dimension.
>>> distance_between_points((0, 0, 0), (1, 2, 2))
3.0
def distance_between_points(p: tuple, q: tuple) -> float:
    return sum((x - y) ** 2 for x, y in zip(p, q)) ** 0.5
===
import math

    return math.dist(p, q)

* manhattan_distance taxicab_distance city_block_distance
* p a first
* q b second
" Return the sum of the distances along each axis.
>>> manhattan_distance((1, 2), (4, 0))
5
def manhattan_distance(p: tuple, q: tuple) -> int:
    return abs(p[0] - q[0]) + abs(p[1] - q[1])
===
    return sum(abs(x - y) for x, y in zip(p, q))

* midpoint middle_point center_between
* p a first
* q b second
" Return the point in the middle between two points.
>>> midpoint((0, 0), (4, 2))
(2.0, 1.0)
def midpoint(p: tuple, q: tuple) -> tuple[float, float]:
    return (p[0] + q[0]) / 2, (p[1] + q[1]) / 2
"""
