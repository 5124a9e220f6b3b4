"""The left crop of a prompt that outgrew the context.

A crop that moved with every keystroke would change the first token each time, and no prefix would
ever match again. So it moves in jumps, and lands on the start of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

# A jump drops a quarter of the room for the prompt at once.
JUMPS_PER_CONTEXT = 4


def crop_start(tokens: Sequence[int], budget: int, ends_line: Callable[[int], bool]) -> int:
    """Where the part of the prompt that is kept begins.

    Args:
        tokens: the whole prompt.
        budget: the most tokens that may be kept; at least 1.
        ends_line: whether the bytes of a token end with a newline.

    Returns:
        Number of tokens dropped on the left: 0 while the prompt fits. It depends on the length only
        through the number of jumps, so it stays put while the prompt grows by less than a jump.
    """
    excess = len(tokens) - budget
    if excess <= 0:
        return 0
    jump = max(budget // JUMPS_PER_CONTEXT, 1)
    least = -(-excess // jump) * jump
    most = min(least + jump // 2, len(tokens) - 1)
    least = min(least, len(tokens) - 1)
    return next((at for at in range(least, most + 1) if ends_line(tokens[at - 1])), least)
