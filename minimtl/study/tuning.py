"""Tunes the paper's hyper-parameters as the paper did: single-task networks, k-fold CV.

Every setting of a grid (hidden layers × layer size) is trained on every domain and tested on every
part of it; the one with the best mean F1 is chosen. ``tune.csv``, ``tune.md`` and the figure have
each setting's scores, and how the paper's compares.

Notation
--------
part            of n reviews of one domain, (n,): in which of k folds each is tested, 0 … k − 1, or
                `HELD_OUT`: not used to choose, only to see afterwards what was chosen
f1, accuracy    after the last epoch, shape (n_settings, n_domains, n_parts), float64; the last
                part is the one held out
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minimtl.corpora.amazon import AmazonReviews
from minimtl.jobs.executors import make_workers
from minimtl.jobs.identity import rng_for, stable_hash
from minimtl.jobs.runner import run_shown
from minimtl.jobs.store import open_store
from minimtl.nn.training import TRAINING_VERSION, TaskData
from minimtl.report.blocks import Document, Figure, Grid, Inline, Marked, Paragraph
from minimtl.report.chart import Axis, Chart, Colour, Dot, Dots, Line, Rule, Shape
from minimtl.report.csvfile import Row, Table, write_tables
from minimtl.report.figurefile import FIGURES_NOTE, draw_charts, figures_available
from minimtl.report.textforms import to_markdown, to_text
from minimtl.report.wording import signed
from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.crossval import draw_per_class, stratified_parts
from minimtl.stats.intervals import MeanEstimate, corrected_mean
from minimtl.system import available_cores, say, write_atomically
from minimtl.tasks.compute import scores_of, train_model
from minimtl.tasks.modeljobs import JobResult, decode, encode
from minimtl.tasks.protocol import PAPER, Protocol
from minimtl.text.weights import weigh_counts

LAYERS = (1, 2, 3)
SIZES = (25, 50, 100, 200, 400)
N_FOLDS = 5
HELD_OUT = N_FOLDS  # one more part of the same size: a sixth of the reviews
SEED = 0
# Training reviews of each class, as many as the study's `paper` protocol draws.
PER_CLASS = PAPER.sampling.n_train // 2
_LOOKS: tuple[tuple[Colour, Shape], ...] = (
    ("blue", "circle"),
    ("orange", "square"),
    ("green", "triangle"),
)
_SHIFT = 0.12  # of a layer count beside its neighbour, in steps between sizes


class Setting(NamedTuple):
    """One point of the grid."""

    n_layers: int
    size: int

    def __str__(self) -> str:
        """Such as ``2 × 100``."""
        return f"{self.n_layers} × {self.size}"

    def protocol(self) -> Protocol:
        """The ``paper`` protocol with this setting in it."""
        return PAPER.replace(hidden_layer_sizes=(self.size,) * self.n_layers)


# The setting that the paper settled on.
PAPERS = Setting(2, 100)
# From the smallest network to the largest.
GRID = tuple(Setting(*values) for values in product(LAYERS, SIZES))


class TuningFit(NamedTuple):
    """Train by `setting` on domain number `domain`, test on the part `tested`."""

    setting: Setting
    domain: int
    tested: int

    def key(self, reviews: AmazonReviews) -> str:
        """A hash of all that the result depends on, as 64 hex digits."""
        data = stable_hash("tune", reviews.sha256, SEED, N_FOLDS)
        training = self.setting.protocol().settings.to_dict()
        return stable_hash(
            "tune", TRAINING_VERSION, training, PER_CLASS, data, self.domain, self.tested
        )

    def rows(self, reviews: AmazonReviews) -> tuple[IntArray, IntArray]:
        """The rows of the domain to learn from, and those to test on; the same for all settings."""
        domain = reviews.domains[self.domain]
        draws = rng_for("tune parts", SEED, domain.domain)
        part = stratified_parts(domain.labels, N_FOLDS + 1, draws)
        learned = (part != self.tested) & (part != HELD_OUT)
        return np.flatnonzero(learned), np.flatnonzero(part == self.tested)


def plan(settings: Sequence[Setting], n_domains: int) -> list[TuningFit]:
    """All fits, part by part, so that an interrupted tuning has about as many of each setting."""
    parts = product(range(N_FOLDS + 1), range(n_domains), settings)
    return [TuningFit(setting, domain, tested) for tested, domain, setting in parts]


def unigrams_of(reviews: AmazonReviews) -> AmazonReviews:
    """The reviews without their bigrams, as in the paper."""
    unigrams = [number for number, token in enumerate(reviews.vocabulary) if "_" not in token]
    words = tuple(reviews.vocabulary[number] for number in unigrams)
    domains = tuple(replace(one, counts=one.counts[:, unigrams]) for one in reviews.domains)
    return replace(reviews, vocabulary=words, domains=domains)


def compute(fit: TuningFit, reviews: AmazonReviews) -> bytes:
    """Train the network and encode its `JobResult`; all settings see the same reviews.

    Vocabulary and idf come from all reviews that may be learned from; `PER_CLASS` of each class
    are drawn to train on.
    """
    began = time.perf_counter()
    protocol, domain = fit.setting.protocol(), reviews.domains[fit.domain]
    learned, tested = fit.rows(reviews)
    draws = rng_for("tune sample", SEED, domain.domain, fit.tested)
    drawn = draw_per_class(learned, domain.labels, PER_CLASS, draws)
    X = weigh_counts(domain.counts, learned, protocol.model.max_features)

    history = train_model(
        protocol.settings,
        [TaskData(X[drawn], domain.labels[drawn], X[tested], domain.labels[tested])],
        [2],
        protocol.reading.read_at + 1,
        rng_for("tune training", fit.key(reviews)),
    )
    scores = scores_of(domain.labels[tested], history.predictions[0], history.test_losses[0])
    seconds = time.perf_counter() - began
    of_task = {name: curve[np.newaxis] for name, curve in scores.items()}
    return encode(JobResult(history.losses, history.test_epochs, of_task, seconds))


def describe(fit: TuningFit, result: bytes) -> str:
    """A short text about a finished fit, for the progress display."""
    return f"{fit.setting}: F1 {decode(result).scores['f1'][0, -1]:.3f}"


@dataclass(frozen=True, eq=False)
class Tuning:
    """All results; see the notation above. ``seconds`` (n_settings,) is the mean time of a fit."""

    settings: tuple[Setting, ...]
    domains: tuple[str, ...]
    f1: FloatArray
    accuracy: FloatArray
    seconds: FloatArray

    @classmethod
    def of(
        cls, settings: Sequence[Setting], domains: Sequence[str], results: Sequence[JobResult]
    ) -> "Tuning":
        """From the results of `plan`, in its order."""
        values = [(r.scores["f1"][0, -1], r.scores["accuracy"][0, -1], r.seconds) for r in results]
        shape = (N_FOLDS + 1, len(domains), len(settings), 3)
        f1, accuracy, seconds = np.array(values).reshape(shape).T
        return cls(tuple(settings), tuple(domains), f1, accuracy, seconds.mean(axis=(1, 2)))

    @property
    def cv_f1(self) -> FloatArray:
        """Mean F1 over domains and folds, which decides the choice, shape (n_settings,)."""
        mean: FloatArray = self.f1[..., :HELD_OUT].mean(axis=(1, 2))
        return mean

    @property
    def chosen(self) -> int:
        """Number of the setting with the highest `cv_f1`; of equals the smallest network."""
        return int(self.cv_f1.argmax())

    def difference(self, number: int) -> MeanEstimate:
        """The distance of the setting from the chosen one: F1 less its F1, over domains and folds.

        The folds of a domain share training reviews and are corrected for it; domains share
        nothing, so that the interval is rather too wide than too narrow.
        """
        each = (self.f1[number] - self.f1[self.chosen])[:, :HELD_OUT]
        return corrected_mean(each.ravel(), 1 / (N_FOLDS - 1))

    def equals(self) -> list[int]:
        """Numbers of the chosen setting and of those that are not significantly worse."""
        return [
            number
            for number in range(len(self.settings))
            if number == self.chosen or self.difference(number).high >= 0
        ]


def tune(reviews: AmazonReviews, out: Path, *, fresh: bool) -> Tuning:
    """Train the fits of the grid that the store in `out` lacks, on all cores, and read the results.

    Raises
    ------
    MinimtlError
        If a fit fails every time, `out` holds another study, or cannot be written.
    """
    data = unigrams_of(reviews)
    fits = {fit.key(data): fit for fit in plan(GRID, len(data.domains))}
    identity = {"command": "tune", "reviews": reviews.sha256, "seed": SEED}
    with open_store(out, identity, fresh=fresh, announce=say) as store:
        with make_workers("process", available_cores(), data) as workers:
            run_shown(
                fits.items(), len(fits), compute, store, workers, decode=decode, describe=describe
            )
        results = [decode(store[key]) for key in fits]
    return Tuning.of(GRID, [one.domain for one in reviews.domains], results)


def write_tuning(tuning: Tuning, source: str, out: Path) -> str:
    """Write ``tune.csv``, ``tune.md`` and, with Matplotlib, the figure; returns the finding."""
    write_tables([tuning_table(tuning)], out)
    is_drawn = figures_available()
    if is_drawn:
        draw_tuning(tuning, out)
    document = tuning_document(tuning, source, is_drawn)
    write_atomically(out / "tune.md", to_markdown(document).encode())
    return to_text([tuning_finding(tuning)])


def tuning_table(tuning: Tuning) -> Table:
    """One row a setting, in the order of the grid."""
    return Table("tune", [_row(tuning, number) for number in range(len(tuning.settings))])


def _row(tuning: Tuning, number: int) -> Row:
    difference = tuning.difference(number)
    of_domain = tuning.f1[number, :, :HELD_OUT].mean(axis=1)
    return {
        **tuning.settings[number]._asdict(),
        "learning_rate": PAPER.training.learning_rate,
        "dropout": PAPER.model.dropout,
        "f1": float(tuning.cv_f1[number]),
        "accuracy": float(tuning.accuracy[number, :, :HELD_OUT].mean()),
        "difference": difference.mean,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "p_value": difference.p_value,
        "chosen": int(number == tuning.chosen),
        "held_out_f1": float(tuning.f1[number, :, HELD_OUT].mean()),
        "held_out_accuracy": float(tuning.accuracy[number, :, HELD_OUT].mean()),
        **{f"f1_{d}": float(f) for d, f in zip(tuning.domains, of_domain, strict=True)},
        "seconds": float(tuning.seconds[number]),
    }


def tuning_finding(tuning: Tuning) -> Paragraph:
    """The setting that was chosen, and how the paper's compares, in two or three sentences."""
    n_others = len(tuning.settings) - 1
    n_equal = len(tuning.equals()) - 1
    if n_equal == n_others:
        others = f"none of the other {n_others} is significantly worse"
    else:
        verb = "is" if n_equal == 1 else "are"
        others = f"{n_equal} of the other {n_others} {verb} not significantly worse"

    papers = tuning.settings.index(PAPERS)
    place = "It is what the paper settled on."
    if papers != tuning.chosen:
        difference = tuning.difference(papers)
        verdict = "significantly worse" if difference.high < 0 else "not significantly worse"
        place = (
            f"The paper's {PAPERS} has {tuning.cv_f1[papers]:.3f}, {_with_interval(difference)}, "
            f"which is {verdict}."
        )
    return Paragraph(
        (
            f"Chosen of {len(tuning.settings)} settings: ",
            Marked(str(tuning.settings[tuning.chosen]), "strong"),
            f" (mean F1 {tuning.cv_f1[tuning.chosen]:.3f}); {others}. {place}",
        )
    )


def _with_interval(difference: MeanEstimate) -> str:
    return f"{signed(difference.mean)} [{signed(difference.low)}, {signed(difference.high)}]"


def tuning_document(tuning: Tuning, source: str, is_drawn: bool) -> Document:
    """``tune.md``; `is_drawn` says whether there is a figure."""
    order = np.argsort(-tuning.cv_f1, kind="stable").tolist()
    header = (
        "layers × size", "F1", *tuning.domains, "from the chosen", "p", "held out F1", "s a fit",
    )  # fmt: skip
    domains = f"{len(tuning.domains)} domains: {', '.join(tuning.domains)}"
    return Document(
        "Hidden layers and their size, tuned on Amazon reviews",
        (),
        (),
        (
            tuning_finding(tuning),
            Grid(header, tuple(_cells(tuning, number) for number in order)),
            Figure("tune", "F1 of each setting") if is_drawn else Paragraph(FIGURES_NOTE),
            _method(len(tuning.settings)),
            Paragraph(f"Reviews: {source}, {domains}."),
        ),
    )


def _method(n_settings: int) -> Paragraph:
    return Paragraph(
        (
            "One network for each domain and fold tells positive from negative reviews: "
            f"{PER_CLASS} training reviews of each class, TF-IDF of the 10,000 most frequent "
            "unigrams, everything else as in the study's ",
            Marked("paper", "code"),
            " protocol, scores read after 100 epochs. A sixth of each domain is held out, the rest "
            f"is divided into {N_FOLDS} folds, the same for all settings. The setting with the "
            "highest mean F1 over domains and folds is chosen. Differences are paired by domain "
            "and fold; their 95 % intervals and p-values are corrected for the folds' common "
            f"training reviews (Nadeau & Bengio 2003). The chosen setting is the best of "
            f'{n_settings}, and so a little flattered in them; "held out" is what all settings '
            "score on reviews that had no part in the choice.",
        )
    )


def _cells(tuning: Tuning, number: int) -> tuple[Inline, ...]:
    """A line of the table."""
    row = _row(tuning, number)
    name: Inline = str(tuning.settings[number])
    compared = [_with_interval(tuning.difference(number)), f"{row['p_value']:.2g}"]
    if number == tuning.chosen:
        name = Marked(str(tuning.settings[number]), "strong")
        compared = ["–", "–"]
    scores = [f"{row[column]:.3f}" for column in ("f1", *(f"f1_{d}" for d in tuning.domains))]
    return (name, *scores, *compared, f"{row['held_out_f1']:.3f}", f"{row['seconds']:.1f}")


def draw_tuning(tuning: Tuning, folder: Path) -> None:
    """Write ``tune.svg`` and ``tune.png``: each setting's distance from the chosen one."""
    series: list[Line | Dots | Rule] = []
    for n_layers, members in groupby(enumerate(tuning.settings), lambda member: member[1].n_layers):
        place = LAYERS.index(n_layers)
        colour, shape = _LOOKS[place]
        dots = []
        for number, setting in members:
            found = tuning.difference(number)
            x = SIZES.index(setting.size) + (place - 1) * _SHIFT
            dots.append(Dot(x=x, y=found.mean, low=found.low, high=found.high))
        line = Line(
            name=f"{n_layers} hidden layer{'s' if n_layers > 1 else ''}",
            x=[dot.x for dot in dots],
            y=[dot.y for dot in dots],
            colour=colour,
            shape=shape,
        )
        series += [line, Dots(dots=tuple(dots), colour=colour, shape=shape)]

    chart = Chart(
        title=f"learning rate {PAPER.training.learning_rate:g}, dropout {PAPER.model.dropout:g}",
        series=(*series, Rule(axis="y", at=0.0)),
        x=Axis(
            label="units in each hidden layer",
            ticks=tuple((place, str(size)) for place, size in enumerate(SIZES)),
        ),
        y=Axis(label="F1 less the chosen setting's"),
    )
    # Beside the whiskers there is no room for the names of the layers.
    draw_charts([[chart]], folder, "tune", (4.6, 3.2), legend_above=True)
