"""The two-point rule for deferred moves against the sum it stands for.

A row that had its last gradient at step s, with moments m and r = √v, moves at that step and the K
steps after it by m·f(r) in all, f(r) = Σ_k w_k / (r·u_k + ε) (docs/deferred-adam.md). The peer is
this sum, term by term in float64. The rule is wrong at most where r is near ε; r runs from 1e-4·ε
to 1e8·ε here.
"""

import numpy as np
import pytest

from minimtl.nn.adam import Adam
from minimtl.nn.kernels import adamrows
from minimtl.nn.kernels.adamrows import (
    LONG,
    NEGLIGIBLE,
    RULE_ERROR,
    count_terms,
    first_step_of_rule,
    make_pending,
    read_rows,
    rule_error,
)
from minimtl.nn.kernels.jit import EntryKernel

extend_pending = EntryKernel(adamrows.extend_pending.py_func, None)
ADAM = Adam()
FIRST, N_TERMS = first_step_of_rule(ADAM), count_terms(ADAM)
GAPS = [1, 2, 3, 5, 10, 20, 50, 100, 250]
R = ADAM.eps * np.logspace(-4, 8, 481)
PEER = "the sum, term by term"
# Rates at and beyond the ends of what anybody would take. With the third and the fourth a term
# falls by a thousandth of itself only; the last two have squares with hardly a float32 digit.
EXTREME = [
    Adam(),
    Adam(beta2=0.82, eps=1e-12),
    Adam(beta1=0.9, beta2=0.8115),
    Adam(beta1=0.99, beta2=0.982),
    Adam(beta1=0.5, beta2=0.26),
    Adam(beta1=0.5, beta2=0.9999, eps=1e-15),
    Adam(beta1=0.99, beta2=0.9999),
    Adam(beta1=1e-3, beta2=1e-5),
    Adam(beta1=0.999, beta2=0.99999, eps=1.0),
    Adam(beta2=1.0 - 1e-9),
    Adam(beta2=1.0 - 1e-15, eps=1e-15),
]


def terms(s, gap, adam=ADAM):
    """The weights w_k and the z_k = 1/u_k of the steps s + k, k = 0 … gap."""
    k = np.arange(gap + 1)
    w = adam.learning_rate * adam.beta1**k / -np.expm1((s + k) * np.log(adam.beta1))
    z = adam.beta2 ** (-k / 2) * np.sqrt(-np.expm1((s + k) * np.log(adam.beta2)))
    return w, z


def gauss_rule(w, x, n):
    """Nodes and weights of the n-point rule of the measure Σ w_k δ(x_k) (Golub & Welsch 1969)."""
    x0, w0 = x.mean(), w.sum()
    p_before, p, diagonal, off = np.zeros_like(x), np.full_like(x, w0**-0.5), [], []
    for j in range(n):
        diagonal.append(w @ (p * (x - x0) * p))
        q = (x - x0 - diagonal[j]) * p - (off[-1] * p_before if off else 0.0)
        off.append(np.sqrt(w @ q**2))
        if off[-1] < 1e-13:  # no more nodes than terms that differ
            break
        p_before, p = p, q / off[-1]
    beyond = np.diag(off[: len(diagonal) - 1], 1)
    nodes, vectors = np.linalg.eigh(np.diag(diagonal) + beyond + beyond.T)
    return nodes + x0, w0 * vectors[0] ** 2


def relative_error(s, gap, n):
    """Largest relative error of the n-point rule over all r."""
    w, z = terms(s, gap)
    exact = (w * z / (R[:, None] + ADAM.eps * z)).sum(axis=1)
    z_0 = np.sqrt(-np.expm1(s * np.log(ADAM.beta2)))
    y, omega = gauss_rule(w, z / z_0 - 1.0, n)
    z = (1.0 + y) * z_0
    return np.abs((omega * z / (R[:, None] + ADAM.eps * z)).sum(axis=1) / exact - 1.0).max()


def bound(s, gap, n):
    """max_a a/(1+a)^2n of the mean of π_n²: what the page derives for the relative error."""
    w, z = terms(s, gap)
    y = z / np.sqrt(-np.expm1(s * np.log(ADAM.beta2))) - 1.0
    nodes, _ = gauss_rule(w, y, n)
    largest = (2 * n - 1) ** (2 * n - 1) / (2 * n) ** (2 * n)
    return largest * (w @ np.prod([(y - node) ** 2 for node in nodes], axis=0)) / w.sum()


@pytest.mark.parametrize("s", [1, 10, 50, 100, 300, 1000])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_error_of_a_rule_of_n_points_is_within_its_bound(s, n, agreement):
    error = max(relative_error(s, gap, n) for gap in GAPS)
    # A sum of up to 250 positive terms and its rule are each rounded by some 1e-15 of themselves.
    allowed = max(bound(s, gap, n) for gap in GAPS) + 1e-14
    what = f"rule of {n} point{'s'[: n - 1]}, last update at step {s:,}"
    agreement(what, PEER, error, 0.0, allowed)
    # Early on y is not small against 1, which the bound's last step takes it to be.
    assert s < 50 or error > allowed / 4 - 1e-14


@pytest.mark.parametrize("s", [1, 30, FIRST, 1000])
def test_bound_that_decides_is_the_bound_of_the_longest_gap(s, agreement):
    gaps = [*GAPS, N_TERMS - 1]
    bounds = [bound(s, gap, 2) for gap in gaps]
    assert max(bounds) == bounds[-1]
    agreement("bound of the two-point rule", "by its nodes", rule_error(ADAM, s), bounds[-1], 1e-9)


@pytest.mark.parametrize("adam", EXTREME)
def test_terms_that_are_dropped_are_nothing(adam, agreement):
    """Of a move with r far above ε, which is where the terms fall most slowly."""
    n, shares = count_terms(adam), []
    n_all = n + min(int(-35.0 / np.log(adam.decay)), 3 * LONG)
    for s in (1, 10, 1000, LONG):
        with np.errstate(over="ignore", invalid="ignore"):
            w, z = terms(s, n_all, adam)
            # Where z overflows, w is 0 and so is the term.
            moves = np.nan_to_num(w * z)
        shares.append(moves[n:].sum() / moves.sum())
    what = "share of the terms that are dropped, any accepted rates"
    agreement(what, PEER, max(shares), 0.0, NEGLIGIBLE)


@pytest.mark.parametrize("adam", EXTREME)
@pytest.mark.parametrize("s", [1, 10, 99, 1000])
def test_moves_that_kernels_make_at_any_rates_and_gaps(adam, s, agreement):
    """What `read_rows` moves a row whose weights are 0 and whose m is 1, for every r and gap."""
    gaps = np.unique(np.logspace(0, 3.3, 12).astype(int))
    r = np.logspace(-14, 2, 160).astype(np.float32)
    rows = np.concatenate([np.zeros_like(r), np.ones_like(r), r])[None]
    W, last, pending = np.zeros_like(r)[None], np.array([s]), make_pending(adam, s + gaps[-1], 0)
    with np.errstate(over="ignore"):
        w, z = terms(s, gaps[-1], adam)
        exact = np.cumsum(w / (r[:, None] / z + adam.eps), axis=1)
    errors = []
    for t in range(1, s + gaps[-1] + 1):
        extend_pending(pending, t)
        if t - s in gaps:
            read_rows(W, rows, last, t, pending)
            errors.append(np.abs(-W[0] / exact[:, t - s] - 1.0).max())
    # Term by term up to 2,000 moves are added in float32, each rounding what is there by 6e-8 of
    # it, by chance up or down; by the rule it is `RULE_ERROR` and a few roundings.
    how, allowed = ("term by term", 2e-5)
    if s >= first_step_of_rule(adam):
        how, allowed = ("by the rule", RULE_ERROR + 5e-7)
    agreement(f"kernels' moves {how}, any accepted rates", PEER, max(errors), 0.0, allowed)


@pytest.mark.parametrize("adam", [adam for adam in EXTREME if first_step_of_rule(adam) < LONG])
def test_bound_falls_as_steps_go_by(adam):
    """Or the rule's first step would not be the first of all those where it is good."""
    errors = [rule_error(adam, s) for s in np.unique(np.logspace(0, 6, 200).astype(int))]
    assert (np.diff(errors) <= 1e-13).all()
