"""The generated corpus: the same for all, and large enough."""

import re

import numpy as np
import pytest

from minimtl.corpora.newsgroups import TOPICS
from minimtl.corpora.synthetic import generate_synthetic


@pytest.fixture(scope="module")
def corpus():
    return generate_synthetic()


def test_every_topic_has_enough_documents_for_the_paper_protocol(corpus):
    assert corpus.topic_names == TOPICS
    assert np.bincount(corpus.train.topics).min() >= 200
    assert np.bincount(corpus.test.topics).min() >= 50
    assert corpus.train.n_empty == corpus.test.n_empty == 0


def test_words_are_words(corpus):
    assert all(re.fullmatch(r"[a-z]{4,}( [a-z]{4,})*", text) for text in corpus.train.texts)
    assert not set(corpus.train.texts) & set(corpus.test.texts)
