"""Flags that several commands share, the types of their values, and how commands end."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from minimtl.corpora.load import CORPUS_METAVAR
from minimtl.errors import MinimtlError, StudyInterrupted
from minimtl.tasks.readmanifest import resume_command

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


def share(text: str) -> float:
    """The type of a flag whose value lies in [0, 1)."""
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} does not lie in [0, 1)")
    return value


def add_out_flag(
    parser: argparse.ArgumentParser,
    default: str | None,
    what: str = "the output folder (default: %(default)s)",
) -> None:
    """Declare the folder to write to; `what` is the help."""
    parser.add_argument("--out", type=_folder_name, metavar="DIR", default=default, help=what)


def add_seed_flag(parser: argparse.ArgumentParser) -> None:
    """Declare the seed of all random draws."""
    parser.add_argument(
        "--seed",
        type=whole_number(0),
        default=0,
        metavar="N",
        help="seed of all random draws (default: 0)",
    )


def add_fresh_flag(parser: argparse.ArgumentParser, what: str = "earlier results in DIR") -> None:
    """Declare that what is there is put aside."""
    parser.add_argument("--fresh", action="store_true", help=f"move {what} aside and start over")


def add_corpus_flag(
    parser: argparse.ArgumentParser,
    what: str = "which corpus (default: auto, the words of 20 Newsgroups that come with minimtl)",
) -> None:
    """Declare the corpus of a study."""
    parser.add_argument("--corpus", default="auto", metavar=CORPUS_METAVAR, help=what)


def _folder_name(text: str) -> str:
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
