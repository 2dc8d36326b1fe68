"""Endings of commands: the finding and its page, or with the command that continues them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from minimtl.errors import StudyInterrupted
from minimtl.tasks import resume_command


@contextmanager
def resumable(argv: Sequence[str], unit: str = "model") -> Iterator[None]:
    """A block that Ctrl-C ends with the command that continues it; each `unit` is stored."""
    try:
        yield
    except KeyboardInterrupt:
        raise StudyInterrupted(
            f"interrupted; every finished {unit} is kept, and `{resume_command(argv)}` continues"
        ) from None


def print_page(text: str, folder: Path, name: str) -> None:
    """Print the finding, and the path of the page `name`."""
    print(text)
    print(folder / f"{name}.html")
