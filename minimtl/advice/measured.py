"""What was measured of the ways to train on texts; all that is said of it follows from it."""

from dataclasses import dataclass

import numpy as np

from minimtl.advice.conduct import Row, best_alone, way_to_take
from minimtl.advice.sets import Prepared
from minimtl.advice.settings import Settings
from minimtl.advice.verdicts import Comparison
from minimtl.errors import MinimtlError


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
        """The row of a way by its name, or by a part of it that no other way's name has.

        Raises
        ------
        MinimtlError
            If no way or several ways are called so.
        """
        rows = [row for row in self.rows if name in self.name_of(row)]
        rows = [row for row in rows if name == self.name_of(row)] or rows
        if len(rows) == 1:
            return rows[0]
        names = ", ".join(repr(self.name_of(row)) for row in rows or self.rows)
        how_many = f"{len(rows)} ways are" if rows else "No way is"
        raise MinimtlError(f"{how_many} called {name!r}; name one of {names}.")

    def name_of(self, row: Row) -> str:
        """A way in words, such as ``jointly with reviews.csv``."""
        return row.way.describe(self.names)
