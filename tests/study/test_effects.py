"""Effects of made-up scores, whose answers are known."""

from dataclasses import replace

import pytest

from minimtl.study.universeresults import ALL, SHARE, comparisons, effect_of
from minimtl.study.universes import DIFFERENCES, make_universes, parse_choice
from minimtl.tasks.protocol import PAPER, RELEASED

BOTH = (PAPER, RELEASED)


@pytest.fixture
def with_gains(made_up_outcomes):
    """Outcomes whose gains are some noise of their own plus `gain`, the same noise each time."""
    outcomes = made_up_outcomes(n_runs=3)

    def make(gain):
        return replace(outcomes, multi=outcomes.multi + gain)

    return make


def by_key(found):
    return {(c.field, c.before, c.after, c.about): c for c in found}


def test_a_constant_effect_is_found_exactly_with_intervals_of_no_width(with_gains):
    choices = [parse_choice("dropout=0,0.5"), parse_choice("score=f1,accuracy")]
    universes = make_universes(choices, "full", (PAPER,))
    outcomes = [
        with_gains(0.01 * (u.labels[0] == "0.5") - 0.003 * (u.labels[1] == "accuracy"))
        for u in universes
    ]
    found = by_key(comparisons(universes, choices, "full"))
    assert list(found) == [
        ("dropout", "0", "0.5", ALL),
        ("dropout", "0", "0.5", "paper"),
        ("score", "f1", "accuracy", ALL),
        ("score", "f1", "accuracy", "paper"),
    ]
    for (field, *_), comparison in found.items():
        effect = effect_of(comparison, outcomes)
        expected = 0.01 if field == "dropout" else -0.003
        assert effect.estimate.value == pytest.approx(expected, abs=1e-12)
        for interval in (effect.estimate.these_tasks, effect.estimate.new_tasks):
            assert (interval.low, interval.high) == pytest.approx((expected, expected), abs=1e-9)


def test_effects_about_a_protocol_and_over_all(with_gains):
    """An interaction: dropout matters by released alone."""
    choices = [parse_choice("dropout=0,0.5")]
    universes = make_universes(choices, "full", BOTH)
    outcomes = [
        with_gains(0.02 * (u.labels[0] == "0.5" and u.about == "released")) for u in universes
    ]
    found = by_key(comparisons(universes, choices, "full"))
    means = {key[-1]: effect_of(one, outcomes).estimate.value for key, one in found.items()}
    assert means == pytest.approx({ALL: 0.01, "paper": 0.0, "released": 0.02}, abs=1e-12)


def test_a_change_in_one_universe_alone_that_is_no_protocols():
    choices = [parse_choice("train_per_class=50,100"), parse_choice("equal=updates")]
    universes = make_universes(choices, "full", (PAPER,))
    (found,) = comparisons(universes, choices, "full")
    assert (found.field, found.about, len(found.steps)) == ("train_per_class", ALL, 1)


def test_main_effects_have_no_mean_over_all_universes():
    choices = [parse_choice("dropout=0,0.2,0.5"), parse_choice("score=f1,accuracy")]
    universes = make_universes(choices, "main-effects", BOTH)
    found = by_key(comparisons(universes, choices, "main-effects"))
    assert {key[-1] for key in found} == {"paper", "released"}
    steps = {key[1:3] for key in found if key[0] == "dropout"}
    assert steps == {("0", "0.2"), ("0.2", "0.5"), ("0", "0.5")}
    for comparison in found.values():
        ((weight, before, after),) = comparison.steps
        assert weight == 1
        differing = [
            a != b for a, b in zip(universes[before].labels, universes[after].labels, strict=True)
        ]
        assert sum(differing) == 1
        assert universes[before].about == universes[after].about == comparison.about


def test_shares_add_up_and_choices_that_work_only_together_share_alike(with_gains):
    universes = make_universes(DIFFERENCES, "full", BOTH)
    together = ("documents", "score")
    places = [[c.name for c in DIFFERENCES].index(name) for name in together]
    outcomes = [
        with_gains(
            0.01 * all(u.labels[k] == DIFFERENCES[k].levels[-1].label for k in places)
            + 0.002 * (u.labels[places[0]] == "100 a class")
        )
        for u in universes
    ]
    found = [c for c in comparisons(universes, DIFFERENCES, "full") if c.about == SHARE]
    whole, *shares = [effect_of(c, outcomes) for c in found]
    assert whole.estimate.value == pytest.approx(0.01)
    assert sum(effect.estimate.value for effect in shares) == pytest.approx(whole.estimate.value)
    by_name = {effect.comparison.field: effect.estimate.value for effect in shares}
    assert by_name["documents"] == pytest.approx(0.005)
    assert by_name["score"] == pytest.approx(0.005)
    for comparison in found:
        assert sum(step.weight for step in comparison.steps) == pytest.approx(1.0)


def test_too_few_tasks_have_no_interval(made_up_outcomes):
    choices = [parse_choice("score=f1,accuracy")]
    universes = make_universes(choices, "full", (PAPER,))
    one = made_up_outcomes(n_pairs=1)
    (comparison, *_) = comparisons(universes, choices, "full")
    assert effect_of(comparison, [one, one]).estimate.new_tasks is None
