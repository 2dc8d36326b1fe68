"""How consistent the released logs are, within an experiment and between two; nothing is printed.

Within an experiment: ties, unequal test sets and crossed classes of the two models that a gain
compares. Between two: logs that are the same, and how far their labels and gains agree.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from minimtl.audit.finding import Finding
from minimtl.audit.kerinec.compare import finding_on
from minimtl.audit.kerinec.experiments import Experiment
from minimtl.audit.kerinec.logs import Log
from minimtl.audit.kerinec.table1 import gains
from minimtl.tasks import NEWSGROUPS, TIE, Pair

_PRINTED_DIGITS = 1e-11  # accuracies are logged to twelve digits


def audit_consistency(experiments: Sequence[Experiment]) -> list[Finding]:
    """Ties, unequal test sets and crossed classes of each experiment; agreement between runs."""
    findings = []
    for experiment in experiments:
        findings += [_ties(experiment), _test_sets(experiment), _crossed_classes(experiment)]
    for one, other in combinations(experiments, 2):  # UNRELATED holds the pairs of RELATED, too
        findings += [_repeated_logs(one, other), *_agreement(one, other)]
    return findings


def n_test_documents(log: Log) -> int:
    """The smallest number of test documents (to 1000) that every logged accuracy is a share of.

    Returns
    -------
    int
        0 if no number fits.
    """
    numbers = np.arange(1, 1001)
    counts = np.unique(log.accuracy)[:, None] * numbers
    fits = (np.abs(counts - np.rint(counts)) <= _PRINTED_DIGITS * numbers).all(axis=0)
    return int(numbers[fits.argmax()]) if fits.any() else 0


def is_aligned(pair: Pair) -> bool:
    """Whether the two tasks' positive topics share a subclass."""
    main, aux = (NEWSGROUPS.subclass_of(task.positive) for task in pair)
    return main == aux


def _found(experiments: Sequence[Experiment], item: str, derived: float, reason: str) -> Finding:
    return finding_on(experiments, "design", item, derived, reason)


def _ties(experiment: Experiment) -> Finding:
    single, joint = experiment.scores("accuracy")
    tied = np.abs(joint - single) <= TIE
    return _found(
        [experiment],
        "ties",
        int(tied.sum()),
        f"of {len(experiment.pairs)} pairs have the same share of documents right alone and "
        f"jointly; {int(gains(experiment)[tied].sum())} of them are labelled gains, by rounding in "
        "the tenth digit of the accuracy as it was printed",
    )


def _test_sets(experiment: Experiment) -> Finding:
    single = {task: n_test_documents(log) for task, log in experiment.single.items()}
    unequal = sum(
        n_test_documents(log) != single[pair.main] for pair, log in experiment.joint.items()
    )
    return _found(
        [experiment],
        "unequal test sets",
        unequal,
        f"of {len(experiment.pairs)} pairs compare the main task alone and jointly on different "
        "numbers of test documents, as read from the accuracies",
    )


def _crossed_classes(experiment: Experiment) -> Finding:
    where = Counter(
        "/".join(sorted(NEWSGROUPS.subclass_of(topic).name for topic in pair.main))
        for pair in experiment.pairs
        if not is_aligned(pair)
    )
    return _found(
        [experiment],
        "crossed classes",
        where.total(),
        f"of {len(experiment.pairs)} pairs: the classes are numbered by alphabet, which sets the "
        "main task's positive topic beside the auxiliary task's negative one ("
        + ", ".join(f"{name} {count}" for name, count in sorted(where.items()))
        + ")",
    )


def _repeated_logs(one: Experiment, other: Experiment) -> Finding:
    shared = [task for task in one.single if task in other.single]
    same = sum(np.array_equal(one.single[task].loss, other.single[task].loss) for task in shared)
    return _found(
        [one, other],
        "repeated single-task logs",
        same,
        f"of {len(shared)} tasks that both experiments trained have the same losses in both",
    )


def _agreement(one: Experiment, other: Experiment) -> list[Finding]:
    shared = [pair for pair in one.pairs if pair in other.joint]
    labels, changes = [], []
    for experiment in (one, other):
        rows = [experiment.pairs.index(pair) for pair in shared]
        single, joint = experiment.scores("accuracy")
        labels.append(gains(experiment)[rows])
        changes.append((joint - single)[rows])
    if len(shared) < 3 or min(np.ptp(change) for change in changes) == 0:
        return []
    return [
        _found(
            [one, other],
            "same label",
            float((labels[0] == labels[1]).mean()),
            f"is the share of {len(shared)} pairs, trained anew in both experiments, that gain in "
            "both or in neither",
        ),
        _found(
            [one, other],
            "correlation of gains",
            float(np.corrcoef(*changes)[0, 1]),
            f"is the correlation of the gains of these {len(shared)} pairs between the two",
        ),
    ]
