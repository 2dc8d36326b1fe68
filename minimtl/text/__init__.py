"""From text to numbers: cleaning, tokens, TF-IDF. No files, no clocks.

May import: estimator, system.
"""

from minimtl.text.clean import strip_post
from minimtl.text.counts import count_matrix
from minimtl.text.plain import has_markup
from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import nonword_split_tokens, tokenize, whitespace_tokens
from minimtl.text.weights import select_words, weigh_counts

__all__ = [
    "TfidfVectorizer",
    "count_matrix",
    "has_markup",
    "nonword_split_tokens",
    "select_words",
    "strip_post",
    "tokenize",
    "weigh_counts",
    "whitespace_tokens",
]
