"""The files of a released study in a folder or a ``.tar.gz``, read one at a time, never unpacked.

What they hold is untrusted: readers take text by `ascii_text`, numbers by `NUMBER`, and name file
and line of what they refuse by `bad_line`.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from minimtl.audit.auditfindings import Audited
from minimtl.corpora import members_of
from minimtl.errors import MinimtlError

# A repository's archive has one folder around everything; patterns of files begin with this.
TOP = r"(?:\./)?(?:[\w.-]+/)?"
NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"  # as logs print it; never "nan" or "inf"


class ReleasedFile(NamedTuple):
    """A file that a reader of released results asked for.

    Attributes
    ----------
    file : its name in full, for messages.
    parts : what the groups of the reader's pattern found in its name.
    content : its bytes.
    """

    file: str
    parts: dict[str, str | None]
    content: bytes


@dataclass(frozen=True)
class ReleasedStudy:
    """A study whose released results can be audited.

    Attributes
    ----------
    name : authors and year, in short.
    layout : what its archive holds, in words, for messages.
    pattern : matches the whole name of every file that is read, and of no file of another study.
    audit : reads these files in the archive's order.
    """

    name: str
    layout: str
    pattern: re.Pattern[str]
    audit: Callable[[Iterator[ReleasedFile]], Audited]


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of `path`, a folder or a ``.tar.gz``.

    MinimtlError is raised if `path` does not exist or is damaged, holds links or devices, or is far
    larger than released logs are (see `minimtl.corpora.archives`).
    """
    if not path.exists():
        raise MinimtlError(f"{path} does not exist; give the released logs, a folder or .tar.gz.")
    yield from members_of(path)


def released_files(
    path: str | os.PathLike[str], pattern: re.Pattern[str]
) -> Iterator[ReleasedFile]:
    """The files of `path` whose whole name matches the pattern; raises as `members`."""
    for name, content in members(Path(path)):
        if match := pattern.fullmatch(name):
            yield ReleasedFile(f"{Path(path) / name}", match.groupdict(), content)


def damaged(what: str) -> MinimtlError:
    """The error for results that are not what their reader expects, and the remedy."""
    return MinimtlError(f"{what}; take a whole copy of the released logs.")


def bad_line(file: str, number: int, what: str) -> MinimtlError:
    """The error for a line of a log."""
    return damaged(f"{file}, line {number}: {what}")


def ascii_text(content: bytes, file: str) -> str:
    """The text in `content`; MinimtlError with the line of `file` where it is not ASCII."""
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise bad_line(file, line, "holds bytes that are no text") from None


def text_lines(content: bytes, file: str) -> list[str]:
    """The lines of the text in `content`; MinimtlError if it is not ASCII or has none."""
    lines = ascii_text(content, file).splitlines()
    if not lines:
        raise damaged(f"{file} is empty")
    return lines
