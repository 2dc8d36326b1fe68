"""The log curve where its answer is known, at its bounds, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.stats.curves import C_MAX, C_MIN, central_difference, fit_log_curve, fit_log_curves

EPOCHS = np.arange(150)


@given(
    a=st.floats(-5, 5).filter(lambda a: abs(a) > 0.01),
    b=st.floats(-3, 3),
    log_c=st.floats(-5, 5),
)
def test_recovers_an_exact_curve(a, b, log_c):
    losses = a * np.log1p(np.exp(log_c) * EPOCHS) + b
    fit = fit_log_curve(losses)
    # The losses are rounded to 1e-16 of their size; the regression's condition number over these
    # c is below 1e5, so ten digits of the parameters and all of the curve remain, the latter to
    # 1e-12 of its largest value.
    assert not fit.at_bound
    assert fit.a == pytest.approx(a, rel=1e-8)
    assert fit.b == pytest.approx(b, abs=1e-9)
    assert fit.c == pytest.approx(np.exp(log_c), rel=1e-7)
    np.testing.assert_allclose(fit(EPOCHS), losses, atol=1e-12 * max(1, np.abs(losses).max()))


@pytest.mark.parametrize(
    ("losses", "bound"),
    [
        (np.full(20, 0.1), C_MIN),  # constant: no c fits better than another
        (1 - 0.01 * np.arange(20), C_MIN),  # straight
        (1 - np.arange(20.0) ** 2, C_MIN),  # bends the other way
        (np.array([1.0] + 20 * [0.0]), C_MAX),  # one step
    ],
)
def test_says_when_no_minimum_lies_within_the_bounds(losses, bound):
    fit = fit_log_curve(losses)
    assert fit.at_bound
    assert fit.c == pytest.approx(bound)
    assert np.isfinite([fit.a, fit.b, fit.rss]).all()


def test_many_curves_are_fitted_as_one_by_one():
    rng = np.random.default_rng(1)
    losses = 0.7 - 0.1 * np.log1p(rng.random((5, 1)) * EPOCHS) + 0.01 * rng.random((5, 150))
    for together, row in zip(fit_log_curves(losses), losses, strict=True):
        assert together == fit_log_curve(row)


def test_central_differences_of_many_curves_at_many_epochs():
    curves = np.random.default_rng(3).random((4, 150))
    slopes = central_difference(curves, np.array([1, 60, 148]))
    np.testing.assert_allclose(slopes, np.gradient(curves, axis=1)[:, [1, 60, 148]], rtol=1e-14)


@pytest.mark.parametrize("index", [0, 149, 150, -1])
def test_central_difference_needs_both_neighbours(index):
    with pytest.raises(ValueError, match="no central difference"):
        central_difference(EPOCHS, index)


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ([1.0, 0.5], "at least 3 epochs"),
        ([1.0, np.nan, 0.5], "NaN or infinity"),
        ([[1.0, 0.5, 0.2]], "one-dimensional"),
        (np.array([1, 2, 3], "M8[D]"), "losses must hold real numbers, not datetime64"),
    ],
)
def test_refuses_what_is_no_curve(losses, message):
    with pytest.raises(ValueError, match=message):
        fit_log_curve(losses)
