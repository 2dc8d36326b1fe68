"""The words of many documents at once, by NumPy: those that `SPLITTERS` find one by one.

A block's documents become one run of UTF-8 in which all but word characters are spaces. No Python
object is made for a word. NumPy works on blocks without Python's lock, so that threads get through
several at a time.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from minimtl.text.plain import find_unicode_words, is_unicode_word_character
from minimtl.text.spellings import Spellings, as_text
from minimtl.text.tokenize import find_words, is_word_character

_SPACE, _NEWLINE = ord(" "), ord("\n")
# Bytes of a character, by its first byte.
_WIDTHS = np.repeat(np.array([1, 2, 3, 4], dtype=np.uint8), [0xC0, 0x20, 0x10, 0x10])
# The functions whose words are found, with what tells their word characters.
Split = Callable[[str], list[str]]
SPLITTERS: dict[Split, Callable[[str], bool]] = {
    find_words: is_word_character,
    find_unicode_words: is_unicode_word_character,
}
# Whether a character is part of words: 0 is not known yet.
_KINDS = {split: np.zeros(0x110000, dtype=np.uint8) for split in SPLITTERS}
_OTHER, _OF_WORDS = 1, 2


class Cut(NamedTuple):
    """The words of a block of documents.

    `words` has each distinct word once, in no particular order, `numbers` (n_tokens,) int32 which
    of them each word is, document after document, and `ends` (n_documents,) how many words there
    are up to the end of each document.
    """

    words: Spellings
    numbers: np.ndarray
    ends: np.ndarray


def cut_block(
    documents: Sequence[str],
    split: Split,
    prepare: Callable[[str], str] | None,
) -> Cut:
    """The words that one of `SPLITTERS` finds in what `prepare` makes of each of `documents`."""
    lowercase = prepare is str.lower  # which NumPy does, of what is ASCII
    if prepare and not lowercase:
        documents = list(map(prepare, documents))
    encoded = _encode(documents, split, lowercase)
    words = _find(as_text(encoded), lowercase)
    ends = np.cumsum([len(part) + 1 for part in encoded])
    numbers, examples = words.number()
    return Cut(
        words.of(examples).alone(),
        numbers.astype(np.int32),
        np.searchsorted(words.start, ends, side="right"),
    )


def _encode(documents: Sequence[str], split: Split, lowercase: bool) -> list[bytes]:
    """Each document in UTF-8; those beyond ASCII lower-cased, with all but words blanked out."""
    beyond = [document for document in documents if not document.isascii()]
    if not beyond:
        return [document.encode() for document in documents]
    lowered = [text.lower() for text in beyond] if lowercase else beyond
    blanked = iter(_blanked(lowered, split))
    return [document.encode() if document.isascii() else next(blanked) for document in documents]


def _blanked(texts: list[str], split: Split) -> list[bytes]:
    """`texts` in UTF-8 with spaces for all but word characters."""
    joined = "\n".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, dtype="<u4").astype(np.uint32)
    codes[~_are_of_words(codes, split)] = _SPACE
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    codes[ends[:-1]] = _NEWLINE
    return codes.astype("<u4").tobytes().decode("utf-32-le").encode().split(b"\n")


def _are_of_words(codes: np.ndarray, split: Split) -> np.ndarray:
    known, is_of_words = _KINDS[split], SPLITTERS[split]
    kinds = known.take(codes)
    new = codes[kinds == 0]
    if new.size:
        for code in np.unique(new).tolist():
            known[code] = _OF_WORDS if is_of_words(chr(code)) else _OTHER
        kinds = known.take(codes)
    return kinds == _OF_WORDS


def _find(text: np.ndarray, lowercase: bool) -> Spellings:
    """The words of two characters or more; all that is beyond ASCII belongs to one."""
    if lowercase:
        is_capital = (text - ord("A")) < 26  # uint8 has no numbers below 0
        text = text | (is_capital.view(np.uint8) << 5)
    is_word = ((text | 32) - ord("a")) < 26
    is_word |= (text - ord("0")) < 10
    is_word |= text == ord("_")
    is_beyond = text >= 128
    is_word |= is_beyond
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    start = edges[::2]
    length = edges[1::2] - start
    of_one_character = _WIDTHS.take(text.take(start)) if is_beyond.any() else 1
    chosen = np.flatnonzero(length > of_one_character)
    return Spellings(text, start.take(chosen), length.take(chosen))
