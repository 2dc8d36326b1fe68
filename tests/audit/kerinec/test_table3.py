"""Tables 3a and 3b on made-up features."""

import numpy as np

from minimtl.audit.kerinec.experiments import read_released
from minimtl.audit.kerinec.table3 import audit_coefficients, coefficients
from minimtl.tasks.published import AUTHORS_FEATURES, TABLE3A, TABLE3B


def test_table_3b_holds_the_coefficients(made_up_experiment, root):
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
