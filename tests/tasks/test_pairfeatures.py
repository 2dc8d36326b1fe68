"""The features of pairs, each against a peer that counts words itself, and released ones."""

from collections import Counter

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from minimtl.audit.kerineclogs import read_released
from minimtl.tasks.compute import Sample
from minimtl.tasks.pairfeatures import (
    DEFINITIONS,
    FEATURE_NAMES,
    TOKENIZERS,
    FeatureWords,
    features_of_run,
)
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import Pair, Task

TEXT = PAPER.replace(features="text")
MAIN, AUX = Task("a", "b"), Task("c", "d")
PAIR = Pair(MAIN, AUX)
FIRST, LABELS = np.arange(16), np.tile([1, 0], 8)
SAMPLES = {
    task: Sample(start + FIRST, LABELS, start + FIRST[:12], LABELS[:12])
    for task, start in ((MAIN, 0), (AUX, 20))
}
LOSSES = {
    MAIN: 0.7 - 0.1 * np.log(0.5 * np.arange(150) + 1),
    AUX: 0.8 - 0.2 * np.log(0.25 * np.arange(150) + 1),
}

# Training and test documents of words that the three ways to cut tell apart.
RNG = np.random.default_rng(3)
WORDS = np.array([f"{word}{i}" for i in range(60) for word in ("w", "W", "x-y", "z.")])
CHANCE = RNG.dirichlet(np.full(len(WORDS), 0.3))
TRAIN, TEST = ([" ".join(RNG.choice(WORDS, 30, p=CHANCE)) for _ in range(40)] for _ in "ab")


def features(protocol=PAPER, pair=PAIR, losses=LOSSES):
    """The features of a pair by name."""
    words = FeatureWords.of(TRAIN, TEST, protocol.reading)
    row = features_of_run([pair], SAMPLES.__getitem__, losses, words, protocol.reading)[0]
    return dict(zip(DEFINITIONS[protocol.reading.features].names, row.tolist(), strict=True))


def divergence(a, b):
    words = sorted(a.keys() | b.keys())
    return jensenshannon([a[word] for word in words], [b[word] for word in words]) ** 2


def peer(reading):
    """Every feature of words but ratios and differences, by either definition."""

    def counted(texts, rows, cut):
        return Counter(word for row in rows for word in TOKENIZERS[cut](texts[row]))

    found, classes, learned = {}, {}, {}
    for role, task in (("main", MAIN), ("aux", AUX)):
        sample = SAMPLES[task]
        rows = (sample.train_rows[sample.train_labels == label] for label in (1, 0))
        classes[role] = [counted(TRAIN, of_class, reading.words_jsd) for of_class in rows]
        learned[role] = classes[role][0] + classes[role][1]
        tested = counted(TEST, sample.test_rows, reading.words_jsd)
        train_words = counted(TRAIN, sample.train_rows, reading.words_counts)
        test_words = counted(TEST, sample.test_rows, reading.words_counts)
        unseen = test_words.keys() - train_words.keys()
        found |= {
            f"jsd_between_classes_{role}": divergence(*classes[role]),
            f"n_words_train_{role}": len(train_words),
            f"n_words_test_{role}": len(test_words),
            f"oov_rate_{role}": len(unseen) / len(test_words),
            f"type_token_ratio_{role}": len(train_words) / sum(train_words.values()),
            f"jsd_test_train_{role}": divergence(tested, learned[role]),
            f"jsd_test_train_positive_{role}": divergence(tested, classes[role][0]),
            f"jsd_test_train_negative_{role}": divergence(tested, classes[role][1]),
        }
    for label, main, aux in zip(("positive", "negative"), *classes.values(), strict=True):
        found[f"jsd_main_aux_{label}"] = divergence(main, aux)
    return found | {"jsd_main_aux": divergence(*learned.values())}


@pytest.mark.parametrize(("definition", "n_curve", "n_ratio"), [("code", 18, 8), ("text", 16, 7)])
def test_sets_have_the_sizes_that_are_told_and_complement_each_other(definition, n_curve, n_ratio):
    names, sets = DEFINITIONS[definition].names, DEFINITIONS[definition].sets
    assert len(set(names)) == len(sets["all"]) == 30
    assert (len(sets["only_curve"]), len(sets["only_ratio"])) == (n_curve, n_ratio)
    for part, rest in (("no_curve", "only_curve"), ("no_ratio", "only_ratio")):
        assert sorted(sets[part] + sets[rest]) == list(range(30))


def test_names_and_sets_stand_in_the_released_order():
    assert FEATURE_NAMES == AUTHORS_FEATURES
    sets = DEFINITIONS["code"].sets
    assert sets["only_ratio"] == tuple(range(16, 24))
    assert sets["only_curve"] == (*range(2, 8), *range(10, 16), *range(18, 24))


@pytest.mark.parametrize("protocol", [PAPER, RELEASED, TEXT], ids=["paper", "released", "text"])
def test_features_of_words_equal_a_peers(protocol):
    expected, found = peer(protocol.reading), features(protocol)
    assert expected["oov_rate_main"] > 0
    for name in found:
        is_of_both = name.endswith(("_ratio", "_relative"))
        if name.startswith(("jsd", "n_words", "oov", "type")) and not is_of_both:
            assert found[name] == pytest.approx(expected[name], abs=1e-12), name


@pytest.mark.parametrize("protocol", [PAPER, TEXT], ids=["code", "text"])
def test_ratios_and_relative_differences_are_those_of_both_tasks(protocol):
    found = features(protocol)
    for name in found:
        stem, _, role = name.rpartition("_")
        if role in ("ratio", "relative") and stem != "type_token":
            main, aux = found[f"{stem}_main"], found[f"{stem}_aux"]
            expected = main / aux if role == "ratio" else (main - aux) / abs(aux)
            assert found[name] == pytest.approx(expected), name


def test_curve_features_are_the_parameters_the_losses_were_made_with():
    # The fit is exact on exact curves up to the flatness of its minimum: c to about 1e-6.
    assert features()["curve_a_main"] == pytest.approx(-0.1, rel=1e-6)
    assert features()["curve_c_main"] == pytest.approx(0.5, rel=1e-5)
    assert features()["curve_a_ratio"] == pytest.approx(0.5, rel=1e-6)
    assert features()["curve_c_ratio"] == pytest.approx(2.0, rel=1e-5)


@pytest.mark.parametrize(
    ("protocol", "epochs"), [(PAPER, (15, 37, 75, 112)), (RELEASED, (8, 20, 40, 60))]
)
def test_gradients_are_taken_at_the_protocols_epochs(protocol, epochs):
    found = features(protocol)
    for percent, i in zip((10, 25, 50, 75), epochs, strict=True):
        expected = (LOSSES[MAIN][i + 1] - LOSSES[MAIN][i - 1]) / 2
        assert found[f"gradient_{percent}_main"] == pytest.approx(expected)


def test_what_is_divided_by_zero_is_zero():
    flat = {MAIN: LOSSES[MAIN], AUX: np.full(150, 0.5)}
    code, text = features(losses=flat), features(TEXT, losses=flat)
    assert code["gradient_10_ratio"] == code["curve_a_ratio"] == 0
    assert text["gradient_50_relative"] == 0


def test_rows_stand_in_the_order_of_the_pairs_and_directions_exchange_roles():
    pairs = [PAIR.reversed, PAIR]
    words = FeatureWords.of(TRAIN, TEST, PAPER.reading)
    back, there = features_of_run(pairs, SAMPLES.__getitem__, LOSSES, words, PAPER.reading)
    for row, pair in ((back, PAIR.reversed), (there, PAIR)):
        assert row == pytest.approx(list(features(pair=pair).values()), rel=1e-6)
    assert np.array_equal(there[:8], back[8:16])
    assert np.array_equal(there[8:16], back[:8])
    assert there[16:24] == pytest.approx(1 / back[16:24])
    assert there[27:29] == pytest.approx(back[27:29])


@pytest.mark.corpus
def test_curve_features_equal_the_released_ones(data_dir):
    """Those of documents are compared on the authors' own documents, in tests/oracles."""
    experiments = read_released(data_dir / "investigationMTL-logs.tar.gz")
    (released,) = (one for one in experiments if one.problem == "unrelated")
    losses = {task: log.loss for task, log in released.single.items()}
    words = FeatureWords.of(TRAIN, TEST, RELEASED.reading)
    any_documents = dict.fromkeys(losses, SAMPLES[MAIN]).__getitem__
    ours = features_of_run(released.pairs, any_documents, losses, words, RELEASED.reading)

    def difference(name):
        column = FEATURE_NAMES.index(name)
        return np.abs(ours[:, column] - released.features[:, column]).max()

    for role in ("main", "aux"):
        # Both from 12 printed digits of losses below 1.
        assert max(difference(f"gradient_{p}_{role}") for p in (10, 25, 50, 75)) < 1e-10
        # Theirs stopped short of the minimum, along the direction in which c and d may trade.
        assert difference(f"curve_a_{role}") < 1e-4
