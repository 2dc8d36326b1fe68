"""One job of the tuning."""

import numpy as np
import pytest

from minimtl.study.tuning import (
    HELD_OUT,
    LAYERS,
    PAPERS,
    SIZES,
    Setting,
    TuneData,
    TuningFit,
    compute,
    describe,
    key_of,
    make_grid,
    plan,
)
from minimtl.tasks.modeljobs import decode


def test_the_grid_holds_the_paper_s_setting_once():
    grid = make_grid([1e-3], [0.5])
    assert len(grid) == len(set(grid)) == len(LAYERS) * len(SIZES)
    assert grid.count(PAPERS) == 1
    assert str(PAPERS) == "2 × 100"
    wider = make_grid([1e-3, 1e-2, 1e-3], [0.5, 0.2])
    assert len(wider) == 4 * len(grid)
    assert "2 × 100, learning rate 0.01, dropout 0.2" in map(str, wider)


def test_keys_differ_where_results_do():
    fits = plan(make_grid([1e-3, 1e-2], [0.0, 0.5]), 2, 3)
    assert len({key_of(fit, "d") for fit in fits}) == len(fits)
    assert key_of(fits[0], "d") != key_of(fits[0], "e")


@pytest.mark.slow
def test_a_fit_is_reproducible_and_learns(reviews):
    data = TuneData.of(reviews)
    fit = TuningFit(Setting(1, 25, 1e-2, 0.0), 0, HELD_OUT)
    first, second = (decode(compute(fit, data)) for _ in range(2))
    assert first.losses.shape == first.f1.shape == (1, 100)
    np.testing.assert_array_equal(first.losses, second.losses)
    np.testing.assert_array_equal(first.f1, second.f1)
    assert first.losses[0, -1] < 0.1 < first.losses[0, 0]
    assert describe(fit, compute(fit, data)) == (
        f"1 × 25, learning rate 0.01, dropout 0: F1 {first.f1[0, -1]:.3f}"
    )
