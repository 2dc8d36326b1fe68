"""What is found of the feature tables: made-up ones, noise but for the gradients."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit.kerinecfeatures import audit_text
from minimtl.audit.kerineclogs import Efficiency, read_released
from minimtl.gains import fit_all_pairs
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from minimtl.tasks.protocol import RELEASED
from tests.audit.madeup import by_item


@pytest.fixture
def experiment(made_up_experiment, root):
    made_up_experiment(n_pairs=20)
    return read_released(root)[0]


def findings_with(experiment, **columns):
    features = experiment.features.copy()
    for name, values in columns.items():
        features[:, AUTHORS_FEATURES.index(name)] = values
    return by_item(audit_text([replace(experiment, features=features)]).findings)


def test_the_epoch_of_the_gradients_is_read_from_them(experiment):
    item = "epoch of the gradient at 75 %"
    by_code = findings_with(experiment)[item]
    assert (by_code.printed, by_code.derived, by_code.verdict) == (112, 60, "differs")
    losses = np.array([experiment.single[pair.main].loss for pair in experiment.pairs])
    slope = (losses[:, 113] - losses[:, 111]) / 2
    by_text = findings_with(experiment, gradient_75_main=slope)[item]
    assert (by_text.derived, by_text.verdict) == (112, "agrees")


def test_counts_are_no_ratios(experiment):
    item = "type-token ratio"
    counted = findings_with(experiment, n_words_train_main=np.arange(4000, 4020))[item]
    assert (counted.verdict, counted.derived) == ("differs", 4019)
    assert findings_with(experiment)[item].verdict == "agrees"


def test_the_scaling_is_told_by_the_coefficients(experiment):
    minmax = RELEASED.replace(scaling="minmax")
    for protocol, verdict in ((RELEASED, "differs"), (minmax, "agrees")):
        logged = Efficiency({}, fit_all_pairs(experiment.labelled, protocol.meta))
        scaling = findings_with(replace(experiment, efficiency=logged))["scaling to [0, 1]"]
        assert scaling.verdict == verdict
