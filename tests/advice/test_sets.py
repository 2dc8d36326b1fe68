"""What is left out of a text set, what is refused, and what is said about it."""

import time

import numpy as np
import pytest

from minimtl.advice.sets import near_copies, normalised, prepare
from minimtl.advice.tokenizers import make_vectorizer
from minimtl.corpora.files import LabelledText, TextSet
from minimtl.errors import MinimtlError

words = make_vectorizer("words").build_analyzer()
characters = make_vectorizer("characters").build_analyzer()


def rows(**texts):
    return tuple(
        LabelledText(text, label, f"row {number}")
        for label, of_label in texts.items()
        for number, text in enumerate(of_label, start=2)
    )


def numbered(prefix, n):
    return [f"{prefix} number{i}" for i in range(n)]


MAIN = rows(a=numbered("aa", 60), b=numbered("bb", 60))


def used(texts, test=(), main=None, name="s", analyze=words):
    return prepare(TextSet(name, tuple(texts), test), analyze, main)


def test_a_good_set_passes_whole_and_says_that_it_is_small():
    prepared = used(rows(a=numbered("aa", 60), b=numbered("bb", 7)))
    assert prepared.classes == ("a", "b")
    assert len(prepared.train) == 67
    assert prepared.labels(prepared.train).sum() == 7
    small, few_tested = prepared.warnings
    assert small.startswith("s is small: 7 texts of the label 'b'; ")
    assert few_tested.startswith("s is tested on 13 texts at a time")


def test_a_set_that_is_its_own_test_part_is_refused():
    texts = rows(a=numbered("aa", 20), b=numbered("bb", 20))
    with pytest.raises(MinimtlError, match="Every text of s is also in its test part, so none"):
        used(texts, texts)


def test_markup_is_counted_and_makes_no_word():
    texts = rows(
        a=[*numbered("aa", 60), "<br />&nbsp;", "<b>aa</b> &amp; more"], b=numbered("b", 60)
    )
    prepared = used(texts)
    assert len(prepared.train) == 121
    assert prepared.warnings[0] == "s: 2 texts with tags or entities of HTML, which are no words."
    assert "1 text in which the tokenizer finds no word" in prepared.warnings[1]


def test_labels_that_look_like_several_are_asked_about():
    texts = rows(**{"a": numbered("aa", 60), "b": numbered("bb", 60), "a, b": numbered("ab", 60)})
    assert used(texts).warnings[0] == (
        "s: does 'a, b' mean several labels? It counts as one label (60 texts in all); "
        "--labels 'a, b=a' gives it another name."
    )
    other = rows(**{"a, c": numbered("aa", 60), "b/d": numbered("bb", 60)})
    assert not any("several labels" in line for line in used(other).warnings)


def test_many_rare_labels_take_no_longer_than_their_rows():
    texts = [LabelledText(f"word{i} own{i}", f"label{i % 19_000}", "") for i in range(40_000)]
    start = time.process_time()
    with pytest.raises(MinimtlError, match="No label of s has 5 texts that can be used"):
        used(texts, main=used(MAIN))
    many = [LabelledText(f"word{i} own{i}", f"label{i % 8_000}", "") for i in range(40_000)]
    prepared = used(many)
    assert len(set(prepared.labels(prepared.train))) == 8_000
    assert time.process_time() - start < 5  # a search of each label in a list takes a minute


def test_copies_go_and_are_counted_with_their_labels():
    texts = rows(a=[*numbered("aa", 60), "Aa  NUMBER0"], b=[*numbered("bb", 60), "aa number1"])
    prepared = used(texts)
    assert len(prepared.train) == 120
    assert "2 texts that repeat another, 1 of them under another label" in prepared.warnings[0]


def test_a_copy_is_one_text_and_a_name_may_hold_braces():
    texts = rows(a=[*numbered("aa", 60), "aa number0"], b=numbered("bb", 60))
    test = rows(a=["aa number1", *numbered("tt", 99)], b=["bb some other"])
    prepared = used(texts, test, name="{0}")
    assert "{0}: 1 text that repeats another; left out" in prepared.warnings[0]
    assert prepared.warnings[1] == "{0}: 1 text also in its test part; left out of training."


def test_test_texts_are_not_trained_on():
    texts = rows(a=numbered("aa", 60), b=numbered("bb", 60))
    test = rows(a=[*numbered("tt", 100), "aa number3"], b=["bb number9", "ok ok"])
    prepared = used(texts, test)
    assert len(prepared.train) == 118
    trained = {normalised(row.text) for row in prepared.train}
    assert not trained & {normalised(row.text) for row in test}
    assert prepared.warnings == ("s: 2 texts also in its test part; left out of training.",)


def test_an_auxiliary_set_gives_nothing_of_the_main_set_away():
    aux = rows(c=[*numbered("cc", 60), "AA number7"], d=numbered("dd", 60))
    left = used(aux, main=used(MAIN, name="m"), name="x")
    assert len(left.train) == 120
    assert left.warnings == ("x: 1 text also in m; left out of training.",)


def test_rare_labels_of_another_set_are_left_out():
    texts = rows(a=numbered("ee", 60), b=numbered("ff", 60), c=numbered("cc", 2), d=["dd one"])
    aux = used(texts, main=used(MAIN), name="x")
    assert aux.classes == ("a", "b")
    assert "x: left out 2 labels, such as 'c' with fewer than 5 texts." in aux.warnings
    with pytest.raises(MinimtlError, match="1 text of the label 'd' to learn from, and 5 are"):
        used(texts)
    like_main = rows(p=numbered("bb", 62), q=numbered("qq", 9))
    with pytest.raises(MinimtlError, match="All texts of x that can be used have one label"):
        used(like_main, main=used(MAIN), name="x")


def test_a_set_that_is_the_main_set_itself_leaves_nothing():
    with pytest.raises(MinimtlError, match="Every text of x is also in m"):
        used(MAIN, main=used(MAIN, name="m"), name="x")
    own = rows(a=long_texts(20), b=long_texts(20, seed=1))
    edited = [row._replace(text=f"{row.text} more") for row in own]
    with pytest.raises(MinimtlError, match="Every text of x nearly repeats one of this or the mai"):
        used(edited, main=used(own), name="x")


@pytest.mark.parametrize(
    ("train", "test", "sentence"),
    [
        (rows(a=numbered("aa", 9)), (), "have one label"),
        (rows(a=numbered("aa", 9), b=numbered("b", 4)), (), "4 texts of the label 'b'"),
        (
            rows(a=numbered("aa", 9), b=numbered("bb", 9)),
            rows(a=["one two"]),
            "test part of s has 1 text,",
        ),
        (
            rows(a=numbered("aa", 9), b=numbered("bb", 9)),
            rows(a=numbered("tt", 5), c=["only here"]),
            "row 2, has the label 'c', which no training text has",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(train, test, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        used(train, test)


def test_texts_without_a_word_point_to_the_tokenizer():
    # Each of these characters stands alone, and a word has two.
    chinese = [f"好 {chr(0x4E00 + i)}" for i in range(60)]
    texts = rows(a=chinese, b=numbered("bb", 60))
    with pytest.raises(MinimtlError, match="have one label"):
        used(texts)
    prepared = used(texts, analyze=characters)
    assert prepared.classes == ("a", "b")


def test_a_set_without_any_word():
    with pytest.raises(MinimtlError, match=r"In no text of s .* choose another --tokenizer"):
        used(rows(a=["x y"], b=["好"]))


# --------------------------------------------------------------------------------------------------
# Texts that nearly repeat another one.


def long_texts(n, seed=0):
    rng = np.random.default_rng(seed)
    common = [" ".join(f"the{i}" for i in rng.integers(0, 30, 20)) for _ in range(n)]
    return [f"{start} " + " ".join(f"w{i}" for i in rng.integers(0, 5_000, 30)) for start in common]


def test_edited_copies_are_found_and_others_are_not():
    own = long_texts(200)
    words = [text.split() for text in own]
    edited = [" ".join([*some[:10], "edited", *some[11:]]) for some in words]
    assert near_copies(edited, own, str.split).all()
    assert not near_copies(long_texts(200, seed=1), own, str.split).any()
    assert not near_copies(own, (), str.split).any()


def test_of_copies_within_a_set_the_first_is_kept():
    own = long_texts(3)
    assert near_copies([*own, own[1] + " again"], (), str.split).tolist() == [False] * 3 + [True]


def test_half_a_text_is_none_and_neither_is_a_phrase():
    own = long_texts(20)
    halves = [" ".join(text.split()[25:]) for text in own]
    assert not near_copies(halves, own, str.split).any()
    assert not near_copies(["thank you very much"] * 2, (), str.split).any()
