"""Rows of features in place of texts, from memory and from files."""

import json

import numpy as np
import pytest
from scipy import sparse

from minimtl import advise
from minimtl.advice import read_feature_set
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


@pytest.mark.parametrize("form", [np.asarray, sparse.coo_matrix])
def test_the_ways_that_make_sense_and_a_model(form):
    (X, y), (X2, y2) = rows(), rows(80, seed=1)
    advice = advise(form(X), y, {"other": (form(X2), y2)}, runs=2)
    assert {advice.name_of(row) for row in advice.rows} == {
        "alone (network)", "alone (regression)", "adapted from other (regression)",
        "pooled with other (regression)", "jointly with other (network)",
        "pretrained on other (network)",
    }  # fmt: skip
    assert advice.reference.score > 0.7
    new, labels = rows(200, seed=2)
    assert advice.score(form(new), labels) > 0.7
    assert advice.predict(new).tolist() == advice.predict(form(new)).tolist()
    assert "the features as they are" in " ".join(advice.procedure)
    assert all(one["text"].startswith("X[") for one in advice.to_dict()["mistakes"])


def test_sets_that_do_not_go_together():
    (X, y), (X2, y2) = rows(), rows(seed=1)
    with pytest.raises(MinimtlError, match=r"other has 11 features, and your set has 12; encode"):
        advise(X, y, {"other": (X2[:, 1:], y2)})
    with pytest.raises(MinimtlError, match=r"Some sets hold texts and others features"):
        advise(X, y, {"other": (["a text"] * 60, y2)})
    with pytest.raises(MinimtlError, match=r"other: 60 rows came with 59 labels"):
        advise(X, y, {"other": (X2, y2[1:])})
    X2[3, 3] = np.nan
    with pytest.raises(MinimtlError, match=r"other: .*NaN"):
        advise(X, y, {"other": (X2, y2)})


def test_equal_rows_are_copies():
    (X, y), (X2, y2) = rows(), rows(seed=1)
    advice = advise(np.vstack([X, X[:4]]), [*y, *y[:4]], {"other": (X2, y2)}, runs=2)
    assert len(advice.sets[0].train) == 60
    assert any("4 texts that repeat another" in note for note in advice.notes)


def test_a_test_part_and_groups():
    (X, y), (X2, y2), held = rows(), rows(seed=1), rows(30, seed=2)
    groups = np.arange(60) // 3
    advice = advise(X, y, {"other": (X2, y2)}, test=held, groups=groups, runs=2)
    assert advice.best.given.classes.shape == (2, 30)
    with pytest.raises(MinimtlError, match=r"the test part has 11 features, and your set has 12"):
        advise(X, y, {"other": (X2, y2)}, test=(held[0][:, 1:], held[1]))


def test_layouts_of_files(tmp_path):
    X, y = rows(10)
    np.savez(tmp_path / "a.npz", X=X, y=y)
    np.savez_compressed(tmp_path / "b.npz", X=X, y=np.arange(10) % 2)
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
def test_from_files_to_labels(tmp_path, capsys):
    paths = []
    for seed in (0, 1):
        X, y = rows(seed=seed)
        np.savez(tmp_path / f"{seed}.npz", X=X, y=y)
        paths.append(str(tmp_path / f"{seed}.npz"))
    np.save(tmp_path / "new.npy", rows(8, seed=3)[0])
    model, new = str(tmp_path / "m.npz"), str(tmp_path / "new.npy")
    argv = ["advise", "--main", paths[0], "--aux", paths[1], "--runs", "2", "--save-model", model]
    assert main([*argv, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["tokenizer"] == "features"
    assert main(["predict", model, new]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[2] for line in lines] == [f"X[{i}]" for i in range(8)]
    text = tmp_path / "t.csv"
    text.write_text("text\nsomething\n")
    assert main(["predict", model, str(text)]) == 1
    assert "takes features: give .npz or .npy" in capsys.readouterr().err
    np.save(tmp_path / "new.npy", np.ones((2, 5)))
    assert main(["predict", model, new]) == 1
    assert "new.npy has 5 features, and the model has 12" in capsys.readouterr().err
