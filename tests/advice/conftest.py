"""Text sets and a study's folder, made up."""

import json

import numpy as np
import pytest

from minimtl.corpora import TOPIC_TREE
from minimtl.corpora.files import LabelledText, TextSet
from minimtl.report.csvfile import Table, write_tables
from minimtl.study.features import FEATURE_NAMES
from minimtl.study.hierarchy import NEWSGROUPS
from minimtl.study.protocol import PAPER
from minimtl.study.tasks import EvenSample, unrelated_pairs


@pytest.fixture
def text_set():
    """Texts whose words tell their labels, in part: word ``label_i`` beside common words."""

    def make(name="main", labels=("bad", "good"), n=20, n_test=0, seed=0, topic="x"):
        rng = np.random.default_rng(seed)

        def rows(n_rows, partition):
            return tuple(
                LabelledText(
                    " ".join(
                        [f"{topic}{label}{i}" for i in rng.integers(0, 30, 4)]
                        + [f"common{i}" for i in rng.integers(0, 50, 8)]
                        + [f"{name}{partition}{label}{number}"]
                    ),
                    label,
                    f"row {number}",
                )
                for number in range(n_rows)
                for label in labels
            )

        return TextSet(name, rows(n, "train"), rows(n_test, "test"))

    return make


@pytest.fixture
def study_folder(tmp_path):
    """A finished study whose gains follow one feature, with noise in the last column."""

    def make(n_pairs=60, n_runs=2, protocol=PAPER.name, problem="unrelated"):
        folder = tmp_path / "study"
        folder.mkdir()
        rng = np.random.default_rng(0)
        pairs = list(EvenSample(unrelated_pairs(NEWSGROUPS), n_pairs))
        X = rng.uniform(-1, 3, (n_pairs, len(FEATURE_NAMES)))
        gain = X[:, 3] - 1 + rng.normal(0, 0.5, n_pairs)
        scores, features = [], []
        for pair, x, g in zip(pairs, X, gain, strict=True):
            names = ("main_positive", "main_negative", "aux_positive", "aux_negative")
            topics = dict(zip(names, (*pair.main, *pair.aux), strict=True))
            for run in range(n_runs):
                # Runs differ, their mean is what was drawn above.
                off = 0.25 * (-1) ** run if n_runs == 2 else 0.0
                scores.append(
                    {"problem": problem, **topics, "run": run, "gain": float(g) / 100 + off}
                )
                values = dict(zip(FEATURE_NAMES, (x + off).tolist(), strict=True))
                features.append({**topics, "run": run, **values})
        write_tables([Table("scores", scores), Table("features", features)], folder)
        manifest = {
            "minimtl": "0.1.0",
            "command": ["study"],
            "identity": {"protocol": {"name": protocol}, "seed": 7},
            "problems": {problem: {"pairs": n_pairs, "runs": n_runs}},
            "corpus": {
                "edition": "synthetic",
                "source": "s",
                "sha256": "0",
                "digest": "d",
                "tree": TOPIC_TREE,
                "train": 11314,
                "test": 7532,
            },
        }
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder, X, (gain > 0).astype(int)

    return make
