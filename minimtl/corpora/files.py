"""A user's own labelled texts: a CSV, TSV or JSON-lines file, or folders of text files.

- ``.csv``, ``.tsv``: the first row names the columns; those named ``text`` and ``label`` (in any
  case, at any place) are read, all others are passed over.
- ``.jsonl``, ``.ndjson``: one object a line, with the strings ``"text"`` and ``"label"``.
- A folder: ``<label>/<any name>``, one text a file; or ``train/<label>/…`` and ``test/<label>/…``.

All are UTF-8, with or without a byte-order mark. Readers are strict: a row that cannot be read is
an error, because a text that is silently missing changes the answer.
"""

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from minimtl.corpora.archives import decode_utf8, unreadable
from minimtl.corpora.folders import folder_members
from minimtl.corpora.limits import LIMITS
from minimtl.errors import MinimtlError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
COLUMNS = ("text", "label")
PARTITIONS = ("train", "test")


class LabelledText(NamedTuple):
    """One text, its label, and where it stands.

    The place is a file's name, or ``"row 7"`` for the row that ends on the file's seventh line.
    """

    text: str
    label: str
    place: str


@dataclass(frozen=True)
class TextSet:
    """A labelled text set; ``test`` is empty unless the folder has its own test partition.

    Attributes
    ----------
    name : str
        Name of the file or folder.
    train, test : tuple of LabelledText
    """

    name: str
    train: tuple[LabelledText, ...]
    test: tuple[LabelledText, ...] = ()


def read_text_set(path: Path) -> TextSet:
    """The labelled texts at `path`.

    Raises
    ------
    MinimtlError
        Naming file and row, if `path` is of no known kind, cannot be read or decoded, has no rows,
        lacks a column, or a row has no text or no label, or a label that is not text.
    """
    path = Path(os.path.abspath(path))  # "." has no name to show
    if path.is_dir():
        return _read_folder(path)
    suffix = path.suffix.lower()
    if suffix not in (*DELIMITERS, *JSON_LINES):
        raise MinimtlError(
            f"{path} is of no known kind: give a .csv, .tsv or .jsonl file, "
            "or a folder with one sub-folder of text files per label."
        )
    content = decode_utf8(_content(path), path.name)
    if suffix in DELIMITERS:
        rows = _table_rows(content, DELIMITERS[suffix], path.name)
    else:
        rows = _json_rows(content, path.name)
    return TextSet(path.name, _complete(rows, path.name))


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise MinimtlError(f"{path} does not exist or is not a file.")
        with path.open("rb") as file:
            content = file.read(LIMITS.total_bytes + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    LIMITS.check_total(len(content), None, path.name)
    return content


def _complete(rows: Iterator[LabelledText], name: str) -> tuple[LabelledText, ...]:
    """All rows, each with a text and a label; at least one."""
    complete = tuple(rows)
    for row in complete:
        for column, value in zip(COLUMNS, row, strict=False):
            if not value.strip():
                raise MinimtlError(f"{name}, {row.place}, has no {column}; add it or remove it.")
    if not complete:
        raise MinimtlError(f"{name} holds no labelled text; give a file with at least one.")
    return complete


def _table_rows(content: str, delimiter: str, name: str) -> Iterator[LabelledText]:
    """Rows of a CSV or TSV table; strict, so that a stray quotation mark cannot hide rows."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    with _wide_fields():
        try:
            header = next(reader, [])
            text, label = _columns(header, name)
            for cells in reader:
                if not cells:
                    continue
                place = f"row {reader.line_num}"
                if len(cells) != len(header):
                    raise MinimtlError(
                        f"{name}, {place}, has {len(cells):,} columns where the first row has "
                        f"{len(header):,}; put texts in quotation marks."
                    )
                yield LabelledText(cells[text], cells[label].strip(), place)
        except csv.Error as error:
            raise MinimtlError(
                f"{name}, row {reader.line_num}, cannot be read ({error}); "
                "put texts in quotation marks and double the marks inside them."
            ) from None


@contextmanager
def _wide_fields() -> Iterator[None]:
    """Let a CSV field be longer than 128 KB: `_content` has bounded the whole file already."""
    before = csv.field_size_limit(LIMITS.total_bytes)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _columns(header: Sequence[str], name: str) -> tuple[int, int]:
    """Places of the columns ``text`` and ``label``."""
    names = [cell.strip().lower() for cell in header]
    for column in COLUMNS:
        if names.count(column) != 1:
            raise MinimtlError(
                f"{name} must name exactly one column {column!r} in its first row; "
                "add the row 'text,label' or rename the columns."
            )
    return names.index("text"), names.index("label")


def _json_rows(content: str, name: str) -> Iterator[LabelledText]:
    # Not splitlines: it also cuts at characters that JSON allows inside a string.
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            yield _json_row(line, f"row {number}", name)


def _json_row(line: str, place: str, name: str) -> LabelledText:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise MinimtlError(
            f"{name}, {place}, is not valid JSON; write one object a line."
        ) from None
    text, label = (_json_text(row, column, f"{name}, {place}") for column in COLUMNS)
    return LabelledText(text, label.strip(), place)


def _json_text(row: object, column: str, place: str) -> str:
    value = row.get(column) if isinstance(row, dict) else None
    if not isinstance(value, str) or not _is_encodable(value):
        raise MinimtlError(f"{place}, has no {column!r} that is text; write it as a JSON string.")
    return value


def _is_encodable(value: str) -> bool:
    """False for half a surrogate pair, which JSON can spell and no file can hold."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _read_folder(folder: Path) -> TextSet:
    rows: dict[str, list[LabelledText]] = {name: [] for name in PARTITIONS}
    members = list(folder_members(folder))
    split = {name.split("/")[0] for name, _ in members} == set(PARTITIONS)
    for name, content in members:
        partition, inner = name.split("/", 1) if split else ("train", name)
        label, slash, file_name = inner.partition("/")
        if not slash or "/" in file_name:
            raise MinimtlError(
                f"{name} in {folder.name} is not at <label>/<file>; move it into a label's folder."
            )
        text = decode_utf8(content, f"{name} in {folder.name}")
        rows[partition].append(LabelledText(text, label, name))
    train, test = (rows[name] for name in PARTITIONS)
    return TextSet(
        folder.name,
        _complete(iter(train), folder.name),
        _complete(iter(test), folder.name) if split else (),
    )
