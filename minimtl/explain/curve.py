"""Stations of the learning curve and the logarithm that is fitted to it."""

import numpy as np
from scipy.optimize import minimize_scalar

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Array, Comparison, Lines, Rows, Station, Values, number
from minimtl.stats import C_MAX, C_MIN, central_difference, fit_log_curve
from minimtl.tasks import Job, task_data, train_model, training_rng

_EPOCHS_AGAIN = 3
# The fit is flat at its minimum: comparing values of RSS finds c to half of the digits.
_FIT = 1e-5


def _losses(lesson: Lesson) -> Array:
    return lesson.losses[lesson.pair.main]


def curve_values(lesson: Lesson) -> Values:
    """One pass over all training posts of the task is an epoch. We write down the mean loss of its
    steps, begin again, and get a curve: the learning curve. It falls, quickly at first.

    This curve is of a network that learns the main task alone. The idea of the paper is that its
    shape says whether a second task would help: a network that has stopped learning may need
    somebody else's data. To check the curve, its first epochs are trained again here by the other
    back end, from the same random numbers.
    """
    task = lesson.pair.main
    data, losses = lesson.study.data, _losses(lesson)
    again = train_model(
        data.protocol.settings,
        task_data([lesson.samples[task]], data),
        [2],
        _EPOCHS_AGAIN,
        training_rng(Job((task,), 0), data.identity),
        "numpy",
    )
    ours_by = "kernel, float32" if data.backend == "numba" else "NumPy"
    epochs = np.arange(1, len(losses) + 1)
    return Values(
        (
            Comparison(
                f"y of the first {_EPOCHS_AGAIN} epochs",
                losses[:_EPOCHS_AGAIN],
                again.losses[0],
                f"the study's model, {ours_by}",
                "NumPy twin, trained again",
                1e-5,
            ),
        ),
        (
            Lines(
                "training loss of the main task and of the auxiliary task, each learnt alone",
                "epoch",
                "loss",
                (
                    ("main", epochs, losses),
                    ("auxiliary", epochs, lesson.losses[lesson.pair.aux]),
                ),
            ),
        ),
    )


def _halved(lesson: Lesson) -> str:
    losses = _losses(lesson)
    half = np.flatnonzero(losses <= losses[0] / 2)
    when = f"epoch {half[0] + 1}" if len(half) else f"no epoch of these {len(losses)}"
    return (
        f"It begins at {number(losses[0])}, near ln 2 = {number(np.log(2))}, and has fallen to "
        f"half of that at {when}. After {len(losses)} epochs it is {number(losses[-1])}."
    )


def _fitted_by_search(losses: Array) -> Array:
    """The curve again: NumPy's least squares for each c, and SciPy's search for the best one."""
    i = np.arange(len(losses))

    def curve(log_c: float) -> Array:
        columns = np.column_stack([np.log(np.exp(log_c) * i + 1), np.ones(len(i))])
        best: Array = columns @ np.linalg.lstsq(columns, losses, rcond=None)[0]
        return best

    def apart(log_c: float) -> float:
        return float(np.sum((curve(log_c) - losses) ** 2))

    grid = np.linspace(np.log(C_MIN), np.log(C_MAX), 200)
    near = int(np.argmin([apart(log_c) for log_c in grid]))
    bounds = grid[max(near - 1, 0)], grid[min(near + 1, len(grid) - 1)]
    found = minimize_scalar(apart, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return curve(found.x)


def fit_values(lesson: Lesson) -> Values:
    """A curve of 150 numbers is too long for a feature. We fit a logarithm to it and keep two
    numbers: a says how far the loss falls, c how early it bends. Four more features are slopes of
    the curve itself, at a tenth, a quarter, a half and three quarters of the way.

    Given c, the best a and b are those of a straight line, for which there is a formula. So we
    search along one axis only, that of c. The peer here finds the best c by a general search.
    """
    losses = _losses(lesson)
    i = np.arange(len(losses))
    fit = fit_log_curve(losses)
    reading = lesson.protocol.reading
    slopes = central_difference(losses, np.array(reading.gradient_epochs))
    by_hand = np.array([(losses[e + 1] - losses[e - 1]) / 2 for e in reading.gradient_epochs])
    return Values(
        (
            Comparison(
                "the fitted curve",
                fit(i),
                _fitted_by_search(losses),
                "fit_log_curve",
                "lstsq and a search for c",
                _FIT,
            ),
            Comparison("four slopes", slopes, by_hand, "central_difference", "by hand", 1e-12),
        ),
        (
            Lines(
                f"a = {number(fit.a)}, b = {number(fit.b)}, c = {number(fit.c)}",
                "epoch",
                "loss",
                (("loss", i + 1, losses), ("fitted", i + 1, fit(i))),
            ),
            Rows(
                "slopes",
                ("epoch", "slope"),
                tuple(
                    (number(epoch + 1), number(slope))
                    for epoch, slope in zip(reading.gradient_epochs, slopes, strict=True)
                ),
            ),
        ),
    )


def _gauge(lesson: Lesson) -> str:
    losses = _losses(lesson)
    i = np.arange(len(losses))
    fit = fit_log_curve(losses)
    other = fit.a * np.log(10 * fit.c * i + 10) + fit.b - fit.a * np.log(10)
    return (
        "None of them. With c and d ten times as large and b less by a·ln 10, c is "
        f"{number(10 * fit.c)} instead of {number(fit.c)}, and no point of the curve moves by "
        f"more than {number(np.abs(other - fit(i)).max(), 1)}. So c means something only after d "
        "is fixed. We fix d = 1."
    )


STATIONS: tuple[Station[Lesson], ...] = (
    Station(
        "curve",
        "The learning curve",
        ((6, "y_i"),),
        ("nn/reference.py::ReferenceTrainer.epoch",),
        curve_values,
        "When has the loss fallen to half?",
        _halved,
        also=("nn/training.py::train",),
    ),
    Station(
        "fit",
        "A logarithm fitted to it",
        ((6, "ŷ_i"), (6, "a = "), (6, "b = "), (6, "RSS")),
        ("stats/curves.py::_project",),
        fit_values,
        "The paper fits a·ln(c·i + d) + b. Which point of the curve moves when c and d grow "
        "tenfold "
        "and b is adjusted?",
        _gauge,
        also=("stats/curves.py::_minimise", "stats/curves.py::central_difference"),
    ),
)
