"""Sixty short functions to be completed; each module holds twelve, with solutions and hidden checks."""
