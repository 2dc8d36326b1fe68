"""The n-grams of characters within words, counted for all distinct words at once.

====== ======================================= =================== =====
symbol meaning                                 shape               dtype
====== ======================================= =================== =====
W      counts of word w in text i              (n_docs, n_words)   int64
G      counts of n-gram j in word w            (n_words, n_ngrams) int64
W · G  counts of n-gram j in text i            (n_docs, n_ngrams)  int64
====== ======================================= =================== =====

There are far fewer distinct words than words, and each is cut once.

An n-gram is a whole number here. Its characters, ranked by their code points from 1, are the digits
to the base A + 1, for A characters, of a number with as many digits as the longest n-gram has; a
shorter one ends in zeros. So numbers ascend as n-grams do in the alphabet.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

_TOO_LARGE = 2**63  # for an int64


def ngrams_of_words(
    words: Sequence[str], ngram_range: tuple[int, int]
) -> tuple[sparse.csr_matrix, Callable[[np.ndarray], list[str]]] | None:
    """The counts of each n-gram that `tokenize.char_wb_ngrams` finds in each of `words`.

    Returns G, its columns in alphabetical order, and a function that gives the n-grams of some
    columns; None if the words have so many characters that a number would not hold an n-gram.
    """
    shortest, longest = map(int, ngram_range)
    # No word has more, and a number of so many digits may be larger than all that is.
    longest = min(longest, max(map(len, words), default=0) + 2)
    if shortest > longest:
        return None

    text = "".join(f" {word} " for word in words).encode("utf-32-le", "surrogatepass")
    characters, ranks = np.unique(np.frombuffer(text, "<u4"), return_inverse=True)
    base = len(characters) + 1
    if base**longest >= _TOO_LARGE:
        return None

    digits = ranks.astype(np.int64) + 1
    lengths = np.array([len(word) + 2 for word in words], np.int64)
    word = np.repeat(np.arange(len(words)), lengths)
    left = np.cumsum(lengths)[word] - np.arange(len(digits))  # characters up to the word's end
    prefixes = np.zeros(len(digits), np.int64)
    numbers, owners = [], []
    for n in range(1, longest + 1):
        first = np.flatnonzero(left >= n)
        prefixes[first] += digits[first + n - 1] * base ** (longest - n)
        if n < shortest:  # only a word of that length, which is taken whole
            first = first[(left[first] == n) & (lengths[word[first]] == n)]
        numbers.append(prefixes[first])
        owners.append(word[first])

    found, columns = np.unique(np.concatenate(numbers), return_inverse=True)
    rows = np.concatenate(owners)
    counts = sparse.csr_matrix(
        (np.ones(len(rows), np.int64), (rows, columns)), shape=(len(words), len(found))
    )
    powers = base ** np.arange(longest - 1, -1, -1)

    def spell(places: np.ndarray) -> list[str]:
        ranked = found[places, None] // powers % base
        spelled = characters[ranked - 1].tobytes().decode("utf-32-le", "surrogatepass")
        starts = range(0, len(spelled), longest)
        sizes = np.count_nonzero(ranked, axis=1).tolist()
        return [spelled[start : start + n] for start, n in zip(starts, sizes, strict=True)]

    return counts, spell
