"""The rows of a table of a person's own: CSV with any usual separator, TSV, JSON lines.

- ``.csv``, ``.tsv``: the first row names the columns. The separator is guessed from that row
  among comma, semicolon, tab and vertical bar; where it is not the one that the file's name
  stands for, a note says so.
- ``.jsonl``, ``.ndjson``: one object a line. ``.json``: a list of objects.

Tables are UTF-8, with or without a byte-order mark, or UTF-16 with one. What is neither is read as
Windows-1252, the older encoding of Western Europe, if most of it is ASCII, and a note says so.
Rows that cannot be read are errors, because a text that is silently missing changes the answer.
"""

import codecs
import csv
import io
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from minimtl.corpora.archives import decode_utf8, unreadable
from minimtl.corpora.limits import LIMITS
from minimtl.errors import MinimtlError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
JSON_LIST = ".json"
TABLES = (*DELIMITERS, *JSON_LINES, JSON_LIST)
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_MOST_NOT_ASCII = 0.2  # of the bytes of a Western European text


class Records(NamedTuple):
    """A table: `rows` holds (place, values in the order of `columns`); values of CSV are text.

    The place is ``"row 7"`` for the row that ends on the file's seventh line. A value that a row
    does not have is None. `notes` are sentences on what had to be guessed.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[str, tuple[Any, ...]]]
    notes: tuple[str, ...]


def read_records(path: Path, known: Collection[str]) -> Records:
    """The table at `path`; its separator is the one by which most `known` columns are found.

    Raises
    ------
    MinimtlError
        Naming file and row, if `path` is no table, is empty, or cannot be read or decoded.
    """
    suffix = path.suffix.lower()
    content, notes = decode(read_content(path), path.name)
    if not content.strip():
        raise MinimtlError(f"{path.name} is empty; give a file with texts and labels.")
    if suffix in DELIMITERS:
        delimiter = _delimiter(content, DELIMITERS[suffix], known)
        if delimiter != DELIMITERS[suffix]:
            notes += (f"{path.name}: columns are separated by {_NAMES[delimiter]}.",)
        columns, rows, more = _table(content, delimiter, path.name)
        return Records(path.name, columns, rows, notes + more)
    if suffix == JSON_LIST:
        objects = list(_json_list(content, path.name))
    else:
        objects = list(_json_lines(content, path.name))
    columns = tuple(dict.fromkeys(key for _, row in objects for key in row))
    return Records(
        path.name,
        columns,
        [(place, tuple(row.get(column) for column in columns)) for place, row in objects],
        notes,
    )


def read_content(path: Path) -> bytes:
    """All bytes of a file; MinimtlError if there is none, or it is larger than any text set."""
    try:
        if not path.is_file():
            raise MinimtlError(f"{path} does not exist or is not a file.")
        with path.open("rb") as file:
            content = file.read(LIMITS.total_bytes + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    LIMITS.check_total(len(content), None, path.name)
    return content


def decode(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """`content` as text, and a note if its encoding had to be guessed; MinimtlError if it is none.

    See the top of this module for which encodings there are.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise MinimtlError(f"{name} is damaged UTF-16; save it as UTF-8.") from None
    try:
        return decode_utf8(content, name), ()
    except MinimtlError:
        n_not_ascii = sum(byte > 127 for byte in content)
        if b"\0" in content or n_not_ascii > _MOST_NOT_ASCII * len(content):
            raise
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            pass
        else:
            return text, (f"{name}: not UTF-8, so it was read as Windows-1252.",)
        raise


def _delimiter(content: str, usual: str, known: Collection[str]) -> str:
    """The separator whose first row has most known columns; of equals the usual one, then most."""
    first = content.lstrip("\r\n").partition("\n")[0]

    def rank(delimiter: str) -> tuple[int, bool, int]:
        cells = [cell.strip().strip('"').lower() for cell in first.split(delimiter)]
        found = sum(cell in known for cell in cells)
        return found, delimiter == usual and len(cells) > 1, len(cells)

    return max((usual, *_NAMES), key=rank)


def _table(
    content: str, delimiter: str, name: str
) -> tuple[tuple[str, ...], list[tuple[str, tuple[Any, ...]]], tuple[str, ...]]:
    """Columns, rows, notes. Quotation marks in a table with tabs may be plain characters."""
    try:
        return *_parse(content, delimiter, name, quoted=True), ()
    except csv.Error as error:
        fault = str(error)
    if delimiter == "\t":
        note = f"{name}: quotation marks are taken as part of the texts."
        return *_parse(content, delimiter, name, quoted=False), (note,)
    raise MinimtlError(
        f"{name}, {fault}; put texts in quotation marks and double the marks inside them."
    )


def _parse(
    content: str, delimiter: str, name: str, *, quoted: bool
) -> tuple[tuple[str, ...], list[tuple[str, tuple[Any, ...]]]]:
    """Strict, so that a stray quotation mark cannot hide rows: csv.Error then, with the row."""
    reader = csv.reader(
        io.StringIO(content, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    rows: list[tuple[str, tuple[Any, ...]]] = []
    with _wide_fields():
        try:
            header = next((cells for cells in reader if cells), [])
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise MinimtlError(
                        f"{name}, row {reader.line_num}, has {len(cells):,} "
                        f"{'column' if len(cells) == 1 else 'columns'} where the first row has "
                        f"{len(header):,}; put texts in quotation marks."
                    )
                rows.append((f"row {reader.line_num}", tuple(cells)))
        except csv.Error as error:
            raise csv.Error(f"row {reader.line_num}, cannot be read ({error})") from None
    return tuple(cell.strip() for cell in header), rows


@contextmanager
def _wide_fields() -> Iterator[None]:
    """Let a CSV field be longer than 128 KB: `read_content` has bounded the file already."""
    before = csv.field_size_limit(LIMITS.total_bytes)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _json_lines(content: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    # Not splitlines: it also cuts at characters that JSON allows inside a string.
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            place = f"row {number}"
            yield place, _json_object(_parse_json(line, f"{name}, {place},"), f"{name}, {place},")


def _json_list(content: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    items = _parse_json(content, name)
    if not isinstance(items, list):
        raise MinimtlError(f"{name} is not a JSON list of objects; write one, or JSON lines.")
    for number, item in enumerate(items, start=1):
        place = f"item {number}"
        yield place, _json_object(item, f"{name}, {place},")


def _parse_json(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise MinimtlError(f"{place} is not valid JSON; write one object a line.") from None


def _json_object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MinimtlError(f"{place} is no JSON object; write texts and labels as one a line.")
    return value
