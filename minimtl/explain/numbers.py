"""The numbers behind what a reader can move on the page; the page computes none of them."""

from typing import Any

import numpy as np

from minimtl.explain.descent import largest_error, waiting_words
from minimtl.explain.documents import Measured
from minimtl.explain.lesson import Lesson
from minimtl.explain.prediction import leaking_share, leaks, scored_designs
from minimtl.explain.rules import deferred_move, pending_terms
from minimtl.explain.station import Array
from minimtl.explain.steps import StepValues

GAPS = (1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 130, 250)
LAST_STEPS = (1, 2, 5, 10, 20, 50, 96, 200, 1000)
N_BARS = 60
RATES = (0.2, 0.5, 0.8)
MASK_STEPS = 6
_MOST_FOLDS = 20


def deferred_numbers(lesson: Lesson) -> dict[str, Any]:
    """For each watched word, last step and gap: the move by all terms and by one to three points.

    `moves[word][step][gap]` has four times a move and its relative error, `bars[word][step]` the
    first `N_BARS` single moves, `errors[step][gap]` the largest relative errors of the three rules
    over all r.
    """
    adam = lesson.steps.settings.adam
    words, moves, bars = [], [], []
    for waiting in waiting_words(lesson):
        m, r = waiting.m[waiting.unit], waiting.r[waiting.unit]
        words.append(
            {"word": waiting.word, "s": waiting.s, "K": waiting.K, "m": _short(m), "r": _short(r)}
        )
        moves.append([[_four_ways(lesson, s, K, m, r) for K in GAPS] for s in LAST_STEPS])
        bars.append([_each_move(lesson, s, m, r) for s in LAST_STEPS])
    errors = [
        [[_short(largest_error(adam, s, K, n)) for n in (1, 2, 3)] for K in GAPS]
        for s in LAST_STEPS
    ]
    return {
        "gaps": GAPS,
        "steps": LAST_STEPS,
        "words": words,
        "moves": moves,
        "bars": bars,
        "errors": errors,
    }


def _four_ways(lesson: Lesson, s: int, K: int, m: float, r: float) -> list[list[float]]:
    """The move by all terms and by one to three points, each with its relative error."""
    adam = lesson.steps.settings.adam
    exact = deferred_move(adam, s, K, m, r)
    moves = [deferred_move(adam, s, K, m, r, n) for n in range(4)]
    return [[_short(move), _short(abs(move / exact - 1))] for move in moves]


def _each_move(lesson: Lesson, s: int, m: float, r: float) -> list[float]:
    adam = lesson.steps.settings.adam
    w, z = pending_terms(adam, s, N_BARS - 1)
    return [_short(move) for move in -m * w * z / (r + adam.eps * z)]


def dropout_numbers(lesson: Lesson) -> dict[str, Any]:
    """Masks of the first layer for some steps and rates, as hexadecimal digits, and what they do.

    `masks[step][rate]` is one string a row of the batch, of the main task's rows; `losses` are that
    task's, of the step's batch under the mask, and `without` those without dropout, both before
    the first step.
    """
    steps = lesson.steps
    width = steps.network.shape.hidden[0]
    n = steps.batch(1).shape[1]
    network = steps.network.with_rows(np.arange(len(steps.network.first)), np.float64)
    none: list[Array | None] = [None] * len(steps.network.shape.hidden)
    masks, kept, losses, without = [], [], [], []
    for step in range(1, MASK_STEPS + 1):
        of_step = [steps.masks(step, rate) for rate in RATES]
        masks.append([[_hex(row) for row in mask[0][:n] > 0] for mask in of_step])
        kept.append([_short(float((mask[0] > 0).mean())) for mask in of_step])
        losses.append([_loss(steps.twin_values(network, mask, step)) for mask in of_step])
        without.append(_loss(steps.twin_values(network, none, step)))
    return {
        "rates": RATES,
        "rows": n,
        "width": width,
        "masks": masks,
        "kept": kept,
        "losses": losses,
        "without": without,
    }


def _loss(values: StepValues) -> float:
    return _short(values.losses[0])


def _hex(bits: Array) -> str:
    return np.packbits(bits).tobytes().hex()


def fold_numbers(lesson: Lesson) -> list[dict[str, Any]]:
    """For each design: score, what leaks, and the state of every pair in its first folds.

    A pair's state in a fold is one letter: ``x`` tested, with nothing of its main task in training;
    ``m`` tested, with its main task in training as a main task; ``a`` tested, with it there as an
    auxiliary task only; ``t`` in training; ``.`` in neither.
    """
    outcomes = lesson.problem
    every = []
    for design, score in scored_designs(lesson):
        main, aux = (leaks(outcomes, design, role) for role in ("main", "aux"))
        state = np.where(design.test, "x", np.where(design.train, "t", "."))
        state = np.where(main, "m", np.where(aux, "a", state))
        shown = min(len(state), design.n_folds, _MOST_FOLDS)
        every.append(
            {
                "name": design.name,
                "accuracy": _short(score.accuracy),
                "brier": _short(score.brier),
                "leaks": [
                    _short(leaking_share(outcomes, design, role))
                    for role in ("main", "aux", "topic")
                ],
                "folds": ["".join(row) for row in state[:shown]],
                "by_fold": [_short(value) for value in score.by_fold[:shown]],
            }
        )
    return every


def document_numbers(measured: Measured) -> list[dict[str, Any]]:
    """The points of gain against documents a class."""
    return [
        {
            "documents": point.documents,
            "single": _short(point.single),
            "multi": _short(point.multi),
            "gains": [_short(gain) for gain in point.gains],
        }
        for point in measured.points
    ]


def _short(value: Any) -> float:
    """Eight significant digits, which is more than the page shows."""
    return float(f"{float(value):.8g}")
