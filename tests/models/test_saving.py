"""Saved models are the same models; files that are damaged or forged have their sentence."""

import copy
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
from minimtl.models.saving import load_model, save_model
from minimtl.models.textmodel import TextModel

X = np.random.default_rng(0).normal(size=(30, 6))
Y = np.array(["a", "bb", "c"])[np.arange(30) % 3]
TEXTS = ["Red fish, blue fish", "one fish", "two Ünïcode \ud800 fish", "red one two"]
VECTORIZER = TfidfVectorizer().fit(TEXTS)
COUNTS = VECTORIZER.transform(TEXTS)
REGRESSION = LogisticRegression(C=99).fit(COUNTS, [0, 1, 1, 0])


def perceptron(**params):
    settings = {"hidden_layer_sizes": (7, 3), "n_epochs": 3, "random_state": 5}
    return MultiTaskMLPClassifier(**(settings | params))


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
    expected = vectorizer.fit_transform(TEXTS)
    loaded = again(vectorizer, path)
    seen = loaded.transform(TEXTS)
    assert (seen != expected).nnz == 0
    assert seen.dtype == expected.dtype
    assert loaded.vocabulary_ == vectorizer.vocabulary_


@pytest.mark.parametrize(
    "classifier",
    [
        LogisticRegression().fit(COUNTS, list("xyxy")),
        perceptron().fit(COUNTS, list("xyxy")),
        perceptron().fit([COUNTS, COUNTS], [list("xyxy"), [0, 1, 2, 0]]),
    ],
    ids=["regression", "network", "joint network"],
)
def test_text_model(classifier, path):
    save_model(TextModel([VECTORIZER], [classifier], {"way": "made up"}), path)
    loaded = load_model(path)
    assert loaded.how == {"way": "made up"}
    assert list(loaded.classes_) == ["x", "y"]
    texts = ["red fish", "unheard of"]
    found = loaded.predict_proba(texts)
    np.testing.assert_array_equal(found, classifier.predict_proba(VECTORIZER.transform(texts)))
    assert list(loaded.predict(texts)) == ["xy"[best] for best in found.argmax(axis=1)]
    assert list(loaded.knows(texts)) == [True, False]
    assert loaded.predict_proba([]).shape == (0, 2)
    assert loaded.predict([]).shape == (0,)


LABELS = [
    *(["x", "y"], [0.5, 1.5], [1, "a"], [True, False], [(1, "a"), (2, (0.5,))], [(1, 2), (3, 4)]),
    *([date(2020, 1, 1), datetime(2021, 1, 1, 9)], np.array([2, 3], np.uint8)),
]


@pytest.mark.parametrize("labels", LABELS, ids=repr)
def test_labels_of_a_text_model_of_any_kind(labels, path):
    model = TextModel([VECTORIZER], [REGRESSION], {}, labels)
    save_model(model, path)
    for one in (model, load_model(path)):
        assert one.predict(TEXTS).tolist() == [labels[0], labels[1], labels[1], labels[0]]
        assert one.classes_.tolist() == list(labels)


@pytest.mark.parametrize("n_vectorizers", [0, 1, 2])
def test_an_average_on_features_and_on_those_of_vectorizers(path, n_vectorizers):
    vectorizers = [TfidfVectorizer(), TfidfVectorizer(analyzer="char")][:n_vectorizers]
    parts = [one.fit_transform(TEXTS) for one in vectorizers] or [COUNTS]
    features, y = sparse.hstack(parts, "csr"), np.array(list("xyxy"))
    members = [
        perceptron().fit(features, y),
        LogisticRegression().fit(features, y),
        perceptron().fit(features[:2], y[:2]),
    ]
    save_model(TextModel(vectorizers, members, {}), path)
    loaded = load_model(path)
    given = TEXTS if vectorizers else features
    expected = np.mean([member.predict_proba(features) for member in members], axis=0)
    np.testing.assert_allclose(loaded.predict_proba(given), expected, atol=1e-7)
    assert loaded.score(given, loaded.predict(given)) == 1


@pytest.mark.parametrize(
    ("classifiers", "labels", "sentence"),
    [
        ([LogisticRegression().fit(X[:, 1:], Y)], None, "has 5 features, .* give 6"),
        ([REGRESSION], ["a"], "not as many labels as classes"),
        ([REGRESSION, LogisticRegression().fit(COUNTS, list("abab"))], None, "different classes"),
    ],
)
def test_parts_of_a_text_model_that_do_not_fit(classifiers, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        TextModel([VECTORIZER], classifiers, {}, labels)


@pytest.mark.parametrize("y", [Y, Y == "a"], ids=["three classes", "two classes"])
def test_logistic_regression(path, y):
    model = LogisticRegression(C=0.5).fit(X, y)
    loaded = again(model, path)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    np.testing.assert_array_equal(loaded.n_iter_, model.n_iter_)
    assert loaded.n_features_in_ == 6
    with pytest.raises(ValueError, match="expecting 6 features"):
        loaded.predict(X[:, :5])


def test_perceptron_goes_on_as_if_never_saved(path):
    model = perceptron().fit(X, Y)
    loaded = again(model, path)
    for _ in range(3):
        np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
        np.testing.assert_array_equal(loaded.loss_curve_, model.loss_curve_)
        assert loaded.n_iter_ == model.n_iter_
        loaded.partial_fit(X, Y)
        model.partial_fit(X, Y)


def test_joint_perceptron(path):
    model = perceptron(task_weights=(1.0, 0.5), early_stopping=True)
    loaded = again(model.fit([X, X], [Y, np.arange(30) % 2]), path)
    np.testing.assert_array_equal(loaded.validation_scores_, model.validation_scores_)
    assert loaded.best_validation_score_ == model.best_validation_score_
    assert loaded.n_tasks_ == 2
    for task, classes in enumerate(model.classes_):
        np.testing.assert_array_equal(loaded.classes_[task], classes)
        np.testing.assert_array_equal(loaded.predict(X, task), model.predict(X, task))
    one = perceptron().fit([X], [Y])
    assert isinstance(again(one, path).classes_, list)


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.float32, bool, str, object])
def test_labels_keep_their_kind(path, kind):
    y = np.array([0, 1] * 15).astype(str if kind is object else kind).astype(kind)
    model = perceptron().fit(X, y)
    loaded = again(model, path)
    assert loaded.classes_.dtype.kind == model.classes_.dtype.kind
    np.testing.assert_array_equal(loaded.classes_, model.classes_)


def test_names_and_outputs_are_kept_and_the_number_of_threads_is_not(path):
    model = LogisticRegression().fit(X, Y)
    model.feature_names_in_ = np.array(list("uvwxyz"), dtype=object)
    np.testing.assert_array_equal(again(model, path).feature_names_in_, model.feature_names_in_)
    save_model(TfidfVectorizer(n_jobs=2).set_output(transform="pandas").fit(TEXTS), path)
    loaded = load_model(path)
    assert loaded.n_jobs is None
    assert loaded._sklearn_output_config == {"transform": "pandas"}


def test_equal_models_have_equal_bytes_and_numpy_reads_them(path):
    contents = set()
    for sizes in ([7, 3], np.array([7, 3], np.uint8), [np.int64(7), np.int32(3)]):
        save_model(perceptron(hidden_layer_sizes=sizes).fit(X, Y), path)
        contents.add(path.read_bytes())
    assert len(contents) == 1
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["w_first"].shape == (6, 7)


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


def with_classes_that_are_tuples():
    model = LogisticRegression().fit(X, np.arange(30) % 2)
    model.classes_ = np.unique(np.array([(), (1,)] * 15, dtype=object))
    return model


NO_LABELS = (object(), {1}, [1], float("inf"), (1.0, float("nan")), 1j)


def with_label(label):
    return TextModel([VECTORIZER], [REGRESSION], {}, ["a", label])


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (LogisticRegression(), "not fitted"),
        ({}, "can be saved, not dict"),
        (TfidfVectorizer(analyzer=str.split).fit(TEXTS), "analyzer=<"),
        (perceptron(random_state=np.random.default_rng(0)).fit(X, Y), "random_state=Generator"),
        (with_classes_that_are_tuples(), "neither numbers nor text"),
        (TextModel([VECTORIZER], [REGRESSION] * 11, {}), "at most 10"),
        (TfidfVectorizer(token_pattern="a+x").fit(["aax"]), "token_pattern is .*x.* or .* only"),
        (TfidfVectorizer(ngram_range=(1, 101)).fit(TEXTS), "at most 100"),
        (LogisticRegression().fit(X, Y).set_params(C=-1), "C must be"),
        (perceptron(beta1=0.9995, beta2=0.99999).fit(X, Y), "beta1 is 0.9995; .* at most 0.999"),
        *((with_label(label), "cannot be a label") for label in NO_LABELS),
    ],
)
def test_what_would_not_be_loaded_is_not_saved(path, model, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        save_model(model, path)
    assert not path.exists()


def test_a_missing_folder_or_file(path):
    with pytest.raises(MinimtlError, match="Cannot write"):
        save_model(REGRESSION, path.parent / "absent" / "model.npz")
    with pytest.raises(MinimtlError, match=r"Cannot read the model .*model.npz"):
        load_model(path)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """By kind of model, the members of its file."""
    path = tmp_path_factory.mktemp("saved") / "model.npz"
    models = {
        "network": perceptron().fit([X, X], [Y, Y]),
        "words": VECTORIZER,
        "regression": REGRESSION,
        "texts": TextModel([VECTORIZER], [REGRESSION], {}, ["a", "b"]),
    }
    members = {}
    for kind, model in models.items():
        save_model(model, path)
        with zipfile.ZipFile(path) as archive:
            members[kind] = {name: archive.read(name) for name in archive.namelist()}
    return members


def write(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def assert_refused(path, members, sentence, compression=zipfile.ZIP_STORED):
    """No model is read from a file of these members."""
    write(path, members, compression)
    with pytest.raises(MinimtlError, match=sentence) as error:
        load_model(path)
    assert len(str(error.value)) < 500


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
    assert_refused(path, saved["network"] | {name: content}, sentence)


DAMAGED = r"is damaged, or no model .*\.$"
# Of models of each kind, what somebody could write in the place of a value, and what is said.
HOSTILE_VALUES = [
    ("network", "format", "minimtl model 99", DAMAGED),
    ("network", "estimator", "os.system", DAMAGED),
    ("network", "params", ["dropout"], DAMAGED),
    ("network", "params.evil", 1, "parameters are not those of the estimator"),
    ("network", "params.dropout", {"object": "os.system"}, DAMAGED),
    ("network", "params.dropout", {"tuple": [], "set": []}, DAMAGED),
    ("network", "params.dropout", {"set": [[]]}, DAMAGED),
    ("network", "params.dropout", 1.0, DAMAGED),
    ("network", "params.n_epochs", 2**40, "at most 1000000"),
    ("network", "params.beta2", 0.9**2 + 1e-9, "square root of beta2"),
    ("network", "fitted", None, DAMAGED),
    ("network", "fitted.hidden", [7, 4], DAMAGED),
    ("network", "fitted.hidden", [7.0, 3.0], DAMAGED),
    ("network", "fitted.activation", "eval", DAMAGED),
    ("network", "fitted.classes.0.labels", ["a"], DAMAGED),
    ("network", "fitted.classes.0.labels", ["c", "bb", "a"], DAMAGED),
    ("network", "fitted.classes.0.labels", [{}, [], None], DAMAGED),
    ("network", "fitted.classes.0.dtype", "V99999999999", DAMAGED),
    ("network", "fitted.classes.0", {"dtype": "int8", "labels": [0, 1, 999]}, DAMAGED),
    ("network", "fitted.joint", False, DAMAGED),
    ("network", "fitted.step", "1", DAMAGED),
    ("network", "fitted.step", 2**30, DAMAGED),
    ("network", "fitted.rng.bit_generator", "MT19937", DAMAGED),
    ("network", "fitted.rng", "PCG64", DAMAGED),
    ("network", "fitted.feature_names", [1, 2, 3, 4, 5, 6], DAMAGED),
    ("network", "fitted.feature_names", ["x"], DAMAGED),
    ("network", "fitted.tasks", ["a", "a"], DAMAGED),
    ("network", "fitted.tasks", [["a"], ["b"]], DAMAGED),
    ("network", "fitted.tasks", list("abc"), DAMAGED),
    ("network", "fitted.tasks", "ab", DAMAGED),
    ("words", "params.token_pattern", r"(a+)+$", r"cannot be loaded: its token_pattern is '\(a"),
    ("words", "params.token_pattern", ["x" * 999], "cannot be loaded: its token_pattern"),
    ("words", "params.ngram_range", {"tuple": [1, 2**40]}, "at most 100"),
    ("words", "params.ngram_range", "1" * 999, "two whole numbers"),
    ("words", "params.dtype", {"dtype": "object"}, "an object of an unknown kind"),
    ("words", "params.stop_words", [["a"]], "collection of words"),
    ("regression", "params.C", "1", "C must be greater"),
    ("regression", "params.max_iter", 2**40, "at most 1000000"),
    ("texts", "labels", "ab", DAMAGED),
    ("texts", "labels", ["a"], DAMAGED),
    ("texts", "labels", ["a", "a"], DAMAGED),
    ("texts", "labels", ["a", {"set": []}], DAMAGED),
    ("texts", "labels", ["a", {"date": "x"}], DAMAGED),
    ("texts", "vectorizer.fitted.words", [], DAMAGED),
]


@pytest.mark.parametrize(("kind", "place", "value", "sentence"), HOSTILE_VALUES)
def test_hostile_values(saved, path, kind, place, value, sentence):
    members = saved[kind]
    description = inner = json.loads(members["model.json"])
    *route, last = place.split(".")
    for step in route:
        inner = inner[int(step) if step.isdigit() else step]
    inner[last if isinstance(inner, dict) else int(last)] = value
    assert_refused(path, members | {"model.json": json.dumps(description)}, sentence)


def test_parts_that_take_each_other_s_place(saved, path):
    description = json.loads(saved["texts"]["model.json"])
    parts = ("vectorizer", "classifier")
    description |= zip(parts, (description[part] for part in reversed(parts)), strict=True)
    members = {"model.json": json.dumps(description)}
    for name, array in saved["texts"].items():
        if name != "model.json":
            members |= {f"{part}_{name.partition('_')[2]}": array for part in parts}
    assert_refused(path, members, "the vectorizer and the rest do not fit together")


def test_members_that_are_compressed_or_missing(saved, path):
    members = saved["network"]
    assert_refused(path, members, "is compressed", zipfile.ZIP_DEFLATED)
    assert_refused(path, {"model.json": members["model.json"]}, "w_first")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "sentence"), [("w_flat.npy", "the same name"), ("w_{}.npy", "add up to more")]
)
def test_members_that_share_a_name_or_their_bytes(saved, path, name, sentence):
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in saved["network"].items():
            archive.writestr(member, content)
        for number in range(99):
            twin = copy.copy(archive.getinfo("w_flat.npy"))
            twin.filename = name.format(number)
            archive.filelist.append(twin)
    with pytest.raises(MinimtlError, match=sentence):
        load_model(path)


def test_a_file_of_before_a_parameter_has_its_default(saved, path):
    members = saved["network"]
    description = json.loads(members["model.json"])
    for name in ("class_weight", "early_stopping", "tol", "verbose"):
        del description["params"][name]
    del description["fitted"]["tasks"]
    write(path, members | {"model.json": json.dumps(description)})
    loaded = load_model(path)
    assert loaded.early_stopping is False
    assert loaded.tasks_ == list(range(loaded.n_tasks_))
