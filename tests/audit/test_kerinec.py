"""The audit of made-up experiments: scores, epochs, runs and features; and of the real ones."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit import kerinec
from minimtl.audit.kerinec import audit_mean_gain, audit_runs, audit_scans, audit_table1
from minimtl.audit.kerinecfeatures import audit_text
from minimtl.audit.kerineclogs import Efficiency, Runs, ScannedEpoch, read_released
from minimtl.audit.recognise import audit
from minimtl.gains.metamodel import fit_all_pairs
from minimtl.tasks.printedtables import AUTHORS_FEATURES, PrintedScores
from minimtl.tasks.protocol import RELEASED
from tests.audit.madeup import by_item


@pytest.fixture
def experiments(made_up_experiment, root):
    """Two runs whose scores differ from epoch to epoch."""
    made_up_experiment("exp1_0", seed=0)
    made_up_experiment("exp1_1", seed=1)
    rng = np.random.default_rng(2)
    return [
        replace(
            run,
            single={task: _drawn(log, rng) for task, log in run.single.items()},
            joint={pair: _drawn(log, rng) for pair, log in run.joint.items()},
        )
        for run in read_released(root)
    ]


def _drawn(log, rng):
    return log._replace(printed_accuracy=rng.uniform(0.5, 0.9, log.loss.size))


def scanned(experiments, epoch):
    """Mean relative gain and share of pairs improved, by plain loops."""
    gains = []
    for run in experiments:
        for pair, log in run.joint.items():
            single = run.single[pair.main].printed_accuracy[epoch]
            gains.append((log.printed_accuracy[epoch] - single) / single)
    return ScannedEpoch(epoch, np.mean(gains), np.mean([gain > 0 for gain in gains]))


def test_the_scan_is_held_against_the_logs(experiments):
    scan = [scanned(experiments, epoch) for epoch in (10, 80, 95)]
    forged = [scan[0], scan[1]._replace(share=17 / 52), scan[2]._replace(epoch=400)]
    exact, other = (
        by_item(audit_scans([Runs(experiments)], {"related": rows}).findings)
        for rows in (scan, forged)
    )
    best = max(scan, key=lambda row: row.share)
    n_losing = sum(row.relative_gain < 0 for row in scan)
    assert exact["epochs scanned"].derived == 3
    assert f"largest at {best.epoch} ({best.share:.3f}" in exact["epochs scanned"].reason
    assert f"{n_losing} have a negative mean gain" in exact["epochs scanned"].reason
    gains = "epochs whose gains the logs give"
    assert (exact[gains].verdict, exact[gains].printed, exact[gains].derived) == ("agrees", 3, 3)
    # An epoch beyond the logs is not compared.
    assert (other[gains].verdict, other[gains].printed, other[gains].derived) == ("differs", 2, 1)


def test_all_runs_decide(made_up_experiment, root, monkeypatch):
    runs = [made_up_experiment(f"exp1_{run}", seed=run) for run in range(5)]
    single = np.mean([run.single.mean() for run in runs])
    multi = np.mean([run.joint.mean() for run in runs])
    printed = PrintedScores(round(single, 3), round(multi, 3) + 0.001, 0.0)
    monkeypatch.setitem(kerinec.TABLE1, "related", printed)
    monkeypatch.setitem(kerinec.MEAN_GAIN_PRINTED, "related", 0.30)
    problems = [Runs(read_released(root))]
    table1 = [one for one in audit_table1(problems).findings if one.reading == "as computed"]
    assert [finding.verdict for finding in table1] == ["agrees", "differs", "differs"]
    gaining = np.mean([(run.joint > run.single).mean() for run in runs])
    assert [finding.derived for finding in table1] == pytest.approx([single, multi, gaining])

    of_logs, of_table = audit_mean_gain(problems).findings[:2]
    relative = np.mean([((run.joint - run.single) / run.single).mean() for run in runs])
    assert of_logs.derived == pytest.approx(relative, abs=1e-12)
    assert of_logs.verdict == "differs"
    assert of_table.derived == pytest.approx(printed.multi / printed.single - 1, abs=1e-12)


def test_runs_are_compared_with_each_other(made_up_experiment, root):
    for name, seed in (("exp1_0", 4), ("exp1_1", 4), ("exp1_2", 5), ("exp2_0", 6)):
        made_up_experiment(name, seed)
    findings, lines = audit_runs([], read_released(root))
    found = {(f.item, f.experiments): f for f in findings}
    assert found["repeated single-task logs", "exp1_0 exp1_1"].derived == 19
    assert found["repeated single-task logs", "exp1_0 exp1_2"].derived == 0
    assert found["same label", "exp1_0 exp1_1"].derived == 1
    assert found["same label", "exp1_0 exp1_2"].derived < 0.9
    assert "of 52 pairs" in found["same label", "exp1_0 exp2_0"].reason  # UNRELATED has them too
    assert "exp1_0 and exp1_1 share 19 single-task logs" in lines[0]


def test_without_features_only_scores_are_audited(made_up_experiment, root):
    made_up_experiment(n_pairs=10)
    (root / "exp1_0/results200/80array_features_log_reg.npz").unlink()
    findings = audit(root).findings
    tables = dict.fromkeys(finding.table for finding in findings)
    assert list(tables) == ["experiments", "Table 1", "§5.1", "§4.2", "Figure 4a"]
    assert any("features" in f.reason for f in findings if f.verdict == "missing")


@pytest.fixture
def experiment(made_up_experiment, root):
    """One of 20 pairs, whose features are noise but for the gradients."""
    made_up_experiment(n_pairs=20)
    return read_released(root)[0]


def finding_with(item, experiment, **columns):
    """What is found of the features where these columns are others."""
    features = experiment.features.copy()
    for name, values in columns.items():
        features[:, AUTHORS_FEATURES.index(name)] = values
    return by_item(audit_text([replace(experiment, features=features)]).findings)[item]


def test_the_epoch_of_the_gradients_is_read_from_them(experiment):
    losses = np.array([experiment.single[pair.main].loss for pair in experiment.pairs])
    slope = (losses[:, 113] - losses[:, 111]) / 2
    item = "epoch of the gradient at 75 %"
    of_code, of_text = (
        finding_with(item, experiment, **columns) for columns in ({}, {"gradient_75_main": slope})
    )
    assert (of_code.printed, of_code.derived, of_code.verdict) == (112, 60, "differs")
    assert (of_text.derived, of_text.verdict) == (112, "agrees")


def test_counts_are_no_ratios(experiment):
    item, counts = "type-token ratio", np.arange(4000, 4020)
    counted = finding_with(item, experiment, n_words_train_main=counts)
    assert (counted.verdict, counted.derived) == ("differs", 4019)
    assert finding_with(item, experiment).verdict == "agrees"


@pytest.mark.parametrize(("scaling", "verdict"), [("standard", "differs"), ("minmax", "agrees")])
def test_the_scaling_is_told_by_the_coefficients(experiment, scaling, verdict):
    meta = RELEASED.replace(scaling=scaling).meta
    logged = Efficiency({}, fit_all_pairs(experiment.labelled, meta))
    found = finding_with("scaling to [0, 1]", replace(experiment, efficiency=logged))
    assert found.verdict == verdict


@pytest.mark.corpus
@pytest.mark.slow
def test_the_whole_archive(data_dir):
    audited = audit(data_dir / "investigationMTL-all.tar.gz")
    assert len(audited.lines) == 9
    found = {(f.problem, f.table, f.item): f for f in audited.findings if f.reading != "Table 1"}
    for problem, best, share in (("related", 80, 187 / 260), ("unrelated", 95, 323 / 516)):
        scanned = found[problem, "gains", "epochs scanned"]
        assert scanned.derived == 19
        assert f"largest at {best} ({share:.3f}" in scanned.reason
        assert found[problem, "gains", "epochs whose gains the logs give"].verdict == "agrees"
    fall = found["related", "§5.1", "mean fall of the error"].derived
    assert fall == pytest.approx(0.056, abs=5e-4)
    assert found["related", "Figure 4a", "lead as drawn"].derived < 0
    assert found["related", "Figure 4a", "lead on the same pairs"].derived > 0
    repeated = [f for f in audited.findings if f.item == "repeated single-task logs" and f.derived]
    assert [(f.experiments, f.derived) for f in repeated] == [("exp1_2 exp1_3", 18)]
