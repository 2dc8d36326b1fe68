"""How often each word occurs in each text.

====== ==================================== ====================== =======
symbol meaning                              shape                  dtype
====== ==================================== ====================== =======
N      counts of word j in text i           (n_docs, n_words) CSR  int64
====== ==================================== ====================== =======

Words are numbered first, and numbers are counted. Of many texts at once, words are found by
`minimtl.text.wordblocks`. Where a text is cut by a pattern or a function of the caller's, into
n-grams, or there is little of it, words are looked up one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from minimtl.text.tokenize import WordAnalyzer, find_words, tokenize
from minimtl.text.wordblocks import SPLITTERS, Spellings, cut_block

Analyzer = Callable[[Any], Iterable[str]]
Spell = Callable[[np.ndarray], list[str]]

UNKNOWN = -1
# Characters: the arrays of a block of so many stay in a core's cache; a smaller text is cut sooner
# than it is made ready for NumPy.
BLOCK, SMALL = 2**20, 50_000
_MOST_TOKENS = 2**18  # that are held as Python objects


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


def count_words(texts: Iterable[Any], analyze: Analyzer) -> tuple[sparse.csr_matrix, Spell]:
    """The counts of `count_matrix`, and a function that gives the words of some columns."""
    parts, n_words, spell = _number_words(texts, analyze)
    return _count_all(parts, n_words), spell


def count_known(
    texts: Iterable[Any], analyze: Analyzer, vocabulary: Mapping[str, int]
) -> sparse.csr_matrix:
    """Count the words of `vocabulary`, which maps each to its column; other words are ignored.

    Returns
    -------
    counts : csr_matrix of int64, shape (n_docs, len(vocabulary))
    """
    parts, n_words, spell = _number_words(texts, analyze)
    words = spell(np.arange(n_words))
    # With a last one, which is what UNKNOWN takes.
    known = np.array([*(vocabulary.get(word, UNKNOWN) for word in words), UNKNOWN])
    parts = (_Part(known.take(part.columns), part.ends) for part in parts)
    return _count_all(parts, len(vocabulary))


def _number_words(texts: Iterable[Any], analyze: Analyzer) -> _Numbered:
    """The words that `analyze` gives for each of `texts`."""
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
    return _in_blocks(chain([first], blocks), analyze)


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


def _in_blocks(blocks: Iterable[list[str]], analyze: WordAnalyzer) -> _Numbered:
    cuts = [cut_block(block, analyze.split, analyze.prepare) for block in blocks]
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


def _count_all(parts: Iterable[_Part], n_words: int) -> sparse.csr_matrix:
    columns, counts, per_row = map(np.concatenate, zip(*map(_count, parts), strict=True))
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
