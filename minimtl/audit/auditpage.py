"""The audit as ``audit.csv``, and as a page for people."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from minimtl.audit.auditfindings import (
    AGREES,
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    FOUND,
    INCOMPLETE,
    MISSING,
    Audited,
    Finding,
)
from minimtl.report import Document, Folded, Grid, Items, Paragraph, Row, Table, counted, to_csv

EXPLANATION = f"""\
Each printed number stands beside what the released logs give for it, under one or more readings:
“{AS_PRINTED}” takes its label or the text at its word, “{AS_COMPUTED}” is what the authors' code
did, and “{AS_LOGGED}” is what their own file of results says. “{AGREES}” and “{DIFFERS}” speak of
all the digits printed. “{INCOMPLETE}”: the printed number is a mean over experiments that are not
all here, so that nothing is decided. “{FOUND}”: not printed, but in the logs. “{MISSING}”: not
there."""
_COLUMNS = (
    *("table", "problem", "item", "reading", "printed", "derived", "experiments", "verdict"),
    "reason",
)
_HEAD = ("problem", "item", "reading", "printed", "derived", "from", "verdict", "reason")
_MISLABELLED, _CONTRADICTED, _UNDECIDED, _BESIDES, _ABSENT = _HEADINGS = (
    "Not what the label says",
    "Not what the logs say",
    "Undecided, as experiments are missing",
    "What the logs show besides",
    "What is not here",
)


def audit_csv(findings: Sequence[Finding]) -> bytes:
    """The findings as CSV with a header; an absent number is an empty cell."""
    rows: list[Row] = []
    for finding in findings:
        values = {name: getattr(finding, name) for name in _COLUMNS}
        rows.append({name: math.nan if v is None else v for name, v in values.items()})
    return to_csv(Table("audit", rows))


def audit_document(audited: Audited) -> Document:
    """The page: the lines that matter, and folded below them all that they were taken from."""
    findings = audited.findings
    verdicts = Counter(finding.verdict for finding in findings)
    read = (
        f"Read: {'; '.join(audited.read)}. {counted(len(findings), 'finding')}: "
        f"{verdicts[AGREES]} agree, {verdicts[DIFFERS]} differ, {verdicts[INCOMPLETE]} cannot be "
        f"decided, {verdicts[FOUND]} are of what is not in print, {verdicts[MISSING]} of what is "
        "not here."
    )

    by_table: dict[str, list[Finding]] = {}
    for finding in findings:
        by_table.setdefault(finding.table, []).append(finding)

    return Document(
        audited.title,
        warnings=(),
        answer=(),
        blocks=(
            Items(tuple(audited.lines)),
            Paragraph(read),
            *(
                Folded(f"{heading} ({len(lines)})", (Items(tuple(lines)),))
                for heading, lines in conclusions(findings).items()
            ),
            Paragraph(EXPLANATION),
            *(
                Folded(
                    f"{table[0].upper()}{table[1:]} ({len(rows)})",
                    (Grid(_HEAD, tuple(map(_cells, rows)), n_labels=2),),
                )
                for table, rows in by_table.items()
            ),
        ),
    )


def conclusions(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Under each heading a sentence for each printed number that does not simply agree."""
    numbers: dict[tuple[str, ...], dict[str, Finding]] = {}
    for finding in findings:
        number: tuple[str, ...] = (finding.table, finding.problem.upper(), _item(finding))
        if not finding.reading:  # nothing printed: each experiment has a conclusion of its own
            number = (*number, finding.experiments)
        numbers.setdefault(number, {})[finding.reading] = finding

    sentences: dict[str, list[str]] = {heading: [] for heading in _HEADINGS}
    for number, by_reading in numbers.items():
        if conclusion := _conclusion(by_reading):
            heading, sentence = conclusion
            sentences[heading].append(f"{', '.join(filter(None, number))}: {sentence}")
    return {heading: lines for heading, lines in sentences.items() if lines}


def _conclusion(by_reading: dict[str, Finding]) -> tuple[str, str] | None:
    labelled, computed = by_reading.get(AS_PRINTED), by_reading.get(AS_COMPUTED)
    if labelled and computed and (labelled.verdict, computed.verdict) == (DIFFERS, AGREES):
        return _MISLABELLED, (
            f"{_text(computed.printed)} is printed; by its label it would be {_short(labelled)}; "
            f"{_short(computed)} comes from {computed.reason}"
        )

    for finding in by_reading.values():
        if finding.verdict == DIFFERS and finding.printed is None:
            return _CONTRADICTED, f"{_short(finding)} {finding.reason}"
        if finding.verdict == DIFFERS:
            by_paper, derived = _text(finding.printed), _short(finding)
            return _CONTRADICTED, f"{by_paper} by the paper, {derived} found: {finding.reason}"

    for finding in by_reading.values():
        if finding.verdict == INCOMPLETE and finding.sums_up:
            undecided = [f for f in by_reading.values() if f.verdict == INCOMPLETE]
            return _UNDECIDED, "; ".join(f.sentence for f in undecided)
        if finding.verdict == FOUND:
            return _BESIDES, f"{_short(finding)} {finding.reason}"
        if finding.verdict == MISSING:
            return _ABSENT, finding.reason
    return None


def _cells(finding: Finding) -> tuple[str, ...]:
    return (
        finding.problem,
        _item(finding),
        finding.reading,
        _text(finding.printed),
        _short(finding),
        finding.experiments,
        finding.verdict,
        finding.reason,
    )


def _item(finding: Finding) -> str:
    return finding.label or finding.item


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
