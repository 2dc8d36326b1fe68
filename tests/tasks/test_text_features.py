"""The features as the paper's text describes them, each against a peer that counts words itself."""

from collections import Counter

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from minimtl.tasks.bags import FeatureWords
from minimtl.tasks.pairfeatures import DEFINITIONS, features_of_run
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.sampling import Sample
from minimtl.tasks.taskpairs import Pair, Task
from minimtl.text.tokenize import tokenize

TEXT = PAPER.replace(features="text")
MAIN, AUX = Task("a", "b"), Task("c", "d")
PAIR = Pair(MAIN, AUX)
NAMES = DEFINITIONS["text"].names


@pytest.fixture(scope="module")
def made():
    """Random documents, the samples of two tasks, their losses, and the pair's features."""
    rng = np.random.default_rng(3)
    words = np.array([f"word{i}" for i in range(60)])
    chance = rng.dirichlet(np.full(60, 0.3))
    train, test = ([" ".join(rng.choice(words, 30, p=chance)) for _ in range(40)] for _ in "ab")
    samples = {
        task: Sample(
            np.arange(start, start + 16),
            np.tile([1, 0], 8),
            np.arange(start, start + 12),
            np.tile([1, 0], 6),
        )
        for task, start in ((MAIN, 0), (AUX, 20))
    }
    falling = 0.7 - 0.1 * np.log(np.arange(150) + 1)
    losses = {MAIN: falling, AUX: 0.8 - 2 * (0.7 - falling)}
    counts = FeatureWords.of(train, test, TEXT.reading)
    row = features_of_run([PAIR], samples.__getitem__, losses, counts, TEXT.reading)[0]
    return train, test, samples, dict(zip(NAMES, row, strict=True))


def counted(texts, rows):
    return Counter(word for row in rows for word in tokenize(texts[row]))


def divergence(a, b):
    words = sorted(a.keys() | b.keys())
    return jensenshannon([a[word] for word in words], [b[word] for word in words]) ** 2


def test_what_the_text_names_comes_to_the_30_that_it_counts():
    assert len(NAMES) == len(set(NAMES)) == 30
    sizes = {name: len(columns) for name, columns in DEFINITIONS["text"].sets.items()}
    assert sizes == {"all": 30, "no_curve": 14, "only_curve": 16, "only_ratio": 7, "no_ratio": 23}
    assert set(NAMES) - set(DEFINITIONS["code"].names) == {
        *(f"jsd_test_train_{role}" for role in ("main", "aux", "ratio")),
        *(f"type_token_ratio_{role}" for role in ("main", "aux", "relative")),
        *(f"oov_rate_{role}" for role in ("aux", "relative")),
        *(f"gradient_{p}_relative" for p in (10, 25, 50, 75)),
        "jsd_main_aux",
    }


@pytest.mark.parametrize(("role", "task"), [("main", MAIN), ("aux", AUX)])
def test_features_of_one_task_equal_a_peers(made, role, task):
    train, test, samples, value = made
    learned = counted(train, samples[task].train_rows)
    tested = counted(test, samples[task].test_rows)
    assert value[f"jsd_test_train_{role}"] == pytest.approx(divergence(tested, learned))
    expected = len(learned) / sum(learned.values())
    assert value[f"type_token_ratio_{role}"] == pytest.approx(expected)
    unseen = tested.keys() - learned.keys()
    assert unseen
    assert value[f"oov_rate_{role}"] == pytest.approx(len(unseen) / len(tested))


def test_the_divergence_of_two_tasks_is_of_all_their_training_documents(made):
    train, _, samples, value = made
    main, aux = (counted(train, samples[task].train_rows) for task in PAIR)
    assert value["jsd_main_aux"] == pytest.approx(divergence(main, aux))
    assert value["jsd_main_aux"] < value["jsd_main_aux_positive"]


@pytest.mark.parametrize("name", ["type_token_ratio", "oov_rate", "gradient_10", "gradient_75"])
def test_a_relative_difference_is_by_the_size_of_the_auxiliary_value(made, name):
    value = made[-1]
    main, aux = value[f"{name}_main"], value[f"{name}_aux"]
    assert value[f"{name}_relative"] == pytest.approx((main - aux) / abs(aux))
    assert np.sign(value[f"{name}_relative"]) == np.sign(main - aux)


def test_a_relative_difference_to_zero_is_zero(made):
    train, test, samples, _ = made
    losses = {MAIN: 0.7 - 0.1 * np.log(np.arange(150) + 1), AUX: np.full(150, 0.5)}
    counts = FeatureWords.of(train, test, TEXT.reading)
    row = features_of_run([PAIR], samples.__getitem__, losses, counts, TEXT.reading)[0]
    assert row[NAMES.index("gradient_50_relative")] == 0
