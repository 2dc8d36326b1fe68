"""Counts of each word in each text.

====== ==================================== ====================== =======
symbol meaning                              shape                  dtype
====== ==================================== ====================== =======
N      counts of word j in text i           (n_docs, n_words) CSR  int64
====== ==================================== ====================== =======

Words are numbered first, and numbers are counted. Where a text is cut by a pattern or a function of
the caller's, into n-grams, or there is little of it, words are looked up one by one. Of n-grams
within words, `minimtl.text.wordngrams` cuts each distinct word once.

Of many texts at once, words are found by NumPy: those that `SPLITTERS` find one by one. A block of
texts becomes one run of UTF-8 in which all but word characters are spaces. No Python object is made
for a word: it is bytes within the run. Its first eight bytes are one uint64, the next eight
another. No byte of a word is 0, so words of up to sixteen bytes are the same if these numbers are,
and in UTF-8 the order of bytes is the order of characters. Only longer words are looked at one by
one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from numbers import Integral
from typing import Any, NamedTuple, TypeGuard, TypeVar

import numpy as np
from scipy import sparse

from minimtl.system import available_cores
from minimtl.text.tokenize import (
    CharacterAnalyzer,
    WordAnalyzer,
    char_wb_ngrams,
    find_unicode_words,
    find_words,
    is_unicode_word_character,
    is_word_character,
    tokenize,
)
from minimtl.text.wordngrams import ngrams_of_words

Analyzer = Callable[[Any], Iterable[str]]
Item = TypeVar("Item")
Result = TypeVar("Result")
Spell = Callable[[np.ndarray], list[str]]

UNKNOWN = -1
# Characters: the arrays of a block of so many stay in a core's cache; a smaller text is cut sooner
# than it is made ready for NumPy.
BLOCK, SMALL = 2**20, 50_000
_MOST_TOKENS = 2**18  # that are held as Python objects

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


class _Part(NamedTuple):
    """The words of some texts, text after text.

    `columns` (n_tokens,) has the place of each word in the vocabulary, `UNKNOWN` if it is not
    counted, and `ends` (n_texts,) how many words there are up to the end of each text.
    """

    columns: np.ndarray
    ends: np.ndarray


# The words of all texts: the parts, how many distinct words are counted, and what spells the words
# in some places, int64 and ascending, of their alphabetical order.
_Numbered = tuple[Iterable[_Part], int, Spell]


def count_matrix(texts: Iterable[Any], analyze: Analyzer) -> tuple[sparse.csr_matrix, list[str]]:
    """Count all words of `texts`.

    Parameters
    ----------
    texts : iterable of documents
    analyze : callable
        The words of one document.

    Returns
    -------
    counts : csr_matrix of int64, shape (n_docs, n_words)
        Column indices of a row ascend, and none is stored twice.
    vocabulary : list of str, length n_words
        The word of each column, sorted.
    """
    counts, spell = count_words(texts, analyze)
    return counts, spell(np.arange(counts.shape[1]))


def count_words(
    texts: Iterable[Any], analyze: Analyzer, n_threads: int = 1
) -> tuple[sparse.csr_matrix, Spell]:
    """The counts of `count_matrix`, and a function that gives the words of some columns."""
    if _is_within_words(analyze):
        words, ngrams, spell = _cut_words(texts, analyze)
        return _product(words, ngrams), spell

    parts, n_words, spell = _number_words(texts, analyze, n_threads)
    return _count_all(parts, n_words, n_threads), spell


def count_known(
    texts: Iterable[Any], analyze: Analyzer, vocabulary: Mapping[str, int], n_threads: int = 1
) -> sparse.csr_matrix:
    """Count the words of `vocabulary`, which maps each to its column; other words are ignored.

    Returns
    -------
    counts : csr_matrix of int64, shape (n_docs, len(vocabulary))
    """

    def columns_of(n_words: int, spell: Spell) -> np.ndarray:
        """The column of each word, and a last one, which is what UNKNOWN takes."""
        words = spell(np.arange(n_words))
        return np.array([*(vocabulary.get(word, UNKNOWN) for word in words), UNKNOWN])

    if _is_within_words(analyze):
        words, ngrams, spell = _cut_words(texts, analyze)
        known = columns_of(ngrams.shape[1], spell)
        kept = np.flatnonzero(known != UNKNOWN)
        ngrams = ngrams[:, kept]
        placed = (ngrams.data, known[kept][ngrams.indices], ngrams.indptr)
        return _product(words, sparse.csr_matrix(placed, (ngrams.shape[0], len(vocabulary))))

    parts, n_words, spell = _number_words(texts, analyze, n_threads)
    known = columns_of(n_words, spell)
    parts = (_Part(known.take(part.columns), part.ends) for part in parts)
    return _count_all(parts, len(vocabulary), n_threads)


def _is_within_words(analyze: Analyzer) -> TypeGuard[CharacterAnalyzer]:
    return isinstance(analyze, CharacterAnalyzer) and analyze.cut is char_wb_ngrams


def _cut_words(
    texts: Iterable[Any], analyze: CharacterAnalyzer
) -> tuple[sparse.csr_matrix, sparse.csr_matrix, Spell]:
    """W and G of `minimtl.text.wordngrams`, and a function that gives the n-grams of columns."""
    counts, spell = count_words(texts, WordAnalyzer(str.split, prepare=analyze.prepare))
    words = spell(np.arange(counts.shape[1]))
    ngrams = ngrams_of_words(words, analyze.ngram_range)
    if ngrams is None:
        ngrams = count_words(words, lambda word: analyze.cut(word, analyze.ngram_range))
    return counts, *ngrams


def _product(words: sparse.csr_matrix, ngrams: sparse.csr_matrix) -> sparse.csr_matrix:
    counts = words @ ngrams
    counts.sort_indices()
    return counts


def _number_words(texts: Iterable[Any], analyze: Analyzer, n_threads: int) -> _Numbered:
    """The words that `analyze` gives for each of `texts`, whose blocks go to `n_threads`."""
    if analyze is tokenize:
        analyze = WordAnalyzer(find_words, prepare=str.lower)
    if not (
        isinstance(analyze, WordAnalyzer)
        and analyze.split in SPLITTERS
        and analyze.ngram_range == (1, 1)
    ):
        return _one_by_one(texts, analyze)

    blocks = _blocks(texts)
    first = next(blocks, [])
    if sum(map(len, first)) < SMALL:  # and there is no other
        return _one_by_one(first, analyze)
    return _in_blocks(chain([first], blocks), analyze, n_threads)


def _one_by_one(texts: Iterable[Any], analyze: Analyzer) -> _Numbered:
    # A word that is not yet in the dictionary gets the next free number.
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    parts = list(_look_up(texts, analyze, numbers.__getitem__))

    vocabulary = sorted(numbers)
    columns = np.empty(len(vocabulary), dtype=np.int64)
    columns[[numbers[word] for word in vocabulary]] = np.arange(len(vocabulary))
    return (
        (_Part(columns.take(words), ends) for words, ends in parts),
        len(vocabulary),
        lambda places: [vocabulary[place] for place in places.tolist()],
    )


def _look_up(
    texts: Iterable[Any], analyze: Analyzer, number: Callable[[str], int]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers and ends of some texts after the other."""
    words: list[int] = []
    ends: list[int] = []
    for text in texts:
        words.extend(map(number, analyze(text)))
        ends.append(len(words))
        if len(words) >= _MOST_TOKENS:
            yield np.array(words, dtype=np.int64), np.array(ends, dtype=np.int64)
            words, ends = [], []
    yield np.array(words, dtype=np.int64), np.array(ends, dtype=np.int64)


def _in_blocks(blocks: Iterable[list[str]], analyze: WordAnalyzer, n_threads: int) -> _Numbered:
    cut = partial(cut_block, split=analyze.split, prepare=analyze.prepare)
    cuts = list(in_order(cut, blocks, n_threads))
    every = Spellings.joined([cut.words for cut in cuts])
    numbers, examples = every.number()
    distinct = every.of(examples)

    order = distinct.alphabetical()
    if analyze.stop_words:
        words = distinct.of(order).strings()
        order = order[[word not in analyze.stop_words for word in words]]
    columns = np.full(len(examples), UNKNOWN)
    columns[order] = np.arange(len(order))

    ends = np.cumsum([len(cut.words.start) for cut in cuts])
    columns_of_cuts = np.split(columns.take(numbers), ends[:-1])
    return (
        (
            _Part(columns_of_cut.take(cut.numbers), cut.ends)
            for cut, columns_of_cut in zip(cuts, columns_of_cuts, strict=True)
        ),
        len(order),
        lambda places: distinct.of(order.take(places)).strings(),
    )


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Lists of texts, of `BLOCK` characters or a little more."""
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _count_all(parts: Iterable[_Part], n_words: int, n_threads: int) -> sparse.csr_matrix:
    counted = in_order(_count, parts, n_threads)
    columns, counts, per_row = map(np.concatenate, zip(*counted, strict=True))
    ends = np.concatenate(([0], np.cumsum(per_row)))
    matrix = sparse.csr_matrix((counts, columns, ends), shape=(len(per_row), n_words))
    matrix.has_canonical_format = True
    return matrix


def _count(part: _Part) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Column and count of each entry in the order of rows and columns, and entries of each row.

    Equal columns of a text are neighbours when they are sorted by text and column.
    """
    texts = np.repeat(np.arange(len(part.ends), dtype=np.int64), np.diff(part.ends, prepend=0))
    tokens = (texts << 32) + part.columns
    tokens = tokens[part.columns != UNKNOWN]
    tokens.sort()
    is_first = np.ones(len(tokens), dtype=bool)
    np.not_equal(tokens[1:], tokens[:-1], out=is_first[1:])
    first = np.flatnonzero(is_first)
    entries = tokens.take(first)
    return (
        (entries & 0xFFFFFFFF).astype(np.int32),
        np.diff(first, append=len(tokens)),
        np.bincount(entries >> 32, minlength=len(part.ends)),
    )


def count_threads(n_jobs: Any) -> int:
    """The number of threads that `n_jobs` asks for: None is 1, -1 one for each core.

    Raises
    ------
    ValueError
        For anything else but a whole number of at least 1.
    """
    if n_jobs is None:
        return 1
    is_whole = isinstance(n_jobs, Integral) and not isinstance(n_jobs, bool)
    if is_whole and n_jobs == -1:
        return available_cores()
    if is_whole and n_jobs >= 1:
        return int(n_jobs)
    raise ValueError(
        "n_jobs must be None, a number of threads of at least 1, or -1 for all cores; "
        f"got {n_jobs!r}."
    )


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], n_threads: int
) -> Iterator[Result]:
    """The results of `function`, of which `n_threads` are computed at a time.

    So many items are taken at once that threads seldom wait, and an iterator of many documents is
    never held in memory. With one thread, the caller's own does the work.
    """
    if n_threads == 1:
        yield from map(function, items)
        return
    left = iter(items)
    with ThreadPoolExecutor(n_threads, thread_name_prefix="minimtl") as pool:
        while batch := list(islice(left, 8 * n_threads)):
            yield from pool.map(function, batch)


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
