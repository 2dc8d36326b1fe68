"""Made-up logs in the layout of Bingel and Søgaard's, for tests without the real ones."""

from itertools import combinations, permutations

import numpy as np
import pytest

TASKS = ("ant", "bee", "cow", "dog")


def training(task, losses, step=10):
    return "".join(f"Iter {step * (i + 1)}, task {task}, loss {x}\n" for i, x in enumerate(losses))


def development(scores):
    """Lines of ``{(task, iteration): F1}``."""
    return "".join(
        f"Iter {i}, task {task}, loss 1.5, acc 0.5, f1 {f1}, p 0.5, r 0.5\n"
        for (task, i), f1 in scores.items()
    )


class MadeUpLogs:
    """Logs drawn at random.

    Attributes
    ----------
    losses : {task: its training losses alone}.
    alone : {task: F1 after 50,000 iterations}.
    joint : {(main, aux): F1 of the main task after 100,000 iterations}.
    """

    def __init__(self, rng, tasks=TASKS, n_lines=400):
        self.tasks = tasks
        curve = 3 - 0.3 * np.log(0.05 * np.arange(n_lines) + 1)
        self.losses = {task: curve + rng.normal(0, 0.01, n_lines) for task in tasks}
        self.alone = {t: round(float(rng.uniform(0.4, 0.8)), 5) for t in tasks}
        self.joint = {
            (a, b): round(self.alone[a] * float(rng.uniform(0.9, 1.1)), 5)
            for a, b in permutations(tasks, 2)
        }

    def gain(self, pair):
        return (self.joint[pair] / self.alone[pair[0]] - 1) * 100

    def write(self, folder):
        for task in self.tasks:
            log = folder / "logs" / task
            log.mkdir(parents=True)
            (log / "loss_tr.log").write_text(training(task, self.losses[task]))
            # Only what is logged at the iterations that are read counts.
            scores = {(task, 49_900): 0.5, (task, 50_000): self.alone[task], (task, 50_100): 0.1}
            (log / "loss_dv.log").write_text(development(scores))
        for one, other in combinations(self.tasks, 2):
            log = folder / "logs" / f"{one}_{other}"
            log.mkdir()
            scores = {(one, 99_900): 0.6, (other, 99_900): 0.4}
            scores[other, 100_000] = self.joint[other, one]
            scores[one, 100_000] = self.joint[one, other]
            (log / "loss_dv.log").write_text(development(scores))
            (log / "loss_tr.log").write_text("not read\n")


@pytest.fixture
def root(tmp_path):
    """Where ``made_up_logs`` writes."""
    return tmp_path / "released"


@pytest.fixture
def made_up_logs(root):
    """Draw logs and write them."""

    def make(seed=0, **settings):
        logs = MadeUpLogs(np.random.default_rng(seed), **settings)
        logs.write(root)
        return logs

    return make
