"""Measuring a Phi checkpoint: bits per byte, next lines, programs that run, and what it copies."""
