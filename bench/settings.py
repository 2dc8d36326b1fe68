"""How much is measured, and on what."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from minimtl.corpora.amazon import AMAZON
from minimtl.corpora.editions import Corpus, Edition
from minimtl.corpora.load import cached, load_corpus
from minimtl.corpora.newsgroups import BYDATE
from minimtl.nn.training import TaskData
from minimtl.system import say
from minimtl.tasks.compute import StudyData, sample_of
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs

# Of the RELATED pairs this one's documents have the median number of words: 40,687 nonzeros in
# 5,491 distinct words for the main task, 6,581 for both.
TYPICAL_PAIR = 44


def corpus_at_hand() -> str:
    """The real corpus where it is on this machine, else ``synthetic``; nothing is downloaded."""
    path = _at_hand(BYDATE)
    return str(path) if path else "synthetic"


def amazon_at_hand() -> Path | None:
    """The Amazon reviews where they are on this machine; nothing is downloaded."""
    return _at_hand(AMAZON)


def _at_hand(edition: Edition[object]) -> Path | None:
    provided = Path(os.environ.get("MINIMTL_DATA", ""), edition.file_name)
    return provided if provided.is_file() else cached(edition, say)


@dataclass(frozen=True)
class Settings:
    """What to measure on, and how often.

    Attributes
    ----------
    corpus_choice : as in ``minimtl study --corpus``.
    quick : fewer rounds and smaller studies.
    """

    corpus_choice: str
    quick: bool

    def choose(self, full: int, quick: int) -> int:
        """How many of something."""
        return quick if self.quick else full

    @cached_property
    def corpus(self) -> Corpus:
        return load_corpus(self.corpus_choice, announce=say)

    @property
    def described(self) -> str:
        """The corpus in words; times on made-up texts say nothing of the real ones."""
        corpus = self.corpus
        made_up = " (made up: the real corpus is not at hand)" * (corpus.edition == "synthetic")
        return (
            f"{corpus.edition} edition{made_up}, {len(corpus.train):,} training and "
            f"{len(corpus.test):,} test documents"
        )

    @cached_property
    def data(self) -> StudyData:
        """The corpus as the `paper` protocol has it: TF-IDF of 10,000 words."""
        return StudyData.of(self.corpus, PAPER, 0, "numba")

    def tasks(self, n_tasks: int) -> list[TaskData]:
        """Documents of the typical pair's main task, or of both its tasks, in run 0 of a study."""
        pair = related_pairs(NEWSGROUPS)[TYPICAL_PAIR]
        samples = [sample_of(task, 0, self.data) for task in pair[:n_tasks]]
        return [
            TaskData(
                self.data.train[sample.train_rows],
                sample.train_labels,
                self.data.test[sample.test_rows],
            )
            for sample in samples
        ]
