"""Features of documents on the documents that the authors drew, against their released table.

Their files of run 0 name documents by places among a task's documents of a partition, in the order
of scikit-learn 0.18's ``fetch_20newsgroups(categories=task)``: all documents of the partition,
sorted by topic and name, shuffled with seed 0; those of the task, shuffled with seed 42. The
authors joined the documents of a class without anything between them before they compared classes,
and counted pieces between runs of other than ASCII letters, digits and "_".
"""

import io
import re

import numpy as np
import pytest

from minimtl.audit.kerineclogs import PATTERN, read_experiments
from minimtl.audit.released import released_files
from minimtl.corpora.archives import tar_members
from minimtl.corpora.newsgroups import read_newsgroups
from minimtl.tasks.compute import Sample
from minimtl.tasks.pairfeatures import FEATURE_NAMES, FeatureWords, WordCounts, features_of_run
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from minimtl.tasks.protocol import RELEASED
from minimtl.tasks.taskpairs import Task
from minimtl.text.counts import count_matrix

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

ARRAYS = re.compile(r"(?:[\w.-]+/)?exp1_0/results200/array_([\w.-]+)_([\w.-]+)(?<!_reg)\.npz")
# Those of documents that are no ratio.
NAMES = (
    *("jsd_between_classes_main", "jsd_between_classes_aux"),
    *("n_words_train_main", "n_words_train_aux", "n_words_test_main"),
    *("jsd_test_train_positive_main", "jsd_test_train_negative_main"),
    *("jsd_main_aux_positive", "jsd_main_aux_negative", "oov_rate_main"),
)


def shuffled(values, seed):
    values = values.copy()
    np.random.RandomState(seed).shuffle(values)
    return values


def chosen(corpus, partition, task, ids):
    """Texts that `ids` name, and which are of the positive topic."""
    names = np.array(corpus.topic_names)[partition.topics]
    order = shuffled(np.arange(len(names)), 0)
    rows = shuffled(order[np.isin(names[order], list(task))], 42)[ids]
    return np.array(partition.texts, dtype=object)[rows], names[rows] == task.positive


@pytest.fixture(scope="module")
def run(data_dir):
    archive = data_dir / "investigationMTL-all.tar.gz"
    return read_experiments(released_files(archive, PATTERN)).experiments[0]


@pytest.fixture(scope="module")
def drawn(data_dir):
    """{task: its negative, its positive and its test documents}; the labels are the file's."""
    corpus = read_newsgroups(data_dir / "20news-bydate.tar.gz")
    documents = {}
    for name, content in tar_members(data_dir / "investigationMTL-all.tar.gz"):
        if not (match := ARRAYS.fullmatch(name)):
            continue
        task = Task(max(match.groups()), min(match.groups()))
        arrays = np.load(io.BytesIO(content))
        train, positive = chosen(corpus, corpus.train, task, arrays["arr_4"])
        test, test_positive = chosen(corpus, corpus.test, task, arrays["arr_5"])
        assert (positive == arrays["arr_1"]).all()
        assert (test_positive == arrays["arr_3"]).all()
        documents[task] = [list(train[~positive]), list(train[positive]), list(test)]
    return documents


def counted(drawn, cut):
    train = [texts for three in drawn.values() for texts in three[:2]]
    counts, _ = count_matrix([*train, *(three[2] for three in drawn.values())], cut)
    return WordCounts(counts[: len(train)], counts[len(train) :])


def test_features_of_documents_are_the_authors(run, drawn, agreement):
    words = FeatureWords(
        counted(drawn, lambda texts: "".join(texts).split()),
        counted(drawn, lambda texts: [w for t in texts for w in re.split(r"\W+", t, flags=re.A)]),
    )
    samples = {
        task: Sample(2 * row + np.arange(2), np.arange(2), np.array([row]), np.zeros(1, int))
        for row, task in enumerate(drawn)
    }
    losses = {task: run.single[task].loss[: RELEASED.reading.gradient_window] for task in drawn}
    ours = features_of_run(run.pairs, samples.__getitem__, losses, words, RELEASED.reading)
    for name in NAMES:
        agreement("ten features of documents, 52 pairs", "the authors' table",
                  ours[:, FEATURE_NAMES.index(name)],
                  run.features[:, AUTHORS_FEATURES.index(name)], 1e-12)  # fmt: skip
