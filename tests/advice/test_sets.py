"""What is left out of a text set, what is refused, and what is said about it."""

import time

import pytest

from minimtl.advice.sets import normalised, prepare, without_texts_of
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


def test_a_good_set_passes_whole_and_says_that_it_is_small():
    prepared = prepare(
        TextSet("s", rows(a=numbered("aa", 60), b=numbered("bb", 7))), words, is_main=True
    )
    assert prepared.classes == ("a", "b")
    assert len(prepared.train) == 67
    assert prepared.labels(prepared.train).sum() == 7
    small, few_tested = prepared.warnings
    assert small.startswith("s is small: 7 texts of the label 'b'; ")
    assert few_tested.startswith("s is tested on 13 texts at a time")


def test_a_set_that_is_its_own_test_part_is_refused():
    texts = rows(a=numbered("aa", 20), b=numbered("bb", 20))
    with pytest.raises(MinimtlError, match="also in its test part, so none is left"):
        prepare(TextSet("s", texts, texts), words, is_main=True)


def test_markup_is_counted_and_makes_no_word():
    texts = rows(
        a=[*numbered("aa", 60), "<br />&nbsp;", "<b>aa</b> &amp; more"], b=numbered("b", 60)
    )
    prepared = prepare(TextSet("s", texts), words, is_main=False)
    assert len(prepared.train) == 121
    assert prepared.warnings[0] == "s: 2 texts with tags or entities of HTML, which are no words."
    assert "1 text in which the tokenizer finds no word" in prepared.warnings[1]


def test_labels_that_look_like_several_are_asked_about():
    texts = rows(**{"a": numbered("aa", 60), "b": numbered("bb", 60), "a, b": numbered("ab", 60)})
    prepared = prepare(TextSet("s", texts), words, is_main=False)
    assert prepared.warnings == (
        "s: does 'a, b' mean several labels? It counts as one label (60 texts in all); "
        "--labels 'a, b=a' gives it another name.",
    )
    other = rows(**{"a, c": numbered("aa", 60), "b/d": numbered("bb", 60)})
    assert prepare(TextSet("s", other), words, is_main=False).warnings == ()


def test_many_rare_labels_take_no_longer_than_their_rows():
    texts = [LabelledText(f"word{i} own{i}", f"label{i % 19_000}", "") for i in range(40_000)]
    start = time.process_time()
    with pytest.raises(MinimtlError, match="No label of s has 5 texts that can be used"):
        prepare(TextSet("s", tuple(texts)), words, is_main=False)
    many = [LabelledText(f"word{i} own{i}", f"label{i % 8_000}", "") for i in range(40_000)]
    prepared = prepare(TextSet("s", tuple(many)), words, is_main=True)
    assert len(set(prepared.labels(prepared.train))) == 8_000
    assert time.process_time() - start < 5  # a search of each label in a list takes a minute


def test_copies_go_and_are_counted_with_their_labels():
    texts = rows(a=[*numbered("aa", 60), "Aa  NUMBER0"], b=[*numbered("bb", 60), "aa number1"])
    prepared = prepare(TextSet("s", texts), words, is_main=False)
    assert len(prepared.train) == 120
    assert "2 texts that repeat another, 1 of them under another label" in prepared.warnings[0]


def test_a_copy_is_one_text_and_a_name_may_hold_braces():
    texts = rows(a=[*numbered("aa", 60), "aa number0"], b=numbered("bb", 60))
    test = rows(a=["aa number1", *numbered("tt", 99)], b=["bb some other"])
    prepared = prepare(TextSet("{0}", texts, test), words, is_main=True)
    assert "{0}: 1 text that repeats another; left out" in prepared.warnings[0]
    assert prepared.warnings[1] == "{0}: 1 text also in the test part; left out of training."


def test_test_texts_are_not_trained_on():
    texts = rows(a=numbered("aa", 60), b=numbered("bb", 60))
    test = rows(a=[*numbered("tt", 100), "aa number3"], b=["bb number9", "ok ok"])
    prepared = prepare(TextSet("s", texts, test), words, is_main=True)
    assert len(prepared.train) == 118
    trained = {normalised(row.text) for row in prepared.train}
    assert not trained & {normalised(row.text) for row in test}
    assert prepared.warnings == ("s: 2 texts also in the test part; left out of training.",)


def test_an_auxiliary_set_gives_nothing_of_the_main_set_away():
    main = prepare(
        TextSet("m", rows(a=numbered("aa", 60), b=numbered("bb", 60))), words, is_main=True
    )
    aux = prepare(
        TextSet("x", rows(c=[*numbered("cc", 60), "AA number7"], d=numbered("dd", 60))),
        words,
        is_main=False,
    )
    left = without_texts_of(aux, main)
    assert len(left.train) == 120
    assert left.warnings == ("x: 1 text also in m; left out of training.",)
    assert without_texts_of(left, main) is left


def test_rare_labels_of_another_set_are_left_out():
    texts = rows(a=numbered("aa", 60), b=numbered("bb", 60), c=numbered("cc", 2), d=["dd one"])
    aux = prepare(TextSet("x", texts), words, is_main=False)
    assert aux.classes == ("a", "b")
    assert "x: left out 2 labels, such as 'c' with fewer than 5 texts." in aux.warnings
    with pytest.raises(MinimtlError, match="1 text of the label 'd' to learn from, and 5 are"):
        prepare(TextSet("m", texts), words, is_main=True)
    main = prepare(
        TextSet("m", rows(p=numbered("bb", 58), q=numbered("qq", 9))), words, is_main=True
    )
    with pytest.raises(MinimtlError, match="All texts of x that can be used have one label"):
        without_texts_of(aux, main)


def test_a_set_that_is_the_main_set_itself_leaves_nothing():
    main = prepare(
        TextSet("m", rows(a=numbered("aa", 9), b=numbered("bb", 9))), words, is_main=True
    )
    with pytest.raises(MinimtlError, match="Every text of m is also in m"):
        without_texts_of(main, main)


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
        prepare(TextSet("s", train, test), words, is_main=True)


def test_texts_without_a_word_point_to_the_tokenizer():
    # Each of these characters stands alone, and a word has two.
    chinese = [f"好 {chr(0x4E00 + i)}" for i in range(60)]
    texts = rows(a=chinese, b=numbered("bb", 60))
    with pytest.raises(MinimtlError, match="have one label"):
        prepare(TextSet("s", texts), words, is_main=True)
    prepared = prepare(TextSet("s", texts), characters, is_main=True)
    assert len(prepared.train) == 120


def test_a_set_without_any_word():
    with pytest.raises(MinimtlError, match=r"In no text of s .* choose another --tokenizer"):
        prepare(TextSet("s", rows(a=["x y"], b=["好"])), words, is_main=True)
