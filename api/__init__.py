"""Every edge to the outside. Knows db; nothing but the tests knows api."""
