"""Labels: how reliable they are, and drawn ones, which follow tasks as much as the true ones do."""

import numpy as np
import pytest

from minimtl.gains.pairlabels import ceiling, label_noise, null_components, null_labels
from minimtl.gains.pairtable import table_of
from minimtl.gains.readtable import Roles, read_table
from minimtl.tasks.protocol import PAPER, RELEASED
from tests.gains.tables import made_up, pairs_of


def likeness(labels, main):
    """Variance of the share of gains over main tasks."""
    return np.var([labels[..., main == task].mean(axis=-1) for task in np.unique(main)], axis=0)


@pytest.mark.parametrize("tail", [0.0, 2.0])
def test_signs_of_a_task_are_as_alike_as_observed(tail):
    """Tasks gain on scales of their own: some of them by a hundred times as much as others."""
    drawn, true = [], []
    main, aux = pairs_of(16)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        gain = 1.5 * rng.normal(size=16)[main] + rng.normal(size=len(main))
        gain *= np.exp(tail * rng.normal(size=16)[main])
        table = read_table({"main": main, "aux": aux, "gain": gain}, Roles())
        drawn.append(likeness(null_labels(table, rng)[:, 0], table.main).mean())
        true.append(likeness(table.labels, table.main))
    # The larger of two estimates is a little too large, so that p errs on the safe side.
    assert 1 < np.mean(drawn) / np.mean(true) < 1.3


def lasting(columns):
    """The share of each effect in what the labels of a table are drawn from."""
    table = read_table(columns, Roles())
    labels = table.labels[:, np.newaxis]
    return null_components(table.label_gains, labels, table.effects).lasting


@pytest.mark.parametrize("kind", ["noise", "name", "feature"])
def test_shares_are_those_of_one_whole(kind):
    shares = lasting(made_up(kind, 0))
    assert shares.sum() == pytest.approx(1)
    assert shares.min() >= 0
    assert (shares[0] > 0.5) == (kind == "name")


def test_labels_that_names_decide_leave_something_to_the_pair():
    main, aux = pairs_of(8)
    shares = lasting({"main": main, "aux": aux, "gain": (main % 2) - 0.5})
    assert shares[-1] == pytest.approx(0.05)


@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=lambda protocol: protocol.name)
def test_labels_of_several_runs_have_each_runs_number_of_gains(made_up_outcomes, protocol):
    table = table_of(made_up_outcomes("related", 52, 3), protocol)
    labels = null_labels(table, np.random.default_rng(0))
    observed = [one.y.sum() for one in table.data_sets]
    np.testing.assert_array_equal(labels.sum(axis=2), np.tile(observed, (len(labels), 1)))
    # What lasts makes the labels of runs alike, as the true ones are.
    if len(observed) > 1:
        true = np.mean([one.y for one in table.data_sets], axis=0)
        assert labels.mean(axis=1).var(axis=1).mean() == pytest.approx(true.var(), rel=0.3)


@pytest.mark.parametrize("runs_per_label", [1, 5])
def test_reliability_and_ceiling_match_the_simulated_truth(runs_per_label):
    """20,000 pairs put the standard error of every figure below 0.005; 0.015 is three of them."""
    rng = np.random.default_rng(0)
    true = rng.normal(0.01, 0.02, (20_000, 1))
    seen = true + rng.normal(0, 0.03, (20_000, 5))
    noise = label_noise(seen, runs_per_label)
    ratio = 0.02**2 / (0.02**2 + 0.03**2 / runs_per_label)
    assert noise.label_reliability == pytest.approx(ratio, abs=0.015)
    assert noise.run_correlation == pytest.approx(0.02**2 / (0.02**2 + 0.03**2), abs=0.015)
    label = seen[:, :runs_per_label].mean(axis=1) > 0
    assert noise.ceiling_accuracy == pytest.approx((label == (true[:, 0] > 0)).mean(), abs=0.015)


def test_ceiling_at_its_ends():
    assert ceiling(mean=0.0, between=1.0, noise=0.0) == 1.0
    assert ceiling(mean=0.0, between=0.0, noise=1.0) == 0.5
    # P(t and t + e have one sign) = 1/2 + arctan(τ/σ)/π for a mean of 0 (Sheppard 1899).
    assert ceiling(0.0, between=4.0, noise=1.0) == pytest.approx(
        0.5 + np.arctan(2) / np.pi, abs=1e-4
    )
