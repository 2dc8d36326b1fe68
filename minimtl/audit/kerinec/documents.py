"""Ten features of documents, computed from the ids of the documents that the authors drew.

Notation
--------
ids     places among the task's documents of a partition, as scikit-learn 0.18's
        ``fetch_20newsgroups(categories=task)`` orders them: all documents of the partition,
        sorted by topic and name, shuffled with seed 0; those of the task, shuffled with seed 42
W_k     the documents of class k joined without anything between them, cut at white space
V       distinct pieces of documents, each cut at runs of other than ASCII letters, digits and "_"

The divergences are between the W of two sets of documents, the numbers of words are |V|, and the
out-of-vocabulary rate is the share of V(test) that V(training) lacks. That the order is
scikit-learn's shows in the labels, which are in the file too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from minimtl.audit.finding import AGREES, AS_LOGGED, DIFFERS, MISSING, Finding
from minimtl.audit.kerinec.compare import finding_on
from minimtl.audit.kerinec.experiments import Experiment
from minimtl.audit.kerinec.logs import DocumentIds
from minimtl.corpora import Corpus, Partition
from minimtl.errors import MinimtlError
from minimtl.stats import BoolArray, IntArray
from minimtl.tasks import AUTHORS_FEATURES, Pair, Task, WordCounts, bag_divergence, bag_of

_TABLE = "documents"
_SAME = 1e-12
_NEEDS_TEXTS = "the document ids are there; --corpus bydate would compute ten features from them"
_SEED_OF_PARTITION, _SEED_OF_TASK = 0, 42
_PARTS = ("negative", "positive", "test")
_cut = re.compile(r"\W+", re.ASCII).split


def audit_documents(experiments: Sequence[Experiment], corpus: Corpus | None) -> list[Finding]:
    """The ten features of each experiment that has ids and features; what is missing of others.

    Parameters
    ----------
    experiments : any.
    corpus : 20 Newsgroups as texts, or None.

    Raises
    ------
    MinimtlError
        If an id is of no document of its task.
    """
    findings: list[Finding] = []
    for experiment in experiments:
        missing = sum(task not in experiment.documents for task in experiment.single)
        if missing or experiment.features is None:
            what = f"the document ids of {missing} tasks are" if missing else "the features are"
            findings.append(_missing(experiment, f"{what} not there"))
        elif corpus is None:
            findings.append(_missing(experiment, _NEEDS_TEXTS))
        else:
            findings += _audit_one(experiment, corpus)
    return findings


def _missing(experiment: Experiment, reason: str) -> Finding:
    return Finding(
        table=_TABLE,
        problem=experiment.problem,
        item="features of documents",
        experiments=experiment.name,
        verdict=MISSING,
        reason=reason,
    )


def _audit_one(experiment: Experiment, corpus: Corpus) -> list[Finding]:
    assert experiment.features is not None
    drawn = {task: _Drawn.of(task, ids, corpus) for task, ids in experiment.documents.items()}
    labels = [one.right_labels for one in drawn.values()]
    words = _Words(drawn)
    computed = [_pair_features(pair, words) for pair in experiment.pairs]
    n_pairs = len(experiment.pairs)
    findings = [
        finding_on(
            [experiment],
            _TABLE,
            "documents with the right label",
            float(np.mean(labels)),
            f"is the share of documents that have the label of the file, over {len(drawn)} tasks",
            verdict=AGREES if min(labels) == 1 else DIFFERS,
            reading=AS_LOGGED,
            printed=1.0,
        )
    ]
    for name in computed[0]:
        theirs = experiment.features[:, AUTHORS_FEATURES.index(name)]
        apart = float(np.abs([row[name] for row in computed] - theirs).max())
        findings.append(
            finding_on(
                [experiment],
                _TABLE,
                name,
                apart,
                f"is the most that the feature, from {n_pairs} pairs' document ids, differs from "
                "the authors' table",
                verdict=AGREES if apart < _SAME else DIFFERS,
                reading=AS_LOGGED,
                printed=0.0,
            )
        )
    return findings


@dataclass(frozen=True)
class _Drawn:
    """A task's documents: of the negative and of the positive topic in training, and in test.

    ``right_labels`` is the share of all of them whose topic has the label of the file.
    """

    texts: tuple[list[str], list[str], list[str]]
    right_labels: float

    @classmethod
    def of(cls, task: Task, ids: DocumentIds, corpus: Corpus) -> "_Drawn":
        train, is_positive = _chosen(task, ids.train, corpus, corpus.train)
        test, test_positive = _chosen(task, ids.test, corpus, corpus.test)
        texts = (
            [text for text, positive in zip(train, is_positive, strict=True) if not positive],
            [text for text, positive in zip(train, is_positive, strict=True) if positive],
            test,
        )
        if not all("".join(part).strip() for part in texts):
            raise MinimtlError(
                f"the arrays of {' and '.join(task)} name no document with words of a class or of "
                "the test; take a whole copy of the released logs."
            )
        same = [*(is_positive == ids.train_labels), *(test_positive == ids.test_labels)]
        return cls(texts, float(np.mean(same)))


def _chosen(
    task: Task, ids: IntArray, corpus: Corpus, partition: Partition
) -> tuple[list[str], BoolArray]:
    """The texts that `ids` name, and which of them are of the task's positive topic."""
    names = np.array(corpus.topic_names)[partition.topics]
    order = _shuffled(np.arange(len(partition)), _SEED_OF_PARTITION)
    own = _shuffled(order[np.isin(names[order], list(task))], _SEED_OF_TASK)
    if ids.max(initial=-1) >= len(own):
        raise MinimtlError(
            f"the arrays of {' and '.join(task)} name document {ids.max()} of {len(own)}; take a "
            "whole copy of the released logs, and of the corpus."
        )
    rows = own[ids]
    return [partition.texts[row] for row in rows], names[rows] == task.positive


def _shuffled(values: IntArray, seed: int) -> IntArray:
    """As scikit-learn does it, with NumPy's generator of that time."""
    shuffled = values.copy()
    np.random.RandomState(seed).shuffle(shuffled)
    return shuffled


class _Words:
    """The words of each task's documents: bags for divergences, and the distinct ones."""

    def __init__(self, drawn: dict[Task, _Drawn]) -> None:
        joined = ["".join(part) for one in drawn.values() for part in one.texts]
        self._counts = WordCounts.of(joined, [], "whitespace").train
        self._row = {task: len(_PARTS) * row for row, task in enumerate(drawn)}
        self.train = {task: _distinct(one.texts[0] + one.texts[1]) for task, one in drawn.items()}
        self.test = {task: _distinct(one.texts[2]) for task, one in drawn.items()}

    def divergence(self, one: tuple[Task, str], other: tuple[Task, str]) -> float:
        """Between two sets of documents, each a task and one of `_PARTS`."""
        first, second = (
            bag_of(self._counts, np.array([self._row[task] + _PARTS.index(part)]))
            for task, part in (one, other)
        )
        return bag_divergence(first, second)


def _distinct(texts: Sequence[str]) -> set[str]:
    return {word for text in texts for word in _cut(text)}


def _pair_features(pair: Pair, words: _Words) -> dict[str, float]:
    """The ten features that are of documents and are no ratio, by name."""
    main, aux = pair
    negative, positive, test = _PARTS
    train_words, test_words = words.train[main], words.test[main]
    return {
        "jsd_between_classes_main": words.divergence((main, negative), (main, positive)),
        "jsd_between_classes_aux": words.divergence((aux, negative), (aux, positive)),
        "n_words_train_main": len(train_words),
        "n_words_train_aux": len(words.train[aux]),
        "n_words_test_main": len(test_words),
        "jsd_test_train_positive_main": words.divergence((main, test), (main, positive)),
        "jsd_test_train_negative_main": words.divergence((main, test), (main, negative)),
        "jsd_main_aux_positive": words.divergence((main, positive), (aux, positive)),
        "jsd_main_aux_negative": words.divergence((main, negative), (aux, negative)),
        "oov_rate_main": len(test_words - train_words) / len(test_words),
    }
