"""Curves as paths: the points are where the scores say, and the frame holds what is settled."""

import re

import numpy as np
import pytest

from minimtl.report.charts import (
    HEIGHT,
    SETTLED,
    STEP,
    TALL,
    WIDE,
    draw_chart,
    frame_gains,
    mark_gain,
)


def points(path):
    """The absolute points of a path ``M0 yl dx+dy …``."""
    start, moves = re.fullmatch(r"M0 (-?\d+)l(.*)", path).groups()
    steps = np.array([[int(n) for n in re.findall(r"[+-]?\d+", move)] for move in moves.split()])
    return np.cumsum([(0, int(start)), *steps], axis=0)


def test_points_are_the_scores_to_half_a_unit():
    rng = np.random.default_rng(0)
    single, multi = 0.8 + rng.normal(0, 0.02, 150), 0.82 + rng.normal(0, 0.02, 100)
    chart = draw_chart(single, multi, 99)
    bottom, top = (float(chart.lines[end][1]) for end in (0, -1))
    assert [chart.lines[end][0] for end in (0, -1)] == [HEIGHT, 0]
    for path, scores in ((chart.single, single), (chart.multi, multi)):
        x, y = points(path).T
        np.testing.assert_array_equal(x, STEP * np.arange(len(scores)))
        # Moves are between rounded heights, so that no error accumulates along the path.
        height = HEIGHT * (top - scores) / (top - bottom)
        np.testing.assert_allclose(y, height, rtol=0, atol=0.5 + 1e-9)
    assert chart.width == x[0] + STEP * 149
    assert chart.read_x == STEP * 99


def test_the_frame_is_of_the_settled_scores():
    curve = np.concatenate([np.zeros(SETTLED - 1), np.full(90, 0.83)])
    chart = draw_chart(curve, curve + 0.04, 80)
    values = [float(label) for _, label in chart.lines]
    assert values[0] <= 0.83 < 0.87 <= values[-1]
    assert values[-1] - values[0] <= 0.1
    assert points(chart.single)[0, 1] > HEIGHT  # the start lies below the frame


@pytest.mark.parametrize("low", [0.0, 0.5, 0.8, 0.83, 0.9999, 1.0])
@pytest.mark.parametrize("spread", [0.0, 0.003, 0.05, 0.3, 1.0])
def test_lines_are_few_apart_and_around_the_scores(low, spread):
    curve = np.linspace(low, min(1.0, low + spread), 100)
    chart = draw_chart(curve, curve, 80)
    heights, labels = zip(*chart.lines, strict=True)
    assert 2 <= len(labels) <= 7
    assert len(set(labels)) == len(labels)
    assert list(heights) == sorted(heights, reverse=True)
    settled = curve[SETTLED - 1 :]
    assert float(labels[0]) - 1e-9 <= settled.min() <= settled.max() <= float(labels[-1]) + 1e-9


def test_one_epoch_is_a_point():
    chart = draw_chart(np.array([0.5]), np.array([0.6]), 0)
    assert chart.width == 0
    assert chart.single.startswith("M0 ")


@pytest.mark.parametrize("half_widths", [[0.01, 0.02, 0.5], [np.nan] * 3])
def test_gains_are_where_the_lines_say(half_widths):
    gains = [0.03, 0.0, -0.021]
    frame = frame_gains(gains, half_widths)
    values = [float(label.replace("−", "-")) for _, label in frame.lines]
    assert values[0] == pytest.approx(frame.low)
    assert values[-1] == pytest.approx(frame.high)
    assert dict(zip(values, frame.lines, strict=True))[0.0] == (frame.zero, "0")
    for rank, (gain, half_width) in enumerate(zip(gains, half_widths, strict=True)):
        mark = mark_gain(frame, rank, gain, half_width)
        share = (frame.high - gain) / (frame.high - frame.low)
        assert 0 <= mark.y == round(TALL * share) <= TALL
        assert mark.x == WIDE * rank + WIDE // 2
        if np.isnan(half_width):
            assert mark.interval == ""
            continue
        ends = re.fullmatch(rf"M{mark.x} (-?\d+)V(-?\d+)", mark.interval).groups()
        top, bottom = map(int, ends)
        assert top <= mark.y <= bottom
        assert bottom - top == pytest.approx(
            2 * TALL * half_width / (frame.high - frame.low), abs=1
        )
