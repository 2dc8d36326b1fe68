"""Bingel and Søgaard's logs: read whole or refused, gains and features by hand, the audit."""

import re

import numpy as np
import pytest

from minimtl.audit.bingel import GAINS, PATTERN, TASKS, read_logs
from minimtl.audit.recognise import audit
from minimtl.audit.released import released_files
from minimtl.errors import MinimtlError
from tests.audit.madeup import by_item


def test_the_printed_numbers():
    values = GAINS[~np.isnan(GAINS)]
    assert (len(values), (values > 0).sum(), (values < 0).sum()) == (90, 40, 50)
    main, aux = np.unravel_index(np.nanargmax(GAINS), GAINS.shape)
    assert (TASKS[main], TASKS[aux]) == ("hyperlinks", "semcor")


@pytest.fixture
def logs(made_up_logs, root):
    """What was written, and what is read."""
    return made_up_logs(), read_logs(released_files(root, PATTERN))


def test_what_was_written(logs, root):
    made_up, found = logs
    assert tuple(found.training) == made_up.tasks
    assert dict(zip(found.pairs, found.gains, strict=True)) == pytest.approx(made_up.gains)
    for task in found.training:
        assert found.training[task].loss.tolist() == made_up.losses[task].tolist()
        assert found.training[task].iteration[:3].tolist() == [10, 20, 30]

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
    with pytest.raises(MinimtlError, match=f"{file}, line 1: .*{says}"):
        audit(root)


@pytest.mark.parametrize("file", ["loss_tr.log", "loss_dv.log"])
def test_a_joint_run_of_a_task_that_is_missing(made_up_logs, root, file):
    made_up_logs()
    (root / "logs/bee" / file).unlink()
    with pytest.raises(MinimtlError, match="not all of 'bee' alone"):
        audit(root)


@pytest.mark.parametrize(
    ("file", "pattern", "other", "says"),
    [
        ("ant_bee/loss_dv.log", "100000, task bee", "9, task bee", "of 'bee' after 100,000 itera"),
        ("ant/loss_dv.log", r"f1 0\.\d+", "f1 0.0", "'ant' alone is 0 after 50,000"),
        ("ant/loss_tr.log", "(?s)Iter 300,.*", "", "too few iterations"),
    ],
)
def test_logs_that_lack_a_score_or_a_curve(made_up_logs, root, file, pattern, other, says):
    made_up_logs()
    log = root / "logs" / file
    log.write_text(re.sub(pattern, other, log.read_text()))
    with pytest.raises(MinimtlError, match=says):
        audit(root)


def test_features_of_a_pair(logs):
    made_up, found = logs
    (row,) = (row for row in found.table.rows if (row["main"], row["aux"]) == ("ant", "bee"))
    ant, bee = (made_up.losses[task] for task in ("ant", "bee"))
    of_ant, of_bee = ((losses[121] - losses[119]) / 20 for losses in (ant, bee))
    assert row["gradient_30_main"] == pytest.approx(of_ant)
    assert row["gradient_30_aux"] == pytest.approx(of_bee)
    assert row["gradient_30_ratio"] == pytest.approx(of_ant / of_bee)


def test_two_tasks_are_too_few_to_predict(made_up_logs, root):
    made_up_logs(tasks=("ant", "bee"))
    audited = audit(root)
    assert not any("accuracy of" in item for item in by_item(audited.findings))
    assert not any("random folds" in line for line in audited.lines)


@pytest.mark.corpus
def test_the_real_logs(data_dir):
    audited = audit(data_dir / "bingel2017-logs.tar.gz")
    items = by_item(audited.findings)
    agreeing = {name: item.derived for name, item in items.items() if item.verdict == "agrees"}
    assert agreeing == {
        "gains that agree": 90,
        "pairs that gain": 40,
        "pairs that lose": 50,
        "slopes at 30 % that agree": 10,
        "largest gain": pytest.approx(23.200162754621978, abs=1e-9),
    }
    # The name on random folds is worth more than anything that is printed; unseen, nothing.
    assert 0.74 < items["F1 of main task's name"].derived < 0.78
    assert items["accuracy of majority, main task unseen"].derived == pytest.approx(50 / 90)
    assert len(audited.lines) == 10
