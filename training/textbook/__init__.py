"""A textbook of small Python programs, written for the embedded model to learn from.

Library code holds few of the programs that people type first, so they are written here, in the spirit of
"Textbooks Are All You Need" (Gunasekar et al., 2023), but by hand: base programs with variants
(``topics``), and programs composed of predicates, mappings and reductions (``families``). All are of
our own writing; the texts are made from a seed and not committed.

    python -m training.textbook --write FILE
    python -m training.textbook --check
"""

from training.textbook.exercise import Exercise
from training.textbook.generate import exercises

__all__ = ["Exercise", "exercises"]
