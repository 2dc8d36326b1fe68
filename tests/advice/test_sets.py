"""What is left out of a text set, what is refused, and what is said about it."""

import time

import numpy as np
import pytest

from minimtl.advice.sets import near_copies, normalised, prepare
from minimtl.corpora.files import LabelledText, TextSet
from minimtl.errors import MinimtlError


def rows(**texts):
    return tuple(
        LabelledText(text, label, f"row {number}")
        for label, of_label in texts.items()
        for number, text in enumerate(of_label, start=2)
    )


def numbered(prefix, n):
    return [f"{prefix} number{i}" for i in range(n)]


def two_labels(n=60, more_a=(), more_b=(), **others):
    """So many texts of the labels a and b, some more of these, and those of other labels."""
    return rows(a=[*numbered("aa", n), *more_a], b=[*numbered("bb", n), *more_b], **others)


def long_texts(n, seed=0):
    rng = np.random.default_rng(seed)
    common = [" ".join(f"the{i}" for i in rng.integers(0, 30, 20)) for _ in range(n)]
    return [f"{start} " + " ".join(f"w{i}" for i in rng.integers(0, 5_000, 30)) for start in common]


@pytest.fixture
def used(words):
    """What is left of a set ``s``, or of ``x`` beside a main set ``m``."""

    def make(train, test=(), main=None):
        if main is None:
            return prepare(TextSet("s", train, test), words)
        return prepare(TextSet("x", train), words, prepare(TextSet("m", main), words))

    return make


MAIN = two_labels()
TEST = rows(a=numbered("tt", 100), b=["bb some other"])


@pytest.mark.parametrize(
    ("sets", "n_left", "warnings"),
    [
        (
            {"train": two_labels(more_a=["Aa  NUMBER0"], more_b=["aa number1"])},
            120,
            ["s: 2 texts that repeat another, 1 of them under another label (first row 3 and"],
        ),
        (
            {"train": MAIN, "test": TEST + rows(a=["aa number3"], b=["BB  number9"])},
            118,
            ["s: 2 texts also in its test part; left out of training."],
        ),
        (
            {"train": rows(c=[*numbered("cc", 9), "AA number7"], d=numbered("d", 9)), "main": MAIN},
            18,
            ["x: 1 text also in m; left out of training."],
        ),
        (
            {
                "train": rows(a=numbered("e", 9), b=numbered("f", 9), c=["cc"], d=["dd"]),
                "main": MAIN,
            },
            18,
            ["x: left out 2 labels, such as 'c' with fewer than 5 texts."],
        ),
        (
            {"train": two_labels(more_a=["<br />&nbsp;", "<b>aa</b> &amp; more"])},
            121,
            [
                "s: 2 texts with tags or entities of HTML, which are no words.",
                "s: 1 text in which the tokenizer finds no word; left out",
            ],
        ),
        (
            {"train": two_labels(**{"a, b": numbered("ab", 60)})},
            180,
            [
                "s: does 'a, b' mean several labels? It counts as one label (60 texts in all); "
                "--labels 'a, b=a' gives it another name."
            ],
        ),
        ({"train": rows(**{"a, c": numbered("aa", 250), "b/d": numbered("bb", 250)})}, 500, []),
        (
            {"train": rows(a=numbered("aa", 60), b=numbered("bb", 7))},
            67,
            ["s is small: 7 texts of the label 'b'; ", "s is tested on 13 texts at a time"],
        ),
    ],
)
def test_what_is_left_out_or_strange_is_said(used, sets, n_left, warnings):
    prepared = used(**sets)
    assert len(prepared.train) == n_left
    for found, expected in zip(prepared.warnings[: len(warnings)], warnings, strict=True):
        assert found.startswith(expected)
    others = prepared.warnings[len(warnings) :]
    assert all(" is tested on " in line or " is small: " in line for line in others)
    known = {normalised(row.text) for part in ("test", "main") for row in sets.get(part, ())}
    assert not known & {normalised(row.text) for row in prepared.train}


FEW = two_labels(20)
LONG = rows(a=long_texts(20), b=long_texts(20, seed=1))
EDITED = tuple(row._replace(text=f"{row.text} more") for row in LONG)


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        ({"train": rows(a=numbered("aa", 9))}, "All texts of s that can be used have one label"),
        (
            {"train": rows(p=numbered("bb", 62), q=numbered("qq", 9)), "main": MAIN},
            "All texts of x that can be used have one label",
        ),
        (
            {"train": two_labels(d=["dd one"])},
            "1 text of the label 'd' to learn from, and 5 are needed",
        ),
        ({"train": FEW, "test": rows(a=["one two"])}, "test part of s has 1 text, and 5 are"),
        (
            {"train": FEW, "test": rows(a=numbered("tt", 5), c=["only here"])},
            "s, row 2, has the label 'c', which no training text has",
        ),
        ({"train": FEW, "test": FEW}, "Every text of s is also in its test part, so none"),
        ({"train": MAIN, "main": MAIN}, "Every text of x is also in m, so none"),
        ({"train": EDITED, "main": LONG}, "Every text of x nearly repeats one of this or the mai"),
        ({"train": rows(a=["x y"], b=["好"])}, r"In no text of s .* choose another --tokenizer"),
    ],
)
def test_what_cannot_be_used_is_refused(used, sets, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        used(**sets)


def test_many_rare_labels_take_no_longer_than_their_rows(used):
    texts = tuple(LabelledText(f"word{i} own{i}", f"label{i % 19_000}", "") for i in range(40_000))
    start = time.process_time()
    with pytest.raises(MinimtlError, match="No label of x has 5 texts that can be used"):
        used(texts, main=MAIN)
    many = tuple(row._replace(label=f"label{i % 8_000}") for i, row in enumerate(texts))
    prepared = used(many)
    assert len(set(prepared.labels(prepared.train))) == 8_000
    assert time.process_time() - start < 5  # a search of each label in a list takes a minute


def test_near_copies_are_edited_texts_and_of_some_within_a_set_the_later_ones():
    texts = long_texts(200)
    edited = [text.split() for text in texts]
    edited = [" ".join([*some[:10], "edited", *some[11:]]) for some in edited]
    assert near_copies(edited, texts, str.split).all()
    assert near_copies([*texts[:3], edited[1]], (), str.split).tolist() == [False] * 3 + [True]


@pytest.mark.parametrize(
    ("texts", "others"),
    [
        (long_texts(200, seed=1), long_texts(200)),
        (long_texts(200), []),
        ([" ".join(text.split()[25:]) for text in long_texts(20)], long_texts(20)),
        (["thank you very much"] * 2, []),
    ],
    ids=["others", "alone", "halves", "phrases"],
)
def test_other_texts_halves_and_phrases_are_no_near_copies(texts, others):
    assert not near_copies(texts, others, str.split).any()
