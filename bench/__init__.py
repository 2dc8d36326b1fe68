"""Side-by-side measurements of minimtl, its peers, and what the machine could do at best.

``python -m bench`` runs all but `bench.peers`, ``python -m bench --quick`` a sample of them in two
minutes, and ``python -m bench --only peers`` that one. A module that `bench.__main__` lists
measures one thing: ``measure(settings) -> list[Row]``. `bench.packing` makes the file of words
that minimtl ships.
"""
