"""The fitted meta-model: its coefficients, its predictions, and its scores on held-out tasks.

Notation
--------
k       number of the meta-model's features
x       those features of a pair, float64 (k,)
z       scaled, (x − center) / scale
w, b    coefficients (k,) and intercept;  P(gain) = 1 / (1 + exp(−(w·z + b)))

A feature's *contribution* to a prediction is w_j (z_j − z̄_j), z̄ the mean over the study's pairs:
how far the feature moves the log odds away from those of an average pair.
"""

import json
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from minimtl.errors import MinimtlError
from minimtl.study import AUTHORS_FEATURES, FEATURE_NAMES

FORMAT_VERSION = 1
PACKAGED = "metamodel.json"

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """A feature of the meta-model; ``minimum``, ``maximum``, ``mean`` over the study's pairs."""

    name: str
    coefficient: float
    center: float
    scale: float
    minimum: float
    maximum: float
    mean: float


@dataclass(frozen=True)
class HeldOut:
    """Scores on pairs whose main task was held out, and those of always answering the majority.

    ``lift`` is the accuracy above the majority's, with its corrected 95 % interval.
    """

    accuracy: float
    majority_accuracy: float
    lift: float
    lift_low: float
    lift_high: float
    brier: float
    majority_brier: float


@dataclass(frozen=True)
class Prediction:
    """Probability of a gain, the contributions by feature, and the features outside the study's."""

    probability: float
    contributions: dict[str, float]
    outside: dict[str, tuple[float, float, float]]
    """Value, minimum and maximum over the study's pairs, by feature."""


@dataclass(frozen=True)
class MetaModel:
    """A logistic regression on the features of the pairs of a study.

    ``study`` says which study that was: protocol, problem, corpus, seed and counts; ``helped`` is
    the share of its pairs that joint training helped.
    """

    study: dict[str, str | int]
    features: tuple[Feature, ...]
    intercept: float
    helped: float
    held_out: HeldOut

    def predict(self, values: FloatArray) -> Prediction:
        """The prediction for a pair's features, in the order of ``FEATURE_NAMES``."""
        names = [feature.name for feature in self.features]
        x = values[[FEATURE_NAMES.index(name) for name in names]]
        w, center, scale, mean, low, high = (
            np.array([getattr(feature, column) for feature in self.features])
            for column in ("coefficient", "center", "scale", "mean", "minimum", "maximum")
        )
        contributions = w * (x - mean) / scale
        outside = np.flatnonzero((x < low) | (x > high))
        return Prediction(
            float(expit(w @ ((x - center) / scale) + self.intercept)),
            dict(zip(names, contributions.tolist(), strict=True)),
            {names[j]: (float(x[j]), float(low[j]), float(high[j])) for j in outside},
        )

    def to_json(self) -> bytes:
        """The file's content; the same model gives the same bytes."""
        content = {"format": FORMAT_VERSION, **asdict(self)}
        return (json.dumps(content, indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, content: bytes, name: str) -> "MetaModel":
        """The model in a file's content; MinimtlError, naming `name`, if it is none."""
        try:
            values = json.loads(content)
            if values.pop("format") != FORMAT_VERSION:
                raise ValueError("another format")
            features = tuple(Feature(**row) for row in values.pop("features"))
            names = tuple(feature.name for feature in features)
            # One that was fitted before a feature was added goes on without it.
            if not set(AUTHORS_FEATURES) <= set(names) <= set(FEATURE_NAMES):
                raise ValueError("other features")
            held_out = HeldOut(**values.pop("held_out"))
            return cls(features=features, held_out=held_out, **values)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise MinimtlError(
                f"{name} is not a fitted meta-model ({error}); make it again with "
                "python -m minimtl.advice.fit."
            ) from None


def packaged_metamodel() -> MetaModel:
    """The meta-model that ships with minimtl."""
    file = files("minimtl.advice").joinpath(PACKAGED)
    if not file.is_file():
        raise MinimtlError(
            "This copy of minimtl has no fitted meta-model; give a finished study with --study DIR."
        )
    return MetaModel.from_json(file.read_bytes(), PACKAGED)


def describe_study(study: dict[str, Any]) -> str:
    """The study that a meta-model was fitted on, in words."""
    return (
        f"{study['n_pairs']} {str(study['problem']).upper()} pairs over {study['n_main_tasks']} "
        f"main tasks of 20 Newsgroups ({study['edition']} edition), {study['n_runs']} runs, "
        f"{study['protocol']} protocol, seed {study['seed']}"
    )
