"""Findings on made-up scores: Table 1, epochs, Figure 4, how consistent the logs are."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit import kerinecscores
from minimtl.audit.kerineclogs import Log, ScannedEpoch
from minimtl.audit.kerinecruns import Runs, read_released
from minimtl.audit.kerinecscores import (
    audit_between,
    audit_figure4,
    audit_mean_gain,
    audit_scans,
    audit_table1,
    audit_within,
    n_test_documents,
)
from minimtl.tasks.printedtables import PrintedScores
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
    return replace(log, printed_accuracy=rng.uniform(0.5, 0.9, log.loss.size))


def scanned(experiments, epoch, weights=None):
    """A block of the file, by plain loops."""
    gains, improved, singles, joints = [], [], [], []
    for run in experiments:
        single = [run.single[pair.main].printed_accuracy[epoch] for pair in run.pairs]
        joint = [log.printed_accuracy[epoch] for log in run.joint.values()]
        gains += [(j - s) / s for s, j in zip(single, joint, strict=True)]
        improved.append(sum(j > s for s, j in zip(single, joint, strict=True)))
        singles.append(np.average(single, weights=weights))
        joints.append(np.average(joint, weights=weights))
    numbers = np.mean(gains), np.mean(improved), len(run.pairs), np.mean(singles), np.mean(joints)
    return ScannedEpoch(epoch, *numbers)


def scan_findings(scan, experiments):
    return by_item(audit_scans([Runs(experiments)], {"related": scan}).findings)


def test_the_scan_is_that_of_the_logs(experiments):
    scan = [scanned(experiments, epoch) for epoch in (10, 80, 95)]
    items = scan_findings(scan, experiments)
    best = max(scan, key=lambda row: row.improved)
    assert items["epochs scanned"].derived == 3
    assert items["epoch with most pairs improved"].derived == best.epoch
    assert items[f"share improved at {best.epoch}"].derived == best.improved / 52
    assert items["epochs with a mean loss"].derived == sum(row.relative_gain < 0 for row in scan)
    for item in ("epochs whose gains the logs give", "epochs whose mean scores the logs give"):
        assert (items[item].verdict, items[item].printed, items[item].derived) == ("agrees", 3, 3)


def test_another_number_is_found_out(experiments):
    scan = [scanned(experiments, 80)._replace(improved=17.0)]
    finding = scan_findings(scan, experiments)["epochs whose gains the logs give"]
    assert (finding.verdict, finding.derived) == ("differs", 0)


def test_means_in_which_the_first_pairs_count_often_are_recognised(experiments):
    scan = [scanned(experiments, epoch, np.arange(52, 0, -1)) for epoch in (10, 80)]
    finding = scan_findings(scan, experiments)["epochs whose mean scores the logs give"]
    assert (finding.verdict, finding.derived) == ("differs", 0)
    assert "2 do where the first pair counts 52 times" in finding.reason


def test_epochs_beyond_the_logs_are_not_compared(experiments):
    scan = [scanned(experiments, 80)._replace(epoch=400)]
    assert "epochs whose gains the logs give" not in scan_findings(scan, experiments)


def test_figure_4_compares_tasks_with_pairs(experiments):
    items = by_item(audit_figure4([Runs(experiments)]).findings)
    joint = np.mean([scanned([run], 80).multi for run in experiments])
    of_pairs = np.mean([scanned([run], 80).single for run in experiments])
    of_tasks = np.mean(
        [[log.printed_accuracy[80] for log in run.single.values()] for run in experiments]
    )
    assert items["lead as drawn"].derived == pytest.approx(joint - of_tasks)
    assert items["lead on the same pairs"].derived == pytest.approx(joint - of_pairs)
    assert "a mean over 52 pairs less one over 19 tasks" in items["lead as drawn"].reason
    assert {finding.table for finding in items.values()} == {"Figure 4a"}


def of_reading(findings, reading):
    return {
        finding.item: finding
        for finding in findings
        if (finding.table, finding.reading) == ("Table 1", reading)
    }


def test_one_run_of_five_decides_nothing(made_up_experiment, root):
    made_up = made_up_experiment("exp1_3")
    findings = of_reading(audit_table1([Runs(read_released(root))]).findings, "as computed")
    assert findings["single"].derived == pytest.approx(made_up.single.mean(), abs=1e-12)
    assert findings["multi"].derived == pytest.approx(made_up.joint.mean(), abs=1e-12)
    assert findings["improved"].derived == np.mean(made_up.joint > made_up.single)
    for finding in findings.values():
        assert finding.verdict == "incomplete"
        assert "exp1_0 exp1_1 exp1_2 exp1_4" in finding.reason


def test_all_runs_decide(made_up_experiment, root, monkeypatch):
    runs = [made_up_experiment(f"exp1_{run}", seed=run) for run in range(5)]
    single = np.mean([run.single.mean() for run in runs])
    multi = np.mean([run.joint.mean() for run in runs])
    printed = PrintedScores(round(single, 3), round(multi, 3) + 0.001, 0.0)
    monkeypatch.setitem(kerinecscores.TABLE1, "related", printed)
    monkeypatch.setitem(kerinecscores.MEAN_GAIN_PRINTED, "related", 0.30)
    problems = [Runs(read_released(root))]
    table1 = of_reading(audit_table1(problems).findings, "as computed")
    assert [f.verdict for f in table1.values()] == ["agrees", "differs", "differs"]
    (of_logs, of_table) = audit_mean_gain(problems).findings[:2]
    relative = np.mean([((run.joint - run.single) / run.single).mean() for run in runs])
    assert of_logs.derived == pytest.approx(relative, abs=1e-12)
    assert of_logs.verdict == "differs"
    assert of_table.derived == pytest.approx(printed.multi / printed.single - 1, abs=1e-12)


def test_labels_follow_the_accuracy_as_it_was_printed(made_up_experiment, root):
    made_up_experiment(n_pairs=3)
    (experiment,) = read_released(root)
    tied = {
        pair: replace(
            log,
            accuracy=experiment.single[pair.main].accuracy[:100],
            printed_accuracy=experiment.single[pair.main].accuracy[:100] + shift,
        )
        for (pair, log), shift in zip(experiment.joint.items(), (3e-10, 0.0, -3e-10), strict=True)
    }
    experiment = replace(experiment, joint=tied)
    np.testing.assert_array_equal(experiment.gains, [True, False, False])
    (ties,) = [finding for finding in audit_within(experiment) if finding.item == "ties"]
    assert ties.derived == 3
    assert "1 of them are labelled gains" in ties.reason


def log_of(accuracy):
    return Log(*(np.asarray(accuracy, float) for _ in range(4)))


@pytest.mark.parametrize("n", [561, 647, 700])
def test_the_number_of_test_documents_is_read_from_the_shares(n):
    right = np.random.default_rng(n).integers(n // 2, n, 100)
    assert n_test_documents(log_of([round(k / n, 12) for k in right])) == n


def test_no_number_of_test_documents_fits():
    assert n_test_documents(log_of([0.5, 0.123456789012])) == 0


def test_runs_are_compared_with_each_other(made_up_experiment, root):
    made_up_experiment("exp1_0", seed=4)
    made_up_experiment("exp1_1", seed=4)
    made_up_experiment("exp1_2", seed=5)
    findings = audit_between(read_released(root)).findings
    repeated = {f.experiments: f.derived for f in findings if f.item == "repeated single-task logs"}
    assert repeated == {"exp1_0 exp1_1": 19, "exp1_0 exp1_2": 0, "exp1_1 exp1_2": 0}
    same = {f.experiments: f.derived for f in findings if f.item == "same label"}
    assert same["exp1_0 exp1_1"] == 1.0
    assert same["exp1_0 exp1_2"] < 0.9


def test_pairs_of_both_problems_are_compared_too(made_up_experiment, root):
    made_up_experiment("exp1_0", seed=4, n_pairs=20)
    made_up_experiment("exp2_0", seed=5)
    found = {
        f.item: f
        for f in audit_between(read_released(root)).findings
        if f.experiments == "exp1_0 exp2_0"
    }
    assert "of 20 pairs" in found["same label"].reason
    assert abs(found["correlation of gains"].derived) < 0.7  # noise: 3 standard errors
