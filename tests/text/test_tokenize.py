"""Words of any script, against the regular expressions that define them; plain texts by example.

tests/oracles compares the runs with scikit-learn's.
"""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import (
    TOKEN_PATTERN,
    WordAnalyzer,
    find_unicode_words,
    find_words,
    has_markup,
    nonword_split_tokens,
    plain_text,
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


SENTENCES = {
    "Hindi": ("आधी नकली किताबें हैं", "आधी नकली किताबें हैं"),
    "Telugu": ("నేను తెలుగు చదువుతాను.", "నేను తెలుగు చదువుతాను"),
    "Turkish": ("İSTANBUL'da ışık", "istanbul da ışık"),
    "Turkish, decomposed": (unicodedata.normalize("NFD", "İSTANBUL'da ışık"), "istanbul da ışık"),
    "Latin, decomposed": (unicodedata.normalize("NFD", "Naïve CAFÉ, Việt"), "naïve café việt"),
    "Thai": ("น้ำดื่ม ดีมาก", unicodedata.normalize("NFC", "น้ำดื่ม ดีมาก")),
    "Chinese": ("多任务学习，很好。", "多任务学习 很好"),
    "German": ("Größe der Bücher\u00adregale: STRASSE", "größe der bücherregale strasse"),
    "Persian, with joiners": ("می\u200cخواهم", "میخواهم"),
    "HTML": ("A <br/>fine<B>day</B> &amp; caf&eacute; <a href='x'>ok</a>", "fine day café ok"),
    "no HTML": (
        "vector<int> 5 < six and 7 > two &none; <user>",
        "vector int six and two none user",
    ),
    "pictures": ("\u2764\ufe0flove\u2764\ufe0f", "love"),
}


@pytest.mark.parametrize(("text", "words"), SENTENCES.values(), ids=SENTENCES)
def test_words_of_languages(text, words):
    vectorizer = TfidfVectorizer(unicode=True)
    assert vectorizer.build_analyzer()(text) == words.split()
    many = vectorizer.fit([text] * 10_000)  # by blocks
    assert set(many.vocabulary_) == set(words.split())


@pytest.mark.parametrize(
    ("params", "terms"),
    [
        ({"token_pattern": r"\S+"}, ["café", "iyi"]),
        ({"ngram_range": (2, 2)}, ["café iyi"]),
        ({"analyzer": "char_wb", "ngram_range": (5, 5)}, [" café", "café ", " iyi "]),
        ({"lowercase": False}, ["CAFÉ", "İyi"]),
    ],
)
def test_other_cuts_of_plain_texts(params, terms):
    analyze = TfidfVectorizer(unicode=True, **params).build_analyzer()
    assert analyze("<p>CAFE\u0301 İyi</p>") == terms


@given(st.text())
def test_a_plain_text_stays_as_it_is_but_for_new_entities(text):
    plain = plain_text(text)
    if "&" not in text and "<" not in text:
        assert plain_text(plain) == plain
        assert not has_markup(text)


@given(st.text(st.characters(max_codepoint=127, exclude_characters="<&")))
def test_english_has_the_words_it_always_had(text):
    assert find_unicode_words(plain_text(text)) == re.findall(r"\b\w\w+\b", text.lower())


@pytest.mark.parametrize(
    "text", ["<a " + "=" * 10**5, "<br" + " " * 10**5, "<!" * 10**5, "&" * 10**5]
)
def test_no_text_takes_long(text):
    start = time.process_time()
    plain_text(text)
    assert time.process_time() - start < 1
