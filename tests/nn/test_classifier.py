"""The estimator: one task or several, continued training, labels, refusals."""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit, softmax

from minimtl.estimator.base import NotFittedError, as_scikit_learn
from minimtl.nn.classifier import MultiTaskMLPClassifier

SIGMA = {"sigmoid": expit, "tanh": np.tanh, "relu": lambda Z: np.maximum(Z, 0)}


def classifier(**params):
    quick = {"hidden_layer_sizes": (12, 5), "n_epochs": 5, "random_state": 3}
    return MultiTaskMLPClassifier(**(quick | params))


def learner(**params):
    return classifier(dropout=0.0, learning_rate=0.03, n_epochs=60, **params)


@pytest.fixture
def make_task(rng):
    """Dense documents around one corner for each label: ``make_task(labels)``."""

    def make(labels, n_each=20, n_features=8):
        corners = 3.0 * np.eye(n_features)[: len(labels)]
        X = np.repeat(corners, n_each, axis=0) + 0.5 * rng.normal(size=(n_each * len(labels), 8))
        order = rng.permutation(len(X))
        return X[order], np.repeat(labels, n_each)[order]

    return make


@pytest.mark.parametrize("activation", SIGMA)
def test_coefs_and_intercepts_are_the_function_it_computes(make_task, activation):
    X, y = make_task(["a", "b", "c"])
    model = classifier(activation=activation).fit(X, y)
    assert [W.shape for W in model.coefs_] == [(8, 12), (12, 5), (5, 3)]
    assert [b.shape for b in model.intercepts_] == [(12,), (5,), (3,)]
    D = X
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        D = SIGMA[activation](D @ W + b)
    expected = softmax(D @ model.coefs_[-1] + model.intercepts_[-1], axis=1)
    # The same float64 operations on float32 weights, in another order.
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-12)


@pytest.mark.parametrize("labels", [["x", "y"], [10, -3, 7], [True, False], [0.0, 1.0, 2.0, 3.0]])
def test_learns_any_labels(make_task, labels):
    X, y = make_task(labels)
    model = learner().fit(X, y)
    assert model.score(X, y) > 0.95
    np.testing.assert_array_equal(model.classes_, sorted(labels))
    assert set(model.predict(X)) == set(labels)
    assert model.loss_curve_.shape == (1, 60)
    assert model.loss_curve_[0, -1] < 0.2 * model.loss_curve_[0, 0]
    assert (model.n_iter_, model.n_tasks_, model.n_features_in_) == (60, 1, 8)


def test_tasks_are_learnt_jointly_with_log_odds_of_two_classes_and_logits_of_more(make_task):
    (X3, y3), (X2, y2) = make_task(["a", "b", "c"]), make_task([0, 1], n_each=15)
    model = learner().fit([X3, sparse.csr_matrix(X2)], [y3, y2])
    assert model.n_tasks_ == 2
    assert [list(classes) for classes in model.classes_] == [["a", "b", "c"], [0, 1]]
    assert model.loss_curve_.shape == (2, 60)
    assert [W.shape for W in model.coefs_] == [(8, 12), (12, 5), (5, 3), (5, 2)]
    assert model.score(X3, y3) > 0.95
    assert model.score(X2, y2, task=1) > 0.95

    logits, odds = model.decision_function(X3), model.decision_function(X2, task=1)
    assert (logits.shape, odds.shape) == ((60, 3), (30,))
    np.testing.assert_allclose(softmax(logits, axis=1), model.predict_proba(X3), atol=1e-6)
    np.testing.assert_allclose(expit(odds), model.predict_proba(X2, task=1)[:, 1], atol=1e-6)
    np.testing.assert_array_equal((odds > 0).astype(int), model.predict(X2, 1))


def test_what_counts_as_several_tasks(make_task):
    X, y = make_task([0, 1])
    dense = classifier().fit(X, y)
    nested = classifier().fit(X.tolist(), y.tolist())
    rows = classifier().fit(list(X), list(y))
    for other in (nested, rows):
        assert isinstance(other.classes_, np.ndarray)
        np.testing.assert_array_equal(other.coefs_[0], dense.coefs_[0])
    joint = classifier().fit((X,), (y,))
    assert isinstance(joint.classes_, list)
    np.testing.assert_array_equal(joint.coefs_[0], dense.coefs_[0])


def in_halves(X):
    """A CSR matrix in which each word is given twice, with half of its value each."""
    X = sparse.csr_matrix(X)
    return sparse.csr_matrix(
        (np.repeat(X.data / 2, 2), np.repeat(X.indices, 2), 2 * X.indptr), X.shape
    )


@pytest.mark.parametrize(
    "form", [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix, in_halves]
)
def test_sparse_documents_are_the_dense_ones(make_task, form):
    X, y = make_task([0, 1])
    X[X < 0.5] = 0.0
    dense, model = classifier().fit(X, y), classifier().fit(form(X), y)
    # Sums of halves in another order, over a few dozen steps in float32; else no bit differs.
    atol = 1e-5 if form is in_halves else 0.0
    np.testing.assert_allclose(model.coefs_[0], dense.coefs_[0], rtol=0, atol=atol)
    np.testing.assert_allclose(model.predict_proba(form(X)), dense.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("n_tasks", [1, 2])
def test_epochs_one_by_one_are_fit(make_task, n_tasks):
    tasks = [make_task(["a", "b"]) for _ in range(n_tasks)]
    X, y = tasks[0] if n_tasks == 1 else zip(*tasks, strict=True)
    classes = ["b", "a"] if n_tasks == 1 else [["b", "a"]] * 2
    whole, steps = classifier(n_epochs=6).fit(X, y), classifier().partial_fit(X, y, classes)
    for _ in range(5):
        steps.partial_fit(X, y)
    more = classifier(n_epochs=4).fit(X, y).partial_fit(X, y).partial_fit(X, y, classes)
    for model in (steps, more):
        assert model.n_iter_ == 6
        np.testing.assert_array_equal(model.coefs_[0], whole.coefs_[0])
        np.testing.assert_array_equal(model.loss_curve_, whole.loss_curve_)


def test_partial_fit_learns_from_parts_that_lack_a_class(make_task):
    X, y = make_task(["a", "b", "c"])
    parts = [np.isin(y, labels) for labels in (["a", "b"], ["c", "a"])]
    model = learner()
    for part in parts * 60:
        model.partial_fit(X[part], y[part], classes=["a", "b", "c"])
    assert model.score(X, y) > 0.95


def test_partial_fit_refuses(make_task):
    X, y = make_task(["a", "b"])
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        classifier().partial_fit(X, y)
    model = classifier().partial_fit(X, y, ["a", "b"])
    with pytest.raises(ValueError, match="classes is not the same"):
        model.partial_fit(X, y, ["a", "c"])
    with pytest.raises(ValueError, match="label 'z'"):
        model.partial_fit(X, ["z"] * len(X))
    with pytest.raises(ValueError, match="fitted to 1 task"):
        model.partial_fit([X], [y])
    assert model.n_iter_ == 1


def test_fine_tuning_begins_at_the_hidden_layers_of_another(make_task):
    X, y = make_task([True, False])
    before = learner(hidden_layer_sizes=(8, 4)).fit(X, ~y)
    kept = [part.copy() for part in before.coefs_]
    # So small a step leaves the layers where they began.
    tuned = MultiTaskMLPClassifier((8, 4), n_epochs=1, learning_rate=1e-12, random_state=1)
    tuned.fine_tune(X, np.where(y, "yes", "no"), before)
    assert list(tuned.classes_) == ["no", "yes"]
    for ours, theirs in zip(tuned.coefs_[:2], kept[:2], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)
    assert not np.allclose(tuned.coefs_[2], kept[2], atol=1e-3)
    assert learner(hidden_layer_sizes=(8, 4)).fine_tune(X, y, before).score(X, y) > 0.95
    assert all(map(np.array_equal, before.coefs_, kept))
    for other in (MultiTaskMLPClassifier((8, 5)), MultiTaskMLPClassifier((8,))):
        with pytest.raises(ValueError, match="hidden layers"):
            other.fine_tune(X, y, before)
    with pytest.raises(as_scikit_learn(NotFittedError)):
        tuned.fine_tune(X, y, MultiTaskMLPClassifier())


def test_random_states(make_task):
    X, y = make_task([0, 1])

    def weights(random_state):
        return classifier(random_state=random_state, n_epochs=1).fit(X, y).coefs_[0]

    np.testing.assert_array_equal(weights(7), weights(np.int64(7)))
    for make in (np.random.RandomState, np.random.default_rng):
        np.testing.assert_array_equal(weights(make(7)), weights(make(7)))
    assert (weights(7) != weights(8)).any()
    assert (weights(None) != weights(None)).any()
    shared = np.random.default_rng(7)
    assert (weights(shared) != weights(shared)).any()


def test_a_batch_of_more_than_all_documents_is_all_documents(make_task):
    X, y = make_task([0, 1])
    small, large = (classifier(batch_size=size).fit(X, y) for size in (len(X), 10**12))
    np.testing.assert_array_equal(small.coefs_[0], large.coefs_[0])


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"hidden_layer_sizes": ()}, "hidden"),
        ({"hidden_layer_sizes": (5, 0)}, "hidden"),
        ({"activation": "softplus"}, "activation"),
        ({"dropout": 1.0}, "dropout"),
        ({"dropout": -0.1}, "dropout"),
        ({"n_epochs": 0}, "n_epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"learning_rate": np.nan}, "learning_rate"),
        ({"beta1": 1.0}, "beta1"),
        ({"beta2": 0.81}, "beta1 must be less than the square root of beta2"),
        ({"eps": 0.0}, "eps"),
        ({"eps": 1e-16}, "eps must be finite and at least 1e-15"),
        ({"task_weights": [1.0, 2.0]}, "task weights"),
        ({"task_weights": [-1.0]}, "task_weights"),
        ({"backend": "cuda"}, "backend"),
        ({"random_state": -1}, "expected non-negative"),
        ({"learning_rate": 1e39}, "within the range of float32"),
        ({"validation_fraction": 0.0}, "validation_fraction"),
        ({"validation_fraction": 1.0}, "validation_fraction"),
        ({"n_iter_no_change": 0}, "n_iter_no_change"),
        ({"tol": -1.0}, "tol"),
        ({"random_state": "seed"}, "random_state must be None"),
        ({"hidden_layer_sizes": ("a",)}, "must be whole"),
        ({"n_epochs": 1.5}, "n_epochs must be whole"),
    ],
)
def test_parameters_out_of_range_or_of_another_type(make_task, params, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        classifier(**params).fit(*make_task([0, 1]))


def test_input_that_is_refused(make_task):
    """What scikit-learn's checks of estimators leave out."""
    X, y = make_task([0, 1])
    for form in (np.array, sparse.csr_matrix):
        spoilt = X.copy()
        spoilt[3, 2] = 1e39
        with pytest.raises(ValueError, match="too large"):
            classifier().fit(form(spoilt), y)
        with pytest.raises(ValueError, match="too large"):
            classifier().fit(X, y).predict(form(spoilt))
    for labels in (y, [y]):
        with pytest.raises(ValueError, match="y must be a list of 2"):
            classifier().fit([X, X], labels)
    with pytest.raises(ValueError, match="expecting 8 features"):
        classifier().fit([X, X[:, 1:]], [y, y])
    for task in (1, -1):
        with pytest.raises(ValueError, match=r"task must be in 0 … 0"):
            classifier().fit(X, y).predict(X, task=task)
