"""Runs of words and characters, by hand; tests/oracles compares them with scikit-learn's."""

import pytest

from minimtl.text.analyze import (
    TOKEN_PATTERN,
    WordAnalyzer,
    char_ngrams,
    char_wb_ngrams,
    word_ngrams,
    word_splitter,
)


def test_word_ngrams():
    assert word_ngrams(["a", "b", "c"], (1, 2)) == ["a", "b", "c", "a b", "b c"]
    assert word_ngrams(["a"], (2, 3)) == []


def test_stop_words_go_before_words_become_neighbours():
    analyze = WordAnalyzer(word_splitter(TOKEN_PATTERN), (2, 2), frozenset({"of"}))
    assert analyze("end of time") == ["end time"]


def test_char_ngrams_see_one_space_for_many():
    assert char_ngrams("ab \n c", (2, 3)) == ["ab", "b ", " c", "ab ", "b c"]


def test_char_wb_ngrams_stay_within_padded_words():
    assert char_wb_ngrams("ab c", (3, 3)) == [" ab", "ab ", " c "]


def test_char_wb_takes_a_short_word_once():
    assert char_wb_ngrams("a", (4, 6)) == [" a "]


def test_char_ngrams_cut_a_script_without_spaces():
    assert char_ngrams("多任务学习", (2, 2)) == ["多任", "任务", "务学", "学习"]


def test_a_pattern_s_one_group_is_the_word():
    assert word_splitter(r"#(\w+)")("#a b #c") == ["a", "c"]


def test_two_groups_are_refused():
    with pytest.raises(ValueError, match="More than 1 capturing group"):
        word_splitter(r"(a)(b)")
