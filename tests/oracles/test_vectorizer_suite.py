"""scikit-learn's own tests of its vectorizers, run on ours.

Of ``sklearn/feature_extraction/tests/test_text.py``, those that need nothing our vectorizer does
not offer: it reads strings only (no files, bytes or encodings), and has no accent stripping,
own tokenizer or preprocessor, built-in stop words or fixed vocabulary.
"""

import importlib
from functools import partial

import numpy as np
import pytest

from minimtl.text.tfidf import TfidfVectorizer

pytest.importorskip("sklearn")


class Vectorizer(TfidfVectorizer):
    """With what a test of something else also looks at: that the vocabulary was learnt."""

    fixed_vocabulary_ = False


# Plain counts are TF-IDF without its weights.
Counter = partial(Vectorizer, norm=None, use_idf=False)

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
    suite.test_tfidf_vectorizer_preserve_dtype_idf(dtype)


@pytest.mark.filterwarnings("ignore:Can't test estimator")
def test_check_estimator():
    checks = importlib.import_module("sklearn.utils.estimator_checks")
    # Its checks of behaviour fit arrays of numbers, so it makes none of an estimator of strings;
    # those of the class are in tests/test_estimator.py.
    results = checks.check_estimator(TfidfVectorizer())
    assert all(result["status"] == "passed" for result in results)


def test_set_output_survives_clone_and_pipeline():
    base = importlib.import_module("sklearn.base")
    pipeline = importlib.import_module("sklearn.pipeline")
    vectorizer = base.clone(TfidfVectorizer().set_output(transform="pandas"))
    assert vectorizer._sklearn_output_config == {"transform": "pandas"}
    pipe = pipeline.make_pipeline(TfidfVectorizer()).set_output(transform="default")
    assert pipe.fit_transform(["one two"]).shape == (1, 2)
