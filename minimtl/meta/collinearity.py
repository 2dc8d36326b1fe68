"""How far the features repeat one another, and so how little a single coefficient means.

Notation
--------
R       correlation matrix of the features that vary, eigenvalues λ_1 ≥ … ≥ λ_p
VIF_j   variance inflation factor, 1 / (1 − R_j²), R_j² from regressing feature j on the others:
        by how much their correlation multiplies the variance of an unpenalised coefficient
κ       condition number √(λ_1 / λ_p); above 30 is commonly called severe (Belsley 1980)

Derived in docs/mathematics.md, §13.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# A feature is determined by the others when no more than rounding is left of it.
_DETERMINED = 1e-12


@dataclass(frozen=True)
class Collinearity:
    """``vif`` (n_features,), infinite for a feature that the others determine, NaN for a constant
    one; and the condition number, infinite if any feature is determined."""

    vif: FloatArray
    condition_number: float


def collinearity(X: FloatArray) -> Collinearity:
    """Variance inflation factors and condition number of X, shape (n_samples, n_features)."""
    vif = np.full(X.shape[1], np.nan)
    deviation = X.std(axis=0)
    varying = np.flatnonzero(deviation > _DETERMINED * np.abs(X).max(axis=0, initial=1.0))
    if not varying.size:
        return Collinearity(vif, float("nan"))
    Z = (X[:, varying] - X[:, varying].mean(axis=0)) / (deviation[varying] * np.sqrt(len(X)))
    singular = np.linalg.svd(Z, compute_uv=False)
    vif[varying] = [_inflation(Z, column) for column in range(varying.size)]
    determined = varying.size > min(len(X) - 1, len(singular)) or singular[-1] <= _DETERMINED
    return Collinearity(vif, float("inf") if determined else float(singular[0] / singular[-1]))


def _inflation(Z: FloatArray, column: int) -> float:
    others = np.delete(Z, column, axis=1)
    coefficients = np.linalg.lstsq(others, Z[:, column], rcond=None)[0]
    left = float(((Z[:, column] - others @ coefficients) ** 2).sum())  # 1 − R², as |Z_j| = 1
    return 1 / left if left > _DETERMINED else float("inf")
