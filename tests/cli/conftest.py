"""What tests of several commands write before they type one."""

import csv

import numpy as np


def write_set(path, labels, n, seed, head=("label", "text")):
    """Write `n` texts of each label, of words of its own, as a table; the path as typed."""
    rng = np.random.default_rng(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for number in range(n):
            for label in labels:
                words = " ".join(f"{label}{i}" for i in rng.integers(0, 20, 5))
                writer.writerow((label, f"{words} own{seed}{label}{number}"))
    return str(path)
