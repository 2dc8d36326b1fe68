"""The harness of ``python -m bench``: its arithmetic, and that the contestants do the same work.

Nothing here asserts a time.
"""

import json
import sys

import numpy as np
import pytest

from bench import machine
from bench.growth import zipf_documents
from bench.harness import Timing, interleave, ratio
from bench.ours import OurEpochs
from bench.output import as_json, as_markdown
from bench.processes import run_python
from bench.rows import OURS, Row, missing_row
from bench.settings import Settings
from bench.steps import FLOOR, SECTION, SKLEARN, TORCH, WHATS
from bench.targets import targets


def test_interleave_takes_turns_and_begins_each_round_with_another():
    called = []
    contestants = {name: lambda name=name: called.append(name) for name in "ab"}
    timings = interleave(contestants, 2, warm_up=1, units=2.0)
    assert "".join(called) == "ba" + "ab" + "ba"
    assert [len(timing.cpu) for timing in timings.values()] == [2, 2]


def test_ratio_is_the_median_of_the_rounds_ratios():
    # Of the medians, 4 and 2, it would be 2.
    assert ratio(Timing(cpu=[3.0, 4.0, 50.0]), Timing(cpu=[1.0, 4.0, 2.0])) == 3.0


@pytest.mark.parametrize("document_input", ["dense", "CSR", "EmbeddingBag"])
@pytest.mark.parametrize("n_tasks", [1, 2])
def test_torch_makes_the_same_steps(document_input, n_tasks):
    """One epoch of the peer, and ours over the same batches: the same loss in the last step."""
    pytest.importorskip("torch")
    from bench.peers_torch import TorchEpochs

    tasks = [zipf_documents(64, 300)] * n_tasks
    peer = TorchEpochs(tasks, document_input, "fused", dropout=0.0)
    ours = OurEpochs(tasks, dropout=0.0)
    keys = np.zeros((1, 2, 2), np.uint32)
    for step in range(4):
        rows = np.arange(32) + 32 * (step % 2)
        order = np.stack([rows + 64 * task for task in range(n_tasks)])
        last = ours.trainer.epoch(order, keys).sum()
    peer.epoch()
    # Float32 on both sides, sums in another order: some units of 6e-8 in losses of about 0.7.
    assert peer.epoch() == pytest.approx(last, rel=1e-5)


def test_targets_and_tables_say_what_is_missing():
    what = WHATS[1]
    rows = [
        Row(SECTION, what, f"{TORCH} dense, default Adam", "ms", 9.0, times_ours=18.0),
        Row(SECTION, what, f"{TORCH} EmbeddingBag, fused Adam", "ms", 4.5, times_ours=9.0),
        Row(SECTION, what, FLOOR, "ms", 0.2, times_ours=0.4),
        missing_row(SECTION, what, SKLEARN, "scikit-learn is not installed"),
    ]
    goals = {goal.what: goal for goal in targets(rows, Settings("synthetic", quick=True))}
    best = goals["single task: times the best PyTorch setting"]
    assert (best.measured, best.verdict) == (9.0, "yes")
    assert goals["single task: over the floor"].verdict == "no"
    assert goals["single task: times scikit-learn"].verdict == "not measured"
    assert goals["TF-IDF, two threads: times one (wall time)"].verdict == "not measured"

    about = {"command": "python -m bench", "corpus": "none", "machine": machine.facts()}
    content = json.loads(as_json(about, rows, list(goals.values())))
    assert content["rows"][3]["median"] is None
    assert content["rows"][1]["times_ours"] == 9.0
    assert "scikit-learn is not installed" in as_markdown(about, rows, list(goals.values()))


def test_a_process_is_watched():
    script = "import sys, time; time.sleep(0.2); sys.exit('so')"
    ended = run_python(["-c", script], memory=True)
    assert ended.error == "so"
    assert ended.exit_code == 1
    assert ended.wall > 0
    if sys.platform == "linux":
        assert ended.cpu > 0
        assert ended.worker_mb == 0.0
        assert ended.parent_mb > 0.0
        assert 0.0 < ended.total_mb < 2.0 * ended.parent_mb


def test_the_chart_shows_each_contestant_that_was_measured(tmp_path):
    pytest.importorskip("matplotlib")
    from bench.chart import draw

    rows = [
        Row(SECTION, "single task", OURS, "ms", 0.25),
        Row(SECTION, "single task", "PyTorch dense", "ms", 2.5),
        Row(SECTION, "single task", SKLEARN, "ms", 7.5),
        Row(SECTION, "two tasks jointly", OURS, "ms", 0.5),
    ]
    assert draw(rows, tmp_path)
    drawn = (tmp_path / "speed.svg").read_text(encoding="utf-8")
    for text in ("0.25 ms", "2.5 ms", "7.5 ms", "0.5 ms", "single task: PyTorch, best setting"):
        assert text in drawn
    assert not draw([], tmp_path)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("solver", "n_classes", "largest"),
    [("newton-cg", 2, 1e-12), ("newton-cg", 3, 1e-12), ("liblinear", 2, 1e-8)],
)
def test_solvers_race_at_equal_gradients(solver, n_classes, largest):
    """scikit-learn's own tolerance is what the gradient, worked out anew, is measured by."""
    sklearn = pytest.importorskip("sklearn.linear_model")
    from bench.wide import largest_gradient

    rng = np.random.default_rng(0)
    X, y = rng.random((90, 4)), rng.permutation(np.arange(90) % n_classes)
    exact = sklearn.LogisticRegression(solver=solver, tol=1e-12, max_iter=10_000).fit(X, y)
    rough = sklearn.LogisticRegression(solver=solver, tol=1e-12, max_iter=1).fit(X, y)
    assert largest_gradient(exact, X, y) < largest < 1e-6 < largest_gradient(rough, X, y)
