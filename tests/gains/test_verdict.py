"""Over many made-up tables with a known answer, the verdict is the right one."""

from collections import Counter

import numpy as np
import pytest

from minimtl import meta_analysis
from tests.gains.tables import made_up

N_DRAWS = 40


@pytest.mark.parametrize(
    ("kind", "verdict"), [("noise", "nothing"), ("name", "names"), ("feature", "new tasks")]
)
def test_one_table_of_each_kind(kind, verdict):
    assert meta_analysis(made_up(kind, 1)).finding.verdict == verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "right", "least"),
    [
        # Three tests of 5 % (features by Holm, names by Holm): nine in ten, less the chance of a
        # count of 40 to fall two standard deviations below.
        ("noise", ("nothing",), 32),
        ("name", ("names",), 34),
        ("feature", ("new tasks",), 36),
    ],
)
def test_many_tables_of_each_kind(kind, right, least):
    verdicts = Counter(
        meta_analysis(made_up(kind, seed), seed=seed).finding.verdict for seed in range(N_DRAWS)
    )
    assert sum(verdicts[verdict] for verdict in right) >= least, verdicts
    false = sum(verdicts[v] for v in ("new tasks", "same tasks"))
    if kind != "feature":
        assert false <= 6, verdicts  # at 5 %, two; seven or more happen once in 300 times


@pytest.mark.slow
def test_p_values_of_features_that_only_name_tasks_are_those_of_chance():
    """Most of them would be tiny, were labels exchanged without regard to tasks."""
    p_values = [
        meta_analysis(made_up("name", seed), features=["x0", "x1"], seed=seed).of("seen", "all").p
        for seed in range(N_DRAWS)
    ]
    assert np.mean(np.array(p_values) <= 0.1) <= 0.25
    assert np.mean(p_values) > 0.3
