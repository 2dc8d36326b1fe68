"""What is said of the advice: the verdict, what to know before believing it, what was done."""

from collections import Counter
from collections.abc import Sequence

from minimtl.advice.conduct import ERROR, FIRST_ERROR, LEAST_CHANCE
from minimtl.advice.measured import Measured
from minimtl.advice.tokenizers import FEATURES, REGRESSION
from minimtl.advice.trials import N_FOLDS, most_per_class
from minimtl.advice.verdicts import CANNOT_TELL, HELPS, HURTS, NO_DIFFERENCE, Comparison
from minimtl.advice.ways import ALONE, N_EPOCHS
from minimtl.report import signed
from minimtl.stats import LEVEL

_MOST_LISTED = 10  # labels
_NEARLY_PERFECT = 0.99


def verdict_of(advice: Measured) -> str:
    """What to take, and what is proven, in two sentences."""
    best, reference = advice.best, advice.reference
    main, alone = printable(advice.names[0]), printable(advice.name_of(reference))
    look = "Quick look: " if advice.settings.is_quick else ""
    if reference.is_constant and best is reference:
        return (
            f"{look}Nothing was learned from {main}: the best way alone gives every text the same "
            f"label. {_remedy(advice)}"
        )

    others = [row for row in advice.rows if row.way.use != ALONE]
    if best is reference:
        take = f"{look}Train on {main} {alone}: {best.score:.3f} macro-F1."
        if all(row.verdict in (HURTS, NO_DIFFERENCE) for row in others):
            return f"{take} Other texts do not help: no way to use them is better by a margin."
        return f"{take} No other way is likely to be better, but that is not proven yet."

    assert best.comparison is not None
    name, probability = printable(advice.name_of(best)), best.comparison.probability
    against = f"the best way alone ({alone}, {reference.score:.3f})"
    take = f"{look}Train on {main} {name}: {best.score:.3f} macro-F1"
    if best.verdict == HELPS:
        return f"{take}. It is better than {against}: {_gain(best.comparison)}."
    likely = f"probably better than {against}: {percent(probability)}"
    return f"{take}, {likely}. This is not proven yet."


def further(comparison: Comparison) -> str:
    """What would settle an open question, in words; empty for one that is settled or cannot be."""
    if comparison.verdict != CANNOT_TELL:
        return ""
    options = []
    if comparison.further_runs:
        options.append(f"--runs {comparison.further_runs} more")
    if comparison.further_texts:
        options.append(f"about {_rounded(comparison.further_texts)} more labelled texts")
    return " or ".join(options)


def notes_on(advice: Measured) -> list[str]:
    """A sentence for each thing to know before believing the table."""
    notes = [printable(line) for prepared in advice.sets for line in prepared.warnings]
    if advice.settings.is_quick:
        notes.insert(
            0,
            f"This was a quick look: {advice.settings.runs} runs of at most "
            f"{advice.settings.per_class} texts of a label for a network. Without --quick the "
            "answer is surer.",
        )
    notes += [*_other_spellings(advice), *_other_names(advice)]
    if advice.best.score >= _NEARLY_PERFECT:
        notes.append(
            f"A score of {advice.best.score:.3f} is nearly perfect: see whether a word gives the "
            "label away, or texts of one author or thread stand on both sides of the test."
        )
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
    inputs = "TF-IDF of one and two words and of three to five characters in a row"
    if settings.tokenizer == "characters":
        inputs = "TF-IDF of characters and pairs of characters"
    words = (
        "With the words of others: their texts count for vocabulary and idf, their labels do not. "
    )
    if settings.tokenizer == FEATURES:
        inputs, words = "the features as they are", ""
    n_runs = max(row.n_runs for row in advice.rows)
    sentences = [
        f"{name}: {len(main.train):,} texts of {len(main.classes)} labels; {n_runs} runs, "
        f"each of which trains every way on the same texts and labels texts {tested}.",
        "The regressions are logistic (C = 10, rare labels weigh as much as frequent ones), on "
        f"{inputs}. The network has two hidden "
        f"layers of 100 units and is trained as in the study, for {N_EPOCHS} epochs or, with few "
        "texts, more.",
        f"{words}"
        "Adapted: features shared by all sets beside features of each set's own (Daumé 2007). "
        "Pooled: the other set's texts as if they were yours. Jointly: shared hidden layers, an "
        "output layer for each set. Pretrained: on the other set first, then on yours.",
        "The question: how much better is a classifier trained on texts like these, on texts like "
        "these? Gains are differences from the best way alone, whichever that is. All "
        f"verdicts together are wrong in {1 - LEVEL:.0%} of cases at most, as far as simulations "
        "and texts held back can tell (docs/advise.md).",
    ]
    if n_runs > N_FOLDS:
        sentences.append(
            "After the first five runs, ways that clearly hurt were trained no more, nor networks "
            f"with a chance of less than {LEAST_CHANCE:.0%} to be better than the way in the lead. "
            f"That look may be wrong in {FIRST_ERROR:.0%} of cases, the end in another "
            f"{ERROR - FIRST_ERROR:.0%}."
        )
    counts = Counter(row.label for row in main.train)
    most = max(counts.values())
    if most * (1 if main.test else 1 - 1 / N_FOLDS) > settings.per_class:
        sentences.append(
            f"A network is trained on at most {settings.per_class:,} texts of a label at a time, a "
            f"regression on {most_per_class(settings.per_class, REGRESSION):,}, and the largest "
            f"label of {name} has {most:,}. --per-class {most} trains networks on all of them."
        )
    sentences.append(
        "Scores are those of a single classifier, as trained in a run. The model that is saved is "
        "trained likewise on all texts; of networks it is the average of five, which is seldom "
        "worse."
    )
    return [*sentences, f"Tokenizer: {settings.tokenizer}; seed: {settings.seed}."]


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


def percent(probability: float) -> str:
    """A probability in per cent; never quite all."""
    return f"{min(99, round(100 * probability))} %"


def _rounded(number: int) -> str:
    """Two digits that count, as more would claim too much."""
    return f"{int(float(f'{number:.2g}')):,}"


def _remedy(advice: Measured) -> str:
    smallest = min(Counter(row.label for row in advice.sets[0].train).values())
    tokenizer = advice.settings.tokenizer
    other = "characters" if tokenizer != "characters" else "words"
    if tokenizer == FEATURES:
        return f"Label more rows of the rarest label ({smallest} now), or scale the features."
    return (
        f"Label more texts of the rarest label ({smallest} now), or try --tokenizer {other} "
        f"(it was {tokenizer})."
    )
