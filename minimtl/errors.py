"""The errors whose cause lies outside minimtl: one sentence that a person can act on."""

from collections.abc import Iterable
from difflib import get_close_matches


class MinimtlError(Exception):
    """A failure with a remedy. The message names the file, the row and what to do; exit code 1."""


class StudyInterrupted(KeyboardInterrupt):
    """Ctrl-C, after everything finished was stored. The message says what continues."""


class UsageError(MinimtlError):
    """The command line asks for something that cannot be; exit code 2."""


def did_you_mean(word: str, known: Iterable[str], sign: str = ",") -> str:
    """The end of a sentence about a mistyped word, behind `sign`: the known word that is nearest.

    "" if none is near.
    """
    nearest = get_close_matches(word, known, n=1)
    return f"{sign} did you mean {nearest[0]}?" if nearest else ""
