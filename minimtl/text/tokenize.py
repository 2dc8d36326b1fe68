r"""Three ways to cut a text into words, each the one that a part of the study is defined by.

A *word character* is what ``\w`` matches in Python: a letter or digit of any script, or ``_``.
"""

import re

_WORD = re.compile(r"\w\w+")
_NONWORD = re.compile(r"\W+")


def tokenize(text: str) -> list[str]:
    r"""Runs of two or more word characters of the lower-cased `text`, as ``\b\w\w+\b`` finds them.

    The vectorizer's words, and those of the features of the ``paper`` protocol.
    """
    return _WORD.findall(text.lower())


def whitespace_tokens(text: str) -> list[str]:
    """What stands between white space in `text`, case kept.

    The words whose distributions the ``released`` protocol compares.
    """
    return text.split()


def nonword_split_tokens(text: str) -> list[str]:
    r"""The pieces of `text` between runs of other than word characters (``\W+``), case kept.

    The words that the ``released`` protocol counts. A text that begins or ends with such a run
    has an empty piece there, and the released code counts it as a word like any other.
    """
    return _NONWORD.split(text)
