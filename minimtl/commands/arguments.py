"""What the flags of several commands share."""

import argparse
from collections.abc import Callable

# More of either is a slip of the keyboard: a run trains hundreds of models, a worker is a process.
MOST_RUNS = 10_000
MOST_WORKERS = 10_000


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """The type of a flag whose value is a whole number from `least` to `most`."""

    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        if most is not None and value > most:
            raise argparse.ArgumentTypeError(f"{text} is more than {most:,}")
        return value

    return number
