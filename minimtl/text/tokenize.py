r"""The terms of a text: words, cut in three ways, or n-grams of words or of characters.

A *word character* is what ``\w`` matches in Python: a letter or digit of any script, or ``_``.
N-grams are given for every n from ``ngram_range[0]`` to ``ngram_range[1]``; those of characters
suit scripts that mark no word boundaries.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

TOKEN_PATTERN = r"(?u)\b\w\w+\b"

_NONWORD = re.compile(r"\W+")
_WHITE_SPACE = re.compile(r"\s\s+")


def is_word_character(character: str) -> bool:
    r"""True for a letter or digit of any script, or ``_``: what ``\w`` matches."""
    return character.isalnum() or character == "_"


class WordCharacters(dict[int, int]):
    """For `str.translate`: keeps word characters, and replaces all others by a space.

    It holds the characters met so far.
    """

    def __init__(self, is_of_words: Callable[[str], bool]) -> None:
        self._is_of_words = is_of_words

    def __missing__(self, code: int) -> int:
        self[code] = code if self._is_of_words(chr(code)) else ord(" ")
        return self[code]


_WORD_CHARACTERS = WordCharacters(is_word_character)


def find_words(text: str) -> list[str]:
    r"""Runs of two or more word characters in `text`, case kept: what ``\b\w\w+\b`` finds.

    Blanking out the rest and splitting takes half the regular expression's time on English.
    """
    return [word for word in text.translate(_WORD_CHARACTERS).split() if len(word) > 1]


def tokenize(text: str) -> list[str]:
    r"""Runs of two or more word characters in the lower-cased `text`.

    The vectorizer's words, and those of the features of the ``paper`` protocol.
    """
    return find_words(text.lower())


def whitespace_tokens(text: str) -> list[str]:
    """The pieces of `text` between white space, case kept.

    The ``released`` protocol compares the distributions of these.
    """
    return text.split()


def nonword_split_tokens(text: str) -> list[str]:
    r"""The pieces of `text` between runs of other than word characters (``\W+``), case kept.

    The ``released`` protocol counts these. A text that begins or ends with such a run has an
    empty piece there, which the released code counts as a word.
    """
    return _NONWORD.split(text)


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


@dataclass(frozen=True)
class WordAnalyzer:
    """Called with a text, returns the n-grams of its words.

    `split` cuts what `prepare` makes of the text, such as its lower case, into words; `stop_words`
    are left out before others become neighbours.
    """

    split: Callable[[str], list[str]]
    ngram_range: tuple[int, int] = (1, 1)
    stop_words: frozenset[str] = frozenset()
    prepare: Callable[[str], str] | None = None

    def __call__(self, text: str) -> list[str]:
        words = self.split(self.prepare(text) if self.prepare else text)
        if self.stop_words:
            words = [word for word in words if word not in self.stop_words]
        return words if self.ngram_range == (1, 1) else word_ngrams(words, self.ngram_range)


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
