"""Rows of features in place of texts, from memory and from files."""

import json

import numpy as np
import pytest
from scipy import sparse

from minimtl import advise
from minimtl.advice.features import read_feature_set
from minimtl.cli import main
from minimtl.errors import MinimtlError

pytestmark = pytest.mark.usefixtures("few_epochs")


def rows(n=60, seed=0):
    """Features of unit norm of which the first tell the label, in part."""
    rng = np.random.default_rng(seed)
    labels = np.where(np.arange(n) % 2, "good", "bad")
    X = rng.normal(size=(n, 12))
    X[:, :4] += np.where(labels == "good", 0.8, -0.8)[:, np.newaxis]
    return X / np.linalg.norm(X, axis=1, keepdims=True), labels


(X, y), (X2, y2) = rows(), rows(seed=1)


@pytest.mark.parametrize("form", [np.asarray, sparse.coo_matrix])
def test_the_ways_that_make_sense_and_a_model(form):
    advice = advise(form(X), y, {"other": (form(X2), y2)}, runs=2)
    uses = [row.way.use for row in advice.rows]
    assert sorted(uses) == ["adapted", "alone", "alone", "jointly", "pooled", "pretrained"]
    assert advice.reference.score > 0.7
    new, labels = rows(200, seed=2)
    assert advice.score(form(new), labels) > 0.7
    assert advice.predict(new).tolist() == advice.predict(form(new)).tolist()
    assert "the features as they are" in " ".join(advice.procedure)
    assert all(one["text"].startswith("X[") for one in advice.to_dict()["mistakes"])


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        (
            {"auxiliary": {"other": (X2[:, 1:], y2)}},
            "other has 11 features, and your set has 12; en",
        ),
        ({"auxiliary": {"other": (["a text"] * 60, y2)}}, "Some sets hold texts and others featur"),
        ({"auxiliary": {"other": (X2, y2[1:])}}, "other: 60 rows came with 59 labels"),
        ({"auxiliary": {"other": (np.where(X2 > 0, X2, np.nan), y2)}}, "other: .*NaN"),
        ({"test": (X2[:, 1:], y2)}, "the test part has 11 features, and your set has 12"),
    ],
)
def test_sets_that_do_not_go_together(sets, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        advise(X, y, **({"auxiliary": {"other": (X2, y2)}} | sets))


def test_equal_rows_are_copies():
    advice = advise(np.vstack([X, X[:4]]), [*y, *y[:4]], {"other": (X2, y2)}, runs=2)
    assert len(advice.sets[0].train) == 60
    assert any("4 texts that repeat another" in note for note in advice.notes)


def test_a_test_part_and_groups():
    groups = np.arange(60) // 3
    advice = advise(X, y, {"other": (X2, y2)}, test=rows(30, seed=2), groups=groups, runs=2)
    assert advice.best.given.classes.shape == (2, 30)


def test_layouts_of_files(tmp_path):
    np.savez(tmp_path / "a.npz", X=X, y=y)
    np.savez_compressed(tmp_path / "b.npz", X=X, y=np.arange(60) % 2)
    np.save(tmp_path / "c.npy", X)
    sparse.save_npz(tmp_path / "d.npz", sparse.csr_matrix(X))
    for name in "cd":
        np.save(tmp_path / f"{name}.labels.npy", y)
    for name in ("a.npz", "b.npz", "c.npy", "d.npz"):
        found = read_feature_set(tmp_path / name)
        np.testing.assert_allclose(found.X.toarray(), X, rtol=1e-6)
        assert [row.label for row in found.train[:2]] == (
            ["0", "1"] if name == "b.npz" else ["bad", "good"]
        )
        assert found.train[3].place == "X[3]"


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"X": np.ones((3, 2))}, r"f.npz has no labels: give numpy.savez"),
        ({"X": np.ones(3), "y": np.ones(3)}, r"f.npz holds an array of the shape \(3,\), and feat"),
        ({"y": np.ones(3)}, r"f.npz cannot be read as features: 'X'"),
        ({"X": np.ones((3, 2)), "y": np.array([{}, 1, 2], object)}, r"Object arrays.*y.astype"),
        ({"X": np.ones((3, 2)), "y": np.ones((3, 1))}, r"labels of f.npz are no array of one dim"),
        ({"X": np.array([["a", "b"]]), "y": [1]}, r"f.npz: "),
        ({"X": [[1, 2], [3, np.nan]], "y": [1, 0]}, r"f.npz: .* NaN. The first is X\[1, 1\]; fill"),
    ],
)
def test_files_that_hold_no_features(tmp_path, arrays, sentence):
    np.savez(tmp_path / "f.npz", **arrays)
    with pytest.raises(MinimtlError, match=sentence):
        read_feature_set(tmp_path / "f.npz")
    (tmp_path / "g.npy").write_bytes(b"nothing")
    with pytest.raises(MinimtlError, match=r"g.npy cannot be read"):
        read_feature_set(tmp_path / "g.npy")
    with pytest.raises(MinimtlError, match=r"h.npy does not exist"):
        read_feature_set(tmp_path / "h.npy")


@pytest.mark.slow
def test_from_files_to_labels(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("mine.npz", X=X, y=y)
    np.savez("other.npz", X=X2, y=y2)
    argv = "advise --main mine.npz --aux other.npz --runs 2 --save-model m.npz --json"
    assert main(argv.split()) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["tokenizer"] == "features"

    np.save("new.npy", rows(8, seed=3)[0])
    assert main(["predict", "m.npz", "new.npy"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[2] for line in lines] == [f"X[{i}]" for i in range(8)]

    (tmp_path / "t.csv").write_text("text\nsomething\n")
    assert main(["predict", "m.npz", "t.csv"]) == 1
    assert "takes features: give .npz or .npy" in capsys.readouterr().err
    np.save("new.npy", np.ones((2, 5)))
    assert main(["predict", "m.npz", "new.npy"]) == 1
    assert "new.npy has 5 features, and the model has 12" in capsys.readouterr().err
