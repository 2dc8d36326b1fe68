"""The corpus's own digest and its check for missing groups."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.corpora.corpus import (
    ContentDigest,
    Corpus,
    Partition,
    build_partition,
    require_topics,
)
from minimtl.errors import MinimtlError


@pytest.fixture
def corpus():
    train = build_partition([("a", "one"), ("b", "two")], ("a", "b"))
    test = build_partition([("b", " \n"), ("a", "four")], ("a", "b"))
    return Corpus("bydate", "here.tar.gz", "0" * 64, ("a", "b"), train, test)


def test_topics_are_indices_into_the_names(corpus):
    assert corpus.test.topics.dtype == np.int64
    np.testing.assert_array_equal(corpus.test.topics, [1, 0])
    assert len(corpus.test) == 2


def test_empty_texts_are_counted(corpus):
    assert (corpus.train.n_empty, corpus.test.n_empty) == (0, 1)


def test_the_digest_depends_on_the_content_only(corpus):
    assert replace(corpus, source="elsewhere", sha256="1" * 64).digest == corpus.digest


def test_the_digest_sees_every_part_of_the_content(corpus):
    texts, topics = corpus.train.texts, corpus.train.topics
    changed = [
        replace(corpus, topic_names=("a", "c")),
        replace(corpus, train=Partition(("one", "twp"), topics)),
        replace(corpus, train=Partition(texts, topics[::-1])),
        replace(corpus, train=Partition(texts[::-1], topics[::-1])),
        replace(corpus, train=corpus.test, test=corpus.train),
    ]
    assert len({corpus.digest, *(other.digest for other in changed)}) == 6


def test_no_two_sequences_share_a_digest():
    def digest(*parts):
        content = ContentDigest()
        content.add(*parts)
        return content.hexdigest()

    assert digest("ab", "c") != digest("a", "bc")
    assert digest("1:a") != digest("a")
    assert digest("half \ud800") != digest("half ?")


def test_a_missing_group_has_its_sentence(corpus):
    require_topics(corpus, ["b", "a"])
    only_a = build_partition([("a", "one")], ("a", "b"))
    with pytest.raises(MinimtlError, match=r"^here\.tar\.gz has no test documents of b:"):
        require_topics(replace(corpus, test=only_a), ["a", "b"])
    with pytest.raises(MinimtlError, match=r"no training documents of c, d:"):
        require_topics(corpus, ["d", "c", "a"])
