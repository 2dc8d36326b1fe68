"""The scanned epochs and Figure 4 of made-up experiments."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit.kerinec.epochs import audit_figure, audit_scan
from minimtl.audit.kerinec.experiments import read_released
from minimtl.audit.kerinec.scan import ScannedEpoch


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


def by_item(findings):
    return {finding.item: finding for finding in findings}


def test_the_scan_is_that_of_the_logs(experiments):
    scan = [scanned(experiments, epoch) for epoch in (10, 80, 95)]
    items = by_item(audit_scan(scan, experiments))
    best = max(scan, key=lambda row: row.improved)
    assert items["epochs scanned"].derived == 3
    assert items["epoch with most pairs improved"].derived == best.epoch
    assert items[f"share improved at {best.epoch}"].derived == best.improved / 52
    assert items["epochs with a mean loss"].derived == sum(row.relative_gain < 0 for row in scan)
    for item in ("epochs whose gains the logs give", "epochs whose mean scores the logs give"):
        assert (items[item].verdict, items[item].printed, items[item].derived) == ("agrees", 3, 3)


def test_another_number_is_found_out(experiments):
    scan = [scanned(experiments, 80)._replace(improved=17.0)]
    finding = by_item(audit_scan(scan, experiments))["epochs whose gains the logs give"]
    assert (finding.verdict, finding.derived) == ("differs", 0)


def test_means_in_which_the_first_pairs_count_often_are_recognised(experiments):
    scan = [scanned(experiments, epoch, np.arange(52, 0, -1)) for epoch in (10, 80)]
    finding = by_item(audit_scan(scan, experiments))["epochs whose mean scores the logs give"]
    assert (finding.verdict, finding.derived) == ("differs", 0)
    assert "2 do where the first pair counts 52 times" in finding.reason


def test_epochs_beyond_the_logs_are_not_compared(experiments):
    scan = [scanned(experiments, 80)._replace(epoch=400)]
    assert "epochs whose gains the logs give" not in by_item(audit_scan(scan, experiments))


def test_figure_4_compares_tasks_with_pairs(experiments):
    items = by_item(audit_figure(experiments))
    joint = np.mean([scanned([run], 80).multi for run in experiments])
    of_pairs = np.mean([scanned([run], 80).single for run in experiments])
    of_tasks = np.mean(
        [[log.printed_accuracy[80] for log in run.single.values()] for run in experiments]
    )
    assert items["lead as drawn"].derived == pytest.approx(joint - of_tasks)
    assert items["lead on the same pairs"].derived == pytest.approx(joint - of_pairs)
    assert "a mean over 52 pairs less one over 19 tasks" in items["lead as drawn"].reason
    assert {finding.table for finding in items.values()} == {"Figure 4a"}
