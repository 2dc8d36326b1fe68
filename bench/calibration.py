"""``python -m bench.calibration [--study DIR]``: do intervals and p-values keep what they promise?

Two tables for each problem of a finished study, or of the authors' released logs:

coverage    how often a nominal 95 % interval of the mean gain holds the true mean, in gains
            simulated from the crossed model that is fitted to the study's own
rejections  how often the test of the meta-model's accuracy has p ≤ 0.05 where features say
            nothing of gains: real features, labels of simulated gains at the observed base rate,
            under four nulls: main tasks alone; main tasks, and auxiliary ones with 25 % of the
            variance; main tasks and the main tasks' topics; the fitted crossed model

Each simulated study is treated as a real one would be: components are fitted to its gains and
labels, and new labels are simulated from these to be compared with. The accuracy is that on pairs
whose subclasses are not in training.
"""

import argparse
import csv
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from minimtl.system import pin_threads

pin_threads()

import numpy as np  # noqa: E402  (reads the variables that were just set)

from bench.published_intervals import clustered_mean, dyadic_mean  # noqa: E402
from minimtl.audit.kerineclogs import read_released  # noqa: E402
from minimtl.gains.designs import Design, unseen_design  # noqa: E402
from minimtl.gains.pairlabels import accuracy_p_value, null_labels  # noqa: E402
from minimtl.gains.pairtable import (  # noqa: E402
    PairTable,
    labels_of,
    pair_levels,
    topic_table,
)
from minimtl.stats.crossed import (  # noqa: E402
    PAIR,
    Components,
    Effects,
    crossed_effects,
    crossed_mean,
    fit_components,
    simulate_gains,
)
from minimtl.stats.intervals import mean_of_runs  # noqa: E402
from minimtl.tasks.outcomes import TIE, LabelledPairs  # noqa: E402
from minimtl.tasks.pairfeatures import DEFINITIONS, FEATURE_NAMES, FEATURE_SETS  # noqa: E402
from minimtl.tasks.printedtables import AUTHORS_FEATURES  # noqa: E402
from minimtl.tasks.protocol import RELEASED, Meta  # noqa: E402
from minimtl.tasks.readmanifest import problems_of, read_manifest  # noqa: E402
from minimtl.tasks.taskpairs import NEWSGROUPS, Pair, Task  # noqa: E402

LOGS = "investigationMTL-logs.tar.gz"
COVERAGE = (0.93, 0.97)
REJECTIONS = (0.03, 0.07)
ALPHA = 0.05
COVERAGE_TRIALS = 2  # simulated studies of the first table for one of the second
SETS = ("only_curve", "all")


@dataclass(frozen=True)
class Gains:
    """The pairs of one problem with their features and gains.

    ``X`` is (n_pairs, n_features), with the columns `FEATURE_NAMES`, and ``gains``
    (n_pairs, n_runs), both float64.
    """

    name: str
    pairs: tuple[Pair, ...]
    X: np.ndarray
    gains: np.ndarray
    meta: Meta

    def table(self, gains: np.ndarray) -> PairTable:
        """The pairs with other gains, (n_pairs, 1), as many above 0 as there are in these."""
        n_gains = int((self.gains.mean(axis=1) > TIE).sum())
        ordered = np.sort(gains[:, 0])[::-1]
        gains = gains - ordered[n_gains - 1 : n_gains + 1].mean()
        return topic_table(
            self.name,
            self.pairs,
            gains,
            [LabelledPairs(self.X, labels_of(gains[:, 0], 0.0))],
            (name for pair in self.pairs for name in _block(pair)),
            DEFINITIONS["code"],
            self.meta,
        )


def read_study(folder: Path) -> list[Gains]:
    """The problems of a finished study, from its manifest, scores.csv and features.csv.

    Features are averaged over the runs, as the gains are for the test.
    """
    protocol, _ = problems_of(read_manifest(folder))[-1]
    scores, features = (
        [row for row in _read_csv(folder / name) if row["protocol"] == protocol.name]
        for name in ("scores.csv", "features.csv")
    )
    gains: dict[str, dict[Pair, list[float]]] = {}
    for row in scores:
        gains.setdefault(row["problem"], {}).setdefault(_pair(row), []).append(float(row["gain"]))
    values: dict[Pair, list[list[float]]] = {}
    for row in features:
        values.setdefault(_pair(row), []).append([float(row[name]) for name in FEATURE_NAMES])
    return [
        Gains(
            problem,
            tuple(of_pair),
            np.array([np.mean(values[pair], axis=0) for pair in of_pair]),
            np.array(list(of_pair.values())),
            protocol.meta,
        )
        for problem, of_pair in gains.items()
    ]


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pair(row: dict[str, str]) -> Pair:
    main, aux = (Task(row[f"{role}_positive"], row[f"{role}_negative"]) for role in ("main", "aux"))
    return Pair(main, aux)


def read_logs(path: Path) -> list[Gains]:
    """The authors' experiments that are complete and have features, one run each."""
    found = []
    for experiment in read_released(path):
        if experiment.is_complete and experiment.features is not None:
            single, joint = experiment.scores("accuracy")
            gains = (joint - single)[:, np.newaxis]
            X = experiment.features[:, [AUTHORS_FEATURES.index(name) for name in FEATURE_NAMES]]
            name = f"{experiment.problem}, released logs {experiment.name}"
            found.append(Gains(name, experiment.pairs, X, gains, RELEASED.meta))
    return found


@dataclass(frozen=True)
class Share:
    """How often something happened in so many trials, and between which shares it should."""

    what: str
    happened: int
    trials: int
    bounds: tuple[float, float]

    @property
    def share(self) -> float:
        return self.happened / self.trials

    @property
    def is_within(self) -> bool:
        return self.bounds[0] <= self.share <= self.bounds[1]

    def row(self) -> str:
        """A row of a Markdown table: what, share ± its standard error, verdict."""
        error = math.sqrt(self.share * (1 - self.share) / self.trials)
        low, high = self.bounds
        verdict = "yes" if self.is_within else "no"
        return f"| {self.what} | {self.share:.3f} ± {error:.3f} | {low} to {high} | {verdict} |"


def coverage(data: Gains, n_trials: int, rng: np.random.Generator) -> list[Share]:
    """How often each interval holds the true mean of gains simulated from the fitted model.

    For *these tasks* the true mean is that of the simulated tasks, without the runs' noise.
    """
    levels = pair_levels(data.pairs)
    effects = crossed_effects(levels)
    components = fit_components(data.gains, effects)
    n_runs = data.gains.shape[1]
    tasks = np.stack([levels["main"], levels["aux"]], axis=1)
    hits: dict[str, int] = {}
    for lasting, gains in _simulated_studies(components, effects, n_runs, n_trials, rng):
        average = gains.mean(axis=1)
        intervals = {
            "new tasks: crossed": crossed_mean(gains, effects),
            "by main task": clustered_mean(average, levels["main"]),
            "two-way, main × auxiliary task": clustered_mean(
                average, levels["main"], levels["aux"]
            ),
            "dyadic, tasks": dyadic_mean(average, tasks),
        }
        true = dict.fromkeys(intervals, components.mean)
        if n_runs > 1:
            intervals["these tasks: over runs"] = mean_of_runs(gains)
            true["these tasks: over runs"] = float(lasting.mean())
        for name, estimate in intervals.items():
            hits[name] = hits.get(name, 0) + (estimate.low <= true[name] <= estimate.high)
    return [Share(name, count, n_trials, COVERAGE) for name, count in hits.items()]


def _simulated_studies(
    components: Components, effects: Effects, n_runs: int, n_trials: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Gains that last, (n_pairs,), and gains of a whole study, (n_pairs, n_runs)."""
    nothing = np.zeros_like(components.lasting)
    lasting_only = Components(components.mean, components.lasting, nothing)
    runs_only = Components(0.0, nothing, components.per_run)
    for _ in range(n_trials):
        lasting = simulate_gains(lasting_only, effects, 1, 1, rng)[0, :, 0]
        noise = simulate_gains(runs_only, effects, n_runs, 1, rng)[0]
        yield lasting, lasting[:, np.newaxis] + noise


def nulls(data: Gains, effects: Effects) -> dict[str, Components]:
    """The four nulls; all but the last in shares of a variance of 1, from one run."""
    fitted = fit_components(data.gains.mean(axis=1)[:, np.newaxis], effects)
    shares = {
        "main tasks alone": {"main": 0.5, PAIR: 0.5},
        "main tasks and 25 % auxiliary tasks": {"main": 0.5, "aux": 0.25, PAIR: 0.25},
        # A task has two topics: together they have the share 0.25.
        "main tasks and their topics": {"main": 0.25, "main_topics": 0.125, PAIR: 0.5},
    }
    made = {}
    for null, given in shares.items():
        lasting = np.array([given.get(name, 0.0) for name in effects.names])
        made[null] = Components(0.0, lasting, np.zeros_like(lasting))
    return made | {"the fitted crossed model": fitted}


def rejections(
    data: Gains, n_trials: int, n_simulations: int, rng: np.random.Generator
) -> list[Share]:
    """How often the meta-model's accuracy has p ≤ 0.05 under each null, for two feature sets."""
    effects = crossed_effects(pair_levels(data.pairs))
    design = unseen_design(data.table(data.gains[:, :1]), "groups_unseen")
    found = []
    for null, components in nulls(data, effects).items():
        studies = simulate_gains(components, effects, 1, n_trials, rng)
        for name in SETS:
            columns = FEATURE_SETS[name]
            rejected = sum(
                engine_p_value(data.table(gains), columns, design, n_simulations, rng) <= ALPHA
                for gains in studies
            )
            found.append(Share(f"{null}; features {name}", rejected, n_trials, REJECTIONS))
    return found


def engine_p_value(
    table: PairTable,
    columns: Sequence[int],
    design: Design,
    n_simulations: int,
    rng: np.random.Generator,
) -> float:
    """p of the accuracy of the labels of these gains, as `minimtl.gains.engine` has it."""
    null = null_labels(table, rng)[:n_simulations]
    return accuracy_p_value(table.data_sets, columns, design, table.settings, null)


def _block(pair: Pair) -> tuple[str, ...]:
    return tuple(NEWSGROUPS.subclass_of(topic).name for topic in pair.main)


def tables(
    data: Gains, n_trials: int, n_simulations: int, seed: int, say: Callable[[str], None]
) -> bool:
    """Print both tables of one problem; whether the claims that minimtl makes hold."""
    began = time.perf_counter()
    rng = np.random.default_rng(seed)
    say(f"\n## {data.name}: {len(data.pairs)} pairs, {data.gains.shape[1]} runs\n")
    say("| 95 % interval | holds the true mean | should | does |\n|---|--:|--:|---|")
    covered = coverage(data, COVERAGE_TRIALS * n_trials, rng)
    for share in covered:
        say(share.row())
    say("\n| null; features | p ≤ 0.05 | should | does |\n|---|--:|--:|---|")
    rejected = rejections(data, n_trials, n_simulations, rng)
    for share in rejected:
        say(share.row())
    seconds = time.perf_counter() - began
    say(f"\n{COVERAGE_TRIALS * n_trials} and {n_trials} simulated studies, {seconds:.0f} s.")
    claimed = [share for share in covered if ":" in share.what] + rejected
    return all(share.is_within for share in claimed)


def main(argv: list[str] | None = None) -> int:
    """Print the tables as Markdown; 1 where an interval or test that minimtl relies on fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description=__doc__)
    parser.add_argument("--study", type=Path, help=f"default: {LOGS} in the folder MINIMTL_DATA")
    parser.add_argument("--trials", type=int, default=1000, help="simulated studies, 1000")
    parser.add_argument("--simulations", type=int, default=99, help="of each test (default: 99)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    if args.study is None:
        problems = read_logs(Path(os.environ.get("MINIMTL_DATA", "."), LOGS))
    else:
        problems = read_study(args.study)
    held = [
        tables(data, args.trials, args.simulations, args.seed, lambda line: print(line, flush=True))
        for data in problems
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
