"""What the vectorizer takes, gives and refuses; its numbers are compared in tests/oracles."""

import sys

import numpy as np
import pytest

from minimtl.text.counts import count_matrix
from minimtl.text.stopwords import ENGLISH
from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import find_words, tokenize
from minimtl.text.weights import weigh_counts
from tests.text.conftest import assert_same

TEXTS = ["the red car", "the red, red bus", "the boat"]


def test_callable_analyzer_takes_any_document():
    vectorizer = TfidfVectorizer(analyzer=lambda words: words).fit([["A b", "c"], ["c"]])
    assert vectorizer.vocabulary_ == {"A b": 0, "c": 1}


def test_pandas_output_is_a_frame_with_the_documents_index():
    pd = pytest.importorskip("pandas")
    texts = pd.Series(TEXTS, index=["x", "y", "z"])
    vectorizer = TfidfVectorizer().set_output(transform="pandas")
    for frame in (vectorizer.fit_transform(texts), vectorizer.transform(texts)):
        assert list(frame.index) == ["x", "y", "z"]
        assert frame.columns.tolist() == ["boat", "bus", "car", "red", "the"]
        assert frame.loc["z", "boat"] > 0
    assert list(vectorizer.transform(TEXTS).index) == [0, 1, 2]


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        *((["text", document], 1) for document in (None, 3, float("nan"), b"bytes")),
        (["word " * 50_000] * 30 + [None], 30),  # which are cut in blocks
    ],
    ids=["None", "number", "NaN", "bytes", "among many"],
)
def test_a_document_that_is_no_string_is_named(texts, place):
    with pytest.raises(ValueError, match=f"Document {place} is of type"):
        TfidfVectorizer().fit(texts)
    with pytest.raises(ValueError, match=f"Document {place} is of type"):
        TfidfVectorizer().fit(["text"]).transform(texts)


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


def test_use_before_fit():
    with pytest.raises(ValueError, match="not fitted yet"):
        TfidfVectorizer().transform(TEXTS)
    with pytest.raises(ValueError, match="not fitted yet"):
        TfidfVectorizer().get_feature_names_out()


def test_one_text_is_no_list_of_texts():
    with pytest.raises(ValueError, match="string object received"):
        TfidfVectorizer().fit("one text")


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
def test_any_number_of_jobs_gives_the_same(in_blocks, params):
    texts = [f"The {word} sat on {word}s, É{word} {n}" for n, word in enumerate(["cat", "dog"] * 9)]
    one = TfidfVectorizer(**params).fit(texts)
    for n_jobs in (2, 5, -1):
        many = TfidfVectorizer(**params, n_jobs=n_jobs)
        assert_same(many.fit_transform(texts), one.transform(texts))
        assert list(many.vocabulary_) == list(one.vocabulary_)
        np.testing.assert_array_equal(many.idf_, one.idf_)
        for some in (texts[:5], []):
            assert_same(many.transform(some), one.transform(some))


@pytest.mark.parametrize("n_jobs", [0, -2, 1.0, True, "2", float("nan")])
def test_n_jobs_out_of_range_is_refused_before_documents_are_read(n_jobs):
    with pytest.raises(ValueError, match=r"n_jobs must be None, .* got"):
        TfidfVectorizer(n_jobs=n_jobs).fit(["text", None])
    fitted = TfidfVectorizer().fit(TEXTS).set_params(n_jobs=n_jobs)
    with pytest.raises(ValueError, match="n_jobs must be None"):
        fitted.transform(["text", None])
