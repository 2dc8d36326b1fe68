"""Saved models are the same models; files that are damaged or forged have their sentence."""

import io
import json
import pickle
import zipfile
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from minimtl import LogisticRegression, MultiTaskMLPClassifier, TfidfVectorizer
from minimtl.advice.tokenizers import TOKENIZERS, make_vectorizer
from minimtl.errors import MinimtlError
from minimtl.estimator.base import NotFittedError, as_scikit_learn
from minimtl.models.saving import load_model, save_model
from minimtl.models.textmodel import TextModel

TEXTS = ["Red fish, blue fish", "one fish", "two Ünïcode \ud800 fish", "red one two"]


def perceptron(**params):
    settings = {"hidden_layer_sizes": (7, 3), "n_epochs": 3, "random_state": 5}
    return MultiTaskMLPClassifier(**(settings | params))


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 6))
    return X, np.array(["a", "bb", "c"])[np.arange(30) % 3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def again(estimator, path):
    save_model(estimator, path)
    loaded = load_model(path)
    assert type(loaded) is type(estimator)
    assert loaded.get_params() == estimator.get_params()
    return loaded


@pytest.mark.parametrize(
    "vectorizer",
    [
        TfidfVectorizer(),
        TfidfVectorizer(dtype=np.float32, stop_words={"red", "one"}, ngram_range=(1, 2)),
        TfidfVectorizer(unicode=True),
        TfidfVectorizer(min_df=np.int64(2), max_df=0.9, use_idf=False),
        *map(make_vectorizer, TOKENIZERS),
    ],
)
def test_vectorizer(vectorizer, path):
    X = vectorizer.fit_transform(TEXTS)
    loaded = again(vectorizer, path)
    seen = loaded.transform(TEXTS)
    assert (seen != X).nnz == 0
    assert seen.dtype == X.dtype
    assert loaded.vocabulary_ == vectorizer.vocabulary_


@pytest.mark.parametrize("classifier", [LogisticRegression(), perceptron(), "joint"])
def test_text_model(classifier, path):
    vectorizer = TfidfVectorizer()
    X, y = vectorizer.fit_transform(TEXTS), np.array(["x", "y", "x", "y"])
    if classifier == "joint":
        classifier = perceptron().fit([X, X], [y, [0, 1, 2, 0]])
    else:
        classifier = classifier.fit(X, y)
    model = TextModel([vectorizer], [classifier], {"way": "made up"})
    save_model(model, path)
    loaded = load_model(path)
    assert loaded.how == {"way": "made up"}
    assert list(loaded.classes_) == ["x", "y"]
    texts = ["red fish", "unheard of"]
    np.testing.assert_array_equal(
        loaded.predict_proba(texts), classifier.predict_proba(vectorizer.transform(texts))
    )
    assert list(loaded.predict(texts)) == [
        "xy"[best] for best in loaded.predict_proba(texts).argmax(axis=1)
    ]
    assert list(loaded.knows(texts)) == [True, False]
    assert loaded.predict_proba([]).shape == (0, 2)
    assert loaded.predict([]).shape == (0,)


LABELS = [
    *(["x", "y"], [0.5, 1.5], [1, "a"], [True, False], [(1, "a"), (2, (0.5,))], [(1, 2), (3, 4)]),
    *([date(2020, 1, 1), datetime(2021, 1, 1, 9)], np.array([2, 3], np.uint8)),
]


@pytest.mark.parametrize("labels", LABELS, ids=repr)
def test_labels_of_a_text_model_of_any_kind(labels, path):
    vectorizer = TfidfVectorizer()
    classifier = LogisticRegression(C=99).fit(vectorizer.fit_transform(TEXTS), [0, 1, 1, 0])
    model = TextModel([vectorizer], [classifier], {}, labels)
    save_model(model, path)
    loaded = load_model(path)
    for one in (model, loaded):
        assert one.predict(TEXTS).tolist() == [labels[0], labels[1], labels[1], labels[0]]
        assert one.classes_.tolist() == list(labels)


def test_a_text_model_whose_parts_do_not_fit(path):
    vectorizer = TfidfVectorizer()
    classifier = LogisticRegression().fit(vectorizer.fit_transform(TEXTS), [0, 1, 1, 0])
    other = LogisticRegression().fit([[0.0], [1.0]], ["x", "y"])
    with pytest.raises(ValueError, match="has 1 features, and the vectorizers give 6"):
        TextModel([vectorizer], [other], {})
    with pytest.raises(ValueError, match="not as many labels as classes"):
        TextModel([vectorizer], [classifier], {}, ["a"])
    for label in (object(), {1}, [1], float("inf"), (1.0, float("nan")), 1j):
        with pytest.raises(ValueError, match="cannot be a label"):
            save_model(TextModel([vectorizer], [classifier], {}, ["a", label]), path)


@pytest.mark.parametrize("n_vectorizers", [0, 1, 2])
def test_an_average_on_features_and_on_those_of_vectorizers(path, n_vectorizers):
    vectorizers = [TfidfVectorizer(), TfidfVectorizer(analyzer="char")][:n_vectorizers]
    parts = [one.fit_transform(TEXTS) for one in vectorizers or [TfidfVectorizer()]]
    X, y = sparse.hstack(parts, "csr"), np.array(["x", "y", "x", "y"])
    members = [
        perceptron().fit(X, y),
        LogisticRegression().fit(X, y),
        perceptron().fit(X[:2], y[:2]),
    ]
    save_model(TextModel(vectorizers, members, {}), path)
    loaded = load_model(path)
    given = TEXTS if vectorizers else X
    expected = np.mean([member.predict_proba(X) for member in members], axis=0)
    np.testing.assert_allclose(loaded.predict_proba(given), expected, atol=1e-7)
    assert loaded.score(given, loaded.predict(given)) == 1
    with pytest.raises(ValueError, match="at most 10"):
        save_model(TextModel(vectorizers, members[:1] * 11, {}), path)
    with pytest.raises(ValueError, match="different classes"):
        TextModel(vectorizers, [members[0], LogisticRegression().fit(X, list("abab"))], {})


@pytest.mark.parametrize("n_classes", [2, 3])
def test_logistic_regression(data, path, n_classes):
    X, y = data
    y = y if n_classes == 3 else y == "a"
    model = LogisticRegression(C=0.5).fit(X, y)
    loaded = again(model, path)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    np.testing.assert_array_equal(loaded.n_iter_, model.n_iter_)
    assert loaded.n_features_in_ == 6
    with pytest.raises(ValueError, match="expecting 6 features"):
        loaded.predict(X[:, :5])


def test_perceptron_goes_on_as_if_never_saved(data, path):
    X, y = data
    model = perceptron().fit(X, y)
    loaded = again(model, path)
    for _ in range(3):
        np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
        np.testing.assert_array_equal(loaded.loss_curve_, model.loss_curve_)
        assert loaded.n_iter_ == model.n_iter_
        loaded.partial_fit(X, y)
        model.partial_fit(X, y)


def test_joint_perceptron(data, path):
    X, y = data
    model = perceptron(task_weights=(1.0, 0.5), early_stopping=True)
    loaded = again(model.fit([X, X], [y, np.arange(30) % 2]), path)
    np.testing.assert_array_equal(loaded.validation_scores_, model.validation_scores_)
    assert loaded.best_validation_score_ == model.best_validation_score_
    assert loaded.n_tasks_ == 2
    for task, classes in enumerate(model.classes_):
        np.testing.assert_array_equal(loaded.classes_[task], classes)
        np.testing.assert_array_equal(loaded.predict(X, task), model.predict(X, task))
    one = perceptron().fit([X], [y])
    assert isinstance(again(one, path).classes_, list)


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.float32, bool, str, object])
def test_labels_keep_their_kind(data, path, kind):
    y = np.array([0, 1] * 15).astype(str if kind is object else kind).astype(kind)
    model = perceptron().fit(data[0], y)
    loaded = again(model, path)
    assert loaded.classes_.dtype.kind == model.classes_.dtype.kind
    np.testing.assert_array_equal(loaded.classes_, model.classes_)


def test_names_and_outputs_are_kept_and_the_number_of_threads_is_not(data, path):
    model = LogisticRegression().fit(*data)
    model.feature_names_in_ = np.array(list("uvwxyz"), dtype=object)
    np.testing.assert_array_equal(again(model, path).feature_names_in_, model.feature_names_in_)
    save_model(TfidfVectorizer(n_jobs=2).set_output(transform="pandas").fit(TEXTS), path)
    loaded = load_model(path)
    assert loaded.n_jobs is None
    assert loaded._sklearn_output_config == {"transform": "pandas"}


def test_equal_models_have_equal_bytes_and_numpy_reads_them(data, path):
    contents = set()
    for sizes in ([7, 3], np.array([7, 3], np.uint8), [np.int64(7), np.int32(3)]):
        save_model(perceptron(hidden_layer_sizes=sizes).fit(*data), path)
        contents.add(path.read_bytes())
    assert len(contents) == 1
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["w_first"].shape == (6, 7)


def test_what_cannot_be_saved(data, path):
    with pytest.raises(as_scikit_learn(NotFittedError), match="not fitted"):
        save_model(LogisticRegression(), path)
    with pytest.raises(TypeError, match="can be saved, not dict"):
        save_model({}, path)
    with pytest.raises(ValueError, match="analyzer=<"):
        save_model(TfidfVectorizer(analyzer=str.split).fit(TEXTS), path)
    with pytest.raises(ValueError, match="random_state=Generator"):
        save_model(perceptron(random_state=np.random.default_rng(0)).fit(*data), path)
    labels = np.array([(), (1,)] * 15, dtype=object)
    model = LogisticRegression().fit(data[0], np.arange(30) % 2)
    model.classes_ = np.unique(labels)
    with pytest.raises(ValueError, match="neither numbers nor text"):
        save_model(model, path)
    assert not path.exists()
    with pytest.raises(MinimtlError, match="Cannot write"):
        save_model(LogisticRegression().fit(*data), path.parent / "absent" / "model.npz")


def test_no_such_file(path):
    with pytest.raises(MinimtlError, match=r"Cannot read the model .*model.npz"):
        load_model(path)


@pytest.fixture
def saved(data, path):
    """A function: the members of a file with a model of this kind."""

    def members(kind="network"):
        X, y = data
        counts = TfidfVectorizer().fit_transform(TEXTS)
        make = {
            "network": lambda: perceptron().fit([X, X], [y, y]),
            "words": lambda: TfidfVectorizer().fit(TEXTS),
            "regression": lambda: LogisticRegression().fit(counts, [0, 1, 1, 0]),
            "texts": lambda: TextModel([make["words"]()], [make["regression"]()], {}, ["a", "b"]),
        }
        save_model(make[kind](), path)
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    return members


def write(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


HOSTILE_MEMBERS = {
    "a pickle": ("w_flat.npy", npy(np.array([Trap()], dtype=object)), "not of numbers"),
    "a bare pickle": ("w_flat.npy", pickle.dumps(0), "magic string"),
    "text for numbers": ("w_flat.npy", npy(np.array(["x"])), "not of numbers"),
    "NaN": ("w_flat.npy", npy(np.array([np.nan])), "NaN or infinity"),
    "a shape that lies": (
        "w_flat.npy",
        npy(np.zeros(3)).replace(b"(3,)", b"(9999999999999,)", 1).replace(b" " * 12, b"", 1),
        "cannot have",
    ),
    "too few weights": ("w_flat.npy", npy(np.zeros(3, np.float32)), "do not fit together"),
    "weights of float64": ("w_first.npy", npy(np.zeros((6, 7))), "do not fit together"),
    "no weights": ("w_first.npy", npy(np.zeros((0, 7), np.float32)), "n_features"),
    "a negative moment": ("r_first.npy", npy(np.full((6, 7), -1, np.float32)), "do not fit"),
    "a curve of one task": ("loss_curve.npy", npy(np.zeros((1, 3))), "do not fit together"),
    "a path": ("../evil.npy", b"", "which no model has"),
    "a name of its own": ("setup.py", b"", "which no model has"),
    "JSON cut short": ("model.json", b"{", "Expecting"),
    "JSON too deep": ("model.json", b"[" * 100_000, "recursion"),
    "no object": ("model.json", b"[]", "holds no object"),
    "not a number": ("model.json", b'{"a": NaN}', "holds NaN"),
    "no text": ("model.json", b"\xff\xfe\x00", "decode|Expecting"),
}


@pytest.mark.parametrize("case", HOSTILE_MEMBERS)
def test_hostile_members(saved, path, case):
    name, content, sentence = HOSTILE_MEMBERS[case]
    write(path, saved() | {name: content})
    with pytest.raises(MinimtlError, match=sentence):
        load_model(path)


# Of models of each kind, what somebody could write in the place of a value, and what is said.
HOSTILE = {
    "network": [
        ("format", "minimtl model 99"),
        ("estimator", "os.system"),
        ("estimator", "LogisticRegression"),
        ("params", ["dropout"]),
        ("params.evil", 1),
        ("params.dropout", {"object": "os.system"}),
        ("params.dropout", {"tuple": [], "set": []}),
        ("params.dropout", {"set": [[]]}),
        ("params.dropout", 1.0),
        ("params.n_epochs", 0),
        ("params.n_epochs", 0.5),
        ("params.n_epochs", 2**40),
        ("params.beta1", 1 - 1e-15),
        ("params.beta2", 0.9**2 + 1e-9),
        ("params.beta2", 1e400),
        ("params.batch_size", "32"),
        ("params.hidden_layer_sizes", []),
        ("params.backend", "os"),
        ("params.random_state", "0"),
        ("params.task_weights", [1, -1]),
        ("fitted", None),
        ("fitted.hidden", [7, 4]),
        ("fitted.hidden", ["7", "3"]),
        ("fitted.hidden", [7.0, 3.0]),
        ("fitted.activation", "eval"),
        ("fitted.classes.0.labels", ["a"]),
        ("fitted.classes.0.labels", ["c", "bb", "a"]),
        ("fitted.classes.0.labels", [{}, [], None]),
        ("fitted.classes.0.dtype", "V99999999999"),
        ("fitted.classes.0", {"dtype": "int8", "labels": [0, 1, 999]}),
        ("fitted.joint", False),
        ("fitted.step", "1"),
        ("fitted.step", 2**30),
        ("fitted.rng.bit_generator", "MT19937"),
        ("fitted.rng", "PCG64"),
        ("fitted.feature_names", [1, 2, 3, 4, 5, 6]),
        ("fitted.feature_names", ["x"]),
        ("fitted.tasks", ["a", "a"]),
        ("fitted.tasks", [["a"], ["b"]]),
        ("fitted.tasks", list("abc")),
        ("fitted.tasks", "ab"),
        ("fitted.tasks", [None, 1]),
    ],
    "words": [
        ("params.token_pattern", r"(a+)+$", r"cannot be loaded: its token_pattern is '\(a"),
        ("params.token_pattern", 5, "cannot be loaded: its token_pattern is '5'"),
        ("params.token_pattern", ["x" * 999], "cannot be loaded: its token_pattern"),
        ("params.ngram_range", {"tuple": [1, 2**40]}, "at most 100"),
        ("params.ngram_range", {"tuple": [0, 1]}, "begin at 1"),
        ("params.ngram_range", "11", "two whole numbers"),
        ("params.analyzer", "os.system", "not a valid analyzer"),
        ("params.norm", "l3", "norm must be"),
        ("params.stop_words", [["a"]], "collection of words"),
        ("params.dtype", "object", "dtype must be"),
        ("params.max_df", 1.5, "max_df must be"),
        ("params.max_features", 0, "max_features must be"),
    ],
    "regression": [
        ("params.C", 0.0, "C must be greater"),
        ("params.C", "1", "C must be greater"),
        ("params.max_iter", 2**40, "at most 1000000"),
    ],
    "texts": [
        ("labels", "ab"),
        ("labels", ["a"]),
        ("labels", ["a", "a"]),
        ("labels", ["a", {"set": []}]),
        ("labels", ["a", {"date": "x"}]),
        ("vectorizer.fitted.words", []),
        ("classifier.estimator", "TfidfVectorizer"),
        ("vectorizer.estimator", "LogisticRegression"),
    ],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_values(saved, path, kind):
    members = saved(kind)
    for place, value, *sentence in HOSTILE[kind]:
        description = inner = json.loads(members["model.json"])
        *route, last = place.split(".")
        for step in route:
            inner = inner[int(step) if step.isdigit() else step]
        inner[last if isinstance(inner, dict) else int(last)] = value
        write(path, members | {"model.json": json.dumps(description)})
        expected = sentence[0] if sentence else r"is damaged, or no model .*\.$"
        with pytest.raises(MinimtlError, match=expected) as error:
            load_model(path)
        assert len(str(error.value)) < 500, place


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (
            TfidfVectorizer(token_pattern="(a|aa)+x").fit(["aax"]),
            r"token_pattern is '\(a\|aa\)\+x', and a model file can have .* or .* only",
        ),
        (TfidfVectorizer(ngram_range=(1, 101)).fit(TEXTS), "at most 100"),
        (LogisticRegression().fit([[0.0], [1.0]], [0, 1]).set_params(C=-1), "C must be"),
    ],
)
def test_what_would_not_be_loaded_is_not_saved(path, model, sentence):
    with pytest.raises(ValueError, match=sentence):
        save_model(model, path)
    assert not path.exists()


def test_members_that_are_compressed_or_missing_or_there_twice(saved, path):
    members = saved()
    write(path, members, zipfile.ZIP_DEFLATED)
    with pytest.raises(MinimtlError, match="is compressed"):
        load_model(path)
    write(path, {"model.json": members["model.json"]})
    with pytest.raises(MinimtlError, match="w_first"):
        load_model(path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model.json", "{}")
    with pytest.raises(MinimtlError, match="the same name"):
        load_model(path)


def test_a_file_of_before_a_parameter_has_its_default(saved, path):
    members = saved()
    description = json.loads(members["model.json"])
    for name in ("class_weight", "early_stopping", "tol", "verbose"):
        del description["params"][name]
    del description["fitted"]["tasks"]
    write(path, members | {"model.json": json.dumps(description)})
    loaded = load_model(path)
    assert loaded.early_stopping is False
    assert loaded.tasks_ == list(range(loaded.n_tasks_))


EARLIER = Path(__file__).parent / "earlier"


def test_files_of_the_version_before_are_read():
    """With tasks by name, dates and several parts."""
    X = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    network, texts, model = (
        load_model(EARLIER / f"{name}.npz") for name in ("network", "texts", "textmodel")
    )
    before = network.predict_proba(X[:1], "b")
    np.testing.assert_allclose(before, [[0.33383876, 0.33076133, 0.33539991]], atol=5e-9)
    tasks = {"a": np.arange(30) % 2, "b": np.array(list("xyz"))[np.arange(30) % 3]}
    after = network.partial_fit({"a": X, "b": X}, tasks).predict_proba(X[:1], "b")
    np.testing.assert_allclose(after, [[0.33388806, 0.33079123, 0.33532071]], atol=1e-6)
    assert network.validation_scores_.shape == (2, 4)
    np.testing.assert_allclose(texts.predict_proba(["blue"]), [[0.50114792, 0.49885208]], atol=5e-9)
    assert texts.vectorizer.stop_words == {"red"}
    assert model.predict(["fish", "red"]).tolist() == [date(2020, 1, 1), (1, "b")]
    np.testing.assert_allclose(model.predict_proba(["red"]), [[0.46905412, 0.53094588]], atol=5e-9)
