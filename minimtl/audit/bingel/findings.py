"""Findings on what the notebook of Bingel and Søgaard prints, and on what its labels rest on."""

from collections.abc import Sequence

import numpy as np

from minimtl.audit.bingel import published
from minimtl.audit.bingel.logs import Logs
from minimtl.audit.bingel.pairs import (
    ALONE_AT,
    CURVE_C,
    CURVE_FEATURES,
    GRADIENT_30,
    JOINT_AT,
    PairTable,
    gains,
)
from minimtl.audit.bingel.prediction import Prediction
from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    DIFFERS,
    FOUND,
    INCOMPLETE,
    MISSING,
    Finding,
    rounding,
)

CHECKPOINT = 100  # iterations between two scores
SMALL = 1.0  # per cent
_RULE = (
    f"F1 of the main task after {JOINT_AT:,} joint iterations over that after {ALONE_AT:,} alone, "
    "less 1"
)
_FOUR_DIGITS = 5e-4  # relative


def audit_bingel(logs: Logs, table: PairTable, prediction: Prediction | None) -> list[Finding]:
    """All findings; those on prediction only where it could be tried."""
    findings = [*_gains(table), _gradients(table), *_labels(logs, table), *_logs(logs)]
    findings.append(_curves(table))
    if prediction is not None:
        findings += _predictions(prediction)
    return [*findings, *_absent()]


def _gains(table: PairTable) -> list[Finding]:
    printed = published.GAINS
    known = [pair in printed for pair in table.pairs]
    same = [
        pair in printed and rounding(printed[pair], gain, published.GAIN_DIGITS) == "rounded"
        for pair, gain in zip(table.pairs, table.gain, strict=True)
    ]
    is_whole = sum(known) == len(printed)
    largest = int(table.gain.argmax()) if table.pairs else None
    counts = (
        ("gains that agree", len(printed), sum(same), _RULE),
        ("pairs that gain", published.N_GAINS, int((table.gain > 0).sum()), ""),
        ("pairs that lose", published.N_LOSSES, int((table.gain <= 0).sum()), ""),
    )
    findings = [
        _notebook(item, value, derived, reason, derived == value, is_whole)
        for item, value, derived, reason in counts
    ]
    if largest is not None:
        main, aux = table.pairs[largest]
        value = float(table.gain[largest])
        agrees = rounding(published.LARGEST_GAIN, value, published.GAIN_DIGITS) == "rounded"
        reason = f"per cent: {main} with {aux}"
        findings.append(
            _notebook("largest gain", published.LARGEST_GAIN, value, reason, agrees, is_whole)
        )
    return findings


def _gradients(table: PairTable) -> Finding:
    printed = published.GRADIENT_30
    same = [
        task
        for task, features in table.of_task.items()
        if task in printed and abs(features[GRADIENT_30] / printed[task] - 1) < _FOUR_DIGITS
    ]
    return _notebook(
        "slopes at 30 % that agree",
        len(printed),
        len(same),
        "of the training loss of a task alone; 30 % of the lines of its log, to four digits",
        len(same) == len(printed),
        set(printed) <= set(table.of_task),
    )


def _notebook(
    item: str, printed: float, derived: float, reason: str, agrees: bool, is_whole: bool
) -> Finding:
    """A number of the notebook; nothing is decided where logs that it speaks of are not here."""
    verdict = AGREES if agrees else DIFFERS
    if not is_whole:
        verdict, reason = INCOMPLETE, "; ".join(filter(None, [reason, "not all its logs are here"]))
    return Finding(
        table="notebook",
        problem="",
        item=item,
        reading=AS_COMPUTED,
        printed=printed,
        derived=derived,
        verdict=verdict,
        reason=reason,
    )


def _found(table: str, item: str, derived: float, reason: str) -> Finding:
    return Finding(
        table=table, problem="", item=item, derived=derived, verdict=FOUND, reason=reason
    )


def _labels(logs: Logs, table: PairTable) -> list[Finding]:
    n_pairs = len(table.pairs)
    earlier = gains(logs, CHECKPOINT)
    changed = int(((earlier > 0) != (table.gain > 0)).sum())
    of_main = _gains_of_main(table)
    always = sorted(task for task, (gained, n) in of_main.items() if gained == n)
    never = sorted(task for task, (gained, _) in of_main.items() if gained == 0)
    return [
        _found(
            "labels",
            "labels of the checkpoint before",
            changed,
            f"of {n_pairs} labels change when F1 is read {CHECKPOINT} iterations earlier, alone "
            "and jointly",
        ),
        _found(
            "labels",
            "small gains",
            int((np.abs(table.gain) < SMALL).sum()),
            f"of {n_pairs} gains are within {SMALL:.0f} % of 0",
        ),
        _found(
            "labels",
            "main tasks of one label",
            len(always) + len(never),
            f"of {len(of_main)} main tasks have one label whatever the auxiliary task: all "
            f"pairs of {', '.join(always) or 'none'} gain, none of {', '.join(never) or 'any'}",
        ),
        _found(
            "labels",
            "runs of a pair",
            1,
            "run of each pair is released, so that nothing says how reliable a label is",
        ),
    ]


def _gains_of_main(table: PairTable) -> dict[str, tuple[int, int]]:
    """{main task: pairs that gain, pairs}."""
    counts: dict[str, tuple[int, int]] = {}
    for (main, _), gain in zip(table.pairs, table.gain, strict=True):
        gained, n = counts.get(main, (0, 0))
        counts[main] = (gained + int(gain > 0), n + 1)
    return counts


def _logs(logs: Logs) -> list[Finding]:
    """Logs that do not end where scores are read, or that begin anew."""
    findings = []
    for task, log in logs.training.items():
        last = int(log.iteration[-1])
        if last != ALONE_AT:
            findings.append(
                _found(
                    "logs",
                    f"iterations of {task} alone",
                    last,
                    f"iterations were logged: its F1 is read after {ALONE_AT:,}, its slopes are at "
                    "shares of all",
                )
            )
        if repeated := int((np.diff(log.iteration) <= 0).sum()):
            findings.append(
                _found(
                    "logs",
                    f"new starts of {task} alone",
                    repeated,
                    f"times its log of {len(log.iteration):,} lines goes back to an earlier "
                    "iteration",
                )
            )
    return findings


def _curves(table: PairTable) -> Finding:
    c = [features[CURVE_C] for features in table.of_task.values()]
    return _found(
        "features",
        "largest c of a fitted curve",
        max(c),
        f"is the largest c of {len(c)} tasks, the smallest is {min(c):.3g}, with d = 1; which c a "
        "search of a·ln(c·x + d) + b ends at says nothing of the task",
    )


def _predictions(prediction: Prediction) -> list[Finding]:
    random, main, both = prediction
    of = f"{len(CURVE_FEATURES)} curve features"
    folds = "is the mean over 100 repetitions of five random folds"
    without_main, without_both = (
        f"is of pairs tested once, by what was learned without {tasks} in either role"
        for tasks in ("their main task", "either of their tasks")
    )
    rows = (
        (of, folds, random.f1, random.accuracy),
        ("main task's name", folds, random.identity_f1, random.identity_accuracy),
        ("majority", folds, random.majority_f1, random.majority_accuracy),
        (f"{of}, main task unseen", without_main, main.f1, main.accuracy),
        ("majority, main task unseen", without_main, main.majority_f1, main.majority_accuracy),
        (f"{of}, both tasks unseen", without_both, both.f1, both.accuracy),
        ("majority, both tasks unseen", without_both, both.majority_f1, both.majority_accuracy),
    )
    return [
        _found("prediction", f"{score} of {what}", value, reason)
        for what, reason, f1, accuracy in rows
        for score, value in (("F1", f1), ("accuracy", accuracy))
    ]


def _absent() -> Sequence[Finding]:
    """What the logs alone do not give."""
    reason = "the features of the data need the tasks' corpora, which are not in the archive"
    return [
        Finding(
            table="prediction",
            problem="",
            item=item,
            printed=printed,
            verdict=MISSING,
            reason=f"{printed} is printed; {reason}",
        )
        for item, printed in (
            ("F1 of all 42 features", published.F1_ALL),
            ("best F1 of fewer features", published.F1_BEST),
            ("F1 of the 21 data features", published.F1_DATA),
        )
    ]
