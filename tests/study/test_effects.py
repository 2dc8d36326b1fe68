"""Effects of made-up scores, whose answers are known."""

from dataclasses import replace

import pytest

from minimtl.study.universeresults import ALL, SHARE, comparisons, effect_of
from minimtl.study.universes import DIFFERENCES, make_universes, parse_choice
from minimtl.tasks.protocol import PAPER, RELEASED

BOTH = (PAPER, RELEASED)
DROPOUT, SCORE = parse_choice("dropout=0,0.5"), parse_choice("score=f1,accuracy")


def compared(choices, about, design="full"):
    """The universes of choices, and their comparisons by field, levels and protocol."""
    universes = make_universes(choices, design, about)
    found = comparisons(universes, choices, design)
    return universes, {(c.field, c.before, c.after, c.about): c for c in found}


@pytest.fixture
def estimates(made_up_outcomes):
    """A function: the effects where universes have `gain_of` them beside the same noise."""
    outcomes = made_up_outcomes(n_runs=3)

    def make(universes, found, gain_of):
        every = [replace(outcomes, multi=outcomes.multi + gain_of(u)) for u in universes]
        return {key: effect_of(comparison, every).estimate for key, comparison in found.items()}

    return make


def test_a_constant_effect_is_found_exactly_with_intervals_of_no_width(estimates):
    def gain_of(universe):
        dropout, score = universe.labels
        return 0.01 * (dropout == "0.5") - 0.003 * (score == "accuracy")

    found = estimates(*compared([DROPOUT, SCORE], (PAPER,)), gain_of)
    assert list(found) == [
        ("dropout", "0", "0.5", ALL),
        ("dropout", "0", "0.5", "paper"),
        ("score", "f1", "accuracy", ALL),
        ("score", "f1", "accuracy", "paper"),
    ]
    for estimate, expected in zip(found.values(), (0.01, 0.01, -0.003, -0.003), strict=True):
        assert estimate.value == pytest.approx(expected, abs=1e-12)
        for interval in (estimate.these_tasks, estimate.new_tasks):
            assert (interval.low, interval.high) == pytest.approx((expected, expected), abs=1e-9)


def test_effects_about_a_protocol_and_over_all(estimates):
    """An interaction: dropout matters by released alone."""

    def gain_of(universe):
        return 0.02 * (universe.labels == ("0.5",) and universe.about == "released")

    found = estimates(*compared([DROPOUT], BOTH), gain_of)
    means = {about: estimate.value for (*_, about), estimate in found.items()}
    assert means == pytest.approx({ALL: 0.01, "paper": 0.0, "released": 0.02}, abs=1e-12)


def test_a_change_in_one_universe_alone_that_is_no_protocols():
    choices = [parse_choice("train_per_class=50,100"), parse_choice("equal=updates")]
    _, found = compared(choices, (PAPER,))
    assert list(found) == [("train_per_class", "50", "100", ALL)]


def test_main_effects_have_no_mean_over_all_universes():
    choices = [parse_choice("dropout=0,0.2,0.5"), SCORE]
    universes, found = compared(choices, BOTH, "main-effects")
    steps = {key[1:3] for key in found if key[0] == "dropout"}
    assert steps == {("0", "0.2"), ("0.2", "0.5"), ("0", "0.5")}
    for comparison in found.values():
        ((weight, *places),) = comparison.steps
        before, after = (universes[place] for place in places)
        differing = [a != b for a, b in zip(before.labels, after.labels, strict=True)]
        assert (weight, sum(differing)) == (1, 1)
        assert before.about == after.about == comparison.about


def test_shares_add_up_and_choices_that_work_only_together_share_alike(estimates):
    def gain_of(universe):
        documents, score = universe.levels["documents"], universe.levels["score"]
        together = documents == "200 in all" and score == "accuracy"
        return 0.01 * together + 0.002 * (documents == "100 a class")

    universes, found = compared(DIFFERENCES, BOTH)
    found = {key: comparison for key, comparison in found.items() if key[-1] == SHARE}
    whole, *shares = estimates(universes, found, gain_of).values()
    by_name = {key[0]: share.value for key, share in zip(list(found)[1:], shares, strict=True)}
    assert whole.value == pytest.approx(0.01)
    assert sum(by_name.values()) == pytest.approx(whole.value)
    assert (by_name["documents"], by_name["score"]) == pytest.approx((0.005, 0.005))
    for comparison in found.values():
        assert sum(step.weight for step in comparison.steps) == pytest.approx(1.0)


def test_too_few_tasks_have_no_interval(made_up_outcomes):
    _, found = compared([SCORE], (PAPER,))
    one = made_up_outcomes(n_pairs=1)
    assert effect_of(next(iter(found.values())), [one, one]).estimate.new_tasks is None
