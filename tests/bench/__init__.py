"""Figures, never assertions: `python -m tests.bench.figures`."""
