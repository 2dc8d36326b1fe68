r"""Texts by Unicode's rules: without markup and invisible characters, composed, in lower case.

- HTML's tags become spaces, and its entities the characters that they stand for.
- Characters that nobody sees go (soft hyphens, joiners, marks of direction, variation selectors),
  so that they cut no word; a zero-width space does cut, as it is there for that.
- What is left is in Unicode's normal form C: a letter and its accent are one character where there
  is one.
- "İ" is lower-cased to "i", where Python would add a dot to it.

A *word character* is a letter or digit of any script, ``_``, or a combining mark, of which other
scripts have more than accents: the vowels of Hindi, Telugu and Thai are such.
"""

import re
import unicodedata
from html import unescape
from html.entities import html5

from minimtl.text.tokenize import WordCharacters, is_word_character

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
    """`text` as the rules of this module make it, in lower case if so asked."""
    text = _TAG.sub(" ", _ENTITY.sub(_character, text)) if "<" in text or "&" in text else text
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
        text = text.replace("İ", "i") if lowercase else text
    return text.lower() if lowercase else text


def has_markup(text: str) -> bool:
    """True for a text with a tag or an entity of HTML."""
    return bool(_TAG.search(text) or any(map(_is_entity, _ENTITY.finditer(text))))


def is_unicode_word_character(character: str) -> bool:
    """True for a word character as this module has it."""
    return is_word_character(character) or unicodedata.category(character)[0] == "M"


_WORD_CHARACTERS = WordCharacters(is_unicode_word_character)


def find_unicode_words(text: str) -> list[str]:
    """Runs of two or more word characters in a text that `plain_text` has made."""
    return [word for word in text.translate(_WORD_CHARACTERS).split() if len(word) > 1]


def _is_entity(match: re.Match[str]) -> bool:
    name = match[0][1:]
    return name.startswith("#") or name in html5


def _character(match: re.Match[str]) -> str:
    """What an entity stands for; itself where there is none of the name."""
    return unescape(match[0]) if _is_entity(match) else match[0]
