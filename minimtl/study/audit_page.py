"""The audit as ``audit.csv``, a row a finding, and as ``audit.md``, for people."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from minimtl.study.audit_finding import (
    AGREES,
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    FOUND,
    INCOMPLETE,
    MISSING,
    Finding,
)
from minimtl.study.csvfile import Table, to_csv
from minimtl.study.released import Experiment

_EXPLANATION = f"""\
Each printed number stands against what the released logs give for it, under one or more readings:
*{AS_PRINTED}* takes its label at its word, *{AS_COMPUTED}* is what the authors' code did, and
*{AS_LOGGED}* is what their own file of results says. *{AGREES}* and *{DIFFERS}* speak of all the
digits printed; *{INCOMPLETE}*: the printed number is a mean over experiments that are not all
here, so that nothing is decided; *{FOUND}*: not printed, but in the logs; *{MISSING}*: not there.
"""


def audit_csv(findings: Sequence[Finding]) -> bytes:
    """The findings as CSV with a header; an absent number is an empty cell."""
    rows = [
        {name: math.nan if value is None else value for name, value in asdict(finding).items()}
        for finding in findings
    ]
    return to_csv(Table("audit", rows))


def audit_markdown(experiments: Sequence[Experiment], findings: Sequence[Finding]) -> str:
    """A page: what was there, what follows in a sentence each, then every finding by table."""
    here = "; ".join(
        f"{experiment.name} ({experiment.problem}, {len(experiment.pairs)} pairs)"
        for experiment in experiments
    )
    parts = [
        "# The published numbers against the released logs",
        f"Experiments read: {here}.",
        _EXPLANATION.rstrip(),
        "## In short",
        "\n".join(f"- {sentence}" for sentence in conclusions(findings)),
    ]
    for table in dict.fromkeys(finding.table for finding in findings):
        parts += [f"## {table}", _table([f for f in findings if f.table == table])]
    return "\n\n".join(parts) + "\n"


def conclusions(findings: Iterable[Finding]) -> list[str]:
    """One sentence for each printed number that does not simply agree with its label."""
    numbers: dict[tuple[str, ...], dict[str, Finding]] = {}
    for finding in findings:
        number: tuple[str, ...] = (finding.table, finding.problem, finding.item)
        if not finding.reading:  # nothing printed: each experiment speaks for itself
            number = (*number, finding.experiments)
        numbers.setdefault(number, {})[finding.reading] = finding
    return [
        f"{', '.join(filter(None, number))}: {sentence}"
        for number, by_reading in numbers.items()
        if (sentence := _conclusion(by_reading))
    ]


def _conclusion(by_reading: dict[str, Finding]) -> str:
    labelled, computed = by_reading.get(AS_PRINTED), by_reading.get(AS_COMPUTED)
    if labelled and computed and (labelled.verdict, computed.verdict) == (DIFFERS, AGREES):
        return (
            f"{_text(computed.printed)} is not what its label says, which would be "
            f"{_short(labelled)}; it is {computed.reason}: {_short(computed)}"
        )
    for finding in by_reading.values():
        if finding.verdict == DIFFERS and finding.reading != AS_PRINTED:
            return f"{_text(finding.printed)} is printed, {_short(finding)} found; {finding.reason}"
    if labelled and labelled.verdict == DIFFERS:
        return f"{_text(labelled.printed)} is stated, {_short(labelled)} found; {labelled.reason}"
    for finding in by_reading.values():
        if finding.verdict == FOUND:
            return f"{_short(finding)} {finding.reason}"
        if finding.verdict == MISSING:
            return finding.reason
    return ""


def _table(findings: Sequence[Finding]) -> str:
    head = ("problem", "item", "reading", "printed", "derived", "from", "verdict", "reason")
    rows = [
        (
            finding.problem,
            finding.item,
            finding.reading,
            _text(finding.printed),
            _short(finding),
            finding.experiments,
            finding.verdict,
            finding.reason,
        )
        for finding in findings
    ]
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(value: str | float | None) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else f"{value:.6g}"


def _short(finding: Finding) -> str:
    """The derived number to one digit more than any table prints."""
    value = finding.derived
    if value is None:
        return ""
    return f"{value:.0f}" if value == round(value) else f"{value:.4f}"
