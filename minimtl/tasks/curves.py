"""The learning curves of a problem: some pairs one by one, and the mean of all in each run.

A study of many pairs has more curves than memory holds. Beyond `MOST_PAIRS` pairs single curves are
kept of an even sample and of the pairs that gain and lose most; means are always over all pairs.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from minimtl.stats import FloatArray, IntArray, even_sample

MOST_PAIRS = 2000  # whose curves are kept: half of them an even sample, a quarter at either end


class RunCurves(NamedTuple):
    """The curves of `PairCurves` in each run, mean over all pairs, float64 (n_runs, n_epochs)."""

    single: FloatArray
    multi: FloatArray
    single_loss: FloatArray
    multi_loss: FloatArray


@dataclass(frozen=True)
class PairCurves:
    """The main task of each pair in each run after each epoch, trained alone and jointly.

    Attributes
    ----------
    single, multi : test scores, float64 (n_kept, n_runs, n_epochs); the two may differ in length.
    single_loss, multi_loss : mean training loss of each epoch, dropout on, of the same shapes.
    rows : which of the problem's pairs these are, int64 (n_kept,); None for all of them.
    n_even : how many of `rows`, from the first, are an even sample of all pairs; the others were
        chosen by their gains.
    means : of all pairs of the problem; None if these are all.
    """

    single: FloatArray
    multi: FloatArray
    single_loss: FloatArray
    multi_loss: FloatArray
    rows: IntArray | None = None
    n_even: int | None = None
    means: RunCurves | None = None

    @property
    def of_runs(self) -> RunCurves:
        """The mean curves of each run, over all pairs of the problem."""
        return self.means or RunCurves(*(curve.mean(axis=0) for curve in self._each))

    @property
    def even(self) -> "PairCurves":
        """Without the pairs that were chosen by their gains."""
        if self.rows is None:
            return self
        some = RunCurves(*(curve[: self.n_even] for curve in self._each))
        return replace(self, **some._asdict(), rows=self.rows[: self.n_even])

    @property
    def _each(self) -> RunCurves:
        return RunCurves(self.single, self.multi, self.single_loss, self.multi_loss)


def even_rows(n_pairs: int) -> IntArray:
    """The pairs whose curves are kept whatever their gains."""
    return even_sample(n_pairs, n_pairs if n_pairs <= MOST_PAIRS else MOST_PAIRS // 2)


def extreme_rows(gains: FloatArray) -> IntArray:
    """The pairs whose curves are kept for their gains, (n_pairs, n_runs), the largest first.

    None where those of all pairs are kept anyway, and none that `even_rows` has.
    """
    if len(gains) <= MOST_PAIRS:
        return np.zeros(0, np.int64)
    order = np.argsort(-gains.mean(axis=1), kind="stable")
    order = order[~np.isin(order, even_rows(len(gains)))]
    return np.concatenate([order[: MOST_PAIRS // 4], order[-(MOST_PAIRS // 4) :]])
