"""What was measured of the ways to train on texts; all that is said of it follows from it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.advice.conduct import Row, best_alone, way_to_take
from minimtl.advice.fits import Settings
from minimtl.advice.sets import Prepared
from minimtl.advice.tokenizers import FEATURES
from minimtl.advice.verdicts import Comparison
from minimtl.advice.ways import way_called

_MOST_MISTAKES = 5


@dataclass(frozen=True, eq=False, repr=False)
class Measured:
    """The scores of all ways, and which one to take.

    Attributes
    ----------
    sets : the main set, then the auxiliary ones, as they were used.
    rows : one a way: those alone, those with the words of the others, those with their labels, each
        from the best down.
    settings : how it was measured; ``tokenizer`` is the one that was taken.
    tested : which of the main set's texts, training part before test part, were tested, int64 (n,).
    matrix : what each set (a row) gains by joint training with each other one (a column), None
        where nothing was measured; None unless `Settings.all_pairs`.
    """

    sets: tuple[Prepared, ...]
    rows: tuple[Row, ...]
    settings: Settings
    tested: np.ndarray
    matrix: tuple[tuple[Comparison | None, ...], ...] | None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sets, the main one first."""
        return tuple(prepared.name for prepared in self.sets)

    @property
    def reference(self) -> Row:
        """The best way alone, as measured."""
        return best_alone(self.rows)

    @property
    def best(self) -> Row:
        """The way to take, by its expected score."""
        return way_to_take(self.rows)

    def row_of(self, name: str) -> Row:
        """The row of a way by its name, or by a part of it, as `way_called` takes it."""
        way = way_called(name, [row.way for row in self.rows], self.names)
        return next(row for row in self.rows if row.way == way)

    def name_of(self, row: Row) -> str:
        """A way in words, such as ``jointly with reviews.csv``."""
        return row.way.describe(self.names)


class LabelScore(NamedTuple):
    """How the tested texts of a label were labelled, over all rounds.

    Attributes
    ----------
    label : as it is written.
    n : tested texts that have it.
    f1 : mean over the rounds.
    given : share of these texts that was given each label of the set, in their order.
    """

    label: str
    n: int
    f1: float
    given: tuple[float, ...]


class Mistake(NamedTuple):
    """A text that no round labelled rightly; its own label may be the wrong one.

    Attributes
    ----------
    text, place, label : as they stand in the set.
    given : the label that it was given most often.
    probability : of the labels that it was given, on average.
    """

    text: str
    place: str
    label: str
    given: str
    probability: float


def label_scores(advice: Measured) -> list[LabelScore]:
    """The labels of the main set, as the way to take gave them."""
    classes, given = advice.sets[0].classes, advice.best.given.classes
    labels = _labels(advice)
    scores = []
    for number, label in enumerate(classes):
        is_so, is_said = labels == number, given == number
        both = (is_so & is_said).sum(axis=1)
        f1 = 2 * both / np.maximum(is_so.sum() + is_said.sum(axis=1), 1)
        shares = np.bincount(given[:, is_so].ravel(), minlength=len(classes))
        n = int(is_so.sum())
        total = max(n * len(given), 1)
        scores.append(LabelScore(label, n, float(f1.mean()), tuple((shares / total).tolist())))
    return scores


def surest_mistakes(advice: Measured) -> list[Mistake]:
    """The texts that every round labelled wrongly, the surest first."""
    main, labels = advice.sets[0], _labels(advice)
    rows = (*main.train, *main.test)
    classes, probabilities = advice.best.given
    wrong = np.flatnonzero((classes != labels).all(axis=0))
    sure = probabilities[:, wrong].mean(axis=0)
    mistakes = []
    for place in np.argsort(-sure, kind="stable")[:_MOST_MISTAKES]:
        row = rows[advice.tested[wrong[place]]]
        given = int(np.bincount(classes[:, wrong[place]]).argmax())
        text = row.place if advice.settings.tokenizer == FEATURES else row.text
        mistakes.append(
            Mistake(text, row.place, row.label, main.classes[given], float(sure[place]))
        )
    return mistakes


def _labels(advice: Measured) -> np.ndarray:
    """True classes of the tested texts, int64 (n,)."""
    main = advice.sets[0]
    return main.labels((*main.train, *main.test))[advice.tested]
