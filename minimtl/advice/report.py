"""What is shown of the advice, whatever the form: rows of a table, and sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minimtl.advice.advice import Advice
from minimtl.advice.metamodel import MetaModel, Prediction, describe_study
from minimtl.advice.sets import Prepared
from minimtl.advice.trials import N_FOLDS, passes_per_epoch
from minimtl.report import signed

N_DRIVERS = 3
_NAMED_OUTSIDE = 3


@dataclass(frozen=True)
class Report:
    """Everything that is shown, whatever the form."""

    main: Prepared
    advised: Sequence[Advice]
    model: MetaModel
    per_class: int
    tokenizer: str

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table without its head, a row a candidate."""
        return [_row(advice) for advice in self.advised]

    @property
    def warnings(self) -> list[str]:
        """Everything a person should know before believing the table."""
        sets = (self.main, *(advice.aux for advice in self.advised))
        own = [printable(warning) for prepared in sets for warning in prepared.warnings]
        outside = [line for advice in self.advised for line in outside_of(advice)]
        return [*own, *classes_unknown(sets), *outside]

    @property
    def why(self) -> list[str]:
        """What moved each prediction."""
        return [
            f"{printable(advice.aux.name)}: {advice.prediction.probability:.0%}; "
            + ", ".join(f"{name} {signed(value, 2)}" for name, value in drivers(advice.prediction))
            for advice in self.advised
        ]

    @property
    def procedure(self) -> list[str]:
        """What was measured and how, and what the prediction is worth."""
        return [*procedure(self.advised, self.main, self.per_class), trust(self.model)]


def _row(advice: Advice) -> tuple[str, ...]:
    gain = advice.gain
    prediction = advice.prediction
    return (
        printable(advice.aux.name),
        f"{prediction.probability:.0%}{' (extrapolated)' if prediction.outside else ''}",
        f"{advice.single.mean():.3f}",
        f"{advice.multi.mean():.3f}",
        signed(gain.mean),
        f"{signed(gain.low)} to {signed(gain.high)}",
        f"{gain.p_value:.2g}",
        advice.verdict,
    )


def printable(text: str) -> str:
    """A name from outside on one line, without characters that could move a terminal's cursor."""
    return "".join(c if c.isprintable() else "�" for c in text)


def sentence_of(advice: Advice) -> str:
    """The verdict with its numbers."""
    gain = advice.gain
    numbers = f"{signed(gain.mean)} macro-F1 [{signed(gain.low)}, {signed(gain.high)}]"
    further = f"; {advice.further}" if advice.further else ""
    name = printable(advice.aux.name)
    return f"{name}: {advice.verdict} ({numbers}, p = {gain.p_value:.2g}){further}."


def drivers(prediction: Prediction) -> list[tuple[str, float]]:
    """The features that moved the prediction most, with their contributions to the log odds."""
    ordered = sorted(prediction.contributions.items(), key=lambda item: -abs(item[1]))
    return ordered[:N_DRIVERS]


def outside_of(advice: Advice) -> list[str]:
    """One sentence, if any features lie outside what the meta-model has seen."""
    outside = advice.prediction.outside
    if not outside:
        return []
    named = [
        f"{name} {short(value)} (seen: {short(low)} to {short(high)})"
        for name, (value, low, high) in list(outside.items())[:_NAMED_OUTSIDE]
    ]
    more = f" and {len(outside) - len(named)} more" if len(outside) > len(named) else ""
    return [
        f"{printable(advice.aux.name)}: the prediction is an extrapolation, {len(outside)} of "
        f"{len(advice.prediction.contributions)} features lie outside what the meta-model has "
        f"seen: {', '.join(named)}{more}."
    ]


def classes_unknown(sets: Iterable[Prepared]) -> list[str]:
    """One sentence, if a set has more than two classes, as the tasks of the meta-model have."""
    many = [f"{printable(s.name)} has {len(s.classes)}" for s in sets if len(s.classes) > 2]
    if not many:
        return []
    return [
        f"The meta-model knows tasks of two classes only, and {', '.join(many)}: its features are "
        "averages over the classes, each against the rest, and its prediction a guess."
    ]


def trust(model: MetaModel) -> str:
    """How far the prediction can be trusted, from the meta-model's score on unseen main tasks."""
    held_out = model.held_out
    guess = max(held_out.majority_accuracy, 0.5)
    # The lift's interval is moved to a coin's accuracy where the majority does worse than that.
    low = held_out.lift_low - (guess - held_out.majority_accuracy)
    worth = "a hint, no more" if low > 0 else "not shown to be better than a guess"
    return (
        f"Fitted on {describe_study(model.study)}. On main tasks it had not seen it was right in "
        f"{held_out.accuracy:.0%} of cases, where a guess is in {guess:.0%}: the prediction is "
        f"{worth}. The verdict rests on the measured gain alone."
    )


def procedure(advised: Sequence[Advice], main: Prepared, per_class: int) -> list[str]:
    """What was measured, and how, a sentence each."""
    first, n_runs, k = advised[0], len(advised[0].single), len(main.classes)
    if main.test:
        tested = "on texts of the set's own test part"
    else:
        tested = (
            f"on a fold of the texts (there is no test part, so they were split into {N_FOLDS} "
            "folds, classes in equal shares, anew for each round, with a fixed seed)"
        )
    together = "" if len(advised) == 1 else f" for all {len(advised)} candidates together"
    sentences = [
        f"{printable(main.name)}: {n_runs} paired runs on {first.n_train:,} training texts of {k} "
        f"classes, tested {tested}, {first.n_test:,} at a time. The network and its training are "
        f"those of the study's paper protocol; intervals and p-values are corrected for the texts "
        f"that the runs share, intervals hold with 95 %{together}."
    ]
    passes = passes_per_epoch(first.n_train)
    if passes > 1:
        sentences.append(
            f"An epoch passes over the {first.n_train:,} training texts {passes} times, so that "
            "networks are trained for as many steps as the study's."
        )
    most = max(sum(row.label == label for row in main.train) for label in main.classes)
    if most > per_class:
        sentences.append(
            f"At most {per_class} training texts of a class are drawn in a run, as in the study "
            f"(the largest class has {most:,}): with more texts a gain is usually smaller; "
            f"--per-class {most} measures on all of them."
        )
    return sentences


def short(value: float) -> str:
    """Three digits or, of a large number, all before the point: such as ``−0.307``, ``4,410``."""
    plain = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return plain.replace("-", "−")
