"""Gains and curve features worked by hand and by SciPy, and the whole audit of Bingel's logs."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from minimtl.audit import audit
from minimtl.audit.bingel import CURVE_FEATURES, GAINS, TASKS, gains, logged_pairs
from minimtl.audit.bingellogs import PATTERN, read_logs
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


def test_gains(logs):
    made_up, found = logs()
    table = logged_pairs(found)
    for pair, gain in zip(table.pairs, table.gain, strict=True):
        assert gain == pytest.approx(made_up.gain(pair), abs=1e-9)


def test_gains_of_the_checkpoint_before(logs):
    _, found = logs()
    earlier = dict(zip(found.pairs, gains(found, 100), strict=True))
    assert earlier["ant", "bee"] == pytest.approx(20)  # 0.6 over 0.5
    assert earlier["bee", "ant"] == pytest.approx(-20)


def test_features_of_a_pair(logs):
    made_up, found = logs()
    table = logged_pairs(found)
    row = dict(zip(CURVE_FEATURES, table.features[table.pairs.index(("ant", "bee"))], strict=True))
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


def test_a_log_that_ends_early(logs, root, made_up_logs):
    made_up_logs()
    log = root / "logs/ant_bee/loss_dv.log"
    log.write_text(log.read_text().replace("Iter 100000, task bee", "Iter 99999, task bee"))
    with pytest.raises(MinimtlError, match="no score of 'bee' after 100,000 iterations"):
        logged_pairs(read_logs(released_files(root, PATTERN)))


def test_an_f1_of_zero_has_no_relative_gain(root, made_up_logs):
    made_up = made_up_logs()
    log = root / "logs/ant/loss_dv.log"
    log.write_text(log.read_text().replace(f"f1 {made_up.alone['ant']}", "f1 0.0"))
    with pytest.raises(MinimtlError, match="'ant' alone is 0 after 50,000"):
        logged_pairs(read_logs(released_files(root, PATTERN)))


def test_a_log_too_short_for_a_curve(logs):
    _, found = logs(n_lines=29)
    with pytest.raises(MinimtlError, match="too few iterations"):
        logged_pairs(found)


def test_made_up_logs_are_of_nothing_in_print(made_up_logs, root):
    made_up = made_up_logs()
    audited = audit(root)
    items = by_item(audited.findings)
    assert items["gains that agree"].verdict == "incomplete"
    gains = np.array([made_up.gain(pair) for pair in made_up.joint])
    assert items["pairs that gain"].derived == (gains > 0).sum()
    assert items["largest gain"].derived == pytest.approx(gains.max())
    assert items["small gains"].derived == (np.abs(gains) < 1).sum()
    assert audited.lines[-1].startswith("Not to be had from the logs")
    assert [(table.name, len(table.rows)) for table in audited.pairs] == [("pairs_bingel2017", 12)]


def test_with_a_task_unseen_its_name_says_nothing(made_up_logs, root):
    """Gains that the main task alone decides: known by its name on random folds, and not beyond."""
    made_up = made_up_logs(tasks=tuple("abcdefgh"))
    for main, aux in made_up.joint:
        made_up.joint[main, aux] = made_up.alone[main] * (1.05 if main in "aceg" else 0.95)
    for file in (root / "logs").rglob("*.log"):
        file.unlink()
    for folder in sorted((root / "logs").iterdir()):
        folder.rmdir()
    (root / "logs").rmdir()
    made_up.write(root)
    items = by_item(audit(root).findings)
    assert items["accuracy of main task's name"].derived == 1
    assert items["accuracy of majority, main task unseen"].derived <= 0.5
    assert items["main tasks of one label"].derived == 8


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
