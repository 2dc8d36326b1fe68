"""The command that fits the meta-model on a study's folder."""

import numpy as np
import pytest

from minimtl.advice.fit import fit_on_study, main
from minimtl.advice.metamodel import MetaModel
from minimtl.errors import MinimtlError
from minimtl.study.features import FEATURE_NAMES


def test_it_is_the_regression_on_run_means(study_folder):
    linear_model = pytest.importorskip("sklearn.linear_model")
    folder, X, y = study_folder()
    model = fit_on_study(folder)
    low, high = X.min(axis=0), X.max(axis=0)
    peer = linear_model.LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    peer.fit((X - low) / (high - low), y)
    # The peer's solver stops at a gradient of 1e-10; tables carry ten digits.
    np.testing.assert_allclose(
        [feature.coefficient for feature in model.features], peer.coef_[0], atol=1e-6
    )
    assert model.intercept == pytest.approx(peer.intercept_[0], abs=1e-6)
    np.testing.assert_allclose([f.minimum for f in model.features], low, rtol=1e-9)
    np.testing.assert_allclose([f.mean for f in model.features], X.mean(axis=0), rtol=1e-7)
    assert model.helped == y.mean()


def test_the_feature_that_decides_stands_first_and_is_found_in_unseen_tasks(study_folder):
    folder, _, _ = study_folder()
    model = fit_on_study(folder)
    strongest = max(model.features, key=lambda feature: abs(feature.coefficient))
    assert strongest.name == FEATURE_NAMES[3]
    assert model.held_out.lift_low > 0
    assert model.held_out.brier < model.held_out.majority_brier
    assert model.study["n_pairs"] == 60
    assert model.study["seed"] == 7


def test_the_command_writes_the_same_bytes_again(study_folder, tmp_path):
    folder, _, _ = study_folder()
    out = tmp_path / "m.json"
    assert main([str(folder), str(out)]) == 0
    first = out.read_bytes()
    assert main([str(folder), str(out)]) == 0
    assert out.read_bytes() == first
    assert MetaModel.from_json(first, "m.json") == fit_on_study(folder)


def test_wrong_usage_and_no_study(tmp_path, capsys):
    assert main([]) == 2
    assert main([str(tmp_path), str(tmp_path / "m.json")]) == 1
    assert "manifest.json is missing" in capsys.readouterr().err
    assert not (tmp_path / "m.json").exists()


def test_other_features_or_too_few_pairs_are_refused(study_folder, tmp_path):
    folder, _, _ = study_folder(n_pairs=3, problem="unrelated")
    with pytest.raises(MinimtlError, match="too small to learn from"):
        fit_on_study(folder)


def test_the_released_protocol_is_refused(study_folder):
    folder, _, _ = study_folder(protocol="released")
    with pytest.raises(MinimtlError, match="released protocol"):
        fit_on_study(folder)


@pytest.mark.parametrize("damage", ["missing", "cell", "column", "nan", "bytes"])
def test_damaged_tables_have_a_sentence(study_folder, damage):
    folder, _, _ = study_folder(n_pairs=10)
    path = folder / "features.csv"
    text = path.read_text()
    if damage == "missing":
        path.unlink()
    elif damage == "cell":
        path.write_text(text.replace(",0,", ",0,x", 1))
    elif damage == "column":
        path.write_text(text.replace("curve_a_main", "curve_b_main", 1))
    elif damage == "nan":
        head, first, rest = text.split("\n", 2)
        path.write_text("\n".join([head, first.rsplit(",", 1)[0] + ",nan", rest]))
    else:
        path.write_bytes(b"\xff\xfe")
    with pytest.raises(MinimtlError, match=r"features\.csv"):
        fit_on_study(folder)
