"""What the vectorizer gives, by the formula, and what it refuses; counts that are weighed."""

import math
import sys

import numpy as np
import pytest

from minimtl.text import counts as counting
from minimtl.text.counts import count_matrix
from minimtl.text.stopwords import ENGLISH
from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import find_words, tokenize
from minimtl.text.weights import weigh_counts

TEXTS = ["the red car", "the red, red bus", "the boat"]


def test_values_by_the_formula():
    vectorizer = TfidfVectorizer()
    X = vectorizer.fit_transform(TEXTS)
    assert vectorizer.get_feature_names_out().tolist() == ["boat", "bus", "car", "red", "the"]
    once, twice, always = (math.log(4 / (1 + df)) + 1 for df in (1, 2, 3))
    row = np.array([0, once, 0, 2 * twice, always])
    # A handful of float64 operations.
    np.testing.assert_allclose(X.toarray()[1], row / np.sqrt(row @ row), rtol=1e-14)
    np.testing.assert_allclose(vectorizer.idf_, [once, once, once, twice, always], rtol=1e-14)


def test_transform_of_the_same_texts_is_fit_transform():
    vectorizer = TfidfVectorizer(sublinear_tf=True, norm="l1", max_features=3, min_df=1)
    X = vectorizer.fit_transform(iter(TEXTS))
    assert (vectorizer.transform(TEXTS) != X).nnz == 0
    np.testing.assert_allclose(X.sum(axis=1), 1.0, rtol=1e-14)


def test_callable_analyzer_takes_any_document():
    vectorizer = TfidfVectorizer(analyzer=lambda words: words).fit([["A b", "c"], ["c"]])
    assert vectorizer.vocabulary_ == {"A b": 0, "c": 1}


def test_pandas_output_is_a_frame_with_the_documents_index():
    pd = pytest.importorskip("pandas")
    texts = pd.Series(TEXTS, index=["x", "y", "z"])
    vectorizer = TfidfVectorizer().set_output(transform="pandas")
    for frame in (vectorizer.fit_transform(texts), vectorizer.transform(texts)):
        assert list(frame.index) == ["x", "y", "z"]
        assert frame.loc["z", "boat"] > 0
    frame = vectorizer.transform(TEXTS)
    assert list(frame.index) == [0, 1, 2]
    assert frame.columns.tolist() == ["boat", "bus", "car", "red", "the"]


@pytest.mark.parametrize("document", [None, 3, float("nan"), b"bytes"])
def test_a_document_that_is_no_string_is_named(document):
    with pytest.raises(ValueError, match="Document 1 is of type"):
        TfidfVectorizer().fit(["text", document])
    with pytest.raises(ValueError, match="Document 0 is of type"):
        TfidfVectorizer().fit(["text"]).transform([document])


@pytest.mark.parametrize("texts", [[], [""], ["a b"], ["the"]])
def test_no_words_at_all(texts):
    with pytest.raises(ValueError, match="empty vocabulary"):
        TfidfVectorizer(stop_words={"the"}).fit(texts)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"analyzer": "sentence"}, "not a valid analyzer"),
        ({"stop_words": "German"}, "a collection of words, or 'english'; got 'German'"),
        ({"norm": "max"}, "norm must be"),
        ({"dtype": np.int64}, "dtype must be"),
        ({"dtype": "abc"}, "dtype must be"),
        ({"token_pattern": "("}, "no regular expression"),
        ({"token_pattern": "(a)(b)"}, "More than 1 capturing group"),
        ({"ngram_range": 1}, "two whole numbers"),
        ({"stop_words": 5}, "a collection of words"),
        ({"ngram_range": (2, 1)}, "lower boundary larger"),
        ({"ngram_range": (0, 1)}, "must begin at 1"),
        *(({"min_df": value}, "min_df must be") for value in (0, -1, True, "1")),
        *(({"max_df": value}, "max_df must be") for value in (1.5, float("nan"))),
        *(({"max_features": value}, "max_features must be") for value in (0, 2.0)),
    ],
)
def test_params_out_of_range(params, message):
    with pytest.raises(ValueError, match=message):
        TfidfVectorizer(**params).fit(TEXTS)


def test_use_before_fit_or_of_what_is_no_list_of_texts():
    for use in (lambda v: v.transform(TEXTS), lambda v: v.get_feature_names_out()):
        with pytest.raises(ValueError, match="not fitted yet"):
            use(TfidfVectorizer())
    with pytest.raises(ValueError, match="string object received"):
        TfidfVectorizer().fit("one text")


def test_no_string_among_many_documents_is_named():
    texts = ["word " * 50_000] * 30 + [None]
    with pytest.raises(ValueError, match="Document 30 is of type NoneType"):
        TfidfVectorizer().fit(texts)


@pytest.mark.parametrize("name", ["strip_accents", "preprocessor", "tokenizer", "vocabulary"])
def test_what_scikit_learn_has_and_this_has_not(name):
    with pytest.raises(TypeError, match=f"has no {name}: pass analyzer="):
        TfidfVectorizer(**{name: None})
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        TfidfVectorizer(colour=1)


WORDS = [
    "the cat sat on the mat",
    "dogs and cats and the rest",
    "mat mat mat, said the cat",
    "entirely unknown words here",
    "",
]


@pytest.mark.parametrize("max_features", [4, 100])
def test_weighed_counts_are_the_vectorizer_s_features(max_features):
    known = np.array([2, 0, 1])
    counts, _ = count_matrix(WORDS, tokenize)
    X = weigh_counts(counts, known, max_features)
    vectorizer = TfidfVectorizer(max_features=max_features, dtype=np.float32)
    vectorizer.fit([WORDS[row] for row in known])
    expected = vectorizer.transform(WORDS)
    assert X.dtype == np.float32
    # The same operations in the same order: not a bit may differ.
    np.testing.assert_array_equal(X.toarray(), expected.toarray())
    assert X[3:].nnz == 0


def test_texts_without_a_word_cannot_be_learned_from():
    counts, _ = count_matrix(WORDS, tokenize)
    with pytest.raises(ValueError, match="no terms remain"):
        weigh_counts(counts, np.array([4]), 10)


def test_words_back_from_rows():
    vectorizer = TfidfVectorizer()
    X = vectorizer.fit_transform(TEXTS)
    for rows in (X, X.toarray(), X.tocsc()):
        assert [set(words) for words in vectorizer.inverse_transform(rows)] == [
            {"the", "red", "car"},
            {"the", "red", "bus"},
            {"the", "boat"},
        ]


def test_polars_output_without_polars_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    vectorizer = TfidfVectorizer().fit(TEXTS).set_output(transform="polars")
    with pytest.raises(ImportError, match="pip install polars"):
        vectorizer.transform(TEXTS)
    with pytest.raises(ValueError, match="must be one of"):
        vectorizer.set_output(transform="arrow")


def test_english_stop_words_leave_what_a_text_is_about():
    texts = ["The system isn't what they've said", "Does it cry with ten of them?"]
    words = TfidfVectorizer(stop_words="english").fit(texts).get_feature_names_out()
    assert words.tolist() == ["cry", "said", "system", "ten"]
    listed = TfidfVectorizer(stop_words=ENGLISH).fit(texts).get_feature_names_out()
    assert listed.tolist() == words.tolist()
    # A word that is not one by the default pattern would never be met.
    assert {word for word in ENGLISH if find_words(word) != [word]} == {"a", "i"}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"analyzer": "char", "stop_words": ["a"]}, "'stop_words' will not be used"),
        ({"analyzer": "char_wb", "token_pattern": "a"}, "'token_pattern' will not be used"),
        ({"analyzer": str.split, "ngram_range": (1, 2)}, "'ngram_range' will not be used"),
    ],
)
def test_params_without_effect_warn(params, message):
    with pytest.warns(UserWarning, match=message) as record:
        TfidfVectorizer(**params).fit(TEXTS)
    assert record[0].filename == __file__


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"dtype": np.float32, "max_features": 9, "stop_words": "english"},
        {"sublinear_tf": True, "norm": "l1", "min_df": 2, "lowercase": False},
        {"ngram_range": (1, 2), "binary": True},
        {"analyzer": "char_wb", "use_idf": False, "norm": None},
    ],
)
def test_any_number_of_jobs_gives_the_same(monkeypatch, params):
    monkeypatch.setattr(counting, "SMALL", 0)
    monkeypatch.setattr(counting, "BLOCK", 30)
    texts = [f"The {word} sat on {word}s, É{word} {n}" for n, word in enumerate(["cat", "dog"] * 9)]
    one = TfidfVectorizer(**params).fit(texts)
    for n_jobs in (2, 5, -1):
        many = TfidfVectorizer(**params, n_jobs=n_jobs)
        fitted = many.fit_transform(texts)
        assert list(many.vocabulary_) == list(one.vocabulary_)
        np.testing.assert_array_equal(many.idf_, one.idf_)
        for X, expected in (
            (fitted, one.transform(texts)),
            (many.transform(texts[:5]), one.transform(texts[:5])),
            (many.transform([]), one.transform([])),
        ):
            assert X.shape == expected.shape
            for attribute in ("data", "indices", "indptr"):
                assert getattr(X, attribute).dtype == getattr(expected, attribute).dtype
                np.testing.assert_array_equal(getattr(X, attribute), getattr(expected, attribute))


@pytest.mark.parametrize("n_jobs", [0, -2, 1.0, True, "2", float("nan")])
def test_n_jobs_out_of_range_is_refused_before_documents_are_read(n_jobs):
    with pytest.raises(ValueError, match=r"n_jobs must be None, .* got"):
        TfidfVectorizer(n_jobs=n_jobs).fit(["text", None])
    fitted = TfidfVectorizer().fit(TEXTS).set_params(n_jobs=n_jobs)
    with pytest.raises(ValueError, match="n_jobs must be None"):
        fitted.transform(["text", None])
