"""Advice in sentences: what was done, what it says, and how far it goes."""

from collections.abc import Iterable, Sequence

from minimtl.advice.advice import Advice
from minimtl.advice.metamodel import MetaModel, Prediction, stated
from minimtl.advice.sets import Prepared
from minimtl.advice.trials import N_FOLDS, passes_per_epoch
from minimtl.report import signed

N_DRIVERS = 3
_NAMED_OUTSIDE = 3


def shown(text: str) -> str:
    """A name from outside on one line, without characters that move a terminal's cursor."""
    return "".join(c if c.isprintable() else "�" for c in text)


def sentence_of(advice: Advice) -> str:
    """The verdict with its numbers."""
    gain = advice.gain
    numbers = f"{signed(gain.mean)} macro-F1 [{signed(gain.low)}, {signed(gain.high)}]"
    further = f"; {advice.further}" if advice.further else ""
    return (
        f"{shown(advice.aux.name)}: {advice.verdict} ({numbers}, p = {gain.p_value:.2g}){further}."
    )


def drivers(prediction: Prediction) -> list[tuple[str, float]]:
    """The features that moved the prediction most, with their contributions to the log odds."""
    ordered = sorted(prediction.contributions.items(), key=lambda item: -abs(item[1]))
    return ordered[:N_DRIVERS]


def outside_of(advice: Advice) -> list[str]:
    """In what respects the sets lie outside what the meta-model has seen, a sentence each."""
    outside, said = advice.prediction.outside, []
    if outside:
        named = [
            f"{name} {short(value)} (seen: {short(low)} to {short(high)})"
            for name, (value, low, high) in list(outside.items())[:_NAMED_OUTSIDE]
        ]
        more = f" and {len(outside) - len(named)} more" if len(outside) > len(named) else ""
        said.append(
            f"{shown(advice.aux.name)}: the prediction is an extrapolation, {len(outside)} of "
            f"{len(advice.prediction.contributions)} features lie outside what the meta-model has "
            f"seen: {', '.join(named)}{more}."
        )
    return said


def classes_unknown(sets: Iterable[Prepared]) -> list[str]:
    """A sentence if a set has more classes than the meta-model's tasks of two."""
    many = [f"{shown(s.name)} has {len(s.classes)}" for s in sets if len(s.classes) > 2]
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
        f"Fitted on {stated(model.study)}. On main tasks it had not seen it was right in "
        f"{held_out.accuracy:.0%} of cases, where a guess is in {guess:.0%}: the prediction is "
        f"{worth}. The verdict rests on the measured gain alone."
    )


def procedure(advised: Sequence[Advice], main: Prepared, per_class: int) -> list[str]:
    """What was measured and how."""
    first, n_runs, k = advised[0], len(advised[0].single), len(main.classes)
    if main.test:
        tested = "on texts of the set's own test part"
    else:
        tested = (
            f"on a fold of the texts (there is no test part, so they were split into {N_FOLDS} "
            "folds, classes in equal shares, anew for each round, with a fixed seed)"
        )
    together = "" if len(advised) == 1 else f" for all {len(advised)} candidates together"
    said = [
        f"{shown(main.name)}: {n_runs} paired runs on {first.n_train:,} training texts of {k} "
        f"classes, tested {tested}, {first.n_test:,} at a time. The network and its training are "
        f"those of the study's paper protocol; intervals and p-values are corrected for the texts "
        f"that the runs share, intervals hold with 95 %{together}."
    ]
    passes = passes_per_epoch(first.n_train)
    if passes > 1:
        said.append(
            f"An epoch passes over the {first.n_train:,} training texts {passes} times, so that "
            "networks are trained for as many steps as the study's."
        )
    most = max(sum(row.label == label for row in main.train) for label in main.classes)
    if most > per_class:
        said.append(
            f"At most {per_class} training texts of a class are drawn in a run, as in the study "
            f"(the largest class has {most:,}): with more texts a gain is usually smaller; "
            f"--per-class {most} measures on all of them."
        )
    return said


def short(value: float) -> str:
    """Three digits or, of a large number, all before the point: such as ``−0.307``, ``4,410``."""
    plain = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return plain.replace("-", "−")
