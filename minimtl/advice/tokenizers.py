"""The ways to cut texts into what is counted, and the one that suits a person's texts."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from minimtl.text.tfidf import TfidfVectorizer

AUTO = "auto"
TOKENIZERS: dict[str, dict[str, Any]] = {
    "words": {},
    "whitespace": {"token_pattern": r"\S+"},
    "characters": {"analyzer": "char", "ngram_range": (1, 2)},
}
"""Parameters of the vectorizer by name: runs of two or more letters or digits of any script; what
stands between white space (texts cut into words beforehand); single characters and pairs of them
(scripts without spaces)."""

NETWORK, REGRESSION = "network", "regression"
_PAIRS = {"max_features": 50_000, "ngram_range": (1, 2), "sublinear_tf": True}
_LETTERS = {
    "max_features": 50_000, "analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True,
}  # fmt: skip

FEATURES = "features"
"""In place of a tokenizer, where sets hold rows of features and no texts."""

# Thai, Lao, Myanmar, Khmer, kana, Chinese characters.
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


def make_vectorizer(tokenizer: str, **features: Any) -> TfidfVectorizer:
    """A vectorizer by one of the `TOKENIZERS` and other parameters; not fitted."""
    features = TOKENIZERS[tokenizer] | features
    return TfidfVectorizer(unicode=True, dtype=np.float32, **features)


def make_vectorizers(tokenizer: str, model: str) -> list[TfidfVectorizer]:
    """Those whose features a model reads side by side; not fitted.

    The network counts words, as in the study. The regression counts words and pairs of neighbours,
    and beside them three to five characters in a row, where characters are not the words already.
    """
    if model == NETWORK:
        return [make_vectorizer(tokenizer, max_features=10_000)]
    features = [_PAIRS] if tokenizer == "characters" else [_PAIRS, _LETTERS]
    return [make_vectorizer(tokenizer, **one) for one in features]


def choose_tokenizer(texts: Sequence[str]) -> str:
    """``characters`` where most texts are in a script without spaces, else ``words``."""
    n_without = sum(map(_is_without_spaces, texts))
    return "characters" if 2 * n_without > len(texts) else "words"


def _is_without_spaces(text: str) -> bool:
    """True if half of the letters or more are of a script that puts no spaces between words."""
    n_letters = sum(map(str.isalpha, text))
    return n_letters > 0 and 2 * len(_WITHOUT_SPACES.findall(text)) >= n_letters
