"""``python -m bench.peers_choose``: which settings of each contestant `bench.peers` measures.

Every line of a contestant is tried on training texts alone: a fifth of each class is held out, the
rest is learned from. They are 3,000 posts of the 20 topics, and two pairs of the study. A line ends
where more effort adds nothing. What no other setting of the contestant beats in both seconds and
macro-F1 on the held-out texts, each 0.004 better than all shorter ones, is written to
``peers_chosen.json``. The reviews, which have two classes too, are measured with the settings of
the pairs. No test text is seen.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from minimtl.system import pin_threads

# Before NumPy or any peer is loaded: they read the variables once.
pin_threads()

CHOSEN = Path(__file__).with_name("peers_chosen.json")
MOST_TEXTS = 3_000  # of a task
LEAST_STEP = 0.002  # of macro-F1 from one effort of a line to the next
LONGEST = 10.0  # seconds; no effort after one that took so long


def chosen() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The settings to measure, by group and contestant."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(CHOSEN.read_text("utf-8"))
    return found


def validation_units(group: str, settings: Any) -> list[Any]:
    """Units of the group's run 0 whose test texts are held-out training texts."""
    from bench.peers_problems import units

    every = units(group, 0, settings)
    kept = []
    for unit in every[:: max(1, len(every) // 2)]:
        first = [
            replace(
                task,
                train_texts=task.train_texts[:MOST_TEXTS],
                train_labels=task.train_labels[:MOST_TEXTS],
            )
            for task in unit
        ]
        kept.append([task.validation(0) for task in first])
    return kept


def try_contestant(contestant: Any, tasks: Sequence[Any]) -> list[Any]:
    """Points of its lines on the units."""
    from bench.peers import Attempt

    learner = contestant.learner()
    points = []
    for line in contestant.lines:
        before = 0.0
        for params in line.settings():
            attempt = Attempt(learner, params, [tasks])
            attempt()
            points.append(attempt.point())
            if points[-1].seconds > LONGEST or points[-1].score < before + LEAST_STEP:
                break
            before = points[-1].score
    return points


def main(argv: Sequence[str] | None = None) -> int:
    """Choose for the groups and contestants of the command line, or for all."""
    from bench.peers import warm_up
    from bench.peers_contestants import contestants
    from bench.peers_frontier import worth_measuring
    from bench.peers_problems import PAIRS, TOPICS
    from bench.settings import Settings, corpus_at_hand

    parser = argparse.ArgumentParser(prog="python -m bench.peers_choose")
    parser.add_argument("--group", nargs="+", choices=(TOPICS, PAIRS), default=(TOPICS, PAIRS))
    parser.add_argument("--who", nargs="+", choices=list(contestants()), default=contestants())
    args = parser.parse_args(argv)
    settings = Settings(corpus_at_hand(), quick=False)
    written = chosen() if CHOSEN.exists() else {}
    for group in args.group:
        tasks = validation_units(group, settings)
        for name in args.who:
            contestant = contestants()[name]
            if contestant.missing or (contestant.joint and len(tasks[0]) == 1):
                print(f"{group}: {name} left out. {contestant.missing}", file=sys.stderr)
                continue
            warm_up(contestant)
            points = try_contestant(contestant, tasks)
            kept = worth_measuring(points)
            for point in kept:
                print(
                    f"{group}: {name} {point.seconds:.2f} s {point.score:.3f} {point.params} "
                    f"(of {len(points)})",
                    flush=True,
                )
            written.setdefault(group, {})[name] = [point.params for point in kept]
            CHOSEN.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
