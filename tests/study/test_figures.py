"""Figures: what exists is drawn, with the numbers it claims, and always the same bytes."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from minimtl.study import figures
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS
from tests.study.conftest import curves_of

pytest.importorskip("matplotlib")


@pytest.fixture
def outcomes(made_up_outcomes):
    """A problem of which a figure needs no more than outcomes, curves and protocol."""

    def make(problem, n_runs, n_pairs, protocol=PAPER):
        found = made_up_outcomes(problem, n_pairs, n_runs)
        return SimpleNamespace(
            outcomes=found,
            protocol=protocol,
            problem=problem,
            name=problem.upper(),
            curves=curves_of(found),
        )

    return make


def test_only_what_exists_is_drawn(tmp_path, outcomes):
    assert figures.draw_figures([outcomes("unrelated", 1, 4)], NEWSGROUPS, tmp_path) == ["figure4b"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["figure4b.png", "figure4b.svg"]
    # The first of the 52 RELATED pairs is from comp; rec and talk have nothing to show.
    assert figures.draw_figures([outcomes("related", 2, 1)], NEWSGROUPS, tmp_path) == [
        "figure4a",
        "figure5b",
    ]


def test_same_outcomes_same_bytes_whatever_the_users_style(tmp_path, outcomes):
    import matplotlib

    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    figures.draw_figures([outcomes("related", 3, 1)], NEWSGROUPS, first)
    with matplotlib.rc_context({"lines.linewidth": 7, "font.size": 20, "svg.hashsalt": None}):
        figures.draw_figures([outcomes("related", 3, 1)], NEWSGROUPS, second)
    names = sorted(p.name for p in first.iterdir())
    assert len(names) == 4
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert b"<dc:date>" not in (first / "figure4a.svg").read_bytes()


def test_interval_is_the_t_interval_of_scipy():
    values = np.random.default_rng(1).normal(size=(7, 5))
    mean, half = figures.interval_over_runs(values)
    low, high = stats.t.interval(0.95, 4, loc=values.mean(axis=1), scale=stats.sem(values, axis=1))
    np.testing.assert_allclose([mean - half, mean + half], [low, high], rtol=1e-12)


def test_one_run_has_no_interval_and_none_no_mean():
    mean, half = figures.interval_over_runs(np.array([[0.5, np.nan], [np.nan, np.nan]]))
    np.testing.assert_array_equal(mean, [0.5, np.nan])
    assert np.isnan(half).all()


def made(problem, name):
    """A figure's chart as data."""
    return figures.make_figures(problem, NEWSGROUPS)[name][0]


def test_learning_curves_show_the_means_and_name_their_axes(outcomes):
    problem = outcomes("related", 3, 6)
    problem.curves.single[:3] += 0.1
    chart = made(problem, "figure4a")
    single, multi, read = chart.series
    np.testing.assert_allclose(single.y, problem.curves.single.mean(axis=(0, 1)))
    np.testing.assert_allclose(multi.y, problem.curves.multi.mean(axis=(0, 1)))
    assert (single.colour, single.shape) == ("blue", "cross")
    assert (multi.colour, multi.shape) == ("orange", "circle")
    assert (read.axis, read.at) == ("x", 100)
    assert chart.x.label == "epoch"
    assert chart.title.startswith("F1, RELATED by the paper's text")


def test_a_figure_has_a_panel_a_protocol(tmp_path, outcomes):
    both = [outcomes("related", 2, 1, protocol) for protocol in (RELEASED, PAPER)]
    assert figures.draw_figures(both, NEWSGROUPS, tmp_path) == ["figure4a", "figure5b"]
    drawn = (tmp_path / "figure4a.svg").read_text()
    assert drawn.count("by the authors") == drawn.count("by the paper") == 1


def test_wide_bands_do_not_flatten_the_curves(outcomes):
    """Two runs that disagree wildly have a band from below 0 to above 1."""
    result = outcomes("related", 2, 6)
    curves = result.curves
    curves.single[..., :20] = [[0.0], [1.0]]
    axis = made(result, "figure4a").y
    means = curves.single.mean(axis=(0, 1)), curves.multi.mean(axis=(0, 1))
    assert 0 <= axis.low <= min(map(np.min, means)) <= max(map(np.max, means)) <= axis.high <= 1
    assert axis.high - axis.low <= np.ptp(np.concatenate(means)) + 0.1 + 1e-9


def test_gains_stand_beside_the_pair_they_belong_to(outcomes):
    problem = outcomes("related", 3, 52)
    chart = made(problem, "figure5a")
    problem = problem.outcomes
    labels = [words for _, words in chart.y.ticks]
    line = labels.index("sport.hockey / motorcycles") + 1
    assert line - 1 in chart.y.bold
    assert labels[line] == "with sport.baseball / autos"
    pair = next(
        row
        for row, pair in enumerate(problem.pairs)
        if pair.main == ("rec.sport.hockey", "rec.motorcycles")
    )
    expected = 100 * (problem.multi[pair] / problem.single[pair] - 1).mean()
    (dot,) = [dot for series in chart.series[1:] for dot in series.dots if dot.y == line]
    assert dot.x == pytest.approx(expected)
    assert "%" in chart.x.label
