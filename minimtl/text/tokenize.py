r"""The terms of a text: words, cut in three ways, or n-grams of words or of characters.

A *word character* is what ``\w`` matches in Python: a letter or digit of any script, or ``_``.
N-grams are given for every n from ``ngram_range[0]`` to ``ngram_range[1]``; those of characters
suit scripts that mark no word boundaries.

By Unicode's rules a text is first made plain (`plain_text`):

- HTML's tags become spaces, and its entities the characters that they stand for.
- Characters that nobody sees go (soft hyphens, joiners, marks of direction, variation selectors),
  so that they cut no word; a zero-width space does cut, as it is there for that.
- What is left is in Unicode's normal form C: a letter and its accent are one character where there
  is one.
- "İ" is lower-cased to "i", where Python would add a dot to it.

Word characters are then combining marks too, of which other scripts have more than accents: the
vowels of Hindi, Telugu and Thai are such.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from html.entities import html5

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


@dataclass(frozen=True)
class CharacterAnalyzer:
    """Called with a text, returns what `cut` makes of the text that `prepare` gives.

    `cut` is `char_ngrams` or `char_wb_ngrams`.
    """

    cut: Callable[[str, tuple[int, int]], list[str]]
    ngram_range: tuple[int, int]
    prepare: Callable[[str], str] | None = None

    def __call__(self, text: str) -> list[str]:
        return self.cut(self.prepare(text) if self.prepare else text, self.ngram_range)


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


_ELEMENTS = """
a abbr address article aside audio b big blockquote body br button caption center cite code col
dd del details div dl dt em embed fieldset figcaption figure font footer form frame frameset
h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link main mark meta
nav noscript object ol optgroup option p param picture pre q s samp script section select small
source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead time
title tr tt u ul var video wbr
"""
# No part can match what the part behind it could: the time grows with the text's length alone.
_TAG = re.compile(
    rf"</?(?:{'|'.join(_ELEMENTS.split())})(?:\s+/?|/|\s[^<>=]*=[^<>]*)?>|<[!?][^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e01ef]"
)


def plain_text(text: str, lowercase: bool = True) -> str:
    """`text` made plain by the rules at the top of this module, in lower case if so asked."""
    text = _TAG.sub(" ", _ENTITY.sub(_character, text)) if "<" in text or "&" in text else text
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
        text = text.replace("İ", "i") if lowercase else text
    return text.lower() if lowercase else text


def has_markup(text: str) -> bool:
    """True for a text with a tag or an entity of HTML."""
    return bool(_TAG.search(text) or any(map(_is_entity, _ENTITY.finditer(text))))


def is_unicode_word_character(character: str) -> bool:
    """True for a word character or a combining mark."""
    return is_word_character(character) or unicodedata.category(character)[0] == "M"


_UNICODE_CHARACTERS = WordCharacters(is_unicode_word_character)


def find_unicode_words(text: str) -> list[str]:
    """Runs of two or more word characters in a text that `plain_text` has made."""
    return [word for word in text.translate(_UNICODE_CHARACTERS).split() if len(word) > 1]


def _is_entity(match: re.Match[str]) -> bool:
    name = match[0][1:]
    return name.startswith("#") or name in html5


def _character(match: re.Match[str]) -> str:
    """The text that an entity stands for; itself where there is none of the name."""
    return unescape(match[0]) if _is_entity(match) else match[0]
