"""Geometry: points."""

PROGRAMS = r"""
* slope slope_of_line gradient
* p a first
* q b second
" Return the slope of the line through two points, or None if it is vertical.
>>> slope((0, 0), (2, 4))
2.0
>>> slope((1, 0), (1, 5)) is None
True
def slope(p: tuple, q: tuple) -> float | None:
    if p[0] == q[0]:
        return None
    return (q[1] - p[1]) / (q[0] - p[0])

* sphere_volume volume_of_sphere
* radius r
" Return the volume of a sphere.
>>> round(sphere_volume(1), 3)
4.189
import math


def sphere_volume(radius: float) -> float:
    return 4 / 3 * math.pi * radius**3

* cylinder_volume volume_of_cylinder
* radius r
* height h
" Return the volume of a cylinder.
>>> round(cylinder_volume(1, 2), 3)
6.283
import math


def cylinder_volume(radius: float, height: float) -> float:
    return math.pi * radius**2 * height

* cone_volume volume_of_cone
* radius r
* height h
" Return the volume of a cone.
>>> round(cone_volume(1, 3), 3)
3.142
import math


def cone_volume(radius: float, height: float) -> float:
    return math.pi * radius**2 * height / 3

* cube_volume volume_of_cube
* side a edge
" Return the volume of a cube.
>>> cube_volume(3)
27
def cube_volume(side: float) -> float:
    return side**3
===
    return side * side * side

* box_volume volume_of_box cuboid_volume
" Return the volume of a box.
>>> box_volume(2, 3, 4)
24
def box_volume(length: float, width: float, height: float) -> float:
    return length * width * height

* box_surface surface_of_box cuboid_surface
" Return the surface of a box.
>>> box_surface(1, 2, 3)
22
def box_surface(length: float, width: float, height: float) -> float:
    return 2 * (length * width + length * height + width * height)

* trapezoid_area area_of_trapezoid
" Return the area of a trapezoid with parallel sides a and b.
>>> trapezoid_area(3, 5, 2)
8.0
def trapezoid_area(a: float, b: float, height: float) -> float:
    return (a + b) * height / 2

* square_area area_of_square
* side a length
" Return the area of a square.
>>> square_area(5)
25
def square_area(side: float) -> float:
    return side * side
===
    return side**2

* polygon_area shoelace area_of_polygon
* points corners vertices
" Return the area of a polygon with the shoelace formula.
>>> polygon_area([(0, 0), (4, 0), (4, 3), (0, 3)])
12.0
def polygon_area(points: list[tuple]) -> float:
    total = 0
    for i in range(len(points)):
        x1, y1 = points[i]
        x2, y2 = points[(i + 1) % len(points)]
        total += x1 * y2 - x2 * y1
    return abs(total) / 2

* interior_angle polygon_angle angle_of_polygon
* n sides corners
" Return the inner angle of a regular polygon in degrees.
>>> interior_angle(4)
90.0
def interior_angle(n: int) -> float:
    return (n - 2) * 180 / n

* degrees_to_radians to_radians radians
* degrees angle
" Turn an angle in degrees into radians.
>>> round(degrees_to_radians(180), 5)
3.14159
import math


def degrees_to_radians(degrees: float) -> float:
    return degrees * math.pi / 180
===
import math

    return math.radians(degrees)

* is_inside_circle point_in_circle inside_circle
* radius r
" Check whether the point (x, y) lies in a circle around the origin.
>>> is_inside_circle(1, 1, 2)
True
>>> is_inside_circle(2, 2, 2)
False
def is_inside_circle(x: float, y: float, radius: float) -> bool:
    return x**2 + y**2 <= radius**2

* quadrant which_quadrant quadrant_of
" Return the quadrant of a point, from 1 to 4; 0 on an axis.
>>> quadrant(1, 1), quadrant(-1, 1), quadrant(-1, -1), quadrant(1, -1), quadrant(0, 2)
(1, 2, 3, 4, 0)
def quadrant(x: float, y: float) -> int:
    if x == 0 or y == 0:
        return 0
    if x > 0:
        return 1 if y > 0 else 4
    return 2 if y > 0 else 3

* rectangles_overlap overlap do_overlap
* a first
* b second
" Check whether two rectangles (left, bottom, right, top) overlap.
>>> rectangles_overlap((0, 0, 2, 2), (1, 1, 3, 3))
True
>>> rectangles_overlap((0, 0, 1, 1), (2, 2, 3, 3))
False
def rectangles_overlap(a: tuple, b: tuple) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]

* solve_quadratic quadratic_roots roots_of_quadratic quadratic
" Return the real solutions of a*x**2 + b*x + c = 0 in ascending order.
" Solve a quadratic equation.
>>> solve_quadratic(1, -3, 2)
[1.0, 2.0]
>>> solve_quadratic(1, 2, 1)
[-1.0]
>>> solve_quadratic(1, 0, 1)
[]
import math


def solve_quadratic(a: float, b: float, c: float) -> list[float]:
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return []
    if discriminant == 0:
        return [-b / (2 * a)]
    root = math.sqrt(discriminant)
    return sorted([(-b - root) / (2 * a), (-b + root) / (2 * a)])

* square_root newton_sqrt approximate_sqrt sqrt
* x number value
" Approximate the square root of {x} with Newton's method.
>>> round(square_root(2), 6)
1.414214
def square_root(x: float) -> float:
    guess = x
    while abs(guess * guess - x) > 1e-9:
        guess = (guess + x / guess) / 2
    return guess
===
    low, high = 0, max(x, 1)
    while high - low > 1e-10:
        middle = (low + high) / 2
        if middle * middle < x:
            low = middle
        else:
            high = middle
    return low
"""
