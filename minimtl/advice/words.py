"""What is said of the advice: the verdict, what to know before believing it, what was done."""

from collections import Counter
from collections.abc import Sequence

from minimtl.advice.conduct import Row
from minimtl.advice.measured import Measured
from minimtl.advice.trials import N_FOLDS
from minimtl.advice.verdicts import CANNOT_TELL, HURTS, Comparison
from minimtl.advice.ways import ALONE, N_EPOCHS
from minimtl.report import signed
from minimtl.stats import LEVEL

_MOST_LISTED = 10  # labels


def verdict_of(advice: Measured) -> str:
    """The answer and what to do, in one or two sentences."""
    best, reference = advice.best, advice.reference
    others = [row for row in advice.rows if row.way.use != ALONE]
    main, alone = printable(advice.names[0]), advice.name_of(reference)
    look = "Quick look: " if advice.settings.is_quick else ""
    if reference.is_constant and best is reference:
        return (
            f"{look}Nothing was learned from {main}: the best way alone gives every text the same "
            f"label. {_remedy(advice)}"
        )
    if best.comparison:
        return (
            f"{look}Other texts help: train {printable(advice.name_of(best))}, which scores "
            f"{best.score:.3f} macro-F1, {_gain(best.comparison)} above the best way alone "
            f"({alone}, {reference.score:.3f})."
        )
    answer = f"train on {main} {alone}, which scores {reference.score:.3f} macro-F1."
    n_open = sum(row.verdict == CANNOT_TELL for row in others)
    if not n_open:
        return f"{look}Other texts do not help: {answer}"
    how_many = "" if n_open == len(others) else f" for {n_open} of {len(others)} ways to use them"
    return f"{look}Whether other texts help cannot be told yet{how_many}. Until then, {answer}"


def further(comparison: Comparison) -> str:
    """What would settle an open question, in words; empty for one that is settled."""
    if comparison.verdict != CANNOT_TELL:
        return ""
    options = []
    if comparison.further_runs:
        options.append(f"about {_rounded(comparison.further_runs)} more runs")
    if comparison.further_texts:
        options.append(f"about {_rounded(comparison.further_texts)} more labelled texts")
    return " or ".join(options) or "no realistic number of runs or texts"


def notes_on(advice: Measured) -> list[str]:
    """A sentence for each thing to know before believing the table."""
    notes = [printable(line) for prepared in advice.sets for line in prepared.warnings]
    if advice.settings.is_quick:
        notes.insert(
            0,
            f"This was a quick look: {advice.settings.runs} runs of at most "
            f"{advice.settings.per_class} texts of a label. Without --quick the answer is surer.",
        )
    notes += [*_other_spellings(advice), *_other_names(advice)]
    constant = [row for row in advice.rows if row.is_constant]
    if constant:
        names = ", ".join(printable(advice.name_of(row)) for row in constant)
        notes.append(f"Gives every text the same label: {names}. {_remedy(advice)}")
    return notes


def procedure_of(advice: Measured) -> list[str]:
    """What was measured, and how, a sentence each."""
    settings, main = advice.settings, advice.sets[0]
    name = printable(main.name)
    if main.test:
        tested = f"on the {len(main.test):,} texts of the set's own test part"
    else:
        tested = (
            f"on a fifth of the texts, after training on the others ({N_FOLDS} folds, classes in "
            f"equal shares, drawn anew for every {N_FOLDS} runs)"
        )
    n_compared = len(advice.rows) - 1
    sentences = [
        f"{name}: {len(main.train):,} texts of {len(main.classes)} labels; {settings.runs} runs, "
        f"each of which trains every way on the same texts and scores it by macro-F1 {tested}.",
        "The network has two hidden layers of 100 units and is trained as in the study, for "
        f"{N_EPOCHS} epochs or, with few texts, more; the regression is logistic, on TF-IDF with "
        "C = 10. Jointly: shared hidden layers, an output layer for each set. Pretrained: on the "
        "other set first, then on yours. Pooled: the other set's texts as if they were yours, "
        "where the labels are the same.",
        f"Gains are differences from the best way alone, in the same runs. The "
        f"{n_compared} intervals hold together with {LEVEL:.0%}; they are corrected for the texts "
        "that runs share.",
    ]
    if settings.pilot:
        sentences.append(
            f"After {settings.pilot} runs a first look dropped the ways that clearly hurt, at an "
            f"error of {settings.pilot_error:.0%} for all together; the end has the other "
            f"{settings.final_error:.0%}."
        )
    counts = Counter(row.label for row in main.train)
    most = max(counts.values())
    if most * (1 if main.test else 1 - 1 / N_FOLDS) > settings.per_class:
        sentences.append(
            f"At most {settings.per_class} texts of a label are trained on in a run, and the "
            f"largest label of {name} has {most:,}. With more texts a gain is usually smaller; "
            f"--per-class {most} measures on all of them."
        )
    return [*sentences, f"Tokenizer: {settings.tokenizer}; seed: {settings.seed}."]


def verdict_word(row: Row) -> str:
    """A row's verdict for the table."""
    if row.comparison is None:
        return "best alone"
    if row.way.use == ALONE and row.verdict == HURTS:
        return "worse"
    return row.verdict


def interval(comparison: Comparison) -> str:
    """The interval of a gain, such as ``−0.012 to +0.031``."""
    return f"{signed(comparison.low)} to {signed(comparison.high)}"


def printable(text: str) -> str:
    """A name from outside on one line, without characters that could move a terminal's cursor."""
    return "".join(c if c.isprintable() else "�" for c in text)


def _other_spellings(advice: Measured) -> list[str]:
    """A hint for each set that has labels which differ in letter case alone."""
    notes = []
    for prepared in advice.sets:
        words = Counter(label.casefold() for label in prepared.classes)
        alike = [label for label in prepared.classes if words[label.casefold()] > 1]
        if alike:
            notes.append(
                f"{printable(prepared.name)} has the labels {_listed(alike[:_MOST_LISTED])}, which "
                "differ in capital letters alone and count as different labels: spell those alike "
                "that mean the same."
            )
    return notes


def _other_names(advice: Measured) -> list[str]:
    """A hint for each set whose labels may be the main set's under other names."""
    main, *others = advice.sets
    return [
        f"{printable(main.name)} has the labels {_listed(main.classes)}, {printable(other.name)} "
        f"has {_listed(other.classes)}: if they mean the same, give them the same names, and "
        "pooling the texts is tried too."
        for other in others
        if main.classes != other.classes and _may_mean_the_same(main.classes, other.classes)
    ]


def _may_mean_the_same(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether labels are as many and differ in case alone, or are words here and numbers there."""
    if len(some) != len(others) or len(some) > _MOST_LISTED:
        return False
    are_numbers = [all(label.lstrip("+-").isdigit() for label in own) for own in (some, others)]
    same_words = sorted(map(str.casefold, some)) == sorted(map(str.casefold, others))
    return same_words or are_numbers[0] != are_numbers[1]


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(map(printable, labels))


def _gain(comparison: Comparison) -> str:
    return f"{signed(comparison.gain)} [{interval(comparison)}]"


def _rounded(number: int) -> str:
    """Two digits that count, as more would claim too much."""
    return f"{int(float(f'{number:.2g}')):,}"


def _remedy(advice: Measured) -> str:
    smallest = min(Counter(row.label for row in advice.sets[0].train).values())
    tokenizer = advice.settings.tokenizer
    other = "characters" if tokenizer != "characters" else "words"
    return (
        f"Label more texts of the rarest label ({smallest} now), or try --tokenizer {other} "
        f"(it was {tokenizer})."
    )
