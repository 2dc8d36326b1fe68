"""Tables of a person's own: CSV with any usual separator, TSV, JSON lines; and their columns.

- ``.csv``, ``.tsv``: the first row names the columns, else they are called 1, 2 and so on. The
  separator is guessed from that row among comma, semicolon, tab and vertical bar; where it is not
  the one that the file's name stands for, a note says so.
- ``.jsonl``, ``.ndjson``: one object a line. ``.json``: a list of objects.

Tables are UTF-8, with or without a byte-order mark, or UTF-16 with one. What is neither is read as
Windows-1252, the older encoding of Western Europe, if most of it is ASCII, and a note says so.
Rows that cannot be read are errors, because a text that is silently missing changes the answer.

A cell of CSV that begins with a quotation mark ends with the next one that is not doubled, as in
the strict mode of Python's `csv`, whose longest cell is a setting of the whole process.
"""

import io
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from minimtl.corpora.archives import (
    TOTAL_BYTES,
    check_total,
    decode_utf8,
    encoding_of_mark,
    unreadable,
)
from minimtl.errors import MinimtlError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LIST = ".json"
JSON = (".jsonl", ".ndjson", JSON_LIST)
TABLES = (*DELIMITERS, *JSON)
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_MOST_NOT_ASCII = 0.2  # of the bytes of a Western European text
_LONGEST_NAME = 60  # characters of a column's name

TEXT_COLUMNS = (
    "text", "texts", "review", "review_text", "sentence", "content", "body", "message", "comment",
    "document", "doc", "tweet", "post", "utterance", "question",
)  # fmt: skip
LABEL_COLUMNS = (
    "label", "labels", "class", "category", "sentiment", "target", "topic", "intent", "tag", "y",
)  # fmt: skip
TEXT_FLAG, LABEL_FLAG = "--text-column", "--label-column"
_MOST_LABELS = 20  # with more, there must be two texts of a label on average
_MOST_FRACTIONS = 10  # different numbers with a fraction: more are measured, not chosen

Row = tuple[str, Sequence[Any]]


class Records(NamedTuple):
    """A table: `rows` holds (place, values in the order of `columns`); values of CSV are text.

    The place is ``"row 7"`` for the row that ends on the file's seventh line. A value that a row
    does not have is None. `notes` are sentences on what had to be guessed.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    notes: tuple[str, ...]


def read_records(path: Path, known: Collection[str] = (), *, header: bool | None = True) -> Records:
    """The table at `path`; its separator is the one by which most `known` columns are found.

    `header` says whether the first row of CSV names the columns; None: as it looks.

    Raises
    ------
    MinimtlError
        Naming file and row, if `path` is no table, is empty, or cannot be read or decoded.
    """
    suffix = path.suffix.lower()
    content, notes = decode(read_content(path), path.name)
    if not content.strip():
        raise MinimtlError(f"{path.name} is empty; give a table whose first row names its columns.")

    if suffix not in DELIMITERS:
        objects = list(_json_rows(content, path.name, suffix == JSON_LIST))
        columns = tuple(dict.fromkeys(key for _, row in objects for key in row))
        rows: list[Row] = [(place, [row.get(key) for key in columns]) for place, row in objects]
        return Records(path.name, columns, rows, notes)

    delimiter = _delimiter(content, DELIMITERS[suffix], known)
    if delimiter != DELIMITERS[suffix]:
        notes += (f"{path.name}: columns are separated by {_NAMES[delimiter]}.",)
    try:
        rows = list(_cut(content, delimiter, True, path.name))
    except MinimtlError:
        if delimiter != "\t":
            raise
        rows = list(_cut(content, delimiter, False, path.name))
        notes += (f"{path.name}: quotation marks are taken as part of the texts.",)
    _check_lengths(rows, path.name)
    if header is None and not _names_columns(rows, known):
        header = False
        notes += (
            f"{path.name}: the first row names no columns, so it is read like the others; the "
            f"columns are called {', '.join(_numbers(rows))} (--no-header says the same).",
        )
    columns = _numbers(rows)
    if header is not False:
        columns = tuple(name.strip() for name in rows.pop(0)[1])
    return Records(path.name, columns, rows, notes)


def read_content(path: Path) -> bytes:
    """All bytes of a file; MinimtlError if there is none, or it is larger than any text set."""
    try:
        if not path.is_file():
            raise MinimtlError(f"{path} does not exist or is not a file.")
        with path.open("rb") as file:
            content = file.read(TOTAL_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    check_total(len(content), path.name)
    return content


def decode(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """`content` as text, and a note if its encoding had to be guessed; MinimtlError if it is none.

    See the top of this module for which encodings there are.
    """
    if encoding_of_mark(content) == "UTF-16":
        try:
            return content.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise MinimtlError(f"{name} is damaged UTF-16; save it as UTF-8.") from None
    try:
        return decode_utf8(content, name), ()
    except MinimtlError as error:
        n_not_ascii = sum(byte > 127 for byte in content)
        if b"\0" in content or n_not_ascii > _MOST_NOT_ASCII * len(content):
            raise
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise error from None
        return text, (f"{name}: not UTF-8, so it was read as Windows-1252.",)


def _delimiter(content: str, usual: str, known: Collection[str]) -> str:
    """The separator whose first row has most known columns; of equals the usual one, then most."""
    first = content.lstrip("\r\n").partition("\n")[0]

    def rank(delimiter: str) -> tuple[int, bool, int]:
        cells = [cell.strip().strip('"').lower() for cell in first.split(delimiter)]
        found = sum(cell in known for cell in cells)
        return found, delimiter == usual and len(cells) > 1, len(cells)

    return max((usual, *_NAMES), key=rank)


def _numbers(rows: list[Row]) -> tuple[str, ...]:
    """Names of columns that have none: 1, 2 and so on."""
    return tuple(str(number) for number, _ in enumerate(rows[0][1], start=1))


def _names_columns(rows: list[Row], known: Collection[str]) -> bool:
    """False where the first row has a number, a long text, or a cell that its column has again.

    The numbers from 0 are names all the same, those that pandas writes.
    """
    names = [cell.strip() for cell in rows[0][1]]
    if sum(name.lower() in known for name in names) > 1:
        return True
    numbers = [name for name in names if name]
    if numbers == [str(number) for number in range(len(numbers))]:
        return True
    return not any(
        len(name) > _LONGEST_NAME
        or _is_number(name)
        or any(cells[column].strip() == name for _, cells in rows[1:])
        for column, name in enumerate(names)
        if name
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _check_lengths(rows: list[Row], name: str) -> None:
    """MinimtlError for the first row with another number of cells than the first one."""
    n_columns = len(rows[0][1])
    for place, cells in rows:
        if len(cells) != n_columns:
            raise MinimtlError(
                f"{name}, {place}, has {len(cells):,} "
                f"{'column' if len(cells) == 1 else 'columns'} where the first row has "
                f"{n_columns:,}; complete it, or put texts in quotation marks."
            )


def _cut(content: str, delimiter: str, is_quoted: bool, name: str) -> Iterator[Row]:
    """The rows that are not blank, the header first; numbered as a spreadsheet shows them."""
    lines = io.StringIO(content, newline="")
    for number, line in enumerate(lines, start=1):
        if is_quoted and '"' in line:
            yield f"row {number}", _quoted_row(number, line, lines, delimiter, name)
        elif line := line.rstrip("\r\n"):
            yield f"row {number}", line.split(delimiter)


def _quoted_row(
    number: int, line: str, lines: Iterator[str], delimiter: str, name: str
) -> list[str]:
    """The cells of the row that begins with `line` and may go on in the next `lines`."""
    cells, position = [], 0
    while True:
        if line.startswith('"', position):
            parts, start = [], position + 1
            while (end := _closing_mark(line, start)) < 0:
                parts.append(line[start:])
                line = next(lines, "")
                if not line:
                    raise _unreadable_row(name, number, "a quotation mark is not closed")
                start = 0
            cells.append("".join((*parts, line[start:end])).replace('""', '"'))
            position = end + 1
        else:
            end = line.find(delimiter, position)
            end = len(line.rstrip("\r\n")) if end < 0 else end
            cells.append(line[position:end])
            position = end

        if line.startswith(delimiter, position):
            position += 1
        elif line[position:].strip("\r\n"):
            raise _unreadable_row(name, number, "a cell goes on after its closing quotation mark")
        else:
            return cells


def _closing_mark(line: str, start: int) -> int:
    """The place of the next quotation mark that is not doubled; -1 if there is none."""
    while (place := line.find('"', start)) >= 0 and line.startswith('"', place + 1):
        start = place + 2
    return place


def _unreadable_row(name: str, number: int, reason: str) -> MinimtlError:
    return MinimtlError(
        f"{name}, row {number}, cannot be read ({reason}); put texts in quotation marks and double "
        "the marks inside them."
    )


def _json_rows(content: str, name: str, is_list: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """The place and the object of each row of JSON lines, or of a JSON list."""
    if is_list:
        items = _parse_json(content, name)
        if not isinstance(items, list):
            raise MinimtlError(f"{name} is not a JSON list of objects; write one, or JSON lines.")
        placed = [(f"item {number}", item) for number, item in enumerate(items, start=1)]
    else:
        # Not splitlines: it also cuts at characters that JSON allows inside a string.
        placed = [
            (f"row {number}", _parse_json(line, f"{name}, row {number},"))
            for number, line in enumerate(content.split("\n"), start=1)
            if line.strip()
        ]
    for place, item in placed:
        if not isinstance(item, dict):
            raise MinimtlError(f"{name}, {place}, is no JSON object; write one a line.")
        yield place, item


def _parse_json(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise MinimtlError(f"{place} is not valid JSON; write one object a line.") from None


def known_columns(*wanted: str | None) -> set[str]:
    """The usual names in lower case, and those that were asked for."""
    asked = {name.strip().lower() for name in wanted if name}
    return {*TEXT_COLUMNS, *LABEL_COLUMNS, *asked}


def find_columns(
    records: Records, text_column: str | None, label_column: str | None, must_have: bool
) -> tuple[int, int, tuple[str, ...]]:
    """The places of the columns with texts and with labels, and a note if either was guessed.

    Raises
    ------
    MinimtlError
        If a column that was asked for is missing, or none can be guessed; with the columns' names.
    """
    if not must_have:
        there = {column.lower() for column in records.columns}
        text_column, label_column = (
            name if name and name.strip().lower() in there else None
            for name in (text_column, label_column)
        )
    text = _find(records, text_column, TEXT_COLUMNS, TEXT_FLAG)
    label = _find(records, label_column, LABEL_COLUMNS, LABEL_FLAG)
    if len(records.columns) == 2:
        if text is None:
            text = _longest(records) if label is None else 1 - label
        if label is None:
            label = 1 - text
    if text is None:
        raise _unclear(records, "texts", TEXT_FLAG)
    if label is None or label == text:
        raise _unclear(records, "labels", LABEL_FLAG)
    guesses = [
        f"{what} from the column {records.columns[column]!r} ({flag} names another)"
        for what, column, wanted, usual, flag in (
            ("texts", text, text_column, TEXT_COLUMNS[0], TEXT_FLAG),
            ("labels", label, label_column, LABEL_COLUMNS[0], LABEL_FLAG),
        )
        if not wanted and records.columns[column].lower() != usual
    ]
    return text, label, (f"{records.name}: {', '.join(guesses)}.",) if guesses else ()


def find_text_column(records: Records, text_column: str | None) -> int:
    """The place of the column with texts, in a table that may have no labels; as `find_columns`."""
    column = _find(records, text_column, TEXT_COLUMNS, TEXT_FLAG)
    if column is None and len(records.columns) <= 2:
        column = _longest(records)
    if column is None:
        raise _unclear(records, "texts", TEXT_FLAG)
    return column


def check_labels(labels: Collection[str], records: Records, column: int) -> None:
    """MinimtlError if the column holds measurements, or a value of its own for most texts."""
    different = set(labels)
    fractions = sorted(filter(_is_fraction, different))
    fault = ""
    if len(fractions) > _MOST_FRACTIONS:
        fault = f"holds measured numbers such as {fractions[0]}, not labels; divide them into a few"
        fault += " classes first, or"
    elif len(different) > max(_MOST_LABELS, len(labels) / 2):
        fault = f"has {len(different):,} different values in {len(labels):,} texts, so it holds no"
        fault += " labels;"
    if fault:
        raise MinimtlError(
            f"The column {records.columns[column]!r} of {records.name} {fault} name another column "
            f"with {LABEL_FLAG}: it has {_listed(records)}."
        )


def _find(records: Records, wanted: str | None, usual: Sequence[str], flag: str) -> int | None:
    """The column that was asked for, else the first usual name; None if there is neither."""
    names = [column.lower() for column in records.columns]
    for name in (wanted.strip().lower(),) if wanted else usual:
        if names.count(name) > 1:
            raise MinimtlError(
                f"{records.name} has more than one column {name!r}; rename all but one of them."
            )
        if name in names:
            return names.index(name)
    if wanted:
        raise MinimtlError(
            f"{records.name} has no column {wanted!r} ({flag}); it has {_listed(records)}."
        )
    return None


def _longest(records: Records) -> int:
    """The column whose cells are longest on average."""
    sizes = [
        sum(len(str(values[column])) for _, values in records.rows)
        for column in range(len(records.columns))
    ]
    return sizes.index(max(sizes))


def _unclear(records: Records, what: str, flag: str) -> MinimtlError:
    return MinimtlError(
        f"{records.name} does not show which column holds the {what}; name it with {flag}: it "
        f"has {_listed(records)}."
    )


def _listed(records: Records) -> str:
    names = ", ".join(repr(column[:40]) for column in records.columns[:20])
    return f"the column {names}" if len(records.columns) == 1 else f"the columns {names}"


def _is_fraction(label: str) -> bool:
    try:
        return not float(label).is_integer()
    except (ValueError, OverflowError):
        return False
