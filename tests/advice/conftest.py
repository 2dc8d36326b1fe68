"""Text sets and advice, made up."""

import numpy as np
import pytest

from minimtl.advice.advice import Advice
from minimtl.advice.conduct import Row
from minimtl.advice.sets import Prepared
from minimtl.advice.settings import Settings
from minimtl.advice.verdicts import compare
from minimtl.advice.ways import ALONE, JOINTLY, NETWORK, REGRESSION, Way
from minimtl.corpora.files import LabelledText, TextSet


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
def made_up():
    """Advice on made-up scores: of a way alone, and of joint training with each further set."""

    def make(alone, *jointly, names=("main", "aux", "other"), constant=0, **settings):
        reference = Row(Way(ALONE, REGRESSION), np.array(alone), constant)
        rows = [reference]
        for number, scores in enumerate(jointly, start=1):
            compared = compare(
                np.array(scores), reference.scores, ratio=0.25, n_tested=400, n_texts=400,
                level=0.95, margin=0.01,
            )  # fmt: skip
            rows.append(Row(Way(JOINTLY, NETWORK, (number,)), np.array(scores), 0, compared))
        labelled = tuple(LabelledText(f"t{i}", "ab"[i % 2], f"row {i}") for i in range(1_400))
        sets = tuple(
            Prepared(name, ("a", "b"), labelled, (), ()) for name in names[: len(jointly) + 1]
        )
        chosen = Settings(**({"runs": len(alone), "tokenizer": "words"} | settings))
        return Advice(sets, tuple(rows), chosen, None, {})

    return make
