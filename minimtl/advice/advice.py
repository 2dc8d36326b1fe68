"""What `minimtl.advise` returns: the table, the verdict, the matrix, the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from minimtl._version import __version__
from minimtl.advice.conduct import Row
from minimtl.advice.fits import train_on_all
from minimtl.advice.forms import to_dict, to_text
from minimtl.advice.page import to_fragment
from minimtl.advice.sets import Prepared
from minimtl.advice.settings import Settings
from minimtl.advice.verdicts import HELPS, Comparison
from minimtl.advice.ways import ALONE
from minimtl.advice.words import notes_on, procedure_of, verdict_of
from minimtl.errors import MinimtlError
from minimtl.models import TextModel


@dataclass(frozen=True, eq=False, repr=False)
class Advice:
    """What was measured of all ways to train on a person's texts, and what follows.

    Attributes
    ----------
    sets : the main set, then the auxiliary ones, as they were used.
    rows : one a way: those alone, those with the words of the others, those with their labels, each
        from the best down.
    settings : how it was measured; ``tokenizer`` is the one that was taken.
    matrix : what each set (a row) gains by joint training with each other one (a column), None
        where nothing was measured; None unless `Settings.all_pairs`.
    label_values : the labels as they were given, by the text that stands for them.
    """

    sets: tuple[Prepared, ...]
    rows: tuple[Row, ...]
    settings: Settings
    matrix: tuple[tuple[Comparison | None, ...], ...] | None
    label_values: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sets, the main one first."""
        return tuple(prepared.name for prepared in self.sets)

    @property
    def reference(self) -> Row:
        """The best way alone, as measured."""
        return max((row for row in self.rows if row.way.use == ALONE), key=lambda row: row.score)

    @property
    def best(self) -> Row:
        """The way to take: that with the best expected score.

        Expected gains are shrunken towards 0, so that the best of many noisy ones is not believed
        too much. A way that is proven to help goes before one that is not.
        """
        others = [row for row in self.rows if row.way.use != ALONE and row.expected > 0]
        return max(
            others, key=lambda row: (row.verdict == HELPS, row.expected), default=self.reference
        )

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

    @cached_property
    def model(self) -> TextModel:
        """The model of the `best` way, as `model_of` gives it."""
        return self.model_of(self.best)

    def model_of(self, row: Row) -> TextModel:
        """The way of a row trained on all texts; `save_model` writes it to a file.

        Its ``predict(texts)`` gives the labels as they were given, ``predict_proba(texts)`` the
        probabilities.
        """
        used = [self.sets[0], *(self.sets[number] for number in row.way.aux)]
        texts = [(*prepared.train, *prepared.test) for prepared in used]
        return train_on_all(
            row.way,
            [[one.text for one in own] for own in texts],
            [self._labels(own) for own in texts],
            self.settings.tokenizer,
            self.settings.seed,
            self._how(row),
        )

    def _labels(self, rows: Any) -> np.ndarray:
        return np.array([self.label_values.get(row.label, row.label) for row in rows])

    def _how(self, row: Row) -> dict[str, Any]:
        """What the model says of itself."""
        return {
            "way": self.name_of(row),
            "verdict": self.verdict,
            "macro_f1": row.score,
            "runs": row.n_runs,
            "texts": {prepared.name: len(prepared.train) for prepared in self.sets},
            "tokenizer": self.settings.tokenizer,
            "seed": self.settings.seed,
            "minimtl": __version__,
        }

    @property
    def verdict(self) -> str:
        """The answer and what to do, in one or two sentences."""
        return verdict_of(self)

    @property
    def notes(self) -> list[str]:
        """All that should be known before believing the table."""
        return notes_on(self)

    @property
    def procedure(self) -> list[str]:
        """What was done, in sentences."""
        return procedure_of(self)

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON values, unrounded; docs/outputs.md has the keys."""
        return to_dict(self)

    def __str__(self) -> str:
        return to_text(self)

    def _repr_html_(self) -> str:
        return to_fragment(self)
