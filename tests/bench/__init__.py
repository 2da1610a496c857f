"""Figures, never assertions: `python -m tests.bench`, beside what else could be used."""
