"""Stations of Adam: a dense step, and moves that are put off until a row is read."""

import numpy as np

from minimtl.explain.lesson import Lesson
from minimtl.explain.rules import deferred_move
from minimtl.explain.station import Array, Comparison, Lines, Rows, Station, Values, number
from minimtl.explain.steps import N_STEPS
from minimtl.nn import Adam

# After 130 steps of float32, whose errors add up; the largest weights are near 0.3.
_AFTER_STEPS = 1e-4
RULE_ERROR = 2e-6  # as nn/pending.py has it, which cannot be imported without Numba
FIRST_OF_RULE = 96
_GAPS = np.array([1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 130, 250])


def adam_values(lesson: Lesson) -> Values:
    """We know the slope. How far do we step? The plain answer is a fixed multiple of the gradient,
    and it serves rare words badly: their gradients are small and seldom, so they hardly move.

    Adam keeps two running means for every weight. The first, m, is a mean of its gradients: it says
    where the weight is heading. The second, v, is a mean of their squares: its root says how large
    the gradients usually are. Adam steps by m over the root of v. So a weight whose gradients agree
    moves by about the learning rate lr in each step, however small they are.

    Both means begin at zero and are too small at first. Dividing by 1 − β^t makes them proper
    weighted means. The number ε keeps the division safe.
    """
    steps = lesson.steps
    network, _ = steps.ours_after
    dense = steps.dense
    ours_by, twin_by = steps.by
    adam, twin = steps.settings.adam, steps.twin
    g = twin.gradient.flat
    some = np.argsort(-np.abs(g))[[0, len(g) // 100, len(g) // 10, len(g) // 2]]
    m, v = (1 - adam.beta1) * g, (1 - adam.beta2) * g**2
    w = np.zeros_like(g)
    adam.update(w, g, np.zeros_like(g), np.zeros_like(g), step=1)
    by_formula = -adam.learning_rate * g / (np.abs(g) + adam.eps)
    return Values(
        (
            Comparison(
                f"all weights but W_1, after {N_STEPS} steps",
                network.flat,
                dense.network.flat,
                ours_by,
                twin_by,
                _AFTER_STEPS,
            ),
            Comparison("the first moves", w, by_formula, "Adam.update", "−lr·g/(|g| + ε)", 1e-12),
        ),
        (
            Rows(
                "four weights in the first step",
                ("gradient g", "m", "√v", "move"),
                tuple(
                    (number(g[i]), number(m[i]), number(np.sqrt(v[i])), number(w[i], 6))
                    for i in some
                ),
            ),
        ),
    )


def _first_moves(lesson: Lesson) -> str:
    g = lesson.steps.twin.gradient.flat
    g = np.abs(g[g != 0])
    adam = lesson.steps.settings.adam
    moves = adam.learning_rate * g / (g + adam.eps)
    return (
        "After one step m̂ is g and v̂ is g², so the move is lr·g/(|g| + ε), which is ±lr unless "
        f"g is near ε. The gradients of this step run from {number(g.min(), 2)} to "
        f"{number(g.max(), 2)}; half of the moves are between "
        f"{number(np.quantile(moves, 0.25), 6)} and {number(np.quantile(moves, 0.75), 6)}."
    )


class Waiting:
    """What the dense twin knows of a watched word.

    `s` is the step of its last gradient and `K` the number of steps since; `m` and `r` (H,) are its
    moments after step s, `before` and `after` (H,) its weights before step s and at the end.
    """

    def __init__(self, lesson: Lesson, place: int) -> None:
        steps, dense = lesson.steps, lesson.steps.dense
        adam, column = steps.settings.adam, steps.watched[place]
        self.word = lesson.word(column)
        self.s = int(steps.last_seen[column])
        self.K = N_STEPS - self.s
        # Since step s the moments have only decayed.
        self.m: Array = dense.m.first[column] / adam.beta1**self.K
        self.r: Array = np.sqrt(dense.v.first[column] / adam.beta2**self.K)
        self.before: Array = dense.rows[self.s - 1, place]
        self.after: Array = dense.rows[-1, place]

    @property
    def unit(self) -> int:
        """The unit whose weight has the largest m."""
        return int(np.argmax(np.abs(self.m)))


def waiting_words(lesson: Lesson) -> list[Waiting]:
    """The watched words, those that have waited longest first."""
    return [Waiting(lesson, place) for place in range(len(lesson.steps.watched))]


def largest_error(adam: Adam, s: int, K: int, n_points: int) -> float:
    """The largest relative error of a rule of `n_points` over all r."""
    r = adam.eps * np.logspace(-4, 8, 241)
    exact = deferred_move(adam, s, K, np.ones_like(r), r)
    rule = deferred_move(adam, s, K, np.ones_like(r), r, n_points)
    return float(np.abs(rule / exact - 1).max())


def deferred_values(lesson: Lesson) -> Values:
    """Here is what makes this program fast. W_1 has a row of a hundred weights for each of ten
    thousand words, and a batch holds one or two thousand words. The other rows have no gradient. We
    would like to leave them alone.

    But Adam moves them. Take a word that was in the batch at step s and has not come back. Its
    gradient is now zero, so m shrinks by β1 and v by β2 in every step; and m is not zero, so the
    weight goes on moving, less and less. Momentum carries it. Programs that skip these moves
    compute something that is not Adam.

    Now the observation: with no gradient, nothing new enters. Let m and r be the mean and the root
    of v just after step s. Then k steps later they are β1^k·m and β2^(k/2)·r, whatever happens.
    Put both into Adam's formula, and multiply numerator and denominator by the number z_k that
    leaves r without a factor: move number k is w_k·z_k·m/(r + ε·z_k). The numbers w_k and z_k,
    written out below, come from lr, β1, β2, s and k. They are the same for every row that was last
    seen at step s.

    So we do nothing. The row waits, and we note s. When its word comes back after K more steps, we
    make all the moves at once, before anybody reads the row: m times f(r), a sum of K + 1 terms.
    The row is then exactly where it would have been.

    One thing remains. The sum has a division in every term, as many as dense Adam makes for this
    row, so we have saved nothing yet. We need its value for many r, and always with the same w and
    z. Think of it as a weighted sum: weights w_k at places y_k, where y_k = z_k/z_0 − 1 says how
    far z has grown, of the values there of a smooth function of y, z/(r + ε·z) with
    z = (1 + y)·z_0. Choose two places and two weights, four numbers, so that the sums of 1, y, y²
    and y³ come out right. Then the sum of every cubic is right, and the sum of a smooth function is
    nearly right, because a cubic follows it closely over so short a range. This is a Gauss rule of
    two points. Two terms stand for all of them. For any number of points, the places are the
    eigenvalues of a small matrix, as in gauss_rule below; for two, the program solves a quadratic
    equation.

    How near is nearly? The error is largest when r is about as small as ε. It falls with s, because
    z grows fast at first and hardly at all later. From step 96 on it is below two millionths of the
    move. A move is small beside its weight, so this is about what float32 rounds away in each step
    anyway. Before step 96 the terms are added one by one.
    """
    steps = lesson.steps
    network, _ = steps.ours_after
    adam = steps.settings.adam
    waiting = waiting_words(lesson)
    after = np.array([word.after for word in waiting])
    at_once = np.array(
        [word.before + deferred_move(adam, word.s, word.K, word.m, word.r) for word in waiting]
    )
    late = [word for word in waiting if word.s >= FIRST_OF_RULE]
    by_rule, by_terms = (
        np.array([deferred_move(adam, word.s, word.K, word.m, word.r, n) for word in late])
        for n in (2, 0)
    )
    ours_by, _ = steps.by
    rows = tuple(
        (
            word.word,
            number(word.s),
            number(word.K),
            number(word.before[word.unit], 6),
            number(at[word.unit] - word.before[word.unit], 6),
            number(word.after[word.unit] - word.before[word.unit], 6),
        )
        for word, at in zip(waiting, at_once, strict=True)
    )
    chosen = waiting[-1]
    errors = {n: [largest_error(adam, chosen.s, K, n) for K in _GAPS] for n in (1, 2, 3)}
    return Values(
        (
            Comparison(
                f"rows of W_1 after {N_STEPS} steps",
                network.first[steps.watched],
                after,
                ours_by,
                "dense Adam, float64",
                _AFTER_STEPS,
            ),
            Comparison(
                "the same rows, their moves made at once",
                at_once,
                after,
                "the sum, NumPy",
                "dense Adam, float64",
                1e-12,
            ),
            Comparison(
                f"moves pending since step {FIRST_OF_RULE} or later",
                by_rule,
                by_terms,
                "two-point rule",
                "all terms",
                RULE_ERROR,
            ),
        ),
        (
            Rows(
                "six words that wait, one weight of each",
                ("word", "s", "K", "weight before", "moved at once", "moved by dense Adam"),
                rows,
            ),
            Lines(
                f"largest relative error over all r, last gradient at step {chosen.s}",
                "gap K",
                "power of ten",
                tuple(
                    (f"{n} point{'s'[: n - 1]}", _GAPS, np.log10(np.maximum(errors[n], 1e-16)))
                    for n in (1, 2, 3)
                ),
                log_x=True,
            ),
        ),
    )


def _saved(lesson: Lesson) -> str:
    steps = lesson.steps
    made = sum(
        len(np.unique(steps.X[steps.batch(step).ravel()].indices)) for step in range(1, N_STEPS + 1)
    )
    met = int((steps.last_seen > 0).sum())
    first = [
        min(N_STEPS - int(step) + 1, N_STEPS) for step in _first_seen(lesson)[steps.last_seen > 0]
    ]
    return (
        f"In these {N_STEPS} steps dense Adam moves every row that has ever had a gradient, "
        f"{number(met)} in the end: {number(sum(first))} moves of rows. Deferred, a row is moved "
        f"once for each batch that its word is in: {number(made)} times, "
        f"{number(made / sum(first) * 100, 3)} % as often."
    )


def _first_seen(lesson: Lesson) -> Array:
    """The first step at which each word was in the batch; (V,), `N_STEPS` + 1 for never."""
    steps = lesson.steps
    first = np.full(steps.X.shape[1], N_STEPS + 1)
    for step in range(N_STEPS, 0, -1):
        first[steps.X[steps.batch(step).ravel()].indices] = step
    return first


STATIONS: tuple[Station[Lesson], ...] = (
    Station(
        "adam",
        "Adam, every weight in every step",
        ((2, "m_t"), (2, "v_t"), (2, "w_t"), (2, "m̂_t"), (2, "v̂_t")),
        ("nn/adam.py::Adam.update",),
        adam_values,
        "Why do nearly all weights move by the same distance in the first step?",
        _first_moves,
        also=("nn/kernels/adam.py::adam_update",),
    ),
    Station(
        "deferred",
        "Adam, moves put off until a row is read",
        ((3, "m · f(r)"), (3, "f(r)"), (3, "w_k"), (3, "z_k")),
        (
            "explain/rules.py::pending_terms",
            "explain/rules.py::deferred_move",
            "explain/rules.py::gauss_rule",
        ),
        deferred_values,
        "How many moves of rows does this save?",
        _saved,
        also=(
            "nn/kernels/adam.py::move_by_rule",
            "nn/kernels/adam.py::move_by_terms",
            "nn/kernels/adam.py::catch_up",
            "nn/kernels/adam.py::advance_moments",
            "nn/kernels/adam.py::extend_pending",
        ),
    ),
)
