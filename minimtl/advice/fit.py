"""``python -m minimtl.advice.fit STUDY_DIR OUT.json``: fit the meta-model on a finished study.

The file that ships with minimtl is made by this command and by nothing else.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minimtl.advice.metamodel import Feature, HeldOut, MetaModel
from minimtl.advice.studyfiles import StudyPairs, read_study_pairs
from minimtl.errors import MinimtlError
from minimtl.execution import rng_for
from minimtl.meta import main_tasks, make_designs, score_set
from minimtl.stats import fit_logistic_regression, scaling_parameters
from minimtl.study import FEATURE_NAMES, PAPER, TIE, LabelledPairs
from minimtl.system import say, write_atomically

_LEAST_TASKS = 5  # as many as there are folds of main tasks


def fit_on_study(folder: Path) -> MetaModel:
    """The meta-model of the study in `folder`; raises MinimtlError as `read_study_pairs`."""
    study = read_study_pairs(folder)
    labelled = LabelledPairs(study.X, (study.gains > TIE).astype(np.int64))
    if (
        labelled.y.min() == labelled.y.max()
        or len({pair.main for pair in study.pairs}) < _LEAST_TASKS
    ):
        raise MinimtlError(
            f"the study in {folder} is too small to learn from: it needs gains and losses over "
            f"{_LEAST_TASKS} main tasks at least; run it with more pairs"
        )
    center, scale = scaling_parameters(labelled.X, "minmax")
    fit = fit_logistic_regression(
        labelled.X,
        labelled.y,
        C=PAPER.meta.meta_c,
        penalize_intercept=PAPER.meta.penalize_intercept,
        center=center[np.newaxis],
        scale=scale[np.newaxis],
    )
    columns = (fit.coef[0], center, scale, study.X.min(0), study.X.max(0), study.X.mean(0))
    return MetaModel(
        study=study.facts,
        features=tuple(
            Feature(name, *(float(value) for value in values))
            for name, *values in zip(FEATURE_NAMES, *columns, strict=True)
        ),
        intercept=float(fit.intercept[0]),
        helped=float(labelled.y.mean()),
        held_out=_held_out(study, labelled),
    )


def _held_out(study: StudyPairs, labelled: LabelledPairs) -> HeldOut:
    """Scores by repeated folds of whole main tasks, as in the study's table 2."""
    rng = rng_for("advise fit", study.facts)
    scores = score_set(
        [labelled],
        range(len(FEATURE_NAMES)),
        make_designs(study.pairs, PAPER.meta, rng)["by_task"],
        main_tasks(study.pairs),
        PAPER.meta,
    )
    return HeldOut(
        accuracy=scores.accuracy,
        majority_accuracy=scores.majority_accuracy,
        lift=scores.majority_lift,
        lift_low=scores.majority_lift_low,
        lift_high=scores.majority_lift_high,
        brier=scores.brier,
        majority_brier=scores.majority_brier,
    )


def main(argv: Sequence[str]) -> int:
    """Fit the meta-model and write it; returns the exit code."""
    if len(argv) != 2:
        say("usage: python -m minimtl.advice.fit STUDY_DIR OUT.json")
        return 2
    try:
        model = fit_on_study(Path(argv[0]))
        write_atomically(argv[1], model.to_json())
    except MinimtlError as error:
        say(f"minimtl: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
