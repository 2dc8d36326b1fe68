"""The parts of a lesson: its stations, the values that they show, and what these come from.

A station is a step of the way from a post to a number of Table 2. What is the same in every run
stands in walk.md: prose, formulas, places in the source, questions, and answers with places for
numbers. Code is read from the source when it is shown, so that nothing is written twice. Values
are computed from a corpus, one pair of tasks, and a study of many pairs.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix

from minimtl.corpora.load import load_corpus
from minimtl.errors import UsageError, did_you_mean
from minimtl.explain.firststeps import Array, Steps
from minimtl.gains.designs import HELD_OUT, Design, make_designs
from minimtl.gains.engine import analyse
from minimtl.gains.metamodel import Scores
from minimtl.gains.pairtable import table_of
from minimtl.jobs.executors import make_workers
from minimtl.jobs.identity import rng_for
from minimtl.jobs.store import open_store
from minimtl.nn.backend import default_backend
from minimtl.report.blocks import Block, Drawing, Grid, Marked, Paragraph
from minimtl.report.chart import Axis, Cells, Chart, Colour, Line
from minimtl.report.htmlpage import notebook_html
from minimtl.study.definition import Study, feature_maker, jobs_of
from minimtl.study.training import train_models
from minimtl.tasks.compute import Sample, sample_of
from minimtl.tasks.outcomes import LabelledPairs, Outcomes, collect_outcomes, labelled_pairs
from minimtl.tasks.plan import Problem, make_problems
from minimtl.tasks.protocol import PAPER, Protocol
from minimtl.tasks.taskpairs import Hierarchy, Pair, Task
from minimtl.text.counts import count_matrix
from minimtl.text.tokenize import tokenize
from minimtl.text.weights import select_words

Numbers: TypeAlias = Mapping[str, str | float]
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


class Station(NamedTuple):
    """One step of the lesson: what it says in every run.

    Attributes
    ----------
    key : for links, and the name of the function that computes its values.
    title : a few words.
    prose : paragraphs.
    formulas : as they stand on the page of mathematics.
    section : of that page.
    code : definitions as the docs name them, ``nn/adam.py::Adam.update``; the readable one first.
    further : more definitions, which the page shows folded.
    parts : a question and its answer, and what there is to run; by title.
    """

    key: str
    title: str
    prose: tuple[str, ...]
    formulas: tuple[str, ...]
    section: int
    code: list[str]
    further: list[str]
    parts: dict[str, str]


class Chapter(NamedTuple):
    """A title of walk.md, the paragraphs below it, and further parts by their titles."""

    title: str
    body: tuple[str, ...]
    parts: dict[str, str]


@cache
def chapters() -> tuple[Chapter, ...]:
    """The introduction, and the stations as they are written."""
    text = (files("minimtl.explain") / "walk.md").read_text(encoding="utf-8")
    found = []
    for chapter in re.split("^##? ", text, flags=re.MULTILINE)[1:]:
        head, *rest = chapter.split("\n### ")
        title, *body = head.strip().split("\n\n")
        titled = (part.partition("\n") for part in rest)
        parts = {name: words.strip() for name, _, words in titled}
        found.append(Chapter(title, tuple(body), parts))
    return tuple(found)


@cache
def stations() -> tuple[Station, ...]:
    """The stations in the order of the way."""
    found = []
    for title, (*prose, formulas, places), parts in chapters()[1:]:
        key, _, name = title.partition(": ")
        by_name = dict(line.removeprefix("- ").split(": ") for line in places.splitlines())
        code, further = (re.findall("`(.+?)`", by_name.get(of, "")) for of in ("Code", "Further"))
        lines = tuple(line.strip() for line in formulas.splitlines())
        body = paragraphs("\n\n".join(prose))
        station = Station(key, name, body, lines, int(by_name["Section"]), code, further, parts)
        found.append(station)
    return tuple(found)


def paragraphs(text: str, numbers: Numbers | None = None) -> tuple[str, ...]:
    """Paragraphs of walk.md, each on one line.

    ``{x}`` stands for the number x with four digits, ``{x:3}`` with three, ``{x:%}`` as per cent.
    """

    def written(match: re.Match[str]) -> str:
        value, form = (numbers or {})[match[1]], match[2]
        if isinstance(value, str):
            return value
        return f"{100 * value:.1f} %" if form == "%" else number(value, int(form or 4))

    if numbers is not None:
        text = re.sub(r"\{(\w+)(?::(\d|%))?\}", written, text)
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


class TwinComparison(NamedTuple):
    """One quantity, computed in two independent ways.

    Attributes
    ----------
    name : symbol or words for it.
    ours, twin : arrays of one shape, numbers or strings; `ours` is what a study uses.
    ours_by, twin_by : what computed them, in words.
    tolerance : of `difference`.
    """

    name: str
    ours: Array
    twin: Array
    ours_by: str
    twin_by: str
    tolerance: float

    @property
    def difference(self) -> float:
        """The largest difference over the largest value; of strings, the share that differ."""
        if self.ours.shape != self.twin.shape:
            return float("inf")
        if self.ours.dtype.kind == "U":
            return float(np.mean(self.ours != self.twin))
        largest = np.abs(self.twin).max(initial=0.0)
        apart = np.abs(self.ours.astype(float) - self.twin.astype(float)).max(initial=0.0)
        return float(apart / largest) if largest else float(apart)

    @property
    def agrees(self) -> bool:
        """True if the two are within the tolerance; not a number never is."""
        return self.difference <= self.tolerance

    @property
    def example(self) -> tuple[str, str]:
        """The entry that is largest by the twin, as each of the two has it."""
        ours, twin = self.ours.ravel(), self.twin.ravel()
        if ours.size != twin.size or not twin.size:
            return "–", "–"
        if twin.dtype.kind == "U":
            return str(ours[0]), str(twin[0])
        place = int(np.argmax(np.abs(twin)))
        return number(ours[place], 8), number(twin[place], 8)

    @property
    def row(self) -> tuple[tuple[str | Marked, ...], ...]:
        """The cells of a table: the quantity, by one way, by the other, and how far apart."""
        ours, twin = self.example
        allowed = f" {self.tolerance:.0e} is allowed" if self.tolerance else " 0 is allowed"
        difference = f"{self.difference:.1e}" if self.difference else "0"
        return (
            (self.name, Marked(f" {' × '.join(map(str, self.twin.shape))}", "small")),
            (ours, Marked(f" {self.ours_by}", "small")),
            (twin, Marked(f" {self.twin_by}", "small")),
            (Marked(difference, "good" if self.agrees else "bad"), Marked(allowed, "small")),
        )


@dataclass
class Visit:
    """A station with what it shows of this run, which its function fills; a notebook draws it.

    Attributes
    ----------
    comparisons : what was computed twice.
    pictures : tables and charts.
    numbers : for the answer in walk.md.
    """

    station: Station
    comparisons: list[TwinComparison] = field(default_factory=list)
    pictures: list[Block] = field(default_factory=list)
    numbers: Numbers = field(default_factory=dict)

    @property
    def question(self) -> tuple[str, str]:
        """The question, and its answer by this run."""
        asked, answer = list(self.station.parts.items())[-1]
        return asked, " ".join(paragraphs(answer, self.numbers))

    @property
    def compared(self) -> Grid:
        """The values that were computed twice, as a table."""
        head = ("computed twice: what, and its shape", "largest entry by one way", "by the other")
        rows = tuple(comparison.row for comparison in self.comparisons)
        return Grid((*head, "difference, and what is allowed"), rows)

    def _repr_html_(self) -> str:
        return notebook_html([self.compared, *self.pictures])

    def compare(
        self,
        name: str,
        ours: ArrayLike,
        twin: ArrayLike,
        ours_by: str,
        twin_by: str,
        tolerance: float = 0.0,
    ) -> None:
        """Show a quantity that was computed twice; see `TwinComparison`."""
        both = np.asarray(ours), np.asarray(twin)
        self.comparisons.append(TwinComparison(name, *both, ours_by, twin_by, tolerance))

    def words(self, title: str, text: str) -> None:
        """Show words under a title."""
        self.pictures += [Paragraph(title, "caption"), Paragraph(text)]

    def table(self, title: str, head: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        """Show a small table under its title; its numbers have four digits."""
        lines = (tuple(c if isinstance(c, str) else number(c) for c in row) for row in rows)
        self.pictures += [Paragraph(title, "caption"), Grid(head, tuple(lines))]

    def heat(self, title: str, matrix: Array, rows: str, columns: str) -> None:
        """Show a matrix, zero white; `rows` and `columns` say what these are."""
        label = (
            f"{title}; {len(matrix)} {rows} by {matrix.shape[1]} {columns}, from "
            f"{number(matrix.min(), 3)} to {number(matrix.max(), 3)}"
        )
        no_ticks, height = Axis(ticks=()), 12 * max(len(matrix), 2)
        cells = Cells(values=matrix.tolist())
        chart = Chart(title=label, series=(cells,), x=no_ticks, y=no_ticks, height=height)
        self.pictures.append(Drawing(chart, label))

    def curves(
        self,
        title: str,
        x: Axis,
        y_label: str,
        lines: Iterable[tuple[str, ArrayLike, ArrayLike]],
    ) -> None:
        """Show at most three curves: (name, x, y) each."""
        label = f"{title}: {y_label} against {x.label}"
        looks: tuple[tuple[Colour, bool], ...] = (("orange", False), ("blue", True), ("ink", True))
        series = tuple(
            Line(
                name=name,
                x=np.asarray(xs).tolist(),
                y=np.asarray(ys).tolist(),
                colour=colour,
                is_dashed=is_dashed,
            )
            for (name, xs, ys), (colour, is_dashed) in zip(lines, looks, strict=False)
        )
        chart = Chart(title=label, series=series, x=x, y=Axis(is_grid=True), has_legend=True)
        self.pictures.append(Drawing(chart, label))


def number(value: float, digits: int = 4) -> str:
    """A number for people: so many significant digits, a real minus, whole numbers with commas."""
    if float(value).is_integer() and abs(value) < 1e15:
        text = f"{int(value):,}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")


class Words(NamedTuple):
    """The words of all training posts: counts (n_docs, n_words) CSR, and each column's word.

    `columns` are those of the words that the networks see, in their order.
    """

    counts: csr_matrix
    vocabulary: list[str]
    columns: Array


@dataclass(frozen=True)
class Lesson:
    """The subject of a lesson.

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
        """That of `minimtl.gains.studyanalysis.conclude`."""
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
    known = sorted({topic for pair in problem.pairs for task in pair for topic in task})
    for topic in topics:
        if topic not in known:
            hint = did_you_mean(topic, known, ";") or f"; topics are {', '.join(known)}"
            raise UsageError(f"--pair: no pair of the study has the topic {topic}{hint}")
    example = " ".join(topic for task in problem.pairs[0] for topic in task)
    raise UsageError(
        f"--pair {' '.join(topics)} is none of the study's {len(problem.pairs)} "
        f"{problem.name.upper()} pairs; name main and auxiliary task as in `--pair {example}`"
    )
