"""Table 1 on made-up experiments whose scores are known."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit.kerinec import table1 as module
from minimtl.audit.kerinec.consistency import audit_consistency
from minimtl.audit.kerinec.experiments import read_released
from minimtl.audit.kerinec.table1 import audit_scores, gains
from minimtl.tasks.published import Table1Row


def of_reading(findings, reading):
    return {
        finding.item: finding
        for finding in findings
        if (finding.table, finding.reading) == ("Table 1", reading)
    }


def test_one_run_of_five_decides_nothing(made_up_experiment, root):
    made_up = made_up_experiment("exp1_3")
    findings = of_reading(audit_scores(read_released(root)), "as computed")
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
    printed = Table1Row(round(single, 3), round(multi, 3) + 0.001, 0.0)
    monkeypatch.setitem(module.TABLE1, "related", printed)
    monkeypatch.setitem(module.MEAN_GAIN_PRINTED, "related", 0.30)
    findings = audit_scores(read_released(root))
    table1 = of_reading(findings, "as computed")
    assert [f.verdict for f in table1.values()] == ["agrees", "differs", "differs"]
    (of_logs, of_table) = [f for f in findings if f.item == "mean relative gain"]
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
    np.testing.assert_array_equal(gains(experiment), [True, False, False])
    (ties,) = [finding for finding in audit_consistency([experiment]) if finding.item == "ties"]
    assert ties.derived == 3
    assert "1 of them are labelled gains" in ties.reason
