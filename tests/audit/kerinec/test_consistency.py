"""The checks of the logs on made-up accuracies and experiments."""

import numpy as np
import pytest

from minimtl.audit.kerinec.consistency import audit_consistency, is_aligned, n_test_documents
from minimtl.audit.kerinec.experiments import read_released
from minimtl.audit.kerinec.logs import Log
from minimtl.tasks.tasks import Pair, Task


def log_of(accuracy):
    return Log(*(np.asarray(accuracy, float) for _ in range(4)))


@pytest.mark.parametrize("n", [561, 647, 700])
def test_the_number_of_test_documents_is_read_from_the_shares(n):
    right = np.random.default_rng(n).integers(n // 2, n, 100)
    assert n_test_documents(log_of([round(k / n, 12) for k in right])) == n


def test_no_number_of_test_documents_fits():
    assert n_test_documents(log_of([0.5, 0.123456789012])) == 0


@pytest.mark.parametrize(
    ("main", "aux", "aligned"),
    [
        # Positive is the later topic of the alphabet.
        (("rec.sport.hockey", "rec.autos"), ("rec.sport.baseball", "rec.motorcycles"), True),
        (
            ("talk.politics.guns", "alt.atheism"),
            ("talk.religion.misc", "talk.politics.misc"),
            False,
        ),
        (
            ("comp.windows.x", "comp.sys.mac.hardware"),
            ("comp.sys.ibm.pc.hardware", "comp.graphics"),
            False,
        ),
    ],
)
def test_alignment(main, aux, aligned):
    assert is_aligned(Pair(Task(*main), Task(*aux))) is aligned


def test_runs_are_compared_with_each_other(made_up_experiment, root):
    made_up_experiment("exp1_0", seed=4)
    made_up_experiment("exp1_1", seed=4)
    made_up_experiment("exp1_2", seed=5)
    findings = audit_consistency(read_released(root))
    repeated = {f.experiments: f.derived for f in findings if f.item == "repeated single-task logs"}
    assert repeated == {"exp1_0 exp1_1": 19, "exp1_0 exp1_2": 0, "exp1_1 exp1_2": 0}
    same = {f.experiments: f.derived for f in findings if f.item == "same label"}
    assert same["exp1_0 exp1_1"] == 1.0
    assert same["exp1_0 exp1_2"] < 0.9


def test_pairs_of_both_problems_are_compared_too(made_up_experiment, root):
    made_up_experiment("exp1_0", seed=4, n_pairs=20)
    made_up_experiment("exp2_0", seed=5)
    found = {
        f.item: f
        for f in audit_consistency(read_released(root))
        if f.experiments == "exp1_0 exp2_0"
    }
    assert "of 20 pairs" in found["same label"].reason
    assert abs(found["correlation of gains"].derived) < 0.7  # noise: 3 standard errors
