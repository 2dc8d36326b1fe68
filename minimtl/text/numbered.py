"""The words of texts as numbers, which is how they are counted.

Of many texts at once, words are found by `minimtl.text.blocks`. Where a text is cut by a pattern or
a function of the caller's, into n-grams, or there is little of it, words are looked up one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from minimtl.text.analyze import WordAnalyzer, block_analyzer
from minimtl.text.blocks import cut_block
from minimtl.text.spellings import Spellings
from minimtl.text.threads import in_order

Analyzer = Callable[[Any], Iterable[str]]

UNKNOWN = -1
# Characters: the arrays of a block of so many stay in a core's cache; a smaller text is cut sooner
# than it is made ready for NumPy.
BLOCK, SMALL = 2**20, 50_000
_MOST_TOKENS = 2**18  # that are held as Python objects


class Part(NamedTuple):
    """The words of some texts.

    Attributes
    ----------
    numbers : int, shape (n_tokens,)
        The number of each word, text after text.
    columns : int64, shape (n_numbers,)
        Where the word of each number is in the vocabulary; `UNKNOWN` if it is not counted.
    ends : int64, shape (n_texts,)
        How many words there are up to the end of each text.
    """

    numbers: np.ndarray
    columns: np.ndarray
    ends: np.ndarray


class Numbered(NamedTuple):
    """The words of all texts.

    Attributes
    ----------
    parts : list of Part
    n_words : int
        How many distinct words are counted, the vocabulary.
    spell : callable
        The words in these places, int64 and ascending, of the vocabulary in alphabetical order.
    """

    parts: list[Part]
    n_words: int
    spell: Callable[[np.ndarray], list[str]]


def number_words(texts: Iterable[Any], analyze: Analyzer, n_threads: int) -> Numbered:
    """The words that `analyze` gives for each of `texts`, whose blocks go to `n_threads`."""
    analyzer = block_analyzer(analyze)
    if analyzer is None:
        return _one_by_one(texts, analyze)
    blocks = _blocks(texts)
    first = next(blocks, [])
    if sum(map(len, first)) < SMALL:  # and there is no other
        return _one_by_one(first, analyze)
    return _in_blocks(chain([first], blocks), analyzer, n_threads)


def _one_by_one(texts: Iterable[Any], analyze: Analyzer) -> Numbered:
    # A word that is not yet in the dictionary gets the next free number.
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    parts = list(_look_up(texts, analyze, numbers.__getitem__))
    as_met = list(numbers)
    order = sorted(range(len(as_met)), key=as_met.__getitem__)
    columns = np.empty(len(order), dtype=np.int64)
    columns[order] = np.arange(len(order))
    return Numbered(
        [Part(words, columns, ends) for words, ends in parts],
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


def _in_blocks(blocks: Iterable[list[str]], analyzer: WordAnalyzer, n_threads: int) -> Numbered:
    cuts = list(in_order(partial(cut_block, lowercase=analyzer.lowercase), blocks, n_threads))
    every = Spellings.joined([cut.words for cut in cuts])
    numbers, examples = every.number()
    distinct = every.of(examples)
    order = distinct.alphabetical()
    if analyzer.stop_words:
        words = distinct.of(order).strings()
        order = order[[word not in analyzer.stop_words for word in words]]
    columns = np.full(len(examples), UNKNOWN)
    columns[order] = np.arange(len(order))
    columns_of_blocks = np.split(
        columns.take(numbers), np.cumsum([len(cut.words.start) for cut in cuts])[:-1]
    )
    return Numbered(
        [
            Part(cut.numbers, own, cut.ends)
            for cut, own in zip(cuts, columns_of_blocks, strict=True)
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
