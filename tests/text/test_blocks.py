"""Words of many documents at once, against those of one after the other."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minimtl.text.blocks import cut_block
from minimtl.text.tokenize import find_words

# Beside any text: what a block is made of, what lower-casing makes longer or decides by what
# follows, half of a pair of surrogates, a letter whose lower case is ASCII, and long words.
CHARACTERS = st.sampled_from([*"aZ9_ .\n\0\x80", "É", "Σ", "İ", "\u0301", "\ud801", "\u212a", "𐐀"])
TEXTS = st.text() | st.text(CHARACTERS) | st.text("ab", min_size=6, max_size=40)
BLOCKS = st.lists(st.lists(TEXTS, max_size=4).map(" ".join), max_size=5)


@settings(deadline=None)
@given(BLOCKS, st.booleans())
@example(["ΟΔΟΣ", "ΟΔΟΣ.", "ΟΔΟΣ Α"], True)
@example(["a", "", "b"], True)
def test_words_are_those_of_find_words(documents, lowercase):
    cut = cut_block(documents, lowercase)
    words = cut.words.strings()
    expected = [find_words(text.lower() if lowercase else text) for text in documents]
    assert [words[number] for number in cut.numbers] == list(chain(*expected))
    assert cut.ends.tolist() == np.cumsum([len(found) for found in expected]).tolist()
    assert len(words) == len(set(words))


@pytest.mark.parametrize("lowercase", [False, True])
def test_every_character_is_taken_alike(lowercase):
    # Each twice, so that it is a word of its own; no letters are beyond these planes.
    text = " ".join(2 * chr(code) for code in range(0x40000))
    cut = cut_block([text], lowercase)
    words = cut.words.strings()
    found = [words[number] for number in cut.numbers]
    assert found == find_words(text.lower() if lowercase else text)
