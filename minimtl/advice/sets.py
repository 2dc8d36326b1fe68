"""Prepares a person's text sets for advice, and says in sentences what is wrong with them.

A text is the *same* as another if they differ in white space and case at most.
"""

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from minimtl.corpora.files import LabelledText, TextSet
from minimtl.errors import MinimtlError
from minimtl.jobs.identity import stable_hash
from minimtl.report.wording import counted
from minimtl.text.counts import count_matrix
from minimtl.text.tokenize import has_markup

LEAST_PER_CLASS = 5  # as many as there are folds: each needs one to test on
LEAST_TEST = 5
_SMALL_CLASS, _SMALL_TEST = 50, 100
_SEPARATORS = re.compile(r"[,;|/+&]")
# Share of two texts' distinct words that both have, from which on they are near copies. Newsgroup
# posts and reviews of one topic share a quarter at most.
ALIKE = 0.8
# Shorter texts have too few words to tell a copy from a phrase that people use.
_FEWEST_WORDS = 6
# Words in more texts than this bring no two texts together; what two copies share has rarer ones.
_MOST_TEXTS = 50
_TEXTS_AT_ONCE = 500  # are compared with all others, which takes memory

Texts = tuple[LabelledText, ...]
Analyzer = Callable[[str], Iterable[str]]


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
    train: Texts
    test: Texts
    warnings: tuple[str, ...]

    def labels(self, texts: Sequence[LabelledText]) -> np.ndarray:
        """The place of each text's label in ``classes``, int64 (n,)."""
        place = {label: number for number, label in enumerate(self.classes)}
        return np.array([place[row.label] for row in texts], np.int64)

    @property
    def digest(self) -> str:
        """A hash of texts and labels."""
        parts = [[[row.text, row.label] for row in part] for part in (self.train, self.test)]
        return stable_hash("labelled texts", parts)


def prepare(text_set: TextSet, analyze: Analyzer, main: Prepared | None = None) -> Prepared:
    """Leave out texts without a word and copies, check the sizes, collect the warnings.

    Of a set beside a `main` one nothing is used that the main set has too, since joint training
    would see what is tested, nor its test part, nor labels of a few texts.

    Raises
    ------
    MinimtlError
        If what is left has one class, too few texts of one, or a label in the test part only.
    """
    name = text_set.name
    warnings = [*text_set.notes, *_markup(text_set), *_several(text_set.train, name)]
    train = _with_words(text_set.train, analyze, name, warnings)
    tested = text_set.test if main is None else ()
    test = _with_words(tested, analyze, f"the test part of {name}", warnings)
    train = _first_copies(train, name, warnings)

    if main is None:
        train = _without(train, test, name, "its test part", warnings)
        where = "this set or its test part" if test else "this set"
        train = _without_near_copies(train, test, analyze, name, where, warnings)
    else:
        known = (*main.train, *main.test)
        train = _without(train, known, name, main.name, warnings)
        train = _without_near_copies(train, known, analyze, name, "this or the main set", warnings)
        train = _without_rare_labels(train, name, warnings)

    prepared = Prepared(name, _classes(train), train, test, ())
    _check(prepared)
    warnings += _small(prepared, is_main=main is None)
    return replace(prepared, warnings=tuple(warnings))


def normalised(text: str) -> str:
    """The text in lower case with single spaces: equal for texts that count as the same."""
    return " ".join(text.casefold().split())


def near_copies(texts: Sequence[str], others: Sequence[str], analyze: Analyzer) -> np.ndarray:
    """Texts that are near copies of one of `others`, or of an earlier text: bool (n_texts,).

    A text and its near copy, with a few words left out, added or changed, are one observation: with
    one of them in training and the other in test, what is measured is memory.
    """
    counts, _ = count_matrix((*others, *texts), analyze)
    words = sparse.csr_matrix(
        (np.ones(counts.nnz, np.int32), counts.indices, counts.indptr), counts.shape
    )
    rare = words[:, np.bincount(words.indices, minlength=words.shape[1]) <= _MOST_TEXTS]
    n_words, n_rare = np.diff(words.indptr), np.diff(rare.indptr)
    # Of a near copy's words at most a fourth of the shared ones are missing in the other text.
    n_needed = np.maximum(n_rare - (1 / ALIKE - 1) * n_words, 1)

    is_copy = np.zeros(len(n_words), bool)
    for start in range(0, len(n_words), _TEXTS_AT_ONCE):
        meeting = (rare[start : start + _TEXTS_AT_ONCE] @ rare[start:].T).tocoo()
        first, second = meeting.row + start, meeting.col + start
        may_be = (first < second) & (meeting.data >= n_needed[first])
        may_be &= meeting.data >= n_needed[second]
        may_be &= np.minimum(n_words[first], n_words[second]) >= _FEWEST_WORDS
        first, second = first[may_be], second[may_be]

        shared = np.asarray(words[first].multiply(words[second]).sum(axis=1)).ravel()
        alike = shared >= ALIKE * (n_words[first] + n_words[second] - shared)
        is_copy[second[alike]] = True
    return is_copy[len(others) :]


def _classes(texts: Texts) -> tuple[str, ...]:
    return tuple(sorted({row.label for row in texts}))


def _markup(text_set: TextSet) -> list[str]:
    n = sum(has_markup(row.text) for row in (*text_set.train, *text_set.test))
    if not n:
        return []
    texts = counted(n, "text")
    return [f"{text_set.name}: {texts} with tags or entities of HTML, which are no words."]


def _with_words(texts: Texts, analyze: Analyzer, name: str, warnings: list[str]) -> Texts:
    kept = tuple(row for row in texts if analyze(row.text))
    if texts and not kept:
        raise MinimtlError(
            f"In no text of {name} does the tokenizer find a word; choose another --tokenizer."
        )
    if len(kept) < len(texts):
        warnings.append(
            f"{name}: {counted(len(texts) - len(kept), 'text')} in which the tokenizer finds no "
            "word; left out (another --tokenizer may suit the language better)."
        )
    return kept


def _first_copies(texts: Texts, name: str, warnings: list[str]) -> Texts:
    first: dict[str, LabelledText] = {}
    disagreeing = []
    for row in texts:
        kept = first.setdefault(normalised(row.text), row)
        if kept.label != row.label:
            disagreeing.append(f"{kept.place} and {row.place}")
    n_copies = len(texts) - len(first)
    if n_copies:
        labels = ""
        if disagreeing:
            labels = f", {len(disagreeing)} of them under another label (first {disagreeing[0]})"
        repeats = "repeats" if n_copies == 1 else "repeat"
        warnings.append(
            f"{name}: {counted(n_copies, 'text')} that {repeats} another{labels}; left out, "
            "because copies could be in both training and test."
        )
    return tuple(first.values())


def _without(texts: Texts, others: Texts, name: str, where: str, warnings: list[str]) -> Texts:
    """The texts that are not among the others; `where` names those."""
    known = {normalised(row.text) for row in others}
    kept = tuple(row for row in texts if normalised(row.text) not in known)
    if texts and not kept:
        raise MinimtlError(
            f"Every text of {name} is also in {where}, so none is left to learn from; give others."
        )
    if len(kept) < len(texts):
        n_left_out = counted(len(texts) - len(kept), "text")
        warnings.append(f"{name}: {n_left_out} also in {where}; left out of training.")
    return kept


def _without_near_copies(
    texts: Texts, others: Texts, analyze: Analyzer, name: str, where: str, warnings: list[str]
) -> Texts:
    """The texts that nearly repeat none of `others` and no earlier one; `where` names both."""
    is_copy = near_copies([row.text for row in texts], [row.text for row in others], analyze)
    if is_copy.any():
        warnings.append(
            f"{name}: {counted(int(is_copy.sum()), 'text')} with nearly the words of another one, "
            f"of {where}; left out, because one could be in training and the other in the test."
        )
    kept = tuple(row for row, copy in zip(texts, is_copy, strict=True) if not copy)
    if texts and not kept:
        raise MinimtlError(f"Every text of {name} nearly repeats one of {where}; give others.")
    return kept


def _without_rare_labels(texts: Texts, name: str, warnings: list[str]) -> Texts:
    """The texts of another set whose label has enough; the person cannot label more of these."""
    counts = Counter(row.label for row in texts)
    rare = {label for label, n in counts.items() if n < LEAST_PER_CLASS}
    if rare:
        labels = "the label" if len(rare) == 1 else f"{len(rare)} labels, such as"
        warnings.append(
            f"{name}: left out {labels} {min(rare)!r} with fewer than {LEAST_PER_CLASS} texts."
        )
    return tuple(row for row in texts if row.label not in rare)


def _several(texts: Texts, name: str) -> list[str]:
    """A question about labels such as "a,b" where there is a label "a" too."""
    counts = Counter(row.label for row in texts)
    several = [
        label
        for label in counts
        if any(part.strip() in counts for part in _SEPARATORS.split(label) if part != label)
    ]
    if not several:
        return []
    first, n_texts = several[0], counted(sum(counts[label] for label in several), "text")
    others = f", as {len(several) - 1} more of the kind" if len(several) > 1 else ""
    renaming = shlex.quote(f"{first}={_SEPARATORS.split(first)[0].strip()}")
    return [
        f"{name}: does {first!r} mean several labels? It counts as one label{others} "
        f"({n_texts} in all); --labels {renaming} gives it another name."
    ]


def _check(prepared: Prepared) -> None:
    name, counts = prepared.name, Counter(row.label for row in prepared.train)
    if not counts:
        raise MinimtlError(
            f"No label of {name} has {LEAST_PER_CLASS} texts that can be used; give more of each."
        )
    if len(counts) < 2:
        raise MinimtlError(
            f"All texts of {name} that can be used have one label; a task needs two at least."
        )
    label, fewest = min(counts.items(), key=lambda item: (item[1], item[0]))
    if fewest < LEAST_PER_CLASS:
        raise MinimtlError(
            f"{name} has {counted(fewest, 'text')} of the label {label!r} to learn from, and "
            f"{LEAST_PER_CLASS} are needed; add texts, give the label's texts to another one by "
            f"--labels {shlex.quote(f'{label}=OTHER')}, or leave them out by "
            f"{shlex.quote(f'{label}=')}."
        )
    if prepared.test and len(prepared.test) < LEAST_TEST:
        raise MinimtlError(
            f"The test part of {name} has {counted(len(prepared.test), 'text')}, and "
            f"{LEAST_TEST} are needed; add texts, or remove the test part to have the set split."
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
    sentences = []
    if small:
        n, label = small[0]
        more = f" ({len(small)} labels have fewer than {_SMALL_CLASS})" if len(small) > 1 else ""
        sentences.append(
            f"{prepared.name} is small: {counted(n, 'text')} of the label {label!r}{more}; from "
            f"fewer than {_SMALL_CLASS} of a label, expect an uncertain answer."
        )
    n_test = len(prepared.test) or len(prepared.train) // LEAST_PER_CLASS
    if is_main and n_test < _SMALL_TEST:
        sentences.append(
            f"{prepared.name} is tested on {n_test} texts at a time: one text more or less that is "
            f"right moves the score by about {1 / n_test:.3f}."
        )
    return sentences
