"""Bingel and Søgaard's logs: read whole or refused, gains and features by hand, the audit."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from minimtl.audit import audit
from minimtl.audit.bingel import GAINS, PATTERN, TASKS, read_logs
from minimtl.audit.released import released_files
from minimtl.errors import MinimtlError
from tests.audit.madeup import by_item


def test_the_printed_numbers():
    values = GAINS[~np.isnan(GAINS)]
    assert (len(values), (values > 0).sum(), (values < 0).sum()) == (90, 40, 50)
    main, aux = np.unravel_index(np.nanargmax(GAINS), GAINS.shape)
    assert (TASKS[main], TASKS[aux]) == ("hyperlinks", "semcor")
    assert list(TASKS) == sorted(TASKS)


@pytest.fixture
def logs(made_up_logs, root):
    def read(**settings):
        made_up = made_up_logs(**settings)
        return made_up, read_logs(released_files(root, PATTERN))

    return read


def test_what_was_written(logs, root):
    made_up, found = logs()
    assert tuple(found.training) == made_up.tasks
    assert sorted(found.pairs) == sorted(made_up.joint)
    for task in found.training:
        assert found.training[task].loss.tolist() == made_up.losses[task].tolist()
        assert found.training[task].iteration[:3].tolist() == [10, 20, 30]
        assert found.f1[task, task][50_000] == made_up.alone[task]
    assert found.f1["ant_bee", "bee"][100_000] == made_up.joint["bee", "ant"]

    # Of two lines of an iteration the first counts, and a joint run may be missing.
    log = root / "logs/ant/loss_dv.log"
    log.write_text(log.read_text() + "Iter 50000, task ant, loss 1, acc 0.1, f1 0.1\n")
    (root / "logs/ant_bee/loss_dv.log").unlink()
    found = read_logs(released_files(root, PATTERN))
    assert found.f1["ant", "ant"][50_000] == made_up.alone["ant"]
    assert len(found.pairs) == 10
    assert ("ant", "bee") not in found.pairs


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("ant/loss_tr.log", "Iter 10, task ant, loss nan", "no line such as"),
        ("ant/loss_tr.log", "Iter 10, task ant, loss 1e999", "no line such as"),
        ("ant/loss_tr.log", "Iter 10, task bee, loss 1", "is of the task 'bee', not of 'ant'"),
        ("ant/loss_tr.log", "Iter 10, task ant", "no line such as"),
        ("ant/loss_dv.log", "Iter 10, task ant, loss 1", "no F1 between 0 and 1"),
        ("ant/loss_dv.log", "Iter 10, task ant, loss 1, acc 1, f1 1.5", "no F1 between 0 and 1"),
        ("ant_bee/loss_dv.log", "Iter 10, task cow, loss 1, acc 1, f1 1", "not of 'ant_bee'"),
        ("ant/loss_tr.log", "Iter 10, task ant, loss " + "1" * 100_000 + "x", "no line such as"),
    ],
)
def test_a_damaged_line_is_named(made_up_logs, root, file, line, says):
    made_up_logs()
    log = root / "logs" / file
    log.write_text(line + "\n" + log.read_text())
    with pytest.raises(MinimtlError, match=says) as raised:
        read_logs(released_files(root, PATTERN))
    assert f"{file}, line 1: " in str(raised.value)


@pytest.mark.parametrize("file", ["loss_tr.log", "loss_dv.log"])
def test_a_joint_run_of_a_task_that_is_missing(made_up_logs, root, file):
    made_up_logs()
    (root / "logs/bee" / file).unlink()
    with pytest.raises(MinimtlError, match="not all of 'bee' alone"):
        read_logs(released_files(root, PATTERN))


def test_gains(logs):
    made_up, found = logs()
    for pair, gain in zip(found.pairs, found.gains, strict=True):
        assert gain == pytest.approx(made_up.gain(pair), abs=1e-9)


def test_features_of_a_pair(logs):
    made_up, found = logs()
    (row,) = (row for row in found.table.rows if (row["main"], row["aux"]) == ("ant", "bee"))
    ant, bee = (made_up.losses[task] for task in ("ant", "bee"))
    assert row["gradient_30_main"] == pytest.approx((ant[121] - ant[119]) / 20)
    assert row["gradient_30_aux"] == pytest.approx((bee[121] - bee[119]) / 20)
    assert row["gradient_30_ratio"] == pytest.approx(
        row["gradient_30_main"] / row["gradient_30_aux"]
    )
    # Every tenth of the losses, in the authors' form, whose a needs no fixing of d.
    x, y = 10.0 + 100 * np.arange(40), ant[::10]
    start = (y[0], row["curve_a_main"], row["curve_c_main"] / 100, 1.0)
    with np.errstate(invalid="ignore"):  # a step of the search may lead to c·x + d < 0
        (_, a, c, d), _ = curve_fit(lambda x, b, a, c, d: b + a * np.log(c * x + d), x, y, start)
    assert row["curve_a_main"] == pytest.approx(a, rel=1e-4)
    assert row["curve_c_main"] == pytest.approx(100 * c / (10 * c + d), rel=1e-3)


def test_a_gain_that_cannot_be_told(root, made_up_logs):
    made_up = made_up_logs()
    joint, alone = root / "logs/ant_bee/loss_dv.log", root / "logs/ant/loss_dv.log"
    whole = joint.read_text()
    joint.write_text(whole.replace("Iter 100000, task bee", "Iter 99999, task bee"))
    with pytest.raises(MinimtlError, match="no score of 'bee' after 100,000 iterations"):
        audit(root)
    joint.write_text(whole)
    alone.write_text(alone.read_text().replace(f"f1 {made_up.alone['ant']}", "f1 0.0"))
    with pytest.raises(MinimtlError, match="'ant' alone is 0 after 50,000"):
        audit(root)


def test_a_log_too_short_for_a_curve(logs):
    _, found = logs(n_lines=29)
    with pytest.raises(MinimtlError, match="too few iterations"):
        _ = found.table


def test_made_up_logs_are_of_nothing_in_print(made_up_logs, root):
    made_up = made_up_logs()
    audited = audit(root)
    items = by_item(audited.findings)
    assert items["gains that agree"].verdict == "incomplete"
    gains = np.array([made_up.gain(pair) for pair in made_up.joint])
    assert items["pairs that gain"].derived == (gains > 0).sum()
    assert items["largest gain"].derived == pytest.approx(gains.max())
    assert items["small gains"].derived == (np.abs(gains) < 1).sum()
    assert audited.lines[-1].startswith("The logs do not have")
    assert [(table.name, len(table.rows)) for table in audited.pairs] == [("pairs_bingel2017", 12)]


def test_two_tasks_are_too_few_to_predict(made_up_logs, root):
    made_up_logs(tasks=("ant", "bee"))
    audited = audit(root)
    assert not any("accuracy of" in item for item in by_item(audited.findings))
    assert not any("random folds" in line for line in audited.lines)


@pytest.mark.corpus
def test_the_real_logs(data_dir):
    audited = audit(data_dir / "bingel2017-logs.tar.gz")
    items = by_item(audited.findings)
    for item, value in (
        ("gains that agree", 90),
        ("pairs that gain", 40),
        ("pairs that lose", 50),
        ("slopes at 30 % that agree", 10),
    ):
        assert (items[item].derived, items[item].verdict) == (value, "agrees")
    assert items["largest gain"].verdict == "agrees"
    assert items["largest gain"].derived == pytest.approx(23.200162754621978, abs=1e-9)
    # The name on random folds is worth more than anything that is printed; unseen, nothing.
    assert 0.74 < items["F1 of main task's name"].derived < 0.78
    assert items["accuracy of majority, main task unseen"].derived == pytest.approx(50 / 90)
    assert len(audited.lines) == 10
