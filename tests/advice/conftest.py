"""Text sets and advice, made up."""

import numpy as np
import pytest

from minimtl.advice import ways
from minimtl.advice.advice import Advice
from minimtl.advice.conduct import Measuring
from minimtl.advice.fits import Given, Settings
from minimtl.advice.sets import Prepared, prepare
from minimtl.advice.tokenizers import NETWORK, REGRESSION, make_vectorizer
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.verdicts import TestedTexts
from minimtl.advice.ways import ALONE, JOINTLY, Way
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
def few_epochs(monkeypatch):
    """Networks that learn little and soon."""
    monkeypatch.setattr(ways, "N_EPOCHS", 4)


@pytest.fixture(scope="session")
def words():
    """Cuts a text into its words."""
    return make_vectorizer("words").build_analyzer()


@pytest.fixture
def counted_sets(text_set, words):
    """A main set of those settings and an auxiliary one, their words counted."""

    def make(per_class=200, seed=0, aux_seed=1, groups=(), **main):
        sets = [text_set("main", **main), text_set("aux", n=25, seed=aux_seed)]
        prepared = [prepare(one, words) for one in sets]
        return SetsOfTexts.of(prepared, "words", per_class, seed, groups)

    return make


N_MADE_UP = 1_400
LABELS = np.arange(N_MADE_UP) % 2


def given(share, way, n_rounds=4):
    """Labels of which this share is right, another one in each round; one label for None."""
    rng = np.random.default_rng(list(str(way).encode()))
    easiness = np.random.default_rng(0).permutation(N_MADE_UP) / N_MADE_UP
    if share is None:
        return np.zeros((n_rounds, N_MADE_UP), np.int64)
    noise = 0.08 * rng.normal(size=N_MADE_UP) + 0.05 * rng.normal(size=(n_rounds, N_MADE_UP))
    return np.where(easiness + noise < share, LABELS, 1 - LABELS)


@pytest.fixture
def made_up():
    """Advice on labels of which a share is right: of a way alone, of joint training with others."""

    def make(alone, *jointly, names=("main", "aux", "other"), n_rounds=4, **settings):
        ways = {Way(ALONE, REGRESSION): alone} | {
            Way(JOINTLY, NETWORK, (number,)): share for number, share in enumerate(jointly, start=1)
        }
        labels = {}
        for way, share in ways.items():
            classes = given(share, way, n_rounds)
            labels[way] = Given(classes, np.where(classes == LABELS, 0.9, 0.6))
        labelled = tuple(LabelledText(f"t{i}", "ab"[c], f"row {i}") for i, c in enumerate(LABELS))
        sets = tuple(
            Prepared(name, ("a", "b"), labelled, (), ()) for name in names[: len(jointly) + 1]
        )
        chosen = Settings(**({"runs": 5 * n_rounds, "tokenizer": "words"} | settings))
        rows = Measuring(Texts(), (), chosen, None, None, True).compare(
            0, labels, [Way(ALONE, REGRESSION)], 0.05
        )
        return Advice(sets, tuple(rows), chosen, np.arange(N_MADE_UP), None, {})

    return make


class Texts:
    """Stands for `SetsOfTexts`: a main set in five folds."""

    def n_folds(self, target):
        return 5

    def tested(self, target, n_rounds):
        rng = np.random.default_rng(1)
        folds = np.array([rng.permutation(N_MADE_UP) % 5 for _ in range(n_rounds)])
        return TestedTexts(LABELS, folds, 0.8 * N_MADE_UP)
