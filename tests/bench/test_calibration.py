"""``python -m bench.calibration`` reads studies and finds tests that reject too often."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bench.calibration import Gains, coverage, read_study, rejections
from minimtl.corpora.newsgroups import TOPIC_TREE
from minimtl.gains.pairtable import pair_levels
from minimtl.stats.crossed import Components, crossed_effects, simulate_gains
from minimtl.tasks.pairfeatures import FEATURE_NAMES
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs

EXPECTED = Path(__file__).parents[1] / "study" / "expected" / "paper"
MANIFEST = {
    "minimtl": "1",
    "finished": True,
    "features": "code",
    "identity": {"seed": 0, "backend": "numba"},
    "protocols": {"paper": {}},
    "problems": {"paper": {"related": {"runs": 2, "pairs": 1}}},
    "corpus": dict.fromkeys(("edition", "source", "sha256", "digest"), "")
    | {"train": 1, "test": 1, "tree": TOPIC_TREE},
    "command": [],
}


@pytest.fixture
def made_up():
    """All RELATED pairs, features at random by main task, and gains with effects of all kinds."""
    pairs = tuple(related_pairs(NEWSGROUPS))
    rng = np.random.default_rng(0)
    levels = pair_levels(pairs)
    components = Components(0.1, np.array([0.4, 0.2, 0.05, 0.0, 0.3]), np.full(5, 0.05))
    gains = simulate_gains(components, crossed_effects(levels), 2, 1, rng)[0]
    X = rng.normal(size=(38, len(FEATURE_NAMES)))[levels["main"]]
    return Gains("made up", pairs, X, gains, PAPER.meta)


def test_intervals_that_know_of_all_dependence_cover(made_up):
    shares = {one.what: one.share for one in coverage(made_up, 150, np.random.default_rng(0))}
    # 0.95 ± 3 standard errors of a share of 150.
    assert 0.897 <= shares["new tasks: crossed"] <= 1
    assert 0.897 <= shares["these tasks: over runs"] <= 1
    assert shares["by main task"] < shares["new tasks: crossed"]


def test_the_crossed_test_rejects_seldom_where_features_say_nothing(made_up):
    shares = rejections(made_up, 25, 39, np.random.default_rng(0))
    assert len(shares) == 8
    # Of 200 tests at 0.05 whose features are the main tasks' own.
    assert 0.01 <= np.mean([share.share for share in shares]) <= 0.1


def twice(name, changed, folder):
    """Write the expected table `name` to `folder` with a second run, one column raised by 1."""
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    again = [row | {"run": "1", changed: str(float(row[changed]) + 1)} for row in rows]
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for both in zip(rows, again, strict=True) for row in both)
    return np.array([float(row[changed]) for row in rows])


def test_a_study_is_read_from_its_folder(tmp_path):
    gains = twice("scores.csv", "gain", tmp_path)
    c_aux = twice("features.csv", "curve_c_aux", tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    (data,) = read_study(tmp_path)
    assert data.name == "related"
    assert len(set(data.pairs)) == len(gains)
    np.testing.assert_array_equal(data.gains, np.stack([gains, gains + 1], axis=1))
    mean = data.X[:, FEATURE_NAMES.index("curve_c_aux")]
    np.testing.assert_allclose(mean, c_aux + 0.5, rtol=1e-12)
