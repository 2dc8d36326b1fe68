"""The tuning: how reviews are divided, what is chosen and said of it; tests/frozen holds a run."""

import re

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from minimtl.corpora.amazon import AmazonReviews, Reviews
from minimtl.report.textforms import to_text
from minimtl.study.tuning import (
    HELD_OUT,
    N_FOLDS,
    PAPERS,
    Setting,
    Tuning,
    TuningFit,
    plan,
    tuning_finding,
    unigrams_of,
    write_tuning,
)
from minimtl.tasks.modeljobs import JobResult

WORSE, BEST, EQUAL = Setting(1, 25), Setting(2, 50), Setting(3, 50)
SETTINGS = (WORSE, PAPERS, BEST, EQUAL)
DOMAINS = ("books", "dvd")


@pytest.fixture
def reviews():
    """Two domains of 36 reviews over 30 unigrams and 10 bigrams."""
    labels = np.repeat([0, 1], 18)
    vocabulary = (*(f"w{i:02}" for i in range(30)), *(f"w_{i}" for i in range(10)))
    counts = csr_matrix(np.random.default_rng(0).poisson(0.5, (36, 40)))
    domains = tuple(Reviews(name, counts, labels) for name in DOMAINS)
    return AmazonReviews("made up", "5" * 64, vocabulary, domains)


@pytest.mark.parametrize("number", range(len(DOMAINS)))
def test_folds_and_the_part_held_out(reviews, number):
    _, held_out = TuningFit(BEST, number, HELD_OUT).rows(reviews)
    tested = []
    for fold in range(N_FOLDS):
        learned, test = TuningFit(BEST, number, fold).rows(reviews)
        assert not set(learned) & set(test)
        assert not set(held_out) & (set(learned) | set(test))
        assert list(np.bincount(reviews.domains[number].labels[test])) == [3, 3]
        tested += list(test)
    assert sorted([*tested, *held_out]) == list(range(36))


def test_bigrams_are_left_out(reviews):
    data = unigrams_of(reviews)
    assert data.vocabulary == reviews.vocabulary[:30]
    assert all(domain.counts.shape == (36, 30) for domain in data.domains)


@pytest.fixture
def tuning():
    """A function: a tuning whose folds differ by more than its settings, of which `papers` is one.

    Only pairs can tell the settings apart.
    """

    def make(papers=0.0):
        rng = np.random.default_rng(0)
        shape = (len(DOMAINS), N_FOLDS + 1)
        fold = rng.normal(0.8, 0.05, shape)
        f1 = np.array(
            [fold + shift + rng.normal(0, 0.004, shape) for shift in (-0.03, papers, 0.01, 0.009)]
        )
        f1[0, :, HELD_OUT] = 0.99  # what is held out must not be looked at
        return Tuning(SETTINGS, DOMAINS, f1, f1 - 0.01, np.full(4, 0.5))

    return make


def test_paired_differences_tell_settings_apart_and_nothing_held_out_decides(tuning):
    made = tuning()
    assert made.settings[made.chosen] == BEST
    worse = made.difference(0)
    assert worse.mean == pytest.approx((made.f1[0] - made.f1[2])[:, :N_FOLDS].mean())
    assert worse.high < 0
    assert worse.p_value < 0.001
    assert made.difference(2).mean == made.difference(2).low == made.difference(2).high == 0
    assert [made.settings[n] for n in made.equals()] == [BEST, EQUAL]


def test_of_equals_the_first_is_chosen_and_none_is_said_to_be_worse(tuning):
    made = tuning()
    made.f1[:] = made.f1[2]
    assert made.settings[made.chosen] == WORSE
    assert "; none of the other 3 is significantly worse." in to_text([tuning_finding(made)])


def test_results_are_read_in_the_plan_s_order():
    def result(fit):
        number = 100 * SETTINGS.index(fit.setting) + 10 * fit.domain + fit.tested
        f1 = np.array([[0.0, number / 1000]])
        scores = {"accuracy": f1 / 2, "f1": f1, "f1_negative": f1, "log_loss": f1}
        return JobResult(np.ones((1, 2)), np.arange(2), scores, float(number))

    results = [result(fit) for fit in plan(SETTINGS, len(DOMAINS))]
    made = Tuning.of(SETTINGS, DOMAINS, results)
    setting, domain, part = np.indices((len(SETTINGS), len(DOMAINS), N_FOLDS + 1))
    np.testing.assert_allclose(made.f1, (100 * setting + 10 * domain + part) / 1000)
    np.testing.assert_array_equal(made.accuracy, made.f1 / 2)
    np.testing.assert_allclose(np.diff(made.seconds), 100)


@pytest.mark.parametrize(
    ("papers", "sentence"),
    [
        (0.0, "; 1 of the other 3 is not significantly worse."),
        (-0.03, "which is significantly worse."),
        (0.0095, "which is not significantly worse."),
        (0.1, "It is what the paper settled on."),
    ],
)
def test_the_finding_says_where_the_paper_stands(tuning, papers, sentence):
    assert sentence in to_text([tuning_finding(tuning(papers))])


def test_the_page_has_the_chosen_setting_first_and_what_is_said_of_it(tuning, tmp_path):
    said = write_tuning(tuning(), "made up", tmp_path)
    page = (tmp_path / "tune.md").read_text(encoding="utf-8")
    _, first, *_ = re.findall(r"^\| (\S+ × \S+) \|", page, re.MULTILINE)
    assert first == "**2 × 50**"
    assert said.startswith("Chosen of 4 settings: 2 × 50 (mean F1 ")
    assert (tmp_path / "tune.csv").is_file()
