"""The terms of a text that are counted: words, or n-grams of words or of characters.

Each function returns the n-grams for every n from ``ngram_range[0]`` to ``ngram_range[1]``.
N-grams of characters suit scripts that mark no word boundaries.
"""

import re
from collections.abc import Callable, Collection

from minimtl.text.tokenize import find_words

TOKEN_PATTERN = r"(?u)\b\w\w+\b"

_WHITE_SPACE = re.compile(r"\s\s+")


def word_splitter(token_pattern: str) -> Callable[[str], list[str]]:
    """The function that finds all matches of `token_pattern` in a text, or of its one group.

    Raises
    ------
    ValueError
        If the pattern is no regular expression, or has more than one capturing group.
    """
    if token_pattern == TOKEN_PATTERN:
        return find_words
    try:
        pattern = re.compile(token_pattern)
    except (re.error, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(
            f"token_pattern is no regular expression: {error}; got {token_pattern!r}."
        ) from None
    if pattern.groups > 1:
        raise ValueError(
            "More than 1 capturing group in token pattern. Only a single group should be captured."
        )
    return pattern.findall


def word_analyzer(
    token_pattern: str, ngram_range: tuple[int, int], stop_words: Collection[str]
) -> Callable[[str], list[str]]:
    """The function that returns the n-grams of a text's words without the `stop_words`."""
    split = word_splitter(token_pattern)
    if not stop_words and ngram_range == (1, 1):
        return split

    def analyze(text: str) -> list[str]:
        words = [word for word in split(text) if word not in stop_words]
        return word_ngrams(words, ngram_range)

    return analyze


def word_ngrams(words: list[str], ngram_range: tuple[int, int]) -> list[str]:
    """Runs of `words`, joined by spaces."""
    shortest, longest = ngram_range
    return [
        " ".join(words[start : start + n])
        for n in range(shortest, min(longest, len(words)) + 1)
        for start in range(len(words) - n + 1)
    ]


def char_ngrams(text: str, ngram_range: tuple[int, int]) -> list[str]:
    """Runs of characters of `text`, a run of white space counting as one space."""
    text = _WHITE_SPACE.sub(" ", text)
    shortest, longest = ngram_range
    return [
        text[start : start + n]
        for n in range(shortest, min(longest, len(text)) + 1)
        for start in range(len(text) - n + 1)
    ]


def char_wb_ngrams(text: str, ngram_range: tuple[int, int]) -> list[str]:
    """Runs of characters that lie within one word of `text` and the space on each side of it.

    A word shorter than n, spaces included, is taken whole, and once only.
    """
    shortest, longest = ngram_range
    ngrams = []
    for word in text.split():
        padded = f" {word} "
        for n in range(shortest, max(shortest, min(longest, len(padded))) + 1):
            ngrams += [padded[start : start + n] for start in range(max(1, len(padded) - n + 1))]
    return ngrams
