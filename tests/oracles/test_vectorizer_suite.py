"""scikit-learn's own tests of its vectorizers, run on ours.

Of ``sklearn/feature_extraction/tests/test_text.py``, those that concern what our vectorizer
offers: it reads strings only (no files, bytes or encodings), and has no accent stripping, own
tokenizer or preprocessor, built-in stop words or fixed vocabulary. Tests of n-grams that take their
text through one of these have it done for them here; so have tests of weights, which begin with
counts.
"""

import importlib
from functools import partial
from io import StringIO

import numpy as np
import pytest

from minimtl.text.tfidf import TfidfVectorizer

text = pytest.importorskip("sklearn.feature_extraction.text")


class Vectorizer(TfidfVectorizer):
    """With what a test of something else also looks at: that the vocabulary was learnt."""

    fixed_vocabulary_ = False


# Plain counts are TF-IDF without its weights.
Counter = partial(Vectorizer, norm=None, use_idf=False)


class Reader:
    """Analyzers of texts that are read from files, or lose their accents, before ours sees them."""

    def __init__(self, *, input="content", strip_accents=None, **params):
        self.read = StringIO.read if input == "file" else str
        self.strip = text.strip_accents_unicode if strip_accents == "unicode" else str
        self.analyze = TfidfVectorizer(**params).build_analyzer()

    def build_analyzer(self):
        return lambda document: self.analyze(self.strip(self.read(document)))


class Transformer:
    """TF-IDF of a table of counts: a document has the number of each column so many times."""

    def __init__(self, **params):
        self.vectorizer = TfidfVectorizer(analyzer=list, **params)

    def fit_transform(self, counts):
        return self.vectorizer.fit_transform(
            np.repeat(np.arange(len(row)), row).tolist() for row in counts
        )


PLAIN = [
    "test_fit_countvectorizer_twice",
    "test_countvectorizer_custom_token_pattern",
    "test_countvectorizer_custom_token_pattern_with_several_group",
    "test_count_vectorizer_max_features",
    "test_vectorizer_max_df",
    "test_vectorizer_min_df",
    "test_count_binary_occurrences",
    "test_count_vectorizer_pipeline_grid_selection",
    "test_vectorizer_pipeline_grid_selection",
    "test_vectorizer_pipeline_cross_validation",
    "test_vectorizer_unicode",
    "test_tfidfvectorizer_binary",
    "test_tie_breaking_sample_order_invariance",
]
NGRAMS = [
    "test_word_analyzer_unigrams_and_bigrams",
    "test_word_ngram_analyzer",
    "test_char_ngram_analyzer",
    "test_char_wb_ngram_analyzer",
]
WEIGHTS = ["test_sublinear_tf", "test_tf_idf_smoothing"]
OF_A_CLASS = [
    "test_vectorizer_max_features",
    "test_vectorizer_inverse_transform",
    "test_vectorizer_string_object_as_input",
]


@pytest.fixture
def suite(monkeypatch):
    module = importlib.import_module("sklearn.feature_extraction.tests.test_text")
    monkeypatch.setattr(module, "CountVectorizer", Counter)
    monkeypatch.setattr(module, "TfidfVectorizer", Vectorizer)
    return module


@pytest.mark.parametrize("name", PLAIN)
def test_plain(suite, name):
    getattr(suite, name)()


@pytest.mark.parametrize("name", NGRAMS)
def test_ngrams(suite, monkeypatch, name):
    monkeypatch.setattr(suite, "CountVectorizer", Reader)
    getattr(suite, name)()


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights(suite, monkeypatch, name):
    monkeypatch.setattr(suite, "TfidfTransformer", Transformer)
    getattr(suite, name)()


@pytest.mark.parametrize("name", OF_A_CLASS)
@pytest.mark.parametrize("cls", [Counter, Vectorizer])
def test_of_a_class(suite, name, cls):
    getattr(suite, name)(cls)


@pytest.mark.parametrize("cls", [Counter, Vectorizer])
def test_invalid_ngram_range(suite, cls):
    suite.test_vectorizers_invalid_ngram_range(cls(ngram_range=(2, 1)))


def test_n_features_in(suite):
    suite.test_n_features_in(Counter, suite.JUNK_FOOD_DOCS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype(suite, dtype):
    suite.test_tfidf_vectorizer_type(dtype, dtype, False)
    # Before 1.8 its name was misspelt.
    names = [name for name in dir(suite) if name.endswith("serve_dtype_idf")]
    getattr(suite, names[0])(dtype)
