"""Equal numbers for equal 64-bit keys, by a hash table whose steps are made for all keys at once.

A key's place in the table is the top bits of its product with an odd constant (Knuth, *The Art of
Computer Programming* 3, 6.4). All keys are written to their places, the last one of each place
stays there, and the keys that do not find themselves try again with another constant. Keys are
compared, so that no two of them can be taken for one; what finds no place is sorted.
"""

import numpy as np

# Odd, and without pattern: the fractions of the golden ratio and of square roots of primes.
_MULTIPLIERS = np.array(
    [
        *(0x9E3779B97F4A7C15, 0x6A09E667F3BCC909, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B),
        *(0xA54FF53A5F1D36F1, 0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B),
    ],
    dtype=np.uint64,
)


def number_keys(keys: np.ndarray) -> tuple[np.ndarray, int]:
    """The numbers of `keys`, uint64 and none of them 0, and how many numbers there are.

    Returns
    -------
    numbers : int64, shape (n_keys,)
        From 0 to n_distinct - 1, in no particular order.
    n_distinct : int
    """
    # At least half as many places as keys: most words occur more than once.
    n_bits = max(6, (len(keys) // 2).bit_length())
    shift = np.uint64(64 - n_bits)
    table = np.zeros(1 << n_bits, dtype=np.uint64)  # 0 is a free place
    places = _places(keys, _MULTIPLIERS[0], shift)
    table[places] = keys
    rest = np.flatnonzero(table.take(places) != keys)
    for multiplier in _MULTIPLIERS[1:]:
        if not rest.size:
            break
        waiting = keys.take(rest)
        tried = _places(waiting, multiplier, shift)
        is_free = table.take(tried) == 0
        table[tried[is_free]] = waiting[is_free]
        places[rest] = tried
        rest = rest[table.take(tried) != waiting]
    taken = np.flatnonzero(table)
    number_at = np.empty(len(table), dtype=np.int64)
    number_at[taken] = np.arange(len(taken))
    numbers = number_at.take(places)
    others, numbers_of_rest = np.unique(keys.take(rest), return_inverse=True)
    numbers[rest] = len(taken) + numbers_of_rest
    return numbers, len(taken) + len(others)


def _places(keys: np.ndarray, multiplier: np.uint64, shift: np.uint64) -> np.ndarray:
    return ((keys * multiplier) >> shift).view(np.int64)
