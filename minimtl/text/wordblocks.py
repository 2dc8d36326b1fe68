"""The words of many documents at once, by NumPy: those that `SPLITTERS` find one by one.

A block's documents become one run of UTF-8 in which all but word characters are spaces. No Python
object is made for a word: it is bytes within the text. Its first eight bytes are one uint64, the
next eight another. No byte of a word is 0, so words of up to sixteen bytes are the same if these
numbers are, and in UTF-8 the order of bytes is the order of characters. Only longer words are
looked at one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.text.tokenize import (
    find_unicode_words,
    find_words,
    is_unicode_word_character,
    is_word_character,
)

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
# Follows a text, so that two aligned uint64 can be read from wherever a word begins.
PADDING = b" " * 16
_ONE, _THREE, _63 = np.array([1, 3, 63], dtype=np.uint64)
_MASKS = np.array([2 ** (8 * n) - 1 for n in range(9)], dtype=np.uint64)


@dataclass(frozen=True)
class Spellings:
    """Words of a text in UTF-8.

    `text` (n_bytes,) uint8 is as `_as_text` makes it, `start` and `length` (n_words,) int64 say
    where each word begins in it, and how many bytes it has. Words hold no zero byte.
    """

    text: np.ndarray
    start: np.ndarray
    length: np.ndarray

    def number(self) -> tuple[np.ndarray, np.ndarray]:
        """Equal numbers for equal words.

        Returns the numbers (n_words,), from 0 on in no particular order, and one of the words of
        each number, (n_distinct,), int64 both.
        """
        keys, numbers = np.unique(self._eight_bytes(), return_inverse=True)
        n_numbers = len(keys)
        long = np.flatnonzero(self.length > 8)
        if long.size:
            keys, tails = np.unique(self.of(long)._eight_bytes(8), return_inverse=True)
            pairs, numbers_of_pairs = np.unique(
                numbers[long] * len(keys) + tails, return_inverse=True
            )
            numbers[long] = n_numbers + numbers_of_pairs
            n_numbers += len(pairs)
        longest = np.flatnonzero(self.length > 16)
        number_of: dict[bytes, int] = {}
        for word in longest.tolist():
            spelling = self._spelling(word)
            numbers[word] = n_numbers + number_of.setdefault(spelling, len(number_of))
        examples = np.full(n_numbers + len(number_of), -1)
        examples[numbers] = np.arange(len(numbers))
        # Eight bytes that only longer words begin with have left a number without a word.
        is_used = examples >= 0
        if is_used.all():
            return numbers, examples
        return (np.cumsum(is_used) - 1).take(numbers), examples[is_used]

    def alphabetical(self) -> np.ndarray:
        """The order in which distinct words ascend, int64 (n_words,)."""
        first, second = (self._eight_bytes(skipped).byteswap() for skipped in (0, 8))
        order = np.lexsort((second, first))
        # Sorting all words that begin like a neighbour at once leaves each among its own.
        longer = _like_a_neighbour(first.take(order), second.take(order))
        order[longer] = sorted(order.take(longer).tolist(), key=self._spelling)
        return order

    def strings(self) -> list[str]:
        """The words."""
        return self.alone().text.tobytes().decode().split()

    def of(self, which: np.ndarray) -> "Spellings":
        """Some of the words, within the same text."""
        return Spellings(self.text, self.start.take(which), self.length.take(which))

    def alone(self) -> "Spellings":
        """The words in a text that has nothing else, with a space before each."""
        start = np.cumsum(self.length + 1) - self.length
        n_bytes = int(self.length.sum()) + len(self.length)
        places = np.arange(n_bytes) + np.repeat(self.start - start, self.length + 1)
        text = np.full(n_bytes + len(PADDING) + -n_bytes % 8, ord(" "), dtype=np.uint8)
        self.text.take(places, out=text[:n_bytes], mode="wrap")
        text[start - 1] = ord(" ")
        return Spellings(text, start, self.length)

    @classmethod
    def joined(cls, parts: Sequence["Spellings"]) -> "Spellings":
        """All words of the parts, one part after the other."""
        sizes = [len(part.text) for part in parts]
        before = np.repeat(np.cumsum(sizes) - sizes, [len(part.start) for part in parts])
        return cls(
            np.concatenate([part.text for part in parts]),
            np.concatenate([part.start for part in parts]) + before,
            np.concatenate([part.length for part in parts]),
        )

    def _spelling(self, word: int) -> bytes:
        return self.text[self.start[word] : self.start[word] + self.length[word]].tobytes()

    def _eight_bytes(self, skipped: int = 0) -> np.ndarray:
        """Eight bytes of each word after those `skipped`, zeros where it ends, as one uint64."""
        eights = self.text.view("<u8").astype(np.uint64, copy=False)
        start = np.minimum(self.start + skipped, len(self.text) - len(PADDING))
        at, bits = start >> 3, (start & 7).view(np.uint64) << _THREE
        key = eights.take(at) >> bits
        at += 1
        key |= (eights.take(at) << _ONE) << (_63 - bits)  # no shift by 64, which is not defined
        return key & _MASKS.take(np.clip(self.length - skipped, 0, 8))


def _like_a_neighbour(*keys: np.ndarray) -> np.ndarray:
    """The places that have the same keys as the one before or behind them."""
    is_as_before = np.logical_and.reduce([key[1:] == key[:-1] for key in keys])
    return np.flatnonzero(np.append(is_as_before, False) | np.append(False, is_as_before))


class Cut(NamedTuple):
    """The words of a block of documents.

    `words` has each distinct word once, in no particular order, `numbers` (n_tokens,) int32 which
    of them each word is, document after document, and `ends` (n_documents,) how many words there
    are up to the end of each document.
    """

    words: Spellings
    numbers: np.ndarray
    ends: np.ndarray


def cut_block(documents: Sequence[str], split: Split, prepare: Callable[[str], str] | None) -> Cut:
    """The words that one of `SPLITTERS` finds in what `prepare` makes of each of `documents`."""
    texts = list(map(prepare, documents)) if prepare else documents
    beyond_ascii = [text for text in texts if not text.isascii()]
    blanked = iter(_blanked(beyond_ascii, split) if beyond_ascii else ())
    encoded = [text.encode() if text.isascii() else next(blanked) for text in texts]

    words = _find(_as_text(encoded))
    ends = np.cumsum([len(part) + 1 for part in encoded])
    numbers, examples = words.number()
    return Cut(
        words.of(examples).alone(),
        numbers.astype(np.int32),
        np.searchsorted(words.start, ends, side="right"),
    )


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


def _as_text(documents: list[bytes]) -> np.ndarray:
    """The bytes of all documents with a space before and behind each, then padding."""
    text = b" ".join((b"", *documents, PADDING))
    return np.frombuffer(text + b" " * (-len(text) % 8), dtype=np.uint8)


def _find(text: np.ndarray) -> Spellings:
    """The words of two characters or more; all that is beyond ASCII belongs to one."""
    is_word = ((text | 32) - ord("a")) < 26  # uint8 has no numbers below 0
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
