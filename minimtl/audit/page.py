"""The audit as ``audit.csv``, and as a page for people."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    AWAITS,
    DIFFERS,
    FOUND,
    INCOMPLETE,
    MISSING,
    ROWS_THAT_AGREE,
    Finding,
)
from minimtl.audit.interface import Audited
from minimtl.report import Block, Document, Folded, Grid, Items, Paragraph, Table, counted, to_csv

EXPLANATION = f"""\
Each printed number stands beside what the released logs give for it, under one or more readings:
“{AS_PRINTED}” takes its label or the text at its word, “{AS_COMPUTED}” is what the authors' code
did, and “{AS_LOGGED}” is what their own file of results says. “{AGREES}” and “{DIFFERS}” speak of
all the digits printed. “{INCOMPLETE}”: the printed number is a mean over experiments that are not
all here, so that nothing is decided. “{FOUND}”: not printed, but in the logs. “{MISSING}”: not
there."""
_HEAD = ("problem", "item", "reading", "printed", "derived", "from", "verdict", "reason")
_TABLE_2 = {
    "all": "using all features",
    "no_curve": "not using curve features",
    "only_curve": "only using curve features",
    "only_ratio": "only using ratio features",
}
_MISLABELLED, _CONTRADICTED, _UNDECIDED, _BESIDES, _ABSENT = _HEADINGS = (
    "Not what the label says",
    "Not what the logs say",
    "Undecided, as experiments are missing",
    "What the logs show besides",
    "What is not here",
)


def audit_csv(findings: Sequence[Finding]) -> bytes:
    """The findings as CSV with a header; an absent number is an empty cell."""
    rows = [
        {name: math.nan if value is None else value for name, value in asdict(finding).items()}
        for finding in findings
    ]
    return to_csv(Table("audit", rows))


def audit_document(audited: Audited) -> Document:
    """The page: the lines that matter, and folded below them all that they were taken from."""
    concluded = [
        Folded(heading, (Items(tuple(lines)),)) for heading, lines in _concluded(audited.findings)
    ]
    tables = [
        Folded(heading, (Grid(_HEAD, tuple(map(tuple, rows)), n_labels=2),))
        for heading, rows in _tables(audited.findings)
    ]
    lines, read = Items(tuple(audited.lines)), Paragraph(_read(audited))
    blocks: tuple[Block, ...] = (lines, read, *concluded, Paragraph(EXPLANATION), *tables)
    return Document(audited.title, (), (), blocks)


def _read(audited: Audited) -> str:
    """What was read, and how many findings there are of it."""
    verdicts = Counter(finding.verdict for finding in audited.findings)
    return (
        f"Read: {'; '.join(audited.read)}. {counted(len(audited.findings), 'finding')}: "
        f"{verdicts[AGREES]} agree, {verdicts[DIFFERS]} differ, {verdicts[INCOMPLETE]} cannot be "
        f"decided, {verdicts[FOUND]} are of what is not in print, {verdicts[MISSING]} of what is "
        "not here."
    )


def _concluded(findings: Sequence[Finding]) -> list[tuple[str, list[str]]]:
    """The conclusions under their headings, with how many there are."""
    concluded = conclusions(findings)
    groups = [(name, [line for of, line in concluded if of == name]) for name in _HEADINGS]
    return [(f"{heading} ({len(lines)})", lines) for heading, lines in groups if lines]


def _tables(findings: Sequence[Finding]) -> list[tuple[str, list[list[str]]]]:
    """The findings of each table under its name, as rows of text."""
    names = dict.fromkeys(finding.table for finding in findings)
    groups = [(name, [_row(f) for f in findings if f.table == name]) for name in names]
    return [(f"{name[0].upper()}{name[1:]} ({len(rows)})", rows) for name, rows in groups]


def conclusions(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """A heading and a sentence for each printed number that does not simply agree."""
    numbers: dict[tuple[str, ...], dict[str, Finding]] = {}
    for finding in findings:
        number: tuple[str, ...] = (finding.table, finding.problem.upper(), _item(finding))
        if not finding.reading:  # nothing printed: each experiment has a conclusion of its own
            number = (*number, finding.experiments)
        numbers.setdefault(number, {})[finding.reading] = finding
    return [
        (conclusion[0], f"{', '.join(filter(None, number))}: {conclusion[1]}")
        for number, by_reading in numbers.items()
        if (conclusion := _conclusion(by_reading))
    ]


def _conclusion(by_reading: dict[str, Finding]) -> tuple[str, str] | None:
    labelled, computed = by_reading.get(AS_PRINTED), by_reading.get(AS_COMPUTED)
    if labelled and computed and (labelled.verdict, computed.verdict) == (DIFFERS, AGREES):
        return _MISLABELLED, (
            f"{_text(computed.printed)} is printed; by its label it would be {_short(labelled)}; "
            f"{_short(computed)} comes from {computed.reason}"
        )
    for finding in by_reading.values():
        if finding.verdict == DIFFERS:
            return _CONTRADICTED, _contradiction(finding)
    for finding in by_reading.values():
        if finding.verdict == INCOMPLETE and finding.item == ROWS_THAT_AGREE:
            readings = [f for f in by_reading.values() if f.verdict == INCOMPLETE]
            reasons = [f.reason.partition(f"; {AWAITS}")[0] for f in readings]
            return _UNDECIDED, "; ".join(reasons)
        if finding.verdict == FOUND:
            return _BESIDES, f"{_short(finding)} {finding.reason}"
        if finding.verdict == MISSING:
            return _ABSENT, finding.reason
    return None


def _contradiction(finding: Finding) -> str:
    if finding.printed is None:
        return f"{_short(finding)} {finding.reason}"
    return f"{_text(finding.printed)} by the paper, {_short(finding)} found: {finding.reason}"


def _row(finding: Finding) -> list[str]:
    return [
        finding.problem,
        _item(finding),
        finding.reading,
        _text(finding.printed),
        _short(finding),
        finding.experiments,
        finding.verdict,
        finding.reason,
    ]


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _short(finding: Finding) -> str:
    """The derived number to one digit more than any table prints."""
    value = finding.derived
    if value is None:
        return ""
    if value == round(value):
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) >= 0.001 else f"{value:.1e}"


def _item(finding: Finding) -> str:
    """The item as the paper has it: Table 2's rows have names of their own in the CSV."""
    return _TABLE_2.get(finding.item, finding.item) if finding.table == "Table 2" else finding.item
