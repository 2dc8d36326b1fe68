import math

import numpy as np
import pytest

from minimtl.audit.kerineclogs import read_released
from minimtl.corpora.newsgroups import read_newsgroups
from minimtl.jobs import rng_for
from minimtl.tasks.bags import FeatureWords
from minimtl.tasks.pairfeatures import (
    FEATURE_NAMES,
    FEATURE_SETS,
    features_of_run,
)
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.sampling import Sample, draw_sample
from minimtl.tasks.taskpairs import Pair, Task

MAIN, AUX = Task("a", "b"), Task("c", "d")
TRAIN = ("red red blue", "red green", "blue grey", "Red-Blue", "green green grey")
TEST = ("red pink", "blue", "pink lilac")
SAMPLES = {
    MAIN: Sample(np.array([0, 2]), np.array([1, 0]), np.array([0, 1]), np.array([1, 0])),
    AUX: Sample(np.array([4, 1, 3]), np.array([0, 1, 1]), np.array([2]), np.array([0])),
}
LOSSES = {
    MAIN: 0.7 - 0.1 * np.log(0.5 * np.arange(150) + 1),
    AUX: 0.8 - 0.2 * np.log(0.25 * np.arange(150) + 1),
}
WORD_FEATURES = [
    name
    for name in FEATURE_NAMES
    if name.startswith(("jsd", "n_words", "oov")) and not name.endswith("_ratio")
]
COLUMN = {name: column for column, name in enumerate(FEATURE_NAMES)}


def row(protocol=PAPER, pair=Pair(MAIN, AUX), losses=LOSSES):  # noqa: B008
    words = FeatureWords.of(TRAIN, TEST, protocol.reading)
    return features_of_run([pair], SAMPLES.__getitem__, losses, words, protocol.reading)[0]


def value(name, **kwargs):
    return row(**kwargs)[COLUMN[name]]


def test_names_stand_in_the_released_order():
    per_task = ["jsd_between_classes", "n_words_train", "curve_a", "curve_c"]
    per_task += ["gradient_10", "gradient_25", "gradient_50", "gradient_75"]
    assert list(FEATURE_NAMES) == [
        *(name + "_main" for name in per_task),
        *(name + "_aux" for name in per_task),
        *(name + "_ratio" for name in per_task),
        "n_words_test_main",
        "jsd_test_train_positive_main",
        "jsd_test_train_negative_main",
        "jsd_main_aux_positive",
        "jsd_main_aux_negative",
        "oov_rate_main",
    ]


def test_sets_have_the_sizes_the_paper_gives_and_complement_each_other():
    sizes = {name: len(columns) for name, columns in FEATURE_SETS.items()}
    assert sizes == {"all": 30, "no_curve": 12, "only_curve": 18, "only_ratio": 8, "no_ratio": 22}
    for part, rest in (("no_curve", "only_curve"), ("no_ratio", "only_ratio")):
        assert sorted(FEATURE_SETS[part] + FEATURE_SETS[rest]) == list(range(30))
    assert FEATURE_SETS["only_ratio"] == tuple(range(16, 24))
    assert FEATURE_SETS["only_curve"] == (*range(2, 8), *range(10, 16), *range(18, 24))


def test_word_features_of_the_paper_protocol_by_hand():
    # Main: positive "red red blue", negative "blue grey"; test "red pink blue".
    assert value("n_words_train_main") == 3  # red blue grey
    assert value("n_words_train_aux") == 4  # green grey red blue
    assert value("n_words_test_main") == 3
    assert value("oov_rate_main") == pytest.approx(1 / 3)  # pink
    # p = (red 2/3, blue 1/3), q = (blue 1/2, grey 1/2): red and grey add ln 2 · 7/6 / 2,
    # blue adds (1/3 · ln(4/5) + 1/2 · ln(6/5)) / 2.
    blue = (math.log(4 / 5) / 3 + math.log(6 / 5) / 2) / 2
    assert value("jsd_between_classes_main") == pytest.approx(7 / 12 * math.log(2) + blue)


def test_divergences_between_main_and_auxiliary_task_by_hand():
    # Positive: (red 2/3, blue 1/3) against "red green" + "red blue": (1/2, 1/4, green 1/4).
    red = (2 / 3 * math.log(8 / 7) + 1 / 2 * math.log(6 / 7)) / 2
    blue = (1 / 3 * math.log(8 / 7) + 1 / 4 * math.log(6 / 7)) / 2
    expected = red + blue + math.log(2) / 8
    assert value("jsd_main_aux_positive") == pytest.approx(expected)
    # Negative: (blue 1/2, grey 1/2) against (green 2/3, grey 1/3).
    grey = (1 / 2 * math.log(6 / 5) + 1 / 3 * math.log(4 / 5)) / 2
    expected = (1 / 2 + 2 / 3) / 2 * math.log(2) + grey
    assert value("jsd_main_aux_negative") == pytest.approx(expected)


def test_divergences_of_all_test_documents_from_each_class_by_hand():
    # Test (red 1/3, pink 1/3, blue 1/3) against (red 2/3, blue 1/3), then (blue 1/2, grey 1/2).
    red = (1 / 3 * math.log(2 / 3) + 2 / 3 * math.log(4 / 3)) / 2
    assert value("jsd_test_train_positive_main") == pytest.approx(red + math.log(2) / 6)
    blue = (1 / 3 * math.log(4 / 5) + 1 / 2 * math.log(6 / 5)) / 2
    expected = blue + (2 / 3 + 1 / 2) / 2 * math.log(2)
    assert value("jsd_test_train_negative_main") == pytest.approx(expected)


def test_released_words_keep_case_and_are_cut_twice():
    # White space leaves "Red-Blue" whole; counts split it into Red and Blue.
    assert value("n_words_train_aux", protocol=RELEASED) == 5  # green grey red Red Blue
    # Positive (red 2/3, blue 1/3) against (red 1/2·…): "red green" + "Red-Blue" = 1/3 each.
    red = (2 / 3 * math.log(4 / 3) + 1 / 3 * math.log(2 / 3)) / 2
    expected = red + (1 / 3 + 2 / 3) / 2 * math.log(2)
    assert value("jsd_main_aux_positive", protocol=RELEASED) == pytest.approx(expected)


def test_curve_features_are_the_parameters_the_losses_were_made_with():
    # The fit is exact on exact curves up to the flatness of its minimum: c to about 1e-6.
    assert value("curve_a_main") == pytest.approx(-0.1, rel=1e-6)
    assert value("curve_c_main") == pytest.approx(0.5, rel=1e-5)
    assert value("curve_a_ratio") == pytest.approx(0.5, rel=1e-6)
    assert value("curve_c_ratio") == pytest.approx(2.0, rel=1e-5)


@pytest.mark.parametrize(
    ("protocol", "epochs"), [(PAPER, (15, 37, 75, 112)), (RELEASED, (8, 20, 40, 60))]
)
def test_gradients_are_taken_at_the_protocols_epochs(protocol, epochs):
    for percent, i in zip((10, 25, 50, 75), epochs, strict=True):
        expected = (LOSSES[MAIN][i + 1] - LOSSES[MAIN][i - 1]) / 2
        assert value(f"gradient_{percent}_main", protocol=protocol) == pytest.approx(expected)


def test_a_ratio_to_zero_is_zero():
    flat = {MAIN: LOSSES[MAIN], AUX: np.full(150, 0.5)}
    assert value("gradient_10_aux", losses=flat) == 0
    assert value("gradient_10_ratio", losses=flat) == 0
    assert value("curve_a_ratio", losses=flat) == 0


def test_directions_exchange_roles():
    there, back = row(), row(pair=Pair(AUX, MAIN))
    assert np.array_equal(there[:8], back[8:16])
    assert np.array_equal(there[8:16], back[:8])
    assert there[16:24] == pytest.approx(1 / back[16:24])
    assert there[27:29] == pytest.approx(back[27:29])


def test_rows_stand_in_the_order_of_the_pairs_and_equal_features_of_single_pairs():
    pairs = [Pair(AUX, MAIN), Pair(MAIN, AUX)]
    words = FeatureWords.of(TRAIN, TEST, PAPER.reading)
    table = features_of_run(pairs, SAMPLES.__getitem__, LOSSES, words, PAPER.reading)
    for got, pair in zip(table, pairs, strict=True):
        assert got == pytest.approx(row(pair=pair), rel=1e-6)


@pytest.fixture(scope="module")
def ours_and_theirs(data_dir):
    """Features of the UNRELATED pairs: ours (n_draws, n_pairs, 30), and the released ones."""
    corpus = read_newsgroups(data_dir / "20news-bydate.tar.gz")
    (theirs,) = (
        experiment
        for experiment in read_released(data_dir / "investigationMTL-logs.tar.gz")
        if experiment.problem == "unrelated"
    )
    words = FeatureWords.of(corpus.train.texts, corpus.test.texts, RELEASED.reading)
    topics = corpus.train.topics, corpus.test.topics, corpus.topic_names
    losses = {task: log.loss for task, log in theirs.single.items()}
    ours = [
        features_of_run(
            theirs.pairs,
            lambda task, run=run: draw_sample(task, *topics, RELEASED.sampling, rng_for(run, task)),
            losses,
            words,
            RELEASED.reading,
        )
        for run in range(4)
    ]
    return np.array(ours), theirs.features


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("name", WORD_FEATURES)
def test_released_word_features_are_like_one_more_draw_of_ours(ours_and_theirs, name):
    ours, theirs = ours_and_theirs
    ours, theirs = ours[:, :, COLUMN[name]], theirs[:, COLUMN[name]]
    # Means of single draws spread by up to 3 % (a few long posts). Bits instead of nats would be
    # 44 % away, features by the paper protocol 10 % or more.
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.05)
    # Correlations over eight draws of ours spread by up to 0.15 around their mean.
    rest = ours[1:].mean(axis=0)
    own = np.corrcoef(ours[0], rest)[0, 1]
    assert np.corrcoef(theirs, rest)[0, 1] > own - 0.2


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jsd_test_train_{}_main", "jsd_main_aux_{}"])
def test_the_classes_are_told_apart_in_the_released_columns(ours_and_theirs, kind):
    columns = [COLUMN[kind.format(label)] for label in ("positive", "negative")]
    ours, theirs = (table[..., columns] for table in ours_and_theirs)
    ours = ours.mean(axis=0)
    straight = np.abs(ours - theirs).mean()
    assert straight < 0.5 * np.abs(ours - theirs[:, ::-1]).mean()


@pytest.mark.corpus
@pytest.mark.slow
def test_curve_features_equal_the_released_ones(ours_and_theirs):
    ours, theirs = ours_and_theirs[0][0], ours_and_theirs[1]
    gradients = [
        COLUMN[f"gradient_{p}_{task}"] for p in (10, 25, 50, 75) for task in ("main", "aux")
    ]
    # Both from 12 printed digits of losses below 1.
    assert np.abs(ours - theirs)[:, gradients].max() < 1e-10
    # Theirs stopped short of the minimum, along the direction in which c and d may trade.
    slopes = [COLUMN["curve_a_main"], COLUMN["curve_a_aux"]]
    assert np.abs(ours - theirs)[:, slopes].max() < 1e-4
