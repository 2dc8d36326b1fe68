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
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, islice
from numbers import Integral
from typing import Any, NamedTuple, TypeVar

import numpy as np
from scipy import sparse

from minimtl.system import available_cores
from minimtl.text.spellings import Spellings
from minimtl.text.tokenize import WordAnalyzer, find_words, tokenize
from minimtl.text.wordblocks import SPLITTERS, cut_block

Analyzer = Callable[[Any], Iterable[str]]
Item = TypeVar("Item")
Result = TypeVar("Result")
Spell = Callable[[np.ndarray], list[str]]

UNKNOWN = -1
# Characters: the arrays of a block of so many stay in a core's cache; a smaller text is cut sooner
# than it is made ready for NumPy.
BLOCK, SMALL = 2**20, 50_000
_MOST_TOKENS = 2**18  # that are held as Python objects


class _Part(NamedTuple):
    """The words of some texts, text after text.

    `numbers` (n_tokens,) has the number of each word, `columns` (n_numbers,) where the word of each
    number is in the vocabulary, `UNKNOWN` if it is not counted, and `ends` (n_texts,) how many
    words there are up to the end of each text.
    """

    numbers: np.ndarray
    columns: np.ndarray
    ends: np.ndarray


# The words of all texts: the parts, how many distinct words are counted, and what spells the words
# in some places, int64 and ascending, of their alphabetical order.
_Numbered = tuple[list[_Part], int, Spell]


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
    counts, spell = count_words(texts, analyze, 1)
    return counts, spell(np.arange(counts.shape[1]))


def count_words(
    texts: Iterable[Any], analyze: Analyzer, n_threads: int
) -> tuple[sparse.csr_matrix, Spell]:
    """The counts of `count_matrix`, by so many threads, and a function that gives the words of
    some columns.
    """
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
    parts, n_words, spell = _number_words(texts, analyze, n_threads)
    spelled = spell(np.arange(n_words))
    # With a last one, which is what UNKNOWN takes.
    known = np.array([*(vocabulary.get(word, UNKNOWN) for word in spelled), UNKNOWN])
    parts = [part._replace(columns=known.take(part.columns)) for part in parts]
    return _count_all(parts, len(vocabulary), n_threads)


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

    as_met = list(numbers)
    order = sorted(range(len(as_met)), key=as_met.__getitem__)
    columns = np.empty(len(order), dtype=np.int64)
    columns[order] = np.arange(len(order))
    return (
        [_Part(words, columns, ends) for words, ends in parts],
        len(order),
        lambda places: [as_met[order[place]] for place in places.tolist()],
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
        [
            _Part(cut.numbers, of_cut, cut.ends)
            for cut, of_cut in zip(cuts, columns_of_cuts, strict=True)
        ],
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


def _count_all(parts: list[_Part], n_words: int, n_threads: int) -> sparse.csr_matrix:
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
    columns = part.columns.take(part.numbers)
    texts = np.repeat(np.arange(len(part.ends), dtype=np.int64), np.diff(part.ends, prepend=0))
    tokens = (texts << 32) + columns
    tokens = tokens[columns != UNKNOWN]
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
    """How many threads `n_jobs` asks for: None is 1, -1 one for each core.

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
