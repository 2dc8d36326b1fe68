"""What the peers are measured on: labelled texts to learn from, and others to predict.

A *group* is of one kind of task. Its *units* hold tasks that can be learned jointly: one task, the
two of a pair of the study, or the four domains of the reviews. Texts come in random order, as
peers that go through them in the given order need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.settings import Settings, amazon_at_hand
from minimtl.corpora.load import load_amazon
from minimtl.stats.crossval import stratified_parts
from minimtl.system import say
from minimtl.tasks.compute import sample_of
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs, unrelated_pairs

TOPICS, PAIRS, AMAZON = "20 Newsgroups, 20 topics", "pairs of the study", "Amazon reviews"
GROUPS = (TOPICS, PAIRS, AMAZON)
N_PARTS = 5  # one in five reviews is for testing; of training texts for choosing


@dataclass(frozen=True)
class TextTask:
    """Texts and their labels, int64 from 0, to learn from and to be tested on."""

    train_texts: list[str]
    train_labels: np.ndarray
    test_texts: list[str]
    test_labels: np.ndarray

    @property
    def n_classes(self) -> int:
        """How many labels there are."""
        return int(self.train_labels.max()) + 1

    def validation(self, seed: int) -> "TextTask":
        """The training texts alone: a fifth of each class takes the place of the test texts."""
        parts = stratified_parts(self.train_labels, N_PARTS, np.random.default_rng(seed))
        return _parted(self.train_texts, self.train_labels, parts == 0, seed)


Unit = Sequence[TextTask]


def units(group: str, run: int, settings: Settings) -> list[Unit]:
    """The units of a group in one run: another draw of documents, or another order of them."""
    if group == TOPICS:
        return [[_topics(run, settings)]]
    if group == PAIRS:
        return _pairs(run, settings)
    return [_domains(run, settings)]


def missing(group: str) -> str:
    """Why a group cannot be measured here; empty if it can."""
    absent = group == AMAZON and amazon_at_hand() is None
    return "the reviews are not at hand: processed_acl.tar.gz in MINIMTL_DATA" if absent else ""


def _topics(run: int, settings: Settings) -> TextTask:
    """All posts by their topic; of a quick run 2,000 to learn from and 2,000 to be tested on."""
    rng = np.random.default_rng(run)
    parts = []
    for part in (settings.corpus.train, settings.corpus.test):
        rows = rng.permutation(len(part))[: settings.choose(len(part), 2_000)]
        parts += [[part.texts[row] for row in rows], part.topics[rows]]
    return TextTask(*parts)


def _pairs(run: int, settings: Settings) -> list[Unit]:
    """An even sample of RELATED and of all pairs, each task with the study's documents."""
    n = settings.choose(4, 1)
    pairs = [
        pair
        for all_pairs in (related_pairs(NEWSGROUPS), unrelated_pairs(NEWSGROUPS))
        for pair in all_pairs.sample(n)
    ]
    train, test = settings.corpus.train, settings.corpus.test
    samples = [[sample_of(task, run, settings.data) for task in pair] for pair in pairs]
    return [
        [
            TextTask(
                [train.texts[row] for row in sample.train_rows],
                sample.train_labels,
                [test.texts[row] for row in sample.test_rows],
                sample.test_labels,
            )
            for sample in pair
        ]
        for pair in samples
    ]


def _domains(run: int, settings: Settings) -> Unit:
    """Positive against negative reviews of each domain.

    The archive has no texts but counts of words and of two words in a row, such as ``not_good``:
    a text here is each of them as often as it was counted.
    """
    path = amazon_at_hand()
    reviews = load_amazon(str(path), announce=say)
    words = np.array(reviews.vocabulary, dtype=object)
    tasks = []
    for domain in reviews.domains[: settings.choose(len(reviews.domains), 2)]:
        counts = domain.counts
        tokens = np.repeat(words[counts.indices], counts.data)
        ends = np.cumsum(counts.data)[counts.indptr[1:] - 1]
        texts = [" ".join(part) for part in np.split(tokens, ends[:-1])]
        rng = np.random.default_rng([run, len(tasks)])
        parts = stratified_parts(domain.labels, N_PARTS, rng)
        tasks.append(_parted(texts, domain.labels, parts == 0, run))
    return tasks


def _parted(texts: list[str], labels: np.ndarray, tested: np.ndarray, seed: int) -> TextTask:
    """Texts divided by whether they are tested, those to learn from in random order."""
    train = np.random.default_rng(seed).permutation(np.flatnonzero(~tested))
    test = np.flatnonzero(tested)
    return TextTask(
        [texts[row] for row in train], labels[train], [texts[row] for row in test], labels[test]
    )
