"""What was measured of the ways to train on texts; all that is said of it follows from it."""

from dataclasses import dataclass

from minimtl.advice.conduct import Row
from minimtl.advice.sets import Prepared
from minimtl.advice.settings import Settings
from minimtl.advice.verdicts import HELPS, Comparison


@dataclass(frozen=True, eq=False, repr=False)
class Measured:
    """The scores of all ways, and which one to take.

    Attributes
    ----------
    sets : the main set, then the auxiliary ones, as they were used.
    rows : one a way: first those alone, then the others from the best down.
    settings : how it was measured; ``tokenizer`` is the one that was taken.
    matrix : what each set (a row) gains by joint training with each other one (a column), None
        where nothing was measured; None unless `Settings.all_pairs`.
    """

    sets: tuple[Prepared, ...]
    rows: tuple[Row, ...]
    settings: Settings
    matrix: tuple[tuple[Comparison | None, ...], ...] | None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sets, the main one first."""
        return tuple(prepared.name for prepared in self.sets)

    @property
    def reference(self) -> Row:
        """The best way alone, with which the others are compared."""
        return next(row for row in self.rows if row.comparison is None)

    @property
    def best(self) -> Row:
        """The way to take: of those that help the one with the best score, else `reference`."""
        helping = [row for row in self.rows if row.verdict == HELPS]
        return max(helping, key=lambda row: row.score) if helping else self.reference

    def name_of(self, row: Row) -> str:
        """A way in words, such as ``jointly with reviews.csv``."""
        return row.way.describe(self.names)
