"""Side-by-side measurements of minimtl, its peers, and what the machine could do at best.

``python -m bench`` runs them all, ``python -m bench --quick`` a sample of them in two minutes.
Each module measures one thing: ``measure(settings) -> list[Row]``.
"""
