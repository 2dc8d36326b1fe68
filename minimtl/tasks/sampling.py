"""The documents that a task trains and is tested on in one run.

A draw depends on the generator, the topics and the protocol's `Sampling` only. So the single and
the joint models of a task in one run, given equal generators, see the same documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.tasks.protocol import Sampling
from minimtl.tasks.taskpairs import Task


@dataclass(frozen=True)
class Sample:
    """Rows of the training and of the test partition, int64, with labels (1 = positive, int64).

    Rows are in the order in which they were drawn, so the first k of them are a random k. Those
    for validation are of the training partition, and are not among those to train on.
    """

    train_rows: np.ndarray
    train_labels: np.ndarray
    test_rows: np.ndarray
    test_labels: np.ndarray
    validation_rows: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    validation_labels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


def draw_sample(
    task: Task,
    train_topics: np.ndarray,
    test_topics: np.ndarray,
    topic_names: Sequence[str],
    sampling: Sampling,
    rng: np.random.Generator,
    times: float = 1.0,
) -> Sample:
    """Draw the documents of one task for one run.

    Parameters
    ----------
    train_topics, test_topics : int (n_documents,)
        Of each document of a partition, the index of its topic in ``topic_names``.
    times : so many times as many training documents; a larger draw holds the smaller one.

    Raises
    ------
    MinimtlError
        If the corpus lacks one of the task's topics or has too few documents of it.
    """
    positive, negative = _topic_indices(task, topic_names)
    train_rows = rng.permutation(np.flatnonzero(np.isin(train_topics, (positive, negative))))
    test_rows = rng.permutation(np.flatnonzero(np.isin(test_topics, (positive, negative))))
    if sampling.within_smaller_partition:
        smaller = min(len(train_rows), len(test_rows))
        train_rows, test_rows = train_rows[:smaller], test_rows[:smaller]
    is_positive = train_topics[train_rows] == positive
    if sampling.train_per_class is not None:
        n_class = round(times * sampling.train_per_class)
        chosen = _first_of_each(task, is_positive, n_class, sampling.allow_fewer)
        train_rows, is_positive = train_rows[chosen], is_positive[chosen]
    else:
        n_task = round(times * sampling.n_train)
        if not sampling.allow_fewer:
            _require(" and ".join(map(repr, task)), len(train_rows), n_task)
        train_rows, is_positive = train_rows[:n_task], is_positive[:n_task]
    test_rows = test_rows[: sampling.max_test]
    test_positive = test_topics[test_rows] == positive
    validates = _last_of_each(is_positive, sampling.validation_share)
    _require_both_classes(task, is_positive[~validates], "training")
    _require_both_classes(task, test_positive, "test")
    if sampling.validation_share:
        _require_both_classes(task, is_positive[validates], "validation")
    labels = is_positive.astype(np.int64)
    return Sample(
        train_rows[~validates], labels[~validates], test_rows, test_positive.astype(np.int64),
        train_rows[validates], labels[validates],
    )  # fmt: skip


def cut_test_to_smallest(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """The samples of a joint run, each with as many test documents as the one with fewest."""
    n_test = min(len(sample.test_rows) for sample in samples)
    return tuple(
        replace(
            sample, test_rows=sample.test_rows[:n_test], test_labels=sample.test_labels[:n_test]
        )
        for sample in samples
    )


def _topic_indices(task: Task, topic_names: Sequence[str]) -> list[int]:
    for topic in task:
        if topic not in topic_names:
            raise MinimtlError(
                f"the corpus has no topic {topic!r}; use a corpus with all topics of the study"
            )
    return [list(topic_names).index(topic) for topic in task]


def _first_of_each(task: Task, is_positive: np.ndarray, n: int, allow_fewer: bool) -> np.ndarray:
    """Positions of the first ``n`` documents of each class, in the order of the documents."""
    chosen = []
    for topic, of_class in zip(task, (is_positive, ~is_positive), strict=True):
        positions = np.flatnonzero(of_class)
        if not allow_fewer:
            _require(repr(topic), len(positions), n)
        chosen.append(positions[:n])
    return np.sort(np.concatenate(chosen))


def _last_of_each(is_positive: np.ndarray, share: float) -> np.ndarray:
    """A mask of the documents in the last share of their class; at least one, of a share."""
    chosen = np.zeros(len(is_positive), bool)
    for of_class in (is_positive, ~is_positive):
        positions = np.flatnonzero(of_class)
        n = max(1, round(share * len(positions))) if share else 0
        chosen[positions[len(positions) - n :]] = True
    return chosen


def _require(topics: str, n_found: int, n_needed: int) -> None:
    if n_found < n_needed:
        raise MinimtlError(
            f"the protocol draws {n_needed} training documents of {topics}, but the corpus offers "
            f"{n_found}; use a larger corpus"
        )


def _require_both_classes(task: Task, is_positive: np.ndarray, partition: str) -> None:
    for topic, found in zip(task, (is_positive.any(), (~is_positive).any()), strict=True):
        if not found:
            raise MinimtlError(
                f"no {partition} document of topic {topic!r} was drawn; use a corpus with more"
            )
