"""Peers people would pick: CPU seconds to equal macro-F1, from raw texts to predicted labels.

Each contestant is measured at some settings of growing effort, chosen on training texts only
(`bench.peers_choose`). A round is one run: other documents of the pairs, another division of the
reviews, another order of the posts, and another seed. In it every setting of every contestant has
its turn. Seconds are of the process, per task: cutting texts into words, weighting, learning, files
that a peer reads, and the predictions for all test texts, parsed too. A joint model's are divided
by its tasks. Imports and compiled kernels are loaded before.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from bench.harness import interleave
from bench.peers_choose import chosen
from bench.peers_contestants import Contestant, contestants
from bench.peers_frontier import Point, levels, time_to
from bench.peers_learners import Learner
from bench.peers_problems import GROUPS, PAIRS, TOPICS, TextTask, Unit, missing, units
from bench.rows import OURS, Row, missing_row
from bench.settings import Settings
from minimtl.stats.scores import macro_f1

SECTION = "Peers people would pick"
RUNS = 3


class Attempt:
    """A setting of a contestant, and what came of it in each round, on that round's units."""

    def __init__(self, learner: Learner, params: dict[str, Any], rounds: Sequence[Sequence[Unit]]):
        self.learner, self.params, self.rounds = learner, params, rounds
        self.scores: list[float] = []
        self.seconds: list[float] = []
        self.predict_seconds: list[float] = []

    def __call__(self) -> None:
        """Learn and predict all units of the next round; scoring is off the clock."""
        run = len(self.scores)
        learning = predicting = 0.0
        scores = []
        for unit in self.rounds[run]:
            began = time.process_time()
            predictors = self.learner(unit, self.params, run + 1)
            learned = time.process_time()
            found = [
                predict(task.test_texts) for predict, task in zip(predictors, unit, strict=True)
            ]
            predicting += time.process_time() - learned
            learning += learned - began
            scores += [
                macro_f1(task.test_labels, np.asarray(labels))
                for labels, task in zip(found, unit, strict=True)
            ]
        self.scores.append(float(np.mean(scores)))
        self.seconds.append((learning + predicting) / len(scores))
        self.predict_seconds.append(predicting / len(scores))

    def point(self) -> Point:
        """Medians over the rounds."""
        return Point(
            self.params,
            float(np.median(self.seconds)),
            float(np.median(self.scores)),
            float(np.median(self.predict_seconds)),
            min(self.scores),
            max(self.scores),
            len(self.scores),
        )


def measure(settings: Settings) -> list[Row]:
    """Rows of every setting, then the seconds to each level of macro-F1, group after group."""
    rows = []
    for group in GROUPS:
        absent = missing(group)
        if absent:
            rows.append(missing_row(SECTION, group, "all", absent))
            continue
        rounds = [units(group, run, settings) for run in range(settings.choose(RUNS, 1))]
        attempts, left_out = enter(group, rounds)
        turns = {f"{who} {n}": one for who, some in attempts.items() for n, one in enumerate(some)}
        interleave(turns, len(rounds), warm_up=0)
        points = {who: [one.point() for one in some] for who, some in attempts.items()}
        rows += point_rows(group, points) + level_rows(group, points)
        rows += [missing_row(SECTION, group, who, why) for who, why in left_out.items()]
    return rows


def enter(
    group: str, rounds: Sequence[Sequence[Unit]]
) -> tuple[dict[str, list[Attempt]], dict[str, str]]:
    """The attempts of those that can take part, warm; and why others cannot."""
    attempts, left_out = {}, {}
    settings = chosen()
    for who, all_params in settings[TOPICS if group == TOPICS else PAIRS].items():
        contestant = contestants()[who]
        if contestant.missing:
            left_out[who] = contestant.missing
            continue
        warm_up(contestant)
        attempts[who] = [Attempt(contestant.learner(), params, rounds) for params in all_params]
    return attempts, left_out


def warm_up(contestant: Contestant) -> None:
    """Import the contestant, and load its kernels, on a few made-up texts."""
    texts, labels = ["sun and sea", "rain and wind"] * 40, np.tile([0, 1], 40)
    many = TextTask([*texts, *["tea", "milk"] * 8], np.append(labels, [2, 3] * 8), texts, labels)
    two = TextTask(texts, labels, texts, labels)
    params = next(contestant.lines[0].settings())
    for unit in ([two, two], [many]):
        Attempt(contestant.learner(), params, [[unit]])()


def point_rows(group: str, points: dict[str, list[Point]]) -> list[Row]:
    """A row for each setting that was measured."""
    return [
        Row(
            SECTION, group, who, "s", point.seconds, n=point.n_runs, score=point.score,
            note=f"macro-F1 {point.score:.3f} ({point.low:.3f} to {point.high:.3f}), "
            f"predicting {point.predict_seconds:.2g} s: {described(point.params)}",
        )
        for who, some in points.items()
        for point in some
    ]  # fmt: skip


def level_rows(group: str, points: dict[str, list[Point]]) -> list[Row]:
    """Seconds of each contestant to each level, beside the fastest of minimtl's."""
    rows = []
    for name, level in levels(points.values()).items():
        what = f"{group}: to macro-F1 {level:.3f}, {name}"
        times = {who: time_to(level, some) for who, some in points.items()}
        ours = fastest(seconds for who, seconds in times.items() if who.startswith(OURS))
        for who, seconds in times.items():
            if np.isnan(seconds):
                best = max(point.score for point in points[who])
                rows.append(missing_row(SECTION, what, who, f"not reached: {best:.3f}"))
            else:
                rows.append(Row(SECTION, what, who, "s", seconds, times_ours=seconds / ours))
    return rows


def fastest(seconds: Iterable[float]) -> float:
    """The smallest that is no NaN; NaN if all are."""
    return min((value for value in seconds if not np.isnan(value)), default=float("nan"))


def described(params: dict[str, Any]) -> str:
    """Parameters as words, such as ``C 5, max_iter 12``."""
    return ", ".join(f"{name} {value}" for name, value in params.items() if value != "")
