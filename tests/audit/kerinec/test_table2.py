"""Table 2 on made-up features."""

import numpy as np

from minimtl.audit.kerinec.experiments import read_released
from minimtl.audit.kerinec.table1 import gains
from minimtl.audit.kerinec.table2 import audit_accuracy


def test_accuracies_of_pure_noise_are_near_the_majority(made_up_experiment, root):
    made_up_experiment("exp2_0", n_pairs=200)
    (experiment,) = read_released(root)
    accuracies = [
        f.derived
        for f in audit_accuracy([experiment], np.random.default_rng(0))
        if f.table == "Table 2" and "majority" not in f.item
    ]
    share = gains(experiment).mean()
    # Coin tosses with the labels' own shares score share² + (1 − share)², the majority's
    # share at best; 0.1 is three standard errors of 200 labels.
    low, high = share**2 + (1 - share) ** 2, max(share, 1 - share)
    assert len(accuracies) == 8
    assert low - 0.1 < min(accuracies)
    assert max(accuracies) < high + 0.1
