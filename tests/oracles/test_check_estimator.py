"""The estimators in scikit-learn's hands: its checks, pipelines, searches, and its perceptron."""

from importlib.util import find_spec

import numpy as np
import pytest
from scipy import sparse

from minimtl import (
    LogisticRegression,
    MultiTaskMLPClassifier,
    MultiTaskTextClassifier,
    TfidfVectorizer,
)

sklearn = pytest.importorskip("sklearn")
base = pytest.importorskip("sklearn.base")
checks = pytest.importorskip("sklearn.utils.estimator_checks")
model_selection = pytest.importorskip("sklearn.model_selection")
pipeline = pytest.importorskip("sklearn.pipeline")

QUICK = MultiTaskMLPClassifier((16,), dropout=0.0, n_epochs=30, learning_rate=0.03)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore:Can't test estimator")
@pytest.mark.filterwarnings("ignore:Estimator .* does not inherit")
@pytest.mark.parametrize(
    "estimator",
    [
        QUICK,
        pytest.param(MultiTaskMLPClassifier(), marks=pytest.mark.slow),
        LogisticRegression(),
        LogisticRegression(class_weight="balanced"),
        TfidfVectorizer(),
        MultiTaskTextClassifier(),
    ],
    ids=repr,
)
def test_check_estimator(estimator):
    """Every check passes, none is waived; those are skipped that need what is not installed.

    scikit-learn fits its checks of behaviour to numbers, so of an estimator of strings, its own
    included, it makes those of the class alone.
    """
    results = checks.check_estimator(estimator, on_skip=None, on_fail=None)
    assert results
    skipped = {"check_array_api_input"}  # needs SCIPY_ARRAY_API in the environment
    if find_spec("pandas") is None:
        skipped |= {"check_classifier_data_not_an_array", "check_sample_weights_pandas_series"}
    not_passed = {r["check_name"]: r["status"] for r in results if r["status"] != "passed"}
    assert not_passed == dict.fromkeys(not_passed.keys() & skipped, "skipped")


@pytest.fixture
def texts():
    """Ninety texts of three topics that share half of their words."""
    rng = np.random.default_rng(0)
    own = {"fish": "trout salmon cod", "bird": "owl robin wren", "tree": "oak elm ash"}
    labels = rng.permutation(np.repeat(list(own), 30))
    common = ["there", "was", "once", "upon", "a", "time"]
    drawn = [np.append(rng.choice(own[y].split(), 3), rng.choice(common, 3)) for y in labels]
    return [" ".join(words) for words in drawn], labels


def text_classifier():
    quick = base.clone(QUICK).set_params(random_state=0)
    return pipeline.make_pipeline(TfidfVectorizer(), quick)


@pytest.mark.parametrize("scoring", ["accuracy", "neg_log_loss", "roc_auc_ovr"])
def test_pipeline_and_cross_validation(texts, scoring):
    scores = model_selection.cross_val_score(text_classifier(), *texts, cv=3, scoring=scoring)
    assert min(scores) > (-0.5 if scoring == "neg_log_loss" else 0.95)


def test_grid_search_with_weights_of_samples(texts):
    X, y = TfidfVectorizer().fit_transform(texts[0]), texts[1]
    search = model_selection.GridSearchCV(LogisticRegression(), {"C": [2.0]}, cv=3)
    search.fit(X, y, sample_weight=np.full(len(y), 3.0))
    # Weights multiply the loss of the data, and so does C.
    expected = LogisticRegression(C=6.0).fit(X, y).coef_
    np.testing.assert_allclose(search.best_estimator_.coef_, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output_in_a_pipeline(texts, library):
    frames = pytest.importorskip(library)
    model = text_classifier().set_output(transform=library).fit(*texts)
    assert isinstance(model[:-1].transform(texts[0]), frames.DataFrame)
    np.testing.assert_array_equal(model[-1].feature_names_in_, model[0].get_feature_names_out())
    default = text_classifier().fit(*texts)
    np.testing.assert_array_equal(model.predict(texts[0]), default.predict(texts[0]))


def test_output_that_all_of_scikit_learn_is_set_to(texts):
    pd = pytest.importorskip("pandas")
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(TfidfVectorizer().fit_transform(texts[0]), pd.DataFrame)
        own = TfidfVectorizer().set_output(transform="default").fit_transform(texts[0])
    assert sparse.issparse(own)


@pytest.mark.corpus
@pytest.mark.slow
def test_real_tasks_are_learnt_as_well_as_by_scikit_learns_perceptron(newsgroups):
    """Same widths, activation, Adam, batches and epochs, no dropout; other initial weights."""
    from sklearn.neural_network import MLPClassifier

    topics = [newsgroups.topic_names.index(name) for name in ("rec.autos", "rec.sport.hockey")]
    train, test = (np.isin(part.topics, topics) for part in (newsgroups.train, newsgroups.test))
    vectorizer = TfidfVectorizer(max_features=10_000)
    X = sparse.csr_matrix(vectorizer.fit_transform(newsgroups.train.texts))[train]
    X_test = vectorizer.transform(newsgroups.test.texts)[test]
    y, y_test = newsgroups.train.topics[train], newsgroups.test.topics[test]
    ours = MultiTaskMLPClassifier(dropout=0.0, n_epochs=10, random_state=0).fit(X, y)
    theirs = MLPClassifier(
        (100, 100), activation="logistic", alpha=0.0, batch_size=32, max_iter=10, random_state=0
    )
    with pytest.warns(match="Maximum iterations"):
        theirs.fit(X, y)
    # The standard error of an accuracy of 0.95 on 797 posts is 0.008; a pair's, below 0.01.
    assert abs(ours.score(X_test, y_test) - theirs.score(X_test, y_test)) < 0.02
    assert ours.score(X_test, y_test) > 0.9
