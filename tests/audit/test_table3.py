"""Tables 3a and 3b on made-up features, whose coefficients a minimum must explain."""

import numpy as np

from minimtl.audit.experiments import read_released
from minimtl.audit.table1 import gains
from minimtl.audit.table3 import audit_coefficients, coefficients
from minimtl.study.published import AUTHORS_FEATURES, TABLE3A, TABLE3B


def test_coefficients_minimise_the_penalised_loss(made_up_experiment, root):
    made_up_experiment()
    (experiment,) = read_released(root)
    w = coefficients(experiment)
    X = experiment.features
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    s = np.where(gains(experiment), 1.0, -1.0)
    # With the intercept b penalised too, b and w are both A'(s p) at the minimum.
    b = 0.0
    for _ in range(200):  # b alone, by its own fixed point, damped
        b += 0.05 * ((s / (1 + np.exp(s * (X @ w + b)))).sum() - b)
    residual = s / (1 + np.exp(s * (X @ w + b)))
    np.testing.assert_allclose(X.T @ residual, w, atol=1e-8)


def test_table_3b_and_the_authors_file(made_up_experiment, root, monkeypatch):
    made_up_experiment("exp2_0", n_pairs=60)
    (experiment,) = read_released(root)
    w = coefficients(experiment)
    findings = {f.item: f for f in audit_coefficients([experiment])}
    for row in TABLE3B:
        assert findings[row.label].derived == w[AUTHORS_FEATURES.index(row.feature)]


def test_table_3a_counts_ranks_from_the_strongest(made_up_experiment, root):
    made_up_experiment()
    (experiment,) = read_released(root)
    w = coefficients(experiment)
    findings = audit_coefficients([experiment])
    derived = {f.item: f.derived for f in findings}
    for row in TABLE3A:
        n_stronger = (np.abs(w) > np.abs(w[AUTHORS_FEATURES.index(row.feature)])).sum()
        assert derived[row.label] == n_stronger
    # The inverse ranks order the features the other way round.
    signs = [
        f.reason.partition("column is ")[2][0] for f in findings if f.item == "rows that agree"
    ]
    assert sorted(signs) == ["+", "-"]
