"""The log curve against ``scipy.optimize.curve_fit`` under the same gauge, on the released logs."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from minimtl.audit.kerineclogs import read_released
from minimtl.stats.curves import fit_log_curves

PEER = "SciPy `curve_fit`"


def scipys_fit(losses, start):
    def log_curve(i, a, b, c):
        return a * np.log(c * i + 1) + b

    # SciPy's own tolerances stop at 1e-8 of the sum of squares; these are as tight as it takes.
    tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "x_scale": "jac"}
    bounds = ([-np.inf, -np.inf, 1e-8], np.inf)
    epochs = np.arange(len(losses), dtype=float)
    parameters, _ = curve_fit(log_curve, epochs, losses, p0=start, bounds=bounds, **tight)
    return parameters, np.sum((log_curve(epochs, *parameters) - losses) ** 2)


@pytest.mark.corpus
@pytest.mark.slow
def test_fits_the_released_curves_as_scipy_does(data_dir, agreement):
    experiments = read_released(data_dir / "investigationMTL-logs.tar.gz")
    losses = np.array([log.loss for run in experiments for log in run.single.values()])
    assert losses.shape == (172, 150)
    for row, fit in zip(losses, fit_log_curves(losses), strict=True):
        # The start is the same for all curves, far from most answers, and not taken from ours.
        (a, b, c), rss = scipys_fit(row, start=(-0.2, 0.7, 0.2))
        assert not fit.at_bound
        assert fit.rss <= rss * (1 + 1e-12)
        agreement("residual sum of squares, 172 released curves", PEER,
                  fit.rss, rss, 1e-12, relative=True)  # fmt: skip
        # SciPy finds the minimum from values of RSS, flat to 1e-16 over 1e-8 in the parameters,
        # times the curve's condition number of about 100; ours from its slope.
        for name, ours, theirs in (("a", fit.a, a), ("b", fit.b, b), ("c", fit.c, c)):
            agreement(f"{name}, 172 released curves", PEER, ours, theirs, 1e-5, relative=True)
