"""100 × 5-fold cross-validation of the logistic regression on 52 pairs with 30 features.

minimtl's time is that of the study's own function, all scores included. scikit-learn's is that of
fitting and deciding only, by a bare loop over the same folds, with each solver that suits the
problem; scaling is done beforehand and no score is computed.
"""

import os
import warnings
from pathlib import Path

import numpy as np

from bench.harness import Contestant
from bench.rows import Row, beside_sklearn
from bench.settings import Settings
from minimtl.audit.kerineclogs import read_released
from minimtl.gains.designs import Design, random_folds
from minimtl.gains.metamodel import score_pairs
from minimtl.stats.logistic_fit import scale_features
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs

SECTION = "100 × 5-fold logistic regression"
SOLVERS = ("lbfgs", "liblinear", "newton-cholesky")
LOGS = "investigationMTL-logs.tar.gz"


def measure(settings: Settings) -> list[Row]:
    """Seconds of CPU for the 500 fits."""
    labelled, what = features_and_labels()
    n_pairs, rng = len(labelled.y), np.random.default_rng(0)
    design = random_folds("in_fold", n_pairs, PAPER.meta, rng)
    return beside_sklearn(
        SECTION,
        what,
        lambda: score_pairs(labelled, range(labelled.X.shape[1]), design, PAPER.meta),
        lambda: sklearn_contestants(labelled, design),
        settings.choose(9, 2),
    )


def features_and_labels() -> tuple[LabelledPairs, str]:
    """The authors' released features and gains where they are at hand, else numbers at random."""
    path = Path(os.environ.get("MINIMTL_DATA", ""), LOGS)
    if path.is_file():
        for experiment in read_released(path):
            if experiment.problem == "related" and experiment.features is not None:
                single, multi = experiment.scores("accuracy")
                y = (multi > single).astype(np.int64)
                return LabelledPairs(experiment.features, y), "the authors' released features"
    rng = np.random.default_rng(0)
    X = rng.normal(size=(len(related_pairs(NEWSGROUPS)), 30))
    y = (X[:, 0] + rng.normal(size=len(X)) > -0.5).astype(np.int64)
    return LabelledPairs(X, y), "features at random: the released ones are not at hand"


def sklearn_contestants(labelled: LabelledPairs, design: Design) -> dict[str, Contestant]:
    """A loop over the folds for each solver."""
    from sklearn.linear_model import LogisticRegression

    X = scale_features(labelled.X, PAPER.meta.scaling)
    masks = zip(design.train, design.test, strict=True)
    folds = [(np.flatnonzero(train), np.flatnonzero(test)) for train, test in masks]

    def loop(solver: str) -> Contestant:
        def fit_all() -> list[np.ndarray]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = LogisticRegression(solver=solver, max_iter=1000)
                return [
                    model.fit(X[train], labelled.y[train]).predict(X[test]) for train, test in folds
                ]

        return fit_all

    return {f"scikit-learn LogisticRegression, {solver}": loop(solver) for solver in SOLVERS}
