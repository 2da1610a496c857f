"""Through the public door, on both databases. Mirrors the packages; `factories.py` makes documents."""
