"""The lines that matter most of the audit, made of its findings; a line without any is left out."""

from collections.abc import Iterable, Sequence

from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_PRINTED,
    DIFFERS,
    INCOMPLETE,
    MISSING,
    ROWS_THAT_AGREE,
    Finding,
)
from minimtl.audit.kerinec import epochs
from minimtl.audit.kerinec.table1 import OF_TABLE1
from minimtl.report import counted, signed
from minimtl.tasks import RELEASED


class _Findings:
    """Findings to be looked up by what they are of."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = findings

    def those(
        self, table: str, item: str | None = None, reading: str | None = None
    ) -> list[Finding]:
        """All of a table, of an item, of a reading, in their order."""
        return [
            finding
            for finding in self._findings
            if finding.table == table
            and item in (None, finding.item)
            and reading in (None, finding.reading)
        ]

    def value(self, problem: str, *of: str) -> float | None:
        """The derived number of the first of those of a problem."""
        values = [f.derived for f in self.those(*of) if f.problem == problem]
        return values[0] if values else None


def headline(findings: Sequence[Finding]) -> list[str]:
    """At most ten sentences, in the order of the paper's claims."""
    found = _Findings(findings)
    lines = (
        _table1(found),
        _mean_gain(found),
        _epoch(found),
        _runs(found),
        _figure(found),
        _table2(found),
        _majority(found),
        _table3(found),
        _features(found),
        _documents(found),
    )
    return [line for line in lines if line]


def _tally(findings: Iterable[Finding]) -> str:
    """How many agree, of how many that could be decided."""
    decided = [f for f in findings if f.verdict in (AGREES, DIFFERS)]
    return f"{sum(f.verdict == AGREES for f in decided)} of {len(decided)}"


def _undecided(findings: Iterable[Finding]) -> str:
    """A remark on numbers that cannot be decided, empty if there is none."""
    n = sum(f.verdict == INCOMPLETE for f in findings)
    return f" ({n} cannot be decided, as experiments are missing)" if n else ""


def _sentence(parts: Sequence[str]) -> str:
    """The parts as one sentence, nothing of none."""
    joined = "; ".join(parts)
    return f"{joined[0].upper()}{joined[1:]}." if joined else ""


def _table1(found: _Findings) -> str:
    computed = found.those("Table 1", reading=AS_COMPUTED)
    if not computed:
        return ""
    return (
        f"Table 1 is accuracy: {_tally(computed)} printed numbers come out as the accuracy after "
        f"{RELEASED.reading.read_at + 1} epochs, "
        f"{_tally(found.those('Table 1', reading=AS_PRINTED))} as the F1 of a class"
        f"{_undecided(computed)}."
    )


def _mean_gain(found: _Findings) -> str:
    gain = found.value("related", "§5.1", "mean relative gain", AS_COMPUTED)
    fall = found.value("related", "§5.1", "mean fall of the error", AS_COMPUTED)
    printed = found.value("related", "§5.1", "mean fall of the error", OF_TABLE1)
    if gain is None or fall is None or printed is None:
        return ""
    return (
        f"The mean gain of “about 5 %” on RELATED is what the error falls by: {100 * printed:.1f} %"
        f" by Table 1, {100 * fall:.1f} % by these logs. The mean relative gain in accuracy is "
        f"{100 * gain:.1f} %."
    )


def _epoch(found: _Findings) -> str:
    sentences = []
    for problem in ("related", "unrelated"):
        of_problem = {f.item: f for f in found.those(epochs.TABLE) if f.problem == problem}
        if not of_problem:
            continue
        scanned, best, losing = (
            of_problem[item] for item in (epochs.SCANNED, epochs.MOST_IMPROVED, epochs.LOSING)
        )
        shares = [
            f"{f.derived:.3f}"
            if item.endswith(f" {best.derived:.0f}")
            else f"{f.derived:.3f} at {item.rpartition(' ')[2]}"
            for item, f in of_problem.items()
            if item.startswith("share improved")
        ]
        sentences.append(
            f"of {scanned.derived:.0f} on {problem.upper()} the share of pairs improved is largest "
            f"at {best.derived:.0f} ({', '.join(shares)}), and {losing.derived:.0f} {losing.reason}"
        )
    if not sentences:
        return ""
    return (
        f"Epoch {RELEASED.reading.read_at} is one of those that the authors' files hold, and the "
        f"only one in print: {'; '.join(sentences)}."
    )


def _runs(found: _Findings) -> str:
    sentences = [
        f"{f.experiments.replace(' ', ' and ')} share {f.derived:.0f} single-task logs"
        for f in found.those("design", "repeated single-task logs")
        if f.derived
    ]
    sentences += [
        f"{f.problem.upper()} is {counted(int(f.derived or 0), 'run')} where the text has "
        f"{f.printed:.0f}"
        for f in found.those("§4.2", "runs")
        if f.verdict == DIFFERS
    ]
    if not sentences:
        return ""
    return f"The runs are not five independent ones: {'; '.join(sentences)}."


def _figure(found: _Findings) -> str:
    sentences = [
        f"{signed(f.derived, 4)} {f.reason}"
        for item in (epochs.AS_DRAWN, epochs.SAME_PAIRS)
        for f in found.those("Figure 4a", item)
        if f.derived is not None
    ]
    return f"Figure 4a compares unlike means: {'. '.join(sentences)}." if sentences else ""


def _table2(found: _Findings) -> str:
    rows = [f for f in found.those("Table 2") if f.item != "all" and f.reading]
    computed, labelled = (
        [f for f in rows if f.reading == reading] for reading in (AS_COMPUTED, AS_PRINTED)
    )
    if not computed:
        return ""
    lead = " and ".join(
        f"{signed(f.derived or 0)} ({f.problem.upper()})"
        for f in found.those("§5.2", "lead of the curve features")
    )
    return (
        "Table 2's rows bear other rows' labels (curve and data features changed places, “only "
        f"ratio” is without the ratios): {_tally(computed)} come out as computed, "
        f"{_tally(labelled)} as labelled{_undecided(computed)}. Curve features do not predict "
        f"best: their lead over the others is {lead}."
    )


def _majority(found: _Findings) -> str:
    rows = found.those("Table 2", "majority class")
    return " ".join(
        f"Always giving the more frequent label has an accuracy of {f.derived:.3f} on "
        f"{f.problem.upper()}; {f.reason.partition('; ')[2]}."
        for f in rows
    )


def _table3(found: _Findings) -> str:
    sentences = []
    for table in ("Table 3a", "Table 3b"):
        as_labelled = found.those(table, ROWS_THAT_AGREE, AS_PRINTED)
        for f in found.those(table, ROWS_THAT_AGREE, AS_COMPUTED):
            if f.verdict not in (AGREES, DIFFERS):
                continue
            reading = f.reason.partition(", the rank correlation")[0].removeprefix("read as ")
            sentences.append(f"{f.derived:.0f} of {f.printed:.0f} rows of {table} are {reading}")
            sentences += [
                f"read as its “inverse rank”, {other.derived:.0f} of {other.printed:.0f} come "
                "out: the table stands upside down"
                for other in as_labelled
            ]
    return _sentence(sentences)


def _features(found: _Findings) -> str:
    gradients = found.those("§3.5", "epoch of the gradient at 75 %")
    words = found.those("§3.5", "type-token ratio")
    scaling = found.those("§3.5", "scaling to [0, 1]")
    if not gradients:
        return ""
    at = sorted({f"{f.derived:.0f}" for f in gradients})
    parts = [
        f"the gradient at 75 % is of epoch {' or '.join(at)} and not {gradients[0].printed:.0f}"
    ]
    if any(f.verdict == DIFFERS for f in words):
        parts.append("words are counted where the text has type-token ratios")
    if any(f.verdict == DIFFERS for f in scaling):
        parts.append("features are standardised and not scaled to [0, 1]")
    return f"The features are not the text's: {', '.join(parts)}."


def _documents(found: _Findings) -> str:
    rows = [f for f in found.those("documents") if f.item != "documents with the right label"]
    computed = [f for f in rows if f.derived is not None]
    missing = [f for f in rows if f.verdict == MISSING]
    sentences = []
    if computed:
        apart = max(f.derived for f in computed if f.derived is not None)
        sentences.append(
            f"{len(computed)} features of documents of {computed[0].experiments}, computed anew "
            f"from the ids of its documents, differ from the released table by {apart:.1g} at most"
        )
    reasons: dict[str, list[str]] = {}
    for f in missing:
        reasons.setdefault(f.reason, []).append(f.experiments)
    sentences += [f"of {', '.join(names)} {reason}" for reason, names in reasons.items()]
    return _sentence(sentences)
