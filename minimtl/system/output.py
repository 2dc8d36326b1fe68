"""Where a command's results go, and what it says meanwhile."""

import sys
from pathlib import Path

from minimtl.errors import MinimtlError


def make_folder(path: str) -> Path:
    """The folder at `path`, made if it is missing; MinimtlError if it cannot be."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MinimtlError(
            f"Cannot make the folder {folder} ({error.strerror}); choose another."
        ) from None
    return folder


def print_note(line: str) -> None:
    """Print a line to standard error, where progress and notes go; results go elsewhere."""
    print(line, file=sys.stderr)
