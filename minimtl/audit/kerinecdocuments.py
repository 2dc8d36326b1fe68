"""Ten features of documents, computed from the ids of the documents that the authors drew.

Notation
--------
ids     places among the task's documents of a partition, as scikit-learn 0.18's
        ``fetch_20newsgroups(categories=task)`` orders them: all documents of the partition,
        sorted by topic and name, shuffled with seed 0; those of the task, shuffled with seed 42

The features are those of `minimtl.tasks`, of other words: the authors joined the documents of a
class without anything between them before they compared classes, and counted pieces between runs of
other than ASCII letters, digits and "_". That the order is scikit-learn's shows in the labels,
which are in the file too.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from minimtl.audit.auditfindings import AS_LOGGED, MISSING, Finding, Part, judge
from minimtl.audit.kerineclogs import DocumentIds
from minimtl.audit.kerinecruns import Experiment, Runs
from minimtl.audit.released import WHOLE_COPY
from minimtl.corpora import Corpus, Partition
from minimtl.errors import MinimtlError
from minimtl.stats import BoolArray, FloatArray, IntArray
from minimtl.tasks import (
    AUTHORS_FEATURES,
    FEATURE_NAMES,
    RELEASED,
    FeatureWords,
    Sample,
    Task,
    WordCounts,
    features_of_run,
)
from minimtl.text import count_matrix

# Those of documents that are no ratio.
_FEATURES = (
    "jsd_between_classes_main",
    "jsd_between_classes_aux",
    "n_words_train_main",
    "n_words_train_aux",
    "n_words_test_main",
    "jsd_test_train_positive_main",
    "jsd_test_train_negative_main",
    "jsd_main_aux_positive",
    "jsd_main_aux_negative",
    "oov_rate_main",
)
_SAME = 1e-12
_SEED_OF_PARTITION, _SEED_OF_TASK = 0, 42
_cut = re.compile(r"\W+", re.ASCII).split


def audit_documents(experiments: Sequence[Experiment], corpus: Corpus | None) -> Part:
    """The ten features of each experiment that has ids and features; what is missing of others.

    Parameters
    ----------
    corpus : 20 Newsgroups as texts, or None.

    Raises
    ------
    MinimtlError
        If an id is of no document of its task.
    """
    findings: list[Finding] = []
    parts: list[str] = []
    absent: dict[str, list[str]] = {}
    for run in experiments:
        reason = _missing(run, corpus)
        if corpus is None or reason:
            absent.setdefault(reason, []).append(run.name)
            missing = Finding("documents", "features of documents", None, reason, run.problem)
            findings.append(replace(missing, experiments=run.name, verdict=MISSING))
        else:
            part = _audit_run(run, corpus)
            findings += part.findings
            parts += part.lines

    parts += [f"of {', '.join(names)} {reason}" for reason, names in absent.items()]
    line = "; ".join(parts)
    return Part(findings, [f"{line[0].upper()}{line[1:]}."])


def _missing(run: Experiment, corpus: Corpus | None) -> str:
    """What is missing to compute the features from, empty if nothing is."""
    n_missing = sum(task not in run.documents for task in run.single)
    if n_missing:
        return f"the document ids of {n_missing} tasks are not there"
    if run.features is None:
        return "the features are not there"
    if corpus is None:
        return "the document ids are there; --corpus bydate would compute ten features from them"
    return ""


def _audit_run(run: Experiment, corpus: Corpus) -> Part:
    drawn = {task: _draw(task, run.documents[task], corpus) for task in run.single}
    features = _features(run, drawn)
    right = [one.right_labels for one in drawn.values()]
    sentence = f"is the share of documents that have the label of the file, over {len(drawn)} tasks"
    labels = Runs([run]).finding(
        "documents", "documents with the right label", float(np.mean(right)), sentence
    )

    findings = [labels.against(AS_LOGGED, 1.0, judge(min(right) == 1))]
    largest = 0.0
    for name in _FEATURES:
        theirs = run.table[:, AUTHORS_FEATURES.index(name)]
        apart = float(np.abs(features[:, FEATURE_NAMES.index(name)] - theirs).max())
        sentence = (
            f"is the most that the feature, from {len(features)} pairs' document ids, differs "
            "from the authors' table"
        )
        finding = Runs([run]).finding("documents", name, apart, sentence)
        findings.append(finding.against(AS_LOGGED, 0.0, judge(apart < _SAME)))
        largest = max(largest, apart)
    line = (
        f"{len(_FEATURES)} features of documents of {run.name}, computed anew from the ids of its "
        f"documents, differ from the released table by {largest:.1g} at most"
    )
    return Part(findings, [line])


class _Drawn(NamedTuple):
    """A task's documents of the negative and of the positive topic in training, and in test.

    ``right_labels`` is the share of all of them whose topic has the label of the file.
    """

    negative: list[str]
    positive: list[str]
    test: list[str]
    right_labels: float


def _draw(task: Task, ids: DocumentIds, corpus: Corpus) -> _Drawn:
    train, is_positive = _chosen(task, ids.train, corpus, corpus.train)
    test, test_positive = _chosen(task, ids.test, corpus, corpus.test)
    right = [*(is_positive == ids.train_labels), *(test_positive == ids.test_labels)]
    drawn = _Drawn(
        negative=[text for text, positive in zip(train, is_positive, strict=True) if not positive],
        positive=[text for text, positive in zip(train, is_positive, strict=True) if positive],
        test=test,
        right_labels=float(np.mean(right)),
    )
    if not all("".join(texts).strip() for texts in drawn[:3]):
        raise MinimtlError(
            f"the arrays of {' and '.join(task)} name no document with words of a class or of the "
            f"test; {WHOLE_COPY}"
        )
    return drawn


def _chosen(
    task: Task, ids: IntArray, corpus: Corpus, partition: Partition
) -> tuple[list[str], BoolArray]:
    """The texts that `ids` name, and which of them are of the task's positive topic."""
    names = np.array(corpus.topic_names)[partition.topics]
    order = _shuffled(np.arange(len(partition)), _SEED_OF_PARTITION)
    of_task = _shuffled(order[np.isin(names[order], list(task))], _SEED_OF_TASK)
    if ids.max(initial=-1) >= len(of_task):
        raise MinimtlError(
            f"the arrays of {' and '.join(task)} name document {ids.max()} of {len(of_task)}; take "
            "a whole copy of the released logs, and of the corpus."
        )
    rows = of_task[ids]
    return [partition.texts[row] for row in rows], names[rows] == task.positive


def _shuffled(values: IntArray, seed: int) -> IntArray:
    """As scikit-learn does it, with NumPy's generator of that time."""
    shuffled = values.copy()
    np.random.RandomState(seed).shuffle(shuffled)
    return shuffled


def _count_words(
    drawn: Collection[_Drawn], cut: Callable[[list[str]], Iterable[str]]
) -> WordCounts:
    """Words of sets of documents: of each task two rows of training, and one of test."""
    train = [texts for one in drawn for texts in (one.negative, one.positive)]
    counts, _ = count_matrix([*train, *(one.test for one in drawn)], cut)
    return WordCounts(counts[: len(train)], counts[len(train) :])


def _cut_joined(texts: list[str]) -> list[str]:
    return "".join(texts).split()


def _cut_each(texts: list[str]) -> list[str]:
    return [word for text in texts for word in _cut(text)]


def _features(run: Experiment, drawn: Mapping[Task, _Drawn]) -> FloatArray:
    """All features of the run's pairs, (n_pairs, 30), from the words of drawn documents."""
    counted = [_count_words(drawn.values(), cut) for cut in (_cut_joined, _cut_each)]
    samples = {
        task: Sample(2 * row + np.arange(2), np.arange(2), np.array([row]), np.zeros(1, int))
        for row, task in enumerate(drawn)
    }
    window = RELEASED.reading.gradient_window
    losses = {task: run.single[task].loss[:window] for task in drawn}
    return features_of_run(
        run.pairs, samples.__getitem__, losses, FeatureWords(*counted), RELEASED.reading
    )
