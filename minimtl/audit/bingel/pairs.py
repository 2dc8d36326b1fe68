"""Pairs of tasks with their gain and the features that the loss curves give.

Notation
--------
F1(t), F1(t, u)     of task t on its development set, trained alone, and with u
gain                (F1(main, aux) after 100,000 iterations / F1(main) after 50,000 - 1) · 100
y_k, x_k            loss and iteration of line k of the training log of a task alone, k < n
slope at p          (y_{k+1} - y_{k-1}) / (x_{k+1} - x_{k-1}), k = ⌊p·n⌋
a, c                of a·ln(c·i + 1) + b, fitted to every tenth of the first 5,000 losses

A joint iteration is of one of the two tasks at random, so that after 100,000 each had about
50,000. The authors fit a·ln(c·x + d) + b, in which only a is determined (`minimtl.stats.curves`);
with d = 1 and i = 0, 1, … both are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from minimtl.audit.bingel.logs import Logs, TrainingLog, joint_name
from minimtl.errors import MinimtlError
from minimtl.report import DATA_DIGITS, Row, Table
from minimtl.stats import FloatArray, fit_log_curve

ALONE_AT, JOINT_AT = 50_000, 100_000
_FRACTIONS = (0.1, 0.2, 0.3, 0.5, 0.7)
_FITTED = slice(0, 5000, 10)
_FEWEST_LINES = 30  # three losses to fit a curve to
_TASK_FEATURES = (*(f"gradient_{100 * p:.0f}" for p in _FRACTIONS), "curve_a", "curve_c")
GRADIENT_30 = _TASK_FEATURES.index("gradient_30")
CURVE_C = _TASK_FEATURES.index("curve_c")
CURVE_FEATURES = tuple(
    f"{name}_{role}" for role in ("main", "aux", "ratio") for name in _TASK_FEATURES
)


@dataclass(frozen=True)
class PairTable:
    """Every pair with its gain and its features.

    Attributes
    ----------
    pairs : main and auxiliary task of each.
    gain : per cent, shape (n_pairs,).
    features : shape (n_pairs, 21), columns as in `CURVE_FEATURES`.
    of_task : {task: its seven features}.
    """

    pairs: list[tuple[str, str]]
    gain: FloatArray
    features: FloatArray
    of_task: Mapping[str, FloatArray]

    def table(self, name: str) -> Table:
        """The pairs as a table that ``minimtl meta`` reads."""
        rows: list[Row] = []
        for (main, aux), gain, features in zip(self.pairs, self.gain, self.features, strict=True):
            row: Row = {"main": main, "aux": aux, "gain": float(gain)}
            row |= zip(CURVE_FEATURES, map(float, features), strict=True)
            rows.append(row)
        return Table(name, rows, DATA_DIGITS)


def pair_table(logs: Logs) -> PairTable:
    """The pairs of the logs; raises as `gains` does, and for a log that is too short."""
    of_task = {task: _task_features(log, task) for task, log in logs.training.items()}
    rows = []
    for main, aux in logs.pairs:
        ratio = np.zeros(len(_TASK_FEATURES))
        np.divide(of_task[main], of_task[aux], out=ratio, where=of_task[aux] != 0)
        rows.append(np.concatenate([of_task[main], of_task[aux], ratio]))
    features = np.array(rows).reshape(-1, len(CURVE_FEATURES))
    return PairTable(logs.pairs, gains(logs), features, of_task)


def gains(logs: Logs, earlier: int = 0) -> FloatArray:
    """The gain of each pair in per cent, read so many iterations before the authors did.

    Raises
    ------
    MinimtlError
        If a log ends before, or the F1 alone is 0.
    """
    values = []
    for pair in logs.pairs:
        alone = _f1(logs, pair[0], pair[0], ALONE_AT - earlier)
        joint = _f1(logs, joint_name(pair), pair[0], JOINT_AT - earlier)
        if alone == 0:
            raise MinimtlError(
                f"the F1 of {pair[0]!r} alone is 0 after {ALONE_AT - earlier:,} iterations, so no "
                "gain relative to it exists; take a whole copy of the released logs."
            )
        values.append((joint / alone - 1) * 100)
    return np.array(values)


def _f1(logs: Logs, run: str, task: str, iteration: int) -> float:
    try:
        return logs.f1[run, task][iteration]
    except KeyError:
        raise MinimtlError(
            f"logs/{run}/loss_dv.log has no score of {task!r} after {iteration:,} iterations; take "
            "a whole copy of the released logs."
        ) from None


def _task_features(log: TrainingLog, task: str) -> FloatArray:
    k = np.array([int(p * len(log.loss)) for p in _FRACTIONS])
    if len(log.loss) < _FEWEST_LINES or not (log.iteration[k + 1] - log.iteration[k - 1]).all():
        raise MinimtlError(
            f"logs/{task}/loss_tr.log has too few iterations for slopes; take a whole copy of the "
            "released logs."
        )
    slopes = (log.loss[k + 1] - log.loss[k - 1]) / (log.iteration[k + 1] - log.iteration[k - 1])
    curve = fit_log_curve(log.loss[_FITTED])
    return np.array([*slopes, curve.a, curve.c])
