"""The vectorizer's numbers against scikit-learn's.

Vocabularies are the same. Where words are equally frequent, scikit-learn's choice of the most
frequent ones depends on the processor, so that it is told to keep the alphabetically first.
The idf is allowed a unit in the last place, as NumPy's logarithm depends on the processor too, and
values 1e-12: scikit-learn adds up the squares of a row in the order in which its words were first
met, ours in alphabetical order.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimtl.text import counts as counting
from minimtl.text.tfidf import TfidfVectorizer

peer_text = pytest.importorskip("sklearn.feature_extraction.text")

PEER = "scikit-learn `TfidfVectorizer`"
WORDS = st.sampled_from(
    [
        *("the", "The", "a", "car", "cars", "naïve", "x_1", "42"),
        *("日本語", "ΟΔΟΣ", "İ", "don't", "\n ", "-"),
    ]
)
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=8)
ANY_TEXTS = st.lists(st.lists(WORDS | st.text(), max_size=6).map(" ".join), min_size=1, max_size=8)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "lowercase": st.booleans(),
        "analyzer": st.sampled_from(["word", "char", "char_wb"]),
        "ngram_range": st.sampled_from([(1, 1), (1, 2), (2, 2), (2, 5), (4, 6)]),
        "min_df": st.sampled_from([1, 2, 0.0, 0.3]),
        "max_df": st.sampled_from([1.0, 0.8, 3]),
        "max_features": st.sampled_from([None, 1, 3, 20]),
        "binary": st.booleans(),
        "norm": st.sampled_from(["l1", "l2", None]),
        "use_idf": st.booleans(),
        "smooth_idf": st.booleans(),
        "sublinear_tf": st.booleans(),
        "dtype": st.sampled_from([np.float32, np.float64]),
    },
)


OF_WEIGHTS = {"norm", "use_idf", "smooth_idf", "sublinear_tf"}


def peer_of(params, train):
    """scikit-learn's vectorizer, of whose equally frequent words the first are kept."""
    if params.get("max_features") is None:
        return peer_text.TfidfVectorizer(**params)

    counting = {name: value for name, value in params.items() if name not in OF_WEIGHTS}
    counter = peer_text.CountVectorizer(**counting | {"max_features": None})
    counts = counter.fit_transform(train).sum(axis=0).A1
    totals = {word: counts[column] for word, column in counter.vocabulary_.items()}
    words = sorted(totals, key=lambda word: (-totals[word], word))[: params["max_features"]]
    kept = {"vocabulary": sorted(words), "max_features": None, "min_df": 1, "max_df": 1.0}
    return peer_text.TfidfVectorizer(**params | kept)


def assert_same(params, train, test, n_jobs=None):
    """Fit both; the same vocabulary, idf and features, or the same refusal."""
    ours = TfidfVectorizer(**params, n_jobs=n_jobs)
    try:
        peer_text.TfidfVectorizer(**params).fit(train)
    except ValueError as refusal:
        with pytest.raises(ValueError, match=str(refusal).split(";")[0]):
            ours.fit_transform(train)
        return
    peer = peer_of(params, train)
    expected, X = peer.fit_transform(train), ours.fit_transform(train)
    assert ours.vocabulary_ == peer.vocabulary_
    if peer.use_idf:
        np.testing.assert_array_max_ulp(ours.idf_, peer.idf_, maxulp=1)
    tolerance = 1e-12 if X.dtype == np.float64 else 1e-6  # a few units in the last place
    for mine, theirs in ((X, expected), (ours.transform(test), peer.transform(test))):
        assert mine.dtype == theirs.dtype
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine.toarray(), theirs.toarray(), rtol=tolerance)


@settings(deadline=None)
@given(PARAMS, TEXTS, TEXTS)
def test_made_up_texts(params, train, test):
    assert_same(params, train, test)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(PARAMS, ANY_TEXTS, ANY_TEXTS, st.sampled_from([None, 2]))
def test_any_texts_in_blocks(monkeypatch, params, train, test, n_jobs):
    """As a corpus is counted, by one thread and by two."""
    monkeypatch.setattr(counting, "SMALL", 0)
    monkeypatch.setattr(counting, "BLOCK", 40)
    assert_same(params, train, test, n_jobs)


@pytest.mark.parametrize(
    "params",
    [
        {"stop_words": ["the", "cars"], "ngram_range": (1, 2)},
        {"token_pattern": r"(?u)\b(\w)\w*\b"},
    ],
    ids=str,
)
@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_other_words(params, train, test):
    assert_same(params, train, test)


@given(st.text(), st.sampled_from([(1, 1), (1, 3), (3, 6)]))
@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
def test_analyzers_give_the_same_terms_in_the_same_order(analyzer, text, ngram_range):
    params = {"analyzer": analyzer, "ngram_range": ngram_range}
    expected = peer_text.TfidfVectorizer(**params).build_analyzer()(text)
    assert TfidfVectorizer(**params).build_analyzer()(text) == expected


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_whole_corpus(newsgroups, dtype, agreement):
    train, test = newsgroups.train.texts, newsgroups.test.texts
    params = {"max_features": 10_000, "dtype": dtype}
    ours, peer = TfidfVectorizer(**params), peer_of(params, train)
    X, expected = ours.fit_transform(train), peer.fit_transform(train)
    assert ours.get_feature_names_out().tolist() == peer.get_feature_names_out().tolist()
    # Its logarithm is the processor's: one unit in the last place of numbers from 8 to 16.
    last_place = 8 * np.finfo(dtype).eps
    agreement(f"idf of 10,000 words, {dtype.__name__}", PEER, ours.idf_, peer.idf_, last_place)
    tolerance = 1e-12 if dtype == np.float64 else 1e-6
    held_out = ours.transform(test), peer.transform(test)
    for what, mine, theirs in (("training", X, expected), ("test", *held_out)):
        mine.sort_indices()
        theirs.sort_indices()
        np.testing.assert_array_equal(mine.indptr, theirs.indptr)
        np.testing.assert_array_equal(mine.indices, theirs.indices)
        what = f"{mine.nnz:,} values of the {what} posts, {dtype.__name__}"
        agreement(what, PEER, mine.data, theirs.data, tolerance)
