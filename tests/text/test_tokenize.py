"""Words of any script, against the regular expressions that define them; runs of words by hand.

tests/oracles compares the runs with scikit-learn's.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.text.tokenize import (
    TOKEN_PATTERN,
    WordAnalyzer,
    char_ngrams,
    char_wb_ngrams,
    find_words,
    nonword_split_tokens,
    tokenize,
    whitespace_tokens,
    word_ngrams,
    word_splitter,
)


def test_tokens_are_lower_case_runs_of_two_or_more_word_characters():
    assert tokenize("It's a GOOD_day, naïve 42 ŝanĝo\n日本 x") == [
        *("it", "good_day", "naïve", "42", "ŝanĝo", "日本")
    ]
    assert tokenize("") == []


@given(st.text())
def test_tokens_are_what_the_field_s_pattern_finds(text):
    assert tokenize(text) == re.findall(r"(?u)\b\w\w+\b", text.lower())


def test_whitespace_tokens_keep_case_and_punctuation():
    assert whitespace_tokens(" It's  a\tDay.\n") == ["It's", "a", "Day."]


def test_nonword_split_keeps_the_empty_pieces_at_the_ends():
    assert nonword_split_tokens("(It's a Day)") == ["", "It", "s", "a", "Day", ""]
    assert nonword_split_tokens("") == [""]


def test_a_word_character_is_what_the_pattern_says_it_is_in_every_script():
    # Unicode has no letters or digits beyond the third ideographic plane.
    characters = [chr(code) for code in range(0x40000)]
    by_pattern = {2 * character for character in re.findall(r"\w", "".join(characters))}
    assert set(find_words(" ".join(2 * character for character in characters))) == by_pattern


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
