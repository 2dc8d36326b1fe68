"""The whole meta-analysis of a problem: complete, repeatable, and fit for any number of pairs."""

import numpy as np
import pytest

from minimtl.gains.engine import STUDY_DESIGNS
from minimtl.gains.studyanalysis import analyse_problem
from minimtl.tasks.pairfeatures import FEATURE_NAMES, FEATURE_SETS
from minimtl.tasks.protocol import PAPER, RELEASED

QUICK = {protocol.name: protocol.replace(cv_repeats=2) for protocol in (PAPER, RELEASED)}


def analysed(outcomes, name, seed=0):
    return analyse_problem(outcomes, QUICK[name], np.random.default_rng(seed))


@pytest.mark.parametrize("name", QUICK)
def test_every_set_has_scores_under_every_design(made_up_outcomes, name):
    meta = analysed(made_up_outcomes(), name)
    assert meta.pairs.designs == STUDY_DESIGNS
    for design in STUDY_DESIGNS:
        for features in FEATURE_SETS:
            row = meta.pairs.of(design, features)
            assert np.isfinite([row.scores.accuracy, row.scores.brier, row.scores.log_loss]).all()
            assert np.isfinite([row.low, row.high]).all()
            assert np.isfinite([row.p, row.p_holm]).all() == (design != "disjoint")
    alone = [row.features for row in meta.pairs.predictions if row.kind == "feature"]
    assert tuple(alone) == FEATURE_NAMES
    n_runs_seen = 1 if name == "paper" else 2
    assert sum(b.n for b in meta.calibration) == 12 * n_runs_seen
    assert len(meta.sizes) == (len(FEATURE_SETS) + 1) * 3


@pytest.mark.parametrize("n_pairs", [1, 2, 4])
def test_a_handful_of_pairs_is_analysed_as_far_as_it_goes(made_up_outcomes, n_pairs):
    meta = analysed(made_up_outcomes(n_pairs=n_pairs), "paper")
    row = meta.pairs.of("in_fold", "all")
    assert row is None or 0 <= row.scores.accuracy <= 1
    assert np.isfinite(meta.importance.coefficient_all_pairs).all()
