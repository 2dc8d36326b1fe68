"""Logistic regression on TF-IDF of posts: two and twenty classes, 400 posts to all of them.

All solvers stop at equal gradients. The largest component of the gradient, over C times the number
of posts, is what `tol` means in minimtl and in scikit-learn's ``lbfgs`` and ``newton-cg``. Each of
scikit-learn's solvers gets the largest power of ten as its ``tol`` at which that component, worked
out from its coefficients, is no larger than what minimtl was asked for. ``liblinear`` penalises the
intercept too, which is another problem, and an easier one; its gradient is that problem's.
"""

import time
import warnings
from typing import Any

import numpy as np
from scipy.special import softmax

from bench.harness import Contestant, interleave
from bench.rows import OURS, Row, missing_row, needs, timing_rows
from bench.settings import Settings
from minimtl.stats.logistic import LogisticRegression
from minimtl.text.tfidf import TfidfVectorizer

SECTION = "Logistic regression on TF-IDF"
LIBLINEAR = "liblinear, dual (intercept penalised)"
SOLVERS: dict[str, dict[str, Any]] = {
    "lbfgs": {"solver": "lbfgs"},
    "newton-cg": {"solver": "newton-cg"},
    "sag": {"solver": "sag", "random_state": 0},
    LIBLINEAR: {"solver": "liblinear", "dual": True, "random_state": 0},
}
TOLERANCES = (1e-4, 1e-8)
# Solvers that take longer than this many times minimtl's time are named without a number.
MOST_TIMES = 15.0


def measure(settings: Settings) -> list[Row]:
    """Seconds of CPU of each fit."""
    rows = []
    for n in (400, 2_000, len(settings.corpus.train)):
        for n_classes in (2, 20):
            X, y = posts(settings, n, n_classes)
            for tol in TOLERANCES:
                what = f"{X.shape[0]:,} posts, {X.shape[1]:,} words, {n_classes} classes, {tol:.0e}"
                rows += race(X, y, tol, what, settings.choose(7, 1))
    return rows


def posts(settings: Settings, n: int, n_classes: int) -> tuple[Any, np.ndarray]:
    """TF-IDF of `n` posts drawn from all topics; two classes are the earlier and later topics."""
    train = settings.corpus.train
    rows = np.random.default_rng(0).permutation(len(train))[:n]
    topics = np.unique(np.asarray(train.topics)[rows], return_inverse=True)[1]
    X = TfidfVectorizer().fit_transform([train.texts[row] for row in rows])
    return X, topics if n_classes > 2 else (topics >= (topics.max() + 1) // 2).astype(np.int64)


def race(X: Any, y: np.ndarray, tol: float, what: str, rounds: int) -> list[Row]:
    """Rows of minimtl and of each solver that can be measured."""
    contestants: dict[str, Contestant] = {OURS: lambda: LogisticRegression(tol=tol).fit(X, y)}
    missing = needs("sklearn", "oracles")
    notes = []
    limit = MOST_TIMES * interleave(contestants, 1)[OURS].cpu[0]
    for name, params in {} if missing else SOLVERS.items():
        if name == LIBLINEAR and y.max() > 1:
            continue
        who = f"scikit-learn {name}"
        fit = at_equal_gradient(X, y, tol, params, limit)
        if fit:
            contestants[who] = fit
        else:
            notes.append(missing_row(SECTION, what, who, f"over {MOST_TIMES:g} times as long"))
    rows = timing_rows(SECTION, what, interleave(contestants, rounds, warm_up=0), "ms")
    if missing:
        notes.append(missing_row(SECTION, what, "scikit-learn", missing))
    return rows + notes


def at_equal_gradient(
    X: Any, y: np.ndarray, tol: float, params: dict[str, Any], limit: float
) -> Contestant | None:
    """A fit of scikit-learn's whose gradient is at most `tol`; None if it takes `limit` seconds."""
    from sklearn.linear_model import LogisticRegression as Peer

    for power in range(1, 13):
        peer = Peer(tol=10.0**-power, max_iter=2_000, **params)
        began = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer.fit(X, y)
        if time.process_time() - began > limit:
            break
        if largest_gradient(peer, X, y) <= tol:
            return lambda peer=peer: peer.fit(X, y)  # type: ignore[misc]
    return None


def largest_gradient(fitted: Any, X: Any, y: np.ndarray) -> float:
    """The largest component of a fit's gradient, over C n; of the problem that its solver has."""
    decisions = X @ fitted.coef_.T + fitted.intercept_
    if decisions.shape[1] == 1:
        decisions = np.hstack([np.zeros_like(decisions), decisions])
    surplus = softmax(decisions, axis=1) - np.eye(decisions.shape[1])[y]
    surplus = fitted.C * surplus[:, -len(fitted.coef_) :]
    by_intercept = surplus.sum(axis=0) + (fitted.solver == "liblinear") * fitted.intercept_
    by_coef = X.T @ surplus + fitted.coef_.T
    largest = max(np.abs(by_coef).max(), np.abs(by_intercept).max())
    return float(largest / (fitted.C * len(y)))
