"""Types of flags that several commands share."""

import argparse
from collections.abc import Callable
from pathlib import Path

from minimtl.errors import MinimtlError

MOST_RUNS = 10_000  # more is a slip of the keyboard: a run trains hundreds of models


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


def folder_name(text: str) -> str:
    """The type of a flag that names a folder to write to."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it names no folder; the one you are in is called .")
    return text


def make_folder(path: str) -> Path:
    """The folder `path` that a flag names, made if it is missing; MinimtlError if it cannot be."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MinimtlError(
            f"Cannot make the folder {folder} ({error.strerror}); choose another --out."
        ) from None
    return folder
