"""Labelled text from files: 20 Newsgroups in its editions, Amazon reviews, a person's own sets.

May import: estimator, system.
"""

from minimtl.corpora.amazon import AMAZON, AmazonReviews
from minimtl.corpora.archives import members_of
from minimtl.corpora.editions import Corpus, TopicTree
from minimtl.corpora.files import (
    LabelledText,
    TextSet,
    label_text,
    read_text_set,
    read_texts,
    rename_labels,
    split_lines,
    without_empty,
)
from minimtl.corpora.load import (
    CORPUS_METAVAR,
    EDITIONS,
    fetch_edition,
    find_corpus,
    load_amazon,
    load_corpus,
    load_whole_posts,
)
from minimtl.corpora.newsgroups import TOPIC_TREE
from minimtl.corpora.records import JSON, TABLES, Records, read_records

__all__ = [
    "AMAZON",
    "CORPUS_METAVAR",
    "EDITIONS",
    "JSON",
    "TABLES",
    "TOPIC_TREE",
    "AmazonReviews",
    "Corpus",
    "LabelledText",
    "Records",
    "TextSet",
    "TopicTree",
    "fetch_edition",
    "find_corpus",
    "label_text",
    "load_amazon",
    "load_corpus",
    "load_whole_posts",
    "members_of",
    "read_records",
    "read_text_set",
    "read_texts",
    "rename_labels",
    "split_lines",
    "without_empty",
]
