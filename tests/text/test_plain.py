"""Words of many languages by Unicode's rules, and what is no word: HTML, what nobody sees."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.text import TfidfVectorizer, has_markup
from minimtl.text.plain import find_unicode_words, plain_text

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


def test_other_cuts_of_plain_texts():
    text = "<p>CAFE\u0301 İyi</p>"
    for params, terms in (
        ({"token_pattern": r"\S+"}, ["café", "iyi"]),
        ({"ngram_range": (2, 2)}, ["café iyi"]),
        ({"analyzer": "char_wb", "ngram_range": (5, 5)}, [" café", "café ", " iyi "]),
        ({"lowercase": False}, ["CAFÉ", "İyi"]),
    ):
        assert TfidfVectorizer(unicode=True, **params).build_analyzer()(text) == terms


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


@pytest.mark.parametrize("name", ["strip_accents", "preprocessor", "tokenizer", "vocabulary"])
def test_what_scikit_learn_has_and_this_has_not(name):
    with pytest.raises(TypeError, match=f"has no {name}: pass analyzer="):
        TfidfVectorizer(**{name: None})
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        TfidfVectorizer(colour=1)
