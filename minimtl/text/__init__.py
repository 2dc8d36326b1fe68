"""From text to numbers: tokens, counts, TF-IDF. No files, no clocks.

May import: estimator, system.
"""

from minimtl.text.counts import count_matrix
from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import (
    has_markup,
    nonword_split_tokens,
    tokenize,
    whitespace_tokens,
)
from minimtl.text.weights import select_words, weigh_counts

__all__ = [
    "TfidfVectorizer",
    "count_matrix",
    "has_markup",
    "nonword_split_tokens",
    "select_words",
    "tokenize",
    "weigh_counts",
    "whitespace_tokens",
]
