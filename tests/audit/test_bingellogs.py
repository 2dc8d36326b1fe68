"""The reader of Bingel and Søgaard's logs: whole, damaged and hostile."""

import pytest

from minimtl.audit.bingellogs import PATTERN, read_logs
from minimtl.audit.released import released_files
from minimtl.errors import MinimtlError


def read(root):
    return read_logs(released_files(root, PATTERN))


def test_what_was_written(made_up_logs, root):
    made_up = made_up_logs()
    logs = read(root)
    assert logs.tasks == made_up.tasks
    assert sorted(logs.pairs) == sorted(made_up.joint)
    for task in logs.tasks:
        assert logs.training[task].loss.tolist() == made_up.losses[task].tolist()
        assert logs.training[task].iteration[:3].tolist() == [10, 20, 30]
        assert logs.f1[task, task][50_000] == made_up.alone[task]
    assert logs.f1["ant_bee", "bee"][100_000] == made_up.joint["bee", "ant"]


def test_of_two_lines_of_an_iteration_the_first_counts(made_up_logs, root):
    made_up = made_up_logs()
    log = root / "logs/ant/loss_dv.log"
    log.write_text(log.read_text() + "Iter 50000, task ant, loss 1, acc 0.1, f1 0.1\n")
    assert read(root).f1["ant", "ant"][50_000] == made_up.alone["ant"]


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("ant/loss_tr.log", "Iter 10, task ant, loss nan", "no line such as"),
        ("ant/loss_tr.log", "Iter 10, task ant, loss 1e999", "no line such as"),
        ("ant/loss_tr.log", "Iter 10, task bee, loss 1", "is of the task 'bee', not 'ant'"),
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
        read(root)
    assert f"{file}, line 1: " in str(raised.value)


def test_an_empty_log(made_up_logs, root):
    made_up_logs()
    (root / "logs/ant/loss_tr.log").write_text("")
    with pytest.raises(MinimtlError, match=r"ant/loss_tr\.log is empty"):
        read(root)


@pytest.mark.parametrize("file", ["loss_tr.log", "loss_dv.log"])
def test_a_joint_run_of_a_task_that_is_missing(made_up_logs, root, file):
    made_up_logs()
    (root / "logs/bee" / file).unlink()
    with pytest.raises(MinimtlError, match="not all of 'bee' alone"):
        read(root)


def test_joint_runs_may_be_missing(made_up_logs, root):
    made_up_logs()
    (root / "logs/ant_bee/loss_dv.log").unlink()
    pairs = read(root).pairs
    assert len(pairs) == 10
    assert ("ant", "bee") not in pairs
