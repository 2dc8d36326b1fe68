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
def problem(made_up_outcomes):
    """A function: of a problem no more than figures need, its outcomes, curves and protocol."""

    def make(name, n_runs, n_pairs, protocol=PAPER):
        found = made_up_outcomes(name, n_pairs, n_runs)
        return SimpleNamespace(
            outcomes=found,
            protocol=protocol,
            problem=name,
            name=name.upper(),
            curves=curves_of(found),
        )

    return make


def draw(folder, *problems):
    """The names of the figures of problems, drawn in `folder`."""
    folder.mkdir(exist_ok=True)
    return figures.draw_figures(problems, NEWSGROUPS, folder)


def chart_of(problem, name):
    """A figure's chart as data."""
    return figures.make_figures(problem, NEWSGROUPS)[name][0]


def test_only_what_exists_is_drawn(tmp_path, problem):
    assert draw(tmp_path, problem("unrelated", 1, 4)) == ["figure4b"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["figure4b.png", "figure4b.svg"]
    # The first of the 52 RELATED pairs is from comp; rec and talk have nothing to show.
    assert draw(tmp_path, problem("related", 2, 1)) == ["figure4a", "figure5b"]


def test_same_outcomes_same_bytes_whatever_the_users_style(tmp_path, problem):
    import matplotlib

    first, second = tmp_path / "first", tmp_path / "second"
    draw(first, problem("related", 3, 1))
    with matplotlib.rc_context({"lines.linewidth": 7, "font.size": 20, "svg.hashsalt": None}):
        draw(second, problem("related", 3, 1))
    drawn, again = ({p.name: p.read_bytes() for p in one.iterdir()} for one in (first, second))
    assert drawn == again
    assert b"<dc:date>" not in drawn["figure4a.svg"]


def test_a_figure_has_a_panel_a_protocol(tmp_path, problem):
    both = [problem("related", 2, 1, protocol) for protocol in (RELEASED, PAPER)]
    assert draw(tmp_path, *both) == ["figure4a", "figure5b"]
    drawn = (tmp_path / "figure4a.svg").read_text()
    assert drawn.count("by the authors") == drawn.count("by the paper") == 1


def test_interval_is_the_t_interval_of_scipy():
    values = np.random.default_rng(1).normal(size=(7, 5))
    mean, half = figures.interval_over_runs(values)
    low, high = stats.t.interval(0.95, 4, loc=values.mean(axis=1), scale=stats.sem(values, axis=1))
    np.testing.assert_allclose([mean - half, mean + half], [low, high], rtol=1e-12)


def test_one_run_has_no_interval_and_none_no_mean():
    mean, half = figures.interval_over_runs(np.array([[0.5, np.nan], [np.nan, np.nan]]))
    np.testing.assert_array_equal(mean, [0.5, np.nan])
    assert np.isnan(half).all()


def test_learning_curves_show_the_means_and_where_scores_are_read(problem):
    result = problem("related", 3, 6)
    result.curves.single[:3] += 0.1
    single, multi, read = chart_of(result, "figure4a").series
    np.testing.assert_allclose(single.y, result.curves.single.mean(axis=(0, 1)))
    np.testing.assert_allclose(multi.y, result.curves.multi.mean(axis=(0, 1)))
    assert (single.colour, single.shape) == ("blue", "cross")
    assert (multi.colour, multi.shape) == ("orange", "circle")
    assert (read.axis, read.at) == ("x", 100)


def test_wide_bands_do_not_flatten_the_curves(problem):
    """Two runs that disagree wildly have a band from below 0 to above 1."""
    result = problem("related", 2, 6)
    result.curves.single[..., :20] = [[0.0], [1.0]]
    axis = chart_of(result, "figure4a").y
    means = [curve.mean(axis=(0, 1)) for curve in (result.curves.single, result.curves.multi)]
    assert 0 <= axis.low <= min(map(np.min, means)) <= max(map(np.max, means)) <= axis.high <= 1
    assert axis.high - axis.low <= np.ptp(np.concatenate(means)) + 0.1 + 1e-9


def test_gains_stand_beside_the_pair_they_belong_to(problem):
    result = problem("related", 3, 52)
    chart, outcomes = chart_of(result, "figure5a"), result.outcomes
    labels = [words for _, words in chart.y.ticks]
    line = labels.index("sport.hockey / motorcycles") + 1
    assert line - 1 in chart.y.bold
    assert labels[line] == "with sport.baseball / autos"
    mains = [pair.main for pair in outcomes.pairs]
    pair = mains.index(("rec.sport.hockey", "rec.motorcycles"))
    expected = 100 * (outcomes.multi[pair] / outcomes.single[pair] - 1).mean()
    (dot,) = [dot for series in chart.series[1:] for dot in series.dots if dot.y == line]
    assert dot.x == pytest.approx(expected)
