"""Made-up results in the layouts of both studies, for tests without the real ones."""

import numpy as np

from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs, unrelated_pairs
from tests.frozen.inputs import write_experiment, write_tasks


class MadeUpExperiment:
    """An experiment drawn at random and written; its arrays are what a reader has to find again.

    Attributes
    ----------
    topics : the four topics of each pair, (main, main, aux, aux), in the order of the features.
    single, joint : accuracy of each pair's main task after 81 epochs, (n_pairs,).
    features : (n_pairs, 30), in the released order of columns.
    """

    def __init__(self, folder, name="exp1_0", seed=0, n_pairs=None):
        rng = np.random.default_rng(seed)
        pairs = list((related_pairs if name.startswith("exp1") else unrelated_pairs)(NEWSGROUPS))
        chosen = rng.permutation(len(pairs))[:n_pairs]
        self.topics = [(*pairs[i].main, *pairs[i].aux) for i in chosen]
        results = folder / name / "results200"
        self.single, self.joint, self.features = write_experiment(results, self.topics, rng)


class MadeUpLogs:
    """Logs drawn at random and written.

    Attributes
    ----------
    losses : {task: its training losses alone}.
    alone : {task: F1 after 50,000 iterations}.
    joint : {(main, aux): F1 of the main task after 100,000 iterations}.
    gains : {(main, aux): per cent}, sorted.
    """

    def __init__(self, folder, tasks=("ant", "bee", "cow", "dog")):
        self.tasks = tasks
        written = write_tasks(folder / "logs", tasks, np.random.default_rng(0))
        self.losses, self.alone, self.joint = written
        self.gains = {
            (main, aux): (self.joint[main, aux] / self.alone[main] - 1) * 100
            for main, aux in sorted(self.joint)
        }


def by_item(findings):
    """Findings by their items, of which there must be one each."""
    found = {finding.item: finding for finding in findings}
    assert len(found) == len(findings)
    return found
