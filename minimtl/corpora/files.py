"""A person's own texts, labelled or not: a table of them, fastText's lines, folders of text files.

- A table, see `minimtl.corpora.records`. Texts and labels are in the columns that the caller
  names, else in those called ``text`` and ``label`` (in any case, at any place), else in those of
  another usual name; of two columns, the one with longer cells holds the texts. What was guessed
  is noted. A number is a label as it is written.
- Lines of fastText, ``__label__<label> <text>``, in a file of any other name. Several labels of a
  line are one, ``a,b``.
- A folder: ``<label>/<any name>``, one text a file; or ``train/<label>/…`` and ``test/<label>/…``.

Rows without a text or without a label are left out, and a note counts them.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl.corpora.archives import decode_utf8, folder_members
from minimtl.corpora.records import (
    TABLES,
    Records,
    check_labels,
    decode,
    find_columns,
    find_text_column,
    known_columns,
    read_content,
    read_records,
)
from minimtl.errors import MinimtlError
from minimtl.estimator.validation import is_missing

PARTITIONS = ("train", "test")
LINES = ".txt"
LABEL_MARK = "__label__"


class LabelledText(NamedTuple):
    """One text, its label, and where it stands: a file's name or, of a table, ``"row 7"``."""

    text: str
    label: str
    place: str


@dataclass(frozen=True)
class TextSet:
    """A set of texts; their labels are empty where nobody asked for them.

    ``test`` is empty unless the folder has its own test partition.

    Attributes
    ----------
    name : str
        Name of the file or folder.
    train, test : tuple of LabelledText
    notes : tuple of str
        Sentences on what was guessed or left out.
    """

    name: str
    train: tuple[LabelledText, ...]
    test: tuple[LabelledText, ...] = ()
    notes: tuple[str, ...] = ()


def read_text_set(
    path: Path,
    text_column: str | None = None,
    label_column: str | None = None,
    *,
    must_have: bool = True,
    header: bool | None = None,
) -> TextSet:
    """The labelled texts at `path`, from the named columns if given.

    A table that need not have these columns is read as if they were not named where it has not.
    `header` is that of `minimtl.corpora.records.read_records`.

    Raises
    ------
    MinimtlError
        Naming file and row, if `path` is of no known kind, is empty, cannot be read or decoded,
        lacks a column, has no row with text and label, or its labels are measured numbers or
        differ from text to text.
    """
    path = Path(os.path.abspath(path))  # "." has no name to show
    if path.is_dir():
        return _read_folder(path)
    if path.suffix.lower() not in TABLES:
        content = read_content(path)
        if not _is_fasttext(content):
            raise _unknown_kind(
                path,
                f"lines that begin with {LABEL_MARK}, or a folder with one sub-folder of text "
                "files per label",
            )
        lines = _lines_of_fasttext(content, path.name)
        labelled, left_out = without_empty(lines.train, path.name)
        return TextSet(path.name, labelled, notes=(*lines.notes, *left_out))
    records = read_records(path, known_columns(text_column, label_column), header=header)
    text, label, guessed = find_columns(records, text_column, label_column, must_have)
    rows = _rows_of_table(records, text, label)
    labelled, left_out = without_empty(rows, records.name)
    check_labels([row.label for row in labelled], records, label)
    return TextSet(records.name, labelled, (), (*records.notes, *guessed, *left_out))


def rename_labels(sets: Sequence[TextSet], names: Mapping[str, str]) -> list[TextSet]:
    """The sets with other labels: `names` has the new ones by the old ones, "" for none.

    Raises
    ------
    MinimtlError
        If no set has one of the old labels, or a set has no labelled text left.
    """
    rows = [row for one in sets for row in (*one.train, *one.test)]
    unknown = names.keys() - {row.label for row in rows}
    if unknown:
        raise MinimtlError(f"No text has the label {min(unknown)!r}, which is to be renamed.")
    renamed = []
    for one in sets:
        train, notes = without_empty(_renamed(one.train, names), one.name)
        test, more = without_empty(_renamed(one.test, names), one.name) if one.test else ((), ())
        renamed.append(replace(one, train=train, test=test, notes=one.notes + notes + more))
    return renamed


def _renamed(rows: Sequence[LabelledText], names: Mapping[str, str]) -> list[LabelledText]:
    return [row._replace(label=names.get(row.label, row.label)) for row in rows]


def read_texts(path: Path, text_column: str | None = None) -> TextSet:
    """All texts at `path`: of a table, of a file's lines, or of all files in a folder.

    Labels are passed over, and empty texts are kept. Raises as `read_text_set`.
    """
    path = Path(os.path.abspath(path))
    if path.is_dir():
        rows = [
            LabelledText(decode_utf8(content, f"{name} in {path.name}"), "", name)
            for name, content in folder_members(path)
        ]
        return TextSet(path.name, tuple(rows))
    if path.suffix.lower() in TABLES:
        records = read_records(path, known_columns(text_column), header=None)
        rows = _rows_of_table(records, find_text_column(records, text_column))
        return TextSet(path.name, tuple(rows), notes=records.notes)
    content = read_content(path)
    if not _is_fasttext(content):
        if path.suffix.lower() != LINES:
            raise _unknown_kind(path, "a .txt file with a text a line, or a folder of text files")
        return split_lines(content, path.name)
    lines = _lines_of_fasttext(content, path.name)
    return replace(lines, train=tuple(row._replace(label="") for row in lines.train))


def _rows_of_table(records: Records, text: int, label: int | None = None) -> list[LabelledText]:
    """The cells of the columns with texts and with labels."""
    rows = []
    for place, cells in records.rows:
        where = f"{records.name}, {place},"
        words = _text(cells[text], where)
        rows.append(
            LabelledText(words, "" if label is None else _label(cells[label], where), place)
        )
    return rows


def split_lines(content: bytes, name: str) -> TextSet:
    """Every line of `content` as a text, empty ones too; MinimtlError if it is no text."""
    text, notes = decode(content, name)
    lines = text.removesuffix("\n").split("\n") if text else []
    rows = (
        LabelledText(line.removesuffix("\r"), "", f"line {number}")
        for number, line in enumerate(lines, start=1)
    )
    return TextSet(name, tuple(rows), notes=notes)


def _lines_of_fasttext(content: bytes, name: str) -> TextSet:
    """The texts of all lines, and the labels with which they begin."""
    lines, rows = split_lines(content, name), []
    for line in lines.train:
        labels, text = [], line.text.strip()
        while text.startswith(LABEL_MARK):
            label, _, text = text.partition(" ")
            labels.append(label.removeprefix(LABEL_MARK))
        rows.append(LabelledText(text, ",".join(labels), line.place))
    return replace(lines, train=tuple(rows))


def _is_fasttext(content: bytes) -> bool:
    return content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(LABEL_MARK.encode())


def without_empty(
    rows: Sequence[LabelledText], name: str
) -> tuple[tuple[LabelledText, ...], tuple[str, ...]]:
    """The rows with text and label, and a note that counts the others; MinimtlError if none is."""
    without_text = [row.place for row in rows if not row.text.strip()]
    without_label = [row.place for row in rows if row.text.strip() and not row.label]
    labelled = tuple(row for row in rows if row.text.strip() and row.label)
    if not labelled:
        raise MinimtlError(f"{name} holds no labelled text; give a file with at least one.")
    counts = [
        f"{len(places):,} without a {what} (the first: {places[0]})"
        for what, places in (("text", without_text), ("label", without_label))
        if places
    ]
    return labelled, (f"{name}: left out {' and '.join(counts)}.",) if counts else ()


def _unknown_kind(path: Path, others: str) -> MinimtlError:
    return MinimtlError(
        f"{path.name} is of no known kind: give a .csv (in UTF-8), .tsv or .jsonl file, {others}."
    )


def _text(value: Any, place: str) -> str:
    if is_missing(value):
        return ""
    if not isinstance(value, str) or not _is_encodable(value):
        raise MinimtlError(f"{place} has a text that is none; write it as a string.")
    return value


def _label(value: Any, place: str) -> str:
    """A label of a file, by `label_text`; empty if there is none."""
    if not isinstance(value, str | int | float | None) or not _is_encodable(str(value)):
        raise MinimtlError(f"{place} has a label that is neither text nor a number; write one.")
    return label_text(value)


def label_text(value: Any) -> str:
    """A label as it is written, of a number without a needless ``.0``; empty if it is missing."""
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


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
    train, notes = without_empty(rows["train"], folder.name)
    test, more = without_empty(rows["test"], f"{folder.name}/test") if split else ((), ())
    return TextSet(folder.name, train, test, notes + more)
