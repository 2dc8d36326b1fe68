"""The ways to train on texts as measured, and what is said of them.

That is the verdict, what to know before believing it, and what was done; and how the way to take
does label by label, with the texts on which it is surely wrong.
"""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.advice.conduct import (
    ERROR,
    FIRST_ERROR,
    LEAST_CHANCE,
    Row,
    best_alone,
    way_to_take,
)
from minimtl.advice.fits import PER_CLASS, Settings
from minimtl.advice.sets import Prepared
from minimtl.advice.tokenizers import FEATURES, REGRESSION
from minimtl.advice.trials import N_FOLDS, most_per_class
from minimtl.advice.verdicts import CANNOT_TELL, HELPS, HURTS, NO_DIFFERENCE, Comparison
from minimtl.advice.ways import ALONE, N_EPOCHS, way_called
from minimtl.report.wording import signed
from minimtl.stats.intervals import LEVEL

_MOST_MISTAKES = 5
_MOST_LISTED = 10  # labels
_NEARLY_PERFECT = 0.99


@dataclass(frozen=True, eq=False, repr=False)
class Measured:
    """The scores of all ways, and which one to take.

    Attributes
    ----------
    sets : the main set, then the auxiliary ones, as they were used.
    rows : one a way: those alone, those with the words of the others, those with their labels, each
        from the best down.
    settings : how it was measured; ``tokenizer`` is the one that was taken.
    tested : which of the main set's texts, training part before test part, were tested, int64 (n,).
    matrix : what each set (a row) gains by joint training with each other one (a column), None
        where nothing was measured; None unless `Settings.all_pairs`.
    """

    sets: tuple[Prepared, ...]
    rows: tuple[Row, ...]
    settings: Settings
    tested: np.ndarray
    matrix: tuple[tuple[Comparison | None, ...], ...] | None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sets, the main one first."""
        return tuple(prepared.name for prepared in self.sets)

    @property
    def reference(self) -> Row:
        """The best way alone, as measured."""
        return best_alone(self.rows)

    @property
    def best(self) -> Row:
        """The way to take, by its expected score."""
        return way_to_take(self.rows)

    def row_of(self, name: str) -> Row:
        """The row of a way by its name, or by a part of it, as `way_called` takes it."""
        way = way_called(name, [row.way for row in self.rows], self.names)
        return next(row for row in self.rows if row.way == way)

    def name_of(self, row: Row) -> str:
        """A way in words, such as ``jointly with reviews.csv``."""
        return row.way.describe(self.names)

    @property
    def verdict(self) -> str:
        """The way to take, and what is proven, in two sentences."""
        best, reference = self.best, self.reference
        main, alone = printable(self.names[0]), printable(self.name_of(reference))
        look = "Quick look: " if self.settings.is_quick else ""
        if reference.is_constant and best is reference:
            return (
                f"{look}Nothing was learned from {main}: the best way alone gives every text the "
                f"same label. {self._remedy()}"
            )

        others = [row for row in self.rows if row.way.use != ALONE]
        if best is reference:
            take = f"{look}Train on {main} {alone}: {best.score:.3f} macro-F1."
            if all(row.verdict in (HURTS, NO_DIFFERENCE) for row in others):
                return f"{take} Other texts do not help: no way to use them is better by a margin."
            return f"{take} No other way is likely to be better, but that is not proven yet."

        assert best.comparison is not None
        name, probability = printable(self.name_of(best)), best.comparison.probability
        against = f"the best way alone ({alone}, {reference.score:.3f})"
        take = f"{look}Train on {main} {name}: {best.score:.3f} macro-F1"
        if best.verdict == HELPS:
            return f"{take}. It is better than {against}: {_gain(best.comparison)}."
        likely = f"probably better than {against}: {percent(probability)}"
        return f"{take}, {likely}. This is not proven yet."

    @property
    def notes(self) -> list[str]:
        """A sentence for each thing to know before believing the table."""
        notes = []
        if self.settings.is_quick:
            notes.append(
                f"This was a quick look: {self.settings.runs} runs, in which networks learn from "
                f"at most {self.settings.per_class} texts of a label. Without --quick they learn "
                f"from up to {PER_CLASS}: their scores, and whether they help or hurt, may change."
            )
        notes += [*self._other_spellings(), *self._other_names()]
        notes += [printable(line) for prepared in self.sets for line in prepared.warnings]
        if self.best.score >= _NEARLY_PERFECT:
            notes.append(
                f"A score of {self.best.score:.3f} is nearly perfect: see whether a word gives the "
                "label away, or texts of one author or thread stand on both sides of the test."
            )
        constant = [row for row in self.rows if row.is_constant]
        if constant:
            names = ", ".join(printable(self.name_of(row)) for row in constant)
            notes.append(f"Gives every text the same label: {names}. {self._remedy()}")
        return notes

    @property
    def procedure(self) -> list[str]:
        """The measuring and its means, a sentence each."""
        settings, main = self.settings, self.sets[0]
        name = printable(main.name)
        if main.test:
            tested = f"the {len(main.test):,} texts of the set's own test part"
        else:
            tested = (
                f"a fifth of the texts, after training on the others ({N_FOLDS} folds, classes "
                f"in equal shares, drawn anew for every {N_FOLDS} runs)"
            )
        inputs = "TF-IDF of one and two words and of three to five characters in a row"
        if settings.tokenizer == "characters":
            inputs = "TF-IDF of characters and pairs of characters"
        words = (
            "With the words of others: their texts count for vocabulary and idf, their labels do "
            "not. "
        )
        if settings.tokenizer == FEATURES:
            inputs, words = "the features as they are", ""
        n_runs = max(row.n_runs for row in self.rows)
        sentences = [
            f"{name}: {len(main.train):,} texts of {len(main.classes)} labels; {n_runs} runs, "
            f"each of which trains every way on the same texts and then labels {tested}.",
            "The regressions are logistic (C = 10, rare labels weigh as much as frequent ones), on "
            f"{inputs}. The network has two hidden "
            f"layers of 100 units and is trained as in the study, for {N_EPOCHS} epochs or, with "
            "few texts, more.",
            f"{words}"
            "Adapted: features shared by all sets beside features of each set's own (Daumé 2007). "
            "Pooled: the other set's texts as if they were yours. Jointly: shared hidden layers, "
            "an output layer for each set. Pretrained: on the other set first, then on yours.",
            "The question: how much better is a classifier trained on texts like these, on texts "
            "like these? Gains are differences from the best way alone, whichever that is. All "
            f"verdicts together are wrong in {1 - LEVEL:.0%} of cases at most, as far as "
            "simulations and texts held back can tell (docs/advise.md).",
        ]
        if n_runs > N_FOLDS:
            sentences.append(
                "After the first five runs, ways that clearly hurt were trained no more, nor "
                f"networks with a chance of less than {LEAST_CHANCE:.0%} to be better than the way "
                "in the lead. Their gains are over the best way alone in these five runs. That "
                f"look may be wrong in {FIRST_ERROR:.0%} of cases, the end in another "
                f"{ERROR - FIRST_ERROR:.0%}."
            )
        counts = Counter(row.label for row in main.train)
        most = max(counts.values())
        if most * (1 if main.test else 1 - 1 / N_FOLDS) > settings.per_class:
            sentences.append(
                f"A network is trained on at most {settings.per_class:,} texts of a label at a "
                f"time, a regression on {most_per_class(settings.per_class, REGRESSION):,}, and "
                f"the largest label of {name} has {most:,}. --per-class {most} trains networks on "
                "all of them."
            )
        sentences.append(
            "Scores are those of a single classifier, as trained in a run. The model that is saved "
            "is trained likewise on all texts; of networks it is the average of five, which is "
            "seldom worse."
        )
        return [*sentences, f"Tokenizer: {settings.tokenizer}; seed: {settings.seed}."]

    def _remedy(self) -> str:
        smallest = min(Counter(row.label for row in self.sets[0].train).values())
        tokenizer = self.settings.tokenizer
        other = "characters" if tokenizer != "characters" else "words"
        if tokenizer == FEATURES:
            return f"Label more rows of the rarest label ({smallest} now), or scale the features."
        return (
            f"Label more texts of the rarest label ({smallest} now), or try --tokenizer {other} "
            f"(it was {tokenizer})."
        )

    def _other_spellings(self) -> list[str]:
        """A hint for each set that has labels which differ in letter case alone."""
        notes = []
        for prepared in self.sets:
            words = Counter(label.casefold() for label in prepared.classes)
            alike = [label for label in prepared.classes if words[label.casefold()] > 1]
            if alike:
                names = ",".join(f"{label}={label.lower()}" for label in alike)
                notes.append(
                    f"{printable(prepared.name)} has the labels {_listed(alike[:_MOST_LISTED])}, "
                    "which differ in capital letters alone and count as different labels. If they "
                    f"mean the same, add --labels {shlex.quote(printable(names))}."
                )
        return notes

    def _other_names(self) -> list[str]:
        """A hint for each set whose labels may be the main set's under other names."""
        main, *others = self.sets
        return [
            f"{printable(main.name)} has the labels {_listed(main.classes)}, "
            f"{printable(other.name)} has {_listed(other.classes)}: if they mean the same, give "
            "them the same names (--labels OLD=NEW,OLD=NEW), and pooling the texts is tried too."
            for other in others
            if main.classes != other.classes and _may_mean_the_same(main.classes, other.classes)
        ]


class LabelScore(NamedTuple):
    """The labelling of one label's tested texts, over all rounds.

    Attributes
    ----------
    label : as it is written.
    n : tested texts that have it.
    f1 : mean over the rounds.
    given : share of these texts that was given each label of the set, in their order.
    """

    label: str
    n: int
    f1: float
    given: tuple[float, ...]


class Mistake(NamedTuple):
    """A text that no round labelled rightly; its own label may be the wrong one.

    Attributes
    ----------
    text, place, label : as they stand in the set.
    given : the label that it was given most often.
    probability : of the labels that it was given, on average.
    """

    text: str
    place: str
    label: str
    given: str
    probability: float


def label_scores(advice: Measured) -> list[LabelScore]:
    """The labels of the main set, as the way to take gave them."""
    classes, given = advice.sets[0].classes, advice.best.given.classes
    labels = _labels(advice)
    scores = []
    for number, label in enumerate(classes):
        is_so, is_said = labels == number, given == number
        both = (is_so & is_said).sum(axis=1)
        f1 = 2 * both / np.maximum(is_so.sum() + is_said.sum(axis=1), 1)
        shares = np.bincount(given[:, is_so].ravel(), minlength=len(classes))
        n = int(is_so.sum())
        total = max(n * len(given), 1)
        scores.append(LabelScore(label, n, float(f1.mean()), tuple((shares / total).tolist())))
    return scores


def surest_mistakes(advice: Measured) -> list[Mistake]:
    """The texts that every round labelled wrongly, the surest first."""
    main, labels = advice.sets[0], _labels(advice)
    rows = (*main.train, *main.test)
    classes, probabilities = advice.best.given
    wrong = np.flatnonzero((classes != labels).all(axis=0))
    sure = probabilities[:, wrong].mean(axis=0)
    mistakes = []
    for place in np.argsort(-sure, kind="stable")[:_MOST_MISTAKES]:
        row = rows[advice.tested[wrong[place]]]
        given = int(np.bincount(classes[:, wrong[place]]).argmax())
        text = row.place if advice.settings.tokenizer == FEATURES else row.text
        mistakes.append(
            Mistake(text, row.place, row.label, main.classes[given], float(sure[place]))
        )
    return mistakes


def _labels(advice: Measured) -> np.ndarray:
    """True classes of the tested texts, int64 (n,)."""
    main = advice.sets[0]
    return main.labels((*main.train, *main.test))[advice.tested]


def further(row: Row) -> str:
    """The remedy for an open question, in words; empty for one that is settled or cannot be."""
    comparison = row.comparison
    if comparison is None or comparison.verdict != CANNOT_TELL:
        return ""
    options = []
    if comparison.further_runs:
        options.append(f"--runs {row.n_runs + comparison.further_runs}")
    if comparison.further_texts:
        options.append(f"about {_rounded(comparison.further_texts)} more labelled texts")
    return " or ".join(options)


def interval(comparison: Comparison) -> str:
    """The interval of a gain, such as ``−0.012 to +0.031``."""
    return f"{signed(comparison.low)} to {signed(comparison.high)}"


def printable(text: str) -> str:
    """A name from outside on one line, without characters that could move a terminal's cursor."""
    return "".join(c if c.isprintable() else "�" for c in text)


def _may_mean_the_same(some: Sequence[str], others: Sequence[str]) -> bool:
    """True if labels are as many and differ in case alone, or are words here and numbers there."""
    if len(some) != len(others) or len(some) > _MOST_LISTED:
        return False
    are_numbers = [all(label.lstrip("+-").isdigit() for label in own) for own in (some, others)]
    same_words = sorted(map(str.casefold, some)) == sorted(map(str.casefold, others))
    return same_words or are_numbers[0] != are_numbers[1]


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(map(printable, labels))


def _gain(comparison: Comparison) -> str:
    return f"{signed(comparison.gain)} [{interval(comparison)}]"


def percent(probability: float) -> str:
    """A probability in per cent; never quite all."""
    return f"{min(99, round(100 * probability))} %"


def _rounded(number: int) -> str:
    """Two digits that count, as more would claim too much."""
    return f"{int(float(f'{number:.2g}')):,}"
