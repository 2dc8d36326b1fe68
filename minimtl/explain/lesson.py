"""What all stations compute from: a corpus, one pair of tasks, a study of many pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.corpora import load_corpus
from minimtl.errors import UsageError
from minimtl.explain.firststeps import Steps
from minimtl.explain.station import Array
from minimtl.gains import HELD_OUT, Design, Scores, analyse, make_designs, table_of
from minimtl.jobs import make_workers, open_store, rng_for
from minimtl.nn import default_backend
from minimtl.study import Study, feature_maker, jobs_of, train_models
from minimtl.tasks import (
    PAPER,
    Hierarchy,
    LabelledPairs,
    Outcomes,
    Pair,
    Problem,
    Protocol,
    Sample,
    Task,
    collect_outcomes,
    labelled_pairs,
    make_problems,
    sample_of,
)
from minimtl.text import count_matrix, select_words, tokenize

DEFAULT_PAIR = Pair(
    Task("rec.sport.baseball", "rec.autos"), Task("rec.sport.hockey", "rec.motorcycles")
)
# What NumPy alone trains in half a minute: the 45 models of all RELATED pairs, once.
SMALL = PAPER.replace(
    train_per_class=32,
    epochs_single=24,
    epochs_joint=24,
    read_at=23,
    gradient_window=24,
    max_test=200,
    cv_repeats=20,
)
# The post that the first stations follow has so many distinct words of the vocabulary.
_WORDS_OF_POST = range(12, 41)


class Words(NamedTuple):
    """The words of all training posts: counts (n_docs, n_words) CSR, and each column's word.

    `columns` are those of the words that the networks see, in their order.
    """

    counts: csr_matrix
    vocabulary: list[str]
    columns: Array


@dataclass(frozen=True)
class Lesson:
    """What a lesson is about.

    Attributes
    ----------
    study : corpus, protocol, problems, seed and backend.
    pair : the pair of tasks whose numbers the stations show.
    problem : the outcomes of the study's first problem, to which the pair belongs.
    losses : of run 0, the training losses of the pair's single-task models, (n_epochs,) each.
    """

    study: Study
    pair: Pair
    problem: Outcomes
    losses: dict[Task, Array]

    @property
    def protocol(self) -> Protocol:
        """That of the study."""
        return self.study.protocol

    @cached_property
    def samples(self) -> dict[Task, Sample]:
        """The documents of the pair's two tasks in run 0."""
        return {task: sample_of(task, 0, self.study.data) for task in self.pair}

    @cached_property
    def words(self) -> Words:
        """The words of all training posts, counted."""
        counts, vocabulary = count_matrix(self.study.corpus.train.texts, tokenize)
        most = self.protocol.model.max_features
        return Words(counts, vocabulary, select_words(counts, 1, 1.0, most, np.dtype(np.float32)))

    def word(self, column: int) -> str:
        """The word of a column of the networks' input."""
        return self.words.vocabulary[self.words.columns[column]]

    @cached_property
    def post(self) -> int:
        """The training post that the first stations follow, a row of the training partition.

        Of the main task's positive posts that are neither short nor long the most typical one: its
        row has the largest product with the mean of the positive rows.
        """
        sample, X = self.samples[self.pair.main], self.study.data.train
        rows = sample.train_rows[sample.train_labels == 1]
        sizes = np.diff(X.indptr)[rows]
        fitting = rows[(sizes >= _WORDS_OF_POST.start) & (sizes < _WORDS_OF_POST.stop)]
        rows = fitting if len(fitting) else rows
        likeness = X[rows] @ np.asarray(X[rows].mean(axis=0)).ravel()
        return int(rows[np.argmax(likeness)])

    @cached_property
    def steps(self) -> Steps:
        """The first steps of the pair's joint training, by both back ends.

        On as many documents as the paper's protocol draws, so that words are rare whatever the
        study; those of a smaller one are among them.
        """
        data = replace(self.study.data, protocol=self.protocol.replace(sampling=PAPER.sampling))
        return Steps.of(data, [sample_of(task, 0, data) for task in self.pair], self.post)

    @cached_property
    def designs(self) -> dict[str, Design]:
        """The divisions of the problem's pairs, the very ones of the study's tables, by name."""
        pairs = table_of(self.problem, self.protocol)
        return make_designs(pairs, ("in_fold", *HELD_OUT), self._folds_rng())

    @cached_property
    def baselines(self) -> dict[str, Scores]:
        """Scores on the random folds by predictor: all features, and what knows no feature."""
        table = replace(table_of(self.problem, self.protocol), sets={})
        analysis = analyse(table, self._folds_rng(), ("in_fold",), alone=(), fewest=2, tested=())
        return {row.features: row.scores for row in analysis.predictions}

    def _folds_rng(self) -> np.random.Generator:
        """That of `minimtl.gains.conclude`."""
        return rng_for("meta-analysis", self.study.seed, self.problem.problem)

    @cached_property
    def labelled(self) -> LabelledPairs:
        """Features and labels of the problem's pairs: its first meta-analysis."""
        return labelled_pairs(self.problem, self.protocol.reading)[0]


def make_lesson(
    topics: Sequence[str] | None,
    folder: Path,
    *,
    announce: Callable[[str], None],
    n_workers: int,
    backend: str | None = None,
    protocol: Protocol = PAPER,
) -> Lesson:
    """A lesson on a pair, from a study of the RELATED pairs, each once, trained in `folder`.

    Parameters
    ----------
    topics : the pair: main positive, main negative, auxiliary positive, auxiliary negative;
        UsageError is raised if they are no pair of the study.
    folder : keeps the trained models, so that a second call trains none.
    """
    corpus = load_corpus("auto", announce=announce)
    problems = make_problems("related", protocol, Hierarchy.from_tree(corpus.tree), n_runs=1)
    study = Study(corpus, protocol, problems, 0, backend or default_backend())
    pair = find_pair(topics, problems[0])
    jobs = jobs_of([study])
    with open_store(folder, study.identity, announce=announce) as store:
        announce(
            f"{len(jobs)} models of {len(problems[0].pairs)} pairs are needed, "
            f"each once; they are kept in {folder}."
        )
        with make_workers("process", n_workers, (study.data,)) as workers:
            train_models(jobs, store, workers, protocol.reading)
        results = study.results(store)
        outcomes, _ = collect_outcomes(problems[0], results, feature_maker(study, results))
        losses = {task: results.single(task, 0).losses[0] for task in pair}
    return Lesson(study, pair, outcomes, losses)


def find_pair(topics: Sequence[str] | None, problem: Problem) -> Pair:
    """The pair of these four topics, in either order of each task's two; UsageError if none is."""
    if topics is None:
        return DEFAULT_PAIR if DEFAULT_PAIR in problem.pairs else problem.pairs[0]
    a, b, c, d = topics
    for pair in (Pair(Task(a, b), Task(c, d)), Pair(Task(b, a), Task(d, c))):
        if pair in problem.pairs:
            return pair
    example = " ".join(topic for task in problem.pairs[0] for topic in task)
    raise UsageError(
        f"--pair {' '.join(topics)} is none of the study's {len(problem.pairs)} "
        f"{problem.name.upper()} pairs; name main and auxiliary task as in `--pair {example}`"
    )
