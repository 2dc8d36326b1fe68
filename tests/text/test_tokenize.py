"""Words of any script, against the regular expressions that define them; runs of words by hand.

tests/oracles compares the runs with scikit-learn's.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from minimtl.text.tokenize import (
    TOKEN_PATTERN,
    WordAnalyzer,
    find_words,
    nonword_split_tokens,
    tokenize,
    whitespace_tokens,
    word_splitter,
)


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


def test_stop_words_go_before_words_become_neighbours():
    analyze = WordAnalyzer(word_splitter(TOKEN_PATTERN), (2, 2), frozenset({"of"}))
    assert analyze("end of time") == ["end time"]
