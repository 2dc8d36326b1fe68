"""A person's text sets made ready for advice, with all that is wrong with them in sentences.

A text is the *same* as another if they differ in white space and case at most.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from minimtl.corpora import LabelledText, TextSet
from minimtl.errors import MinimtlError
from minimtl.text import char_ngrams, tokenize, whitespace_tokens

LEAST_PER_CLASS = 5  # as many as there are folds: each needs one to test on
LEAST_TEST = 5
_SMALL_CLASS, _SMALL_TEST = 50, 100

Tokenizer = Callable[[str], list[str]]


def _characters(text: str) -> list[str]:
    return char_ngrams(" ".join(text.lower().split()), (1, 2))


def _split_at_spaces(text: str) -> list[str]:
    return whitespace_tokens(text.lower())


TOKENIZERS: dict[str, Tokenizer] = {
    "words": tokenize,
    "whitespace": _split_at_spaces,
    "characters": _characters,
}
"""Runs of two or more letters or digits of any script; what stands between white space (texts cut
into words beforehand); single characters and pairs of them (scripts without spaces)."""


@dataclass(frozen=True)
class Prepared:
    """A text set without what cannot be used.

    Attributes
    ----------
    classes : sorted labels of the training texts.
    train, test : the texts; ``test`` is empty where the set has no test part of its own.
    warnings : a sentence for each thing a person should know.
    """

    name: str
    classes: tuple[str, ...]
    train: tuple[LabelledText, ...]
    test: tuple[LabelledText, ...]
    warnings: tuple[str, ...]

    def labels(self, texts: Sequence[LabelledText]) -> np.ndarray:
        """The place of each text's label in ``classes``, int64 (n,)."""
        return np.array([self.classes.index(row.label) for row in texts], np.int64)


def prepare(text_set: TextSet, tokenizer: Tokenizer, *, is_main: bool) -> Prepared:
    """Leave out texts without a word and copies, check the sizes, collect the warnings.

    The test part of an auxiliary set is left alone: nobody tests on it.

    Raises
    ------
    MinimtlError
        If what is left has one class, too few texts of one, or a label in the test part only.
    """
    name, warnings = text_set.name, list[str]()
    train = _with_words(text_set.train, tokenizer, name, warnings)
    test = _with_words(text_set.test, tokenizer, name, warnings) if is_main else ()
    train = _first_copies(train, name, warnings)
    in_test = {same(row.text) for row in test}
    train = _without(train, in_test, f"{name}: {{}} also in the test part", warnings)
    prepared = Prepared(name, tuple(sorted({row.label for row in train})), train, test, ())
    _check(prepared)
    warnings += _small(prepared, is_main=is_main)
    return replace(prepared, warnings=tuple(warnings))


def without_texts_of(aux: Prepared, main: Prepared) -> Prepared:
    """`aux` without the texts that `main` has too: joint training would see what is tested.

    Raises
    ------
    MinimtlError
        If too few are left.
    """
    warnings = list(aux.warnings)
    known = {same(row.text) for row in (*main.train, *main.test)}
    train = _without(aux.train, known, f"{aux.name}: {{}} also in {main.name}", warnings)
    if train == aux.train:
        return aux
    if not train:
        raise MinimtlError(f"Every text of {aux.name} is also in {main.name}; give another set.")
    classes = tuple(sorted({row.label for row in train}))
    left = Prepared(aux.name, classes, train, aux.test, tuple(warnings))
    _check(left)
    return left


def same(text: str) -> str:
    """What texts that count as the same have in common."""
    return " ".join(text.casefold().split())


def _with_words(
    texts: Sequence[LabelledText], tokenizer: Tokenizer, name: str, warnings: list[str]
) -> tuple[LabelledText, ...]:
    kept = tuple(row for row in texts if tokenizer(row.text))
    if texts and not kept:
        raise MinimtlError(
            f"In no text of {name} does the tokenizer find a word; choose another --tokenizer."
        )
    if len(kept) < len(texts):
        warnings.append(
            f"{name}: {_texts(len(texts) - len(kept))} in which the tokenizer finds no word; "
            "left out (another --tokenizer may suit the language better)."
        )
    return kept


def _first_copies(
    texts: Sequence[LabelledText], name: str, warnings: list[str]
) -> tuple[LabelledText, ...]:
    first: dict[str, LabelledText] = {}
    n_disagreeing = 0
    for row in texts:
        kept = first.setdefault(same(row.text), row)
        n_disagreeing += kept.label != row.label
    if len(first) < len(texts):
        labels = f", {n_disagreeing} of them under another label" if n_disagreeing else ""
        warnings.append(
            f"{name}: {_texts(len(texts) - len(first))} that repeat another{labels}; left out, as "
            "copies would stand both in training and in test."
        )
    return tuple(first.values())


def _without(
    texts: tuple[LabelledText, ...], known: set[str], sentence: str, warnings: list[str]
) -> tuple[LabelledText, ...]:
    kept = tuple(row for row in texts if same(row.text) not in known)
    if len(kept) < len(texts):
        warnings.append(f"{sentence.format(_texts(len(texts) - len(kept)))}; left out of training.")
    return kept


def _check(prepared: Prepared) -> None:
    name, counts = prepared.name, Counter(row.label for row in prepared.train)
    if len(counts) < 2:
        raise MinimtlError(
            f"All texts of {name} that can be used have one label; a task needs two at least."
        )
    label, fewest = min(counts.items(), key=lambda item: (item[1], item[0]))
    if fewest < LEAST_PER_CLASS:
        raise MinimtlError(
            f"{name} has {_texts(fewest)} of the label {label!r} to learn from, and "
            f"{LEAST_PER_CLASS} are needed; add texts, or give the label's texts to another."
        )
    if prepared.test and len(prepared.test) < LEAST_TEST:
        raise MinimtlError(
            f"The test part of {name} has {_texts(len(prepared.test))}, and {LEAST_TEST} are "
            "needed; add texts, or remove the test part to have the set split."
        )
    for row in prepared.test:
        if row.label not in counts:
            raise MinimtlError(
                f"{name}, {row.place}, has the label {row.label!r}, which no training text has; "
                "add some, or remove the text."
            )


def _small(prepared: Prepared, *, is_main: bool) -> list[str]:
    counts = Counter(row.label for row in prepared.train)
    small = sorted((n, label) for label, n in counts.items() if n < _SMALL_CLASS)
    said = []
    if small:
        n, label = small[0]
        more = f" ({len(small)} labels have fewer than {_SMALL_CLASS})" if len(small) > 1 else ""
        said.append(
            f"{prepared.name} is small: {_texts(n)} of the label {label!r}{more}; from fewer than "
            f"{_SMALL_CLASS} of a label, expect an uncertain answer."
        )
    n_test = len(prepared.test) or len(prepared.train) // LEAST_PER_CLASS
    if is_main and n_test < _SMALL_TEST:
        said.append(
            f"{prepared.name} is tested on {n_test} texts at a time: one text more or less that is "
            f"right moves the score by about {1 / n_test:.3f}."
        )
    return said


def _texts(n: int) -> str:
    return "1 text" if n == 1 else f"{n:,} texts"
