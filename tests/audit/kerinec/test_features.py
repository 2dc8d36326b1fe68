"""What is found of the feature tables: made-up ones, noise but for the gradients."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit.kerinec.experiments import read_released
from minimtl.audit.kerinec.features import audit_features
from minimtl.audit.kerinec.logs import Efficiency
from minimtl.audit.kerinec.table3 import coefficients
from minimtl.stats.curves import fit_log_curve
from minimtl.tasks.protocol import RELEASED
from minimtl.tasks.published import AUTHORS_FEATURES


@pytest.fixture
def experiment(made_up_experiment, root):
    made_up_experiment(n_pairs=20)
    return read_released(root)[0]


def findings_with(experiment, **columns):
    features = experiment.features.copy()
    for name, values in columns.items():
        features[:, AUTHORS_FEATURES.index(name)] = values
    found = audit_features([replace(experiment, features=features)])
    return {finding.item: finding for finding in found}


def test_the_epoch_of_the_gradients_is_read_from_them(experiment):
    item = "epoch of the gradient at 75 %"
    by_code = findings_with(experiment)[item]
    assert (by_code.printed, by_code.derived, by_code.verdict) == (112, 60, "differs")
    losses = np.array([experiment.single[pair.main].loss for pair in experiment.pairs])
    slope = (losses[:, 113] - losses[:, 111]) / 2
    by_text = findings_with(experiment, gradient_75_main=slope)[item]
    assert (by_text.derived, by_text.verdict) == (112, "agrees")


def test_our_own_fit_is_recognised(experiment):
    fits = [fit_log_curve(experiment.single[pair.main].loss) for pair in experiment.pairs]
    findings = findings_with(
        experiment,
        curve_a_main=[fit.a for fit in fits],
        curve_c_main=[fit.c**3 for fit in fits],
    )
    assert findings["curve parameter a"].derived == pytest.approx(0, abs=1e-12)
    assert findings["curve parameter c"].derived == pytest.approx(1)


def test_counts_are_no_ratios(experiment):
    item = "type-token ratio"
    counted = findings_with(experiment, n_words_train_main=np.arange(4000, 4020))[item]
    assert (counted.verdict, counted.derived) == ("differs", 4019)
    assert findings_with(experiment)[item].verdict == "agrees"


def test_the_scaling_is_told_by_the_coefficients(experiment):
    minmax = RELEASED.replace(scaling="minmax")
    for protocol, verdict in ((RELEASED, "differs"), (minmax, "agrees")):
        logged = Efficiency(10, 10, {}, coefficients(experiment, protocol.meta))
        scaling = findings_with(replace(experiment, efficiency=logged))["scaling to [0, 1]"]
        assert scaling.verdict == verdict
