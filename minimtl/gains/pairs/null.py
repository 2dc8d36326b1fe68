"""Labels in which tasks and groups have their say and features have none.

Notation
--------
π               share of gains among the pairs
z, φ(z)         threshold that a standard normal number is above with probability π, and its density
s_k             share of effect k (main task, auxiliary task, group; last the pair) in the variance

A label is 1 where a normal number, a sum of crossed effects, is above z. The shares of its effects
are those of the gains, and those that the labels themselves show, whichever is larger: where tasks
gain on scales of their own, or a few gains are very large, the gains vary less from task to task
than their signs do, and labels drawn by them alone would be more alike across tasks than the true
ones. A share s of the variance of labels is s π (1 − π) / φ(z)² of what is behind them (Dempster &
Lerner 1950).

References
----------
E. R. Dempster and I. M. Lerner (1950), Heritability of threshold characters, Genetics 35(2).
"""

import numpy as np
from scipy.special import ndtri

from minimtl.gains.meta.heldout import Labellings, draw_labels
from minimtl.gains.pairs.table import PairTable
from minimtl.stats import Components, Effects, FloatArray, crossed_effects, fit_components

_MOST_SHARED = 0.95  # of the variance by tasks and groups; the rest is the pair's own


def null_labels(table: PairTable, rng: np.random.Generator) -> Labellings:
    """Labels with as many gains as the true ones, (n_simulations, 1, n_pairs)."""
    effects = crossed_effects(table.levels)
    components = null_components(table, effects)
    return draw_labels(components, effects, [int(table.labels.sum())], rng)


def null_components(table: PairTable, effects: Effects) -> Components:
    """The shares of the effects, as variances of a normal number of variance 1."""
    share = float(table.labels.mean())
    density = float(np.exp(-(ndtri(share) ** 2) / 2) / np.sqrt(2 * np.pi))
    of_gains = _shares(table.mean_gains, effects)
    of_labels = _shares(table.labels.astype(np.float64), effects)
    shared = np.maximum(of_gains, of_labels * share * (1 - share) / density**2)[:-1]
    shared *= min(1.0, _MOST_SHARED / max(float(shared.sum()), _MOST_SHARED))
    variances = [*shared.tolist(), 1 - float(shared.sum())]
    lasting = dict(zip(effects.names, variances, strict=True))
    return Components(0.0, lasting, dict.fromkeys(effects.names, 0.0))


def _shares(values: FloatArray, effects: Effects) -> FloatArray:
    """What each effect adds to the variance of values, as a share, the pair's own last."""
    variances = np.array(list(fit_components(values[:, np.newaxis], effects).lasting.values()))
    total = variances.sum()
    return variances / total if total > 0 else variances
