"""Made-up results in the layouts of both studies, for tests without the real ones."""

import io
from itertools import combinations, permutations

import numpy as np

from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.taskpairs import related_pairs, unrelated_pairs

SINGLE = "Epoch {}, loss {}, val_loss 0.5, cacc {}, acc 0.5, val_acc {}, f1 {}, p 0.0, r 1.0\n"
JOINT = (
    "Epoch {}, cacc {}, f1 {}, p 0.0, r 1.0 activation_9_acc 0.5 activation_9_loss {} "
    "activation_10_acc 0.5 activation_10_loss 0.6 loss 1.2 val_activation_9_acc {} "
    "val_activation_9_loss 0.7 val_activation_10_acc 0.25 val_activation_10_loss 0.7 "
    "val_loss 1.4 \n"
)
N_TEST = 700

EFFICIENCY = """Epoch 80

All features
Accuracy 0.643745454545 0.0394774294758
Only curve data
Accuracy 0.727818181818 0.0380252199911


Coeffs [ {}]


OOV rate&-0.4\\\\
"""


def npz(array):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, array)
    return buffer.getvalue()


class MadeUpExperiment:
    """An experiment drawn at random; its arrays are what a reader has to find again.

    Attributes
    ----------
    topics : the four topics of each pair, (main, main, aux, aux), in the order of the features.
    single, joint : accuracy of each pair's main task after 81 epochs, (n_pairs,).
    losses : {the two topics of a task: training loss, (150,)}.
    features : (n_pairs, 30), in the released order of columns.
    """

    def __init__(self, name, rng, n_pairs=None):
        pairs = list((related_pairs if name.startswith("exp1") else unrelated_pairs)(NEWSGROUPS))
        chosen = rng.permutation(len(pairs))[:n_pairs]
        self.name = name
        self.topics = [(*pairs[i].main, *pairs[i].aux) for i in chosen]
        tasks = {task for four in self.topics for task in (four[:2], four[2:])}
        self.losses = {
            task: np.round(0.7 - 0.002 * np.arange(150) + rng.normal(0, 0.01, 150), 12)
            for task in sorted(tasks)
        }
        self.task_accuracy = {task: rng.integers(500, 650) / N_TEST for task in self.losses}
        self.single = np.array([self.task_accuracy[four[:2]] for four in self.topics])
        self.joint = self.single + rng.integers(-10, 15, len(self.topics)) / N_TEST
        self.features = self._features(rng)

    def _features(self, rng):
        of_task = {}
        for task, loss in self.losses.items():
            gradients = [(loss[i + 1] - loss[i - 1]) / 2 for i in (8, 20, 40, 60)]
            of_task[task] = np.array([*rng.uniform(0.2, 0.4, 4), *gradients])
        rows = []
        for four in self.topics:
            main, aux = of_task[four[:2]], of_task[four[2:]]
            rows.append(np.concatenate([main, aux, main / aux, rng.uniform(0, 1, 6)]))
        return np.array(rows)

    def write(self, folder):
        """Write it below `folder` as the authors laid it out."""
        results = folder / self.name / "results200"
        (results / "simple").mkdir(parents=True)
        (results / "multi").mkdir()
        for task, loss in self.losses.items():
            accuracy = self.task_accuracy[task]
            # Only what is logged after 81 epochs counts: the rest is another number.
            lines = [
                SINGLE.format(i, x, a := accuracy if i == 80 else 0.5, a, a)
                for i, x in enumerate(loss)
            ]
            (results / "simple" / "_".join(task)).write_text("".join(lines))
            (results / "simple" / ("_".join(task) + "_informations")).write_text("OOV rate 0.1\n")
        for four, accuracy in zip(self.topics, self.joint, strict=True):
            lines = [
                JOINT.format(i, a := accuracy if i == 80 else 0.5, a, 0.6, a) for i in range(100)
            ]
            (results / "multi" / ("_".join(four) + "split")).write_text("".join(lines))
        (results / "80array_features_log_reg.npz").write_bytes(npz(self.features))


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


def by_item(findings):
    """Findings by their items, of which there must be one each."""
    found = {finding.item: finding for finding in findings}
    assert len(found) == len(findings)
    return found
