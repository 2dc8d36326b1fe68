"""Which columns of a person's table hold texts and labels, and whether those labels are labels."""

from collections.abc import Collection, Sequence

from minimtl.corpora.records import Records
from minimtl.errors import MinimtlError

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
