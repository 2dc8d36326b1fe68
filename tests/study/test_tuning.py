"""The tuning: how reviews are divided, what a fit gives, what is chosen and what is said of it."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from minimtl.corpora.amazon import AmazonReviews, Reviews
from minimtl.report import to_csv, to_markdown, to_text
from minimtl.study.tuning import (
    GRID,
    HELD_OUT,
    LAYERS,
    N_FOLDS,
    PAPERS,
    SIZES,
    Setting,
    Tuning,
    TuningFit,
    compute,
    describe,
    draw_tuning,
    plan,
    tuning_document,
    tuning_finding,
    tuning_table,
    unigrams_of,
)
from minimtl.tasks.modeljobs import JobResult, decode
from minimtl.tasks.protocol import PAPER

WORSE, BEST, EQUAL = Setting(1, 25), Setting(2, 50), Setting(3, 50)
DOMAINS = ("books", "dvd")


@pytest.fixture
def reviews():
    """Two domains of 36 reviews over 30 unigrams and 10 bigrams that give the label away."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 18)
    vocabulary = (*(f"w{i:02}" for i in range(30)), *(f"w_{i}" for i in range(10)))

    def domain(name):
        counts = rng.poisson(0.5, (36, 40))
        counts[:, :5] += 2 * labels[:, None] * rng.integers(0, 2, (36, 5))
        counts[:, 30:] = 9 * labels[:, None]
        return Reviews(name, csr_matrix(counts.astype(np.int64)), labels)

    return AmazonReviews("made up", "5" * 64, vocabulary, (domain("books"), domain("dvd")))


def test_folds_and_the_part_held_out(reviews):
    for number, domain in enumerate(reviews.domains):
        _, held_out = TuningFit(BEST, number, HELD_OUT).rows(reviews)
        tested = []
        for fold in range(N_FOLDS):
            learned, test = TuningFit(BEST, number, fold).rows(reviews)
            assert not set(learned) & set(test)
            assert not set(held_out) & (set(learned) | set(test))
            assert list(np.bincount(domain.labels[test])) == [3, 3]
            tested += list(test)
        assert sorted([*tested, *held_out]) == list(range(36))


def test_the_grid_holds_the_paper_s_setting_once():
    assert len(GRID) == len(set(GRID)) == len(LAYERS) * len(SIZES)
    assert GRID.count(PAPERS) == 1
    assert str(PAPERS) == "2 × 100"
    assert PAPERS.protocol() == PAPER


def test_keys_differ_where_results_do(reviews):
    fits = plan(GRID, 2)
    assert len({fit.key(reviews) for fit in fits}) == len(fits)
    others = dataclasses.replace(reviews, sha256="6" * 64)
    assert fits[0].key(reviews) != fits[0].key(others)


@pytest.mark.slow
def test_a_fit_is_reproducible_and_learns(reviews):
    data = unigrams_of(reviews)
    assert all(domain.counts.shape == (36, 30) for domain in data.domains)
    fit = TuningFit(Setting(1, 200), 0, HELD_OUT)
    first, second = (decode(compute(fit, data)) for _ in range(2))
    assert first.losses.shape == (1, 100)
    np.testing.assert_array_equal(first.losses, second.losses)
    np.testing.assert_array_equal(first.scores["f1"], second.scores["f1"])
    assert first.losses[0, -10:].mean() < first.losses[0, :10].mean()
    score = first.scores["f1"][0, -1]
    assert describe(fit, compute(fit, data)) == f"1 × 200: F1 {score:.3f}"


@pytest.fixture
def tuning():
    def make(papers=0.0):
        rng = np.random.default_rng(0)
        shape = (len(DOMAINS), N_FOLDS + 1)
        # Folds differ by more than settings do: only pairs can tell these apart.
        fold = rng.normal(0.8, 0.05, shape)
        f1 = np.array(
            [fold + shift + rng.normal(0, 0.004, shape) for shift in (-0.03, papers, 0.01, 0.009)]
        )
        f1[0, :, HELD_OUT] = 0.99  # what is held out must not be looked at
        settings = (WORSE, PAPERS, BEST, EQUAL)
        return Tuning(settings, DOMAINS, f1, f1 - 0.01, np.full(4, 0.5))

    return make


def test_the_mean_over_folds_decides_and_nothing_held_out(tuning):
    made = tuning()
    assert made.settings[made.chosen] == BEST
    assert made.cv_f1[0] == pytest.approx(made.f1[0, :, :N_FOLDS].mean())


def test_paired_differences_tell_settings_apart(tuning):
    made = tuning()
    worse = made.difference(0)
    assert worse.mean == pytest.approx(made.cv_f1[0] - made.cv_f1[2])
    assert worse.high < 0
    assert worse.p_value < 0.001
    assert made.difference(2).mean == made.difference(2).low == made.difference(2).high == 0
    assert [made.settings[n] for n in made.equals()] == [BEST, EQUAL]


def test_of_equals_the_first_is_chosen(tuning):
    made = tuning()
    made.f1[3] = made.f1[2]
    assert made.settings[made.chosen] == BEST


def test_results_are_read_in_the_plan_s_order():
    settings = (WORSE, BEST)
    fits = plan(settings, len(DOMAINS))

    def result(fit):
        number = 100 * settings.index(fit.setting) + 10 * fit.domain + fit.tested
        f1 = np.array([[0.0, number / 1000]])
        scores = {"accuracy": f1 / 2, "f1": f1, "f1_negative": f1, "log_loss": f1}
        return JobResult(np.ones((1, 2)), np.arange(2), scores, float(number))

    made = Tuning.of(settings, DOMAINS, [result(fit) for fit in fits])
    for s in range(2):
        for d in range(2):
            for part in range(N_FOLDS + 1):
                assert made.f1[s, d, part] == pytest.approx((100 * s + 10 * d + part) / 1000)
                assert made.accuracy[s, d, part] == made.f1[s, d, part] / 2
    assert made.seconds[1] - made.seconds[0] == pytest.approx(100)


@pytest.mark.parametrize(
    ("papers", "sentence"),
    [
        (-0.03, "which is significantly worse."),
        (0.0095, "which is not significantly worse."),
        (0.1, "It is what the paper settled on."),
    ],
)
def test_the_finding_says_where_the_paper_stands(tuning, papers, sentence):
    assert sentence in to_text([tuning_finding(tuning(papers))])


def test_the_finding_counts_who_cannot_be_told_from_the_chosen(tuning):
    made = tuning()
    assert "; 1 of the other 3 is not significantly worse." in to_text([tuning_finding(made)])
    made.f1[:] = made.f1[2]
    assert "; none of the other 3 is significantly worse." in to_text([tuning_finding(made)])


def test_table_and_page(tuning):
    made = tuning()
    rows = tuning_table(made).rows
    assert [row["chosen"] for row in rows] == [0, 0, 1, 0]
    assert rows[0]["held_out_f1"] == 0.99
    assert to_csv(tuning_table(made)).startswith(
        b"n_layers,size,learning_rate,dropout,f1,accuracy,"
    )
    page = to_markdown(tuning_document(made, "made up", True))
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + 4
    assert lines[2].startswith("| **2 × 50** |")
    assert {line.count("|") for line in lines} == {lines[0].count("|")}
    assert "![F1 of each setting](tune.svg)" in page


def test_the_figure_is_the_same_bytes_again(tuning, tmp_path):
    pytest.importorskip("matplotlib")

    draw_tuning(tuning(), tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    draw_tuning(tuning(), tmp_path)
    assert set(first) == {"tune.png", "tune.svg"}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
