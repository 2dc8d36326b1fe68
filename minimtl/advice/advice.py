"""What `minimtl.advise` returns: the table, the verdict, the matrix, the model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from minimtl._version import __version__
from minimtl.advice.conduct import Row
from minimtl.advice.features import Features
from minimtl.advice.fits import train_on_all
from minimtl.advice.forms import page_blocks, terminal_blocks, to_dict
from minimtl.advice.measured import Measured
from minimtl.advice.words import notes_on, procedure_of, verdict_of
from minimtl.errors import MinimtlError
from minimtl.models import TextModel
from minimtl.report import Marked, Paragraph, notebook_html, to_text


@dataclass(frozen=True, eq=False, repr=False)
class Advice(Measured):
    """What was measured of all ways to train on a person's texts, and what follows.

    The other attributes are those of `Measured`.

    Attributes
    ----------
    label_values : the labels as they were given, by the text that stands for them.
    features : of sets that hold no texts.
    """

    label_values: Mapping[str, Any]
    features: Features | None = None

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
            [
                (self._inputs([one.text for one in own]), prepared.labels(own))
                for prepared, own in zip(used, texts, strict=True)
            ],
            [self.label_values.get(label, label) for label in used[0].classes],
            self.settings,
            self._how(row),
        )

    def _inputs(self, texts: list[str]) -> Any:
        return texts if self.features is None else self.features.matrix(texts)

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """The labels that `model` gives these texts."""
        return self.model.predict(texts)

    def score(self, texts: Iterable[str], labels: Iterable[Any]) -> float:
        """Macro-F1 of `model` on these texts, which it should not have seen."""
        return self.model.score(texts, labels)

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

    def to_frame(self) -> Any:
        """The table as a pandas data frame, a row a way; MinimtlError without pandas."""
        try:
            pandas = import_module("pandas")
        except ImportError:
            raise MinimtlError(
                "to_frame needs pandas: install it (python -m pip install pandas), or read "
                "to_dict()['ways'], which has the same."
            ) from None
        return pandas.DataFrame(self.to_dict()["ways"])

    def __repr__(self) -> str:
        return f"<Advice: {self.verdict}>"

    def __str__(self) -> str:
        return to_text(terminal_blocks(self))

    def _repr_html_(self) -> str:
        verdict = Paragraph(Marked(self.verdict, "strong"))
        return notebook_html([verdict, *page_blocks(self)])
