"""The confusion matrix as an SVG; text and rectangles need no plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

CELL, LEFT, TOP = 34, 96, 92


def confusion_svg(names: Sequence[str], matrix: Sequence[Sequence[int]]) -> str:
    """Draw a matrix of counts, a row for each true label, shaded by its share of the row.

    Args:
        names: of rows and columns.
        matrix: (labels, labels) counts.

    Returns:
        A standalone SVG on a ground of its own, so that it reads on dark pages too.
    """
    width, height = LEFT + CELL * len(names) + 12, TOP + CELL * len(names) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        'font-family="sans-serif" font-size="11" role="img">',
        "<title>Confusion matrix: true language by row, answer by column</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for i, name in enumerate(names):
        middle = TOP + CELL * i + CELL // 2 + 4
        parts.append(
            f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end" fill="#111">{escape(name)}</text>'
        )
        x = LEFT + CELL * i + CELL // 2 + 4
        parts.append(
            f'<text transform="translate({x} {TOP - 8}) rotate(-60)" fill="#111">{escape(name)}</text>'
        )
    for i, row in enumerate(matrix):
        total = max(1, sum(row))
        for j, count in enumerate(row):
            share = count / total
            light = round(255 - 190 * share**0.5) if count else 255
            fill = f"rgb({light},{light},255)" if i == j else f"rgb(255,{light},{light})"
            x, y = LEFT + CELL * j, TOP + CELL * i
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" stroke="#ddd"/>'
            )
            if count:
                parts.append(
                    f'<text x="{x + CELL / 2:g}" y="{y + CELL / 2 + 4:g}" text-anchor="middle" '
                    f'fill="{"#fff" if light < 150 else "#111"}">{count}</text>'
                )
    parts.append(
        f'<text x="{LEFT}" y="{height - 12}" fill="#111">True language by row, answer by column; snippets</text>'
    )
    return "\n".join([*parts, "</svg>", ""])
