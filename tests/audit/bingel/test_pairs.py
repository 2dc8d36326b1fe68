"""Gains and curve features of made-up logs, held against the rules worked by hand and by SciPy."""

import csv
import io

import numpy as np
import pytest
from scipy.optimize import curve_fit

from minimtl.audit.bingel.logs import PATTERN, read_logs
from minimtl.audit.bingel.pairs import CURVE_FEATURES, gains, pair_table
from minimtl.audit.files import released_files
from minimtl.errors import MinimtlError
from minimtl.report import to_csv


@pytest.fixture
def logs(made_up_logs, root):
    def read(**settings):
        made_up = made_up_logs(**settings)
        return made_up, read_logs(released_files(root, PATTERN))

    return read


def test_gains(logs):
    made_up, found = logs()
    table = pair_table(found)
    for pair, gain in zip(table.pairs, table.gain, strict=True):
        assert gain == pytest.approx(made_up.gain(pair), abs=1e-9)


def test_gains_of_the_checkpoint_before(logs):
    _, found = logs()
    earlier = dict(zip(found.pairs, gains(found, 100), strict=True))
    assert earlier["ant", "bee"] == pytest.approx(20)  # 0.6 over 0.5
    assert earlier["bee", "ant"] == pytest.approx(-20)


def test_features_of_a_pair(logs):
    made_up, found = logs()
    table = pair_table(found)
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


def test_the_table_has_a_row_a_pair(logs):
    made_up, found = logs()
    rows = list(csv.DictReader(io.StringIO(to_csv(pair_table(found).table("pairs")).decode())))
    assert list(rows[0]) == ["main", "aux", "gain", *CURVE_FEATURES]
    assert {(row["main"], row["aux"]) for row in rows} == set(made_up.joint)
    assert float(rows[0]["gain"]) == pytest.approx(made_up.gain((rows[0]["main"], rows[0]["aux"])))


def test_a_log_that_ends_early(logs, root, made_up_logs):
    made_up_logs()
    log = root / "logs/ant_bee/loss_dv.log"
    log.write_text(log.read_text().replace("Iter 100000, task bee", "Iter 99999, task bee"))
    with pytest.raises(MinimtlError, match="no score of 'bee' after 100,000 iterations"):
        pair_table(read_logs(released_files(root, PATTERN)))


def test_an_f1_of_zero_has_no_relative_gain(root, made_up_logs):
    made_up = made_up_logs()
    log = root / "logs/ant/loss_dv.log"
    log.write_text(log.read_text().replace(f"f1 {made_up.alone['ant']}", "f1 0.0"))
    with pytest.raises(MinimtlError, match="'ant' alone is 0 after 50,000"):
        pair_table(read_logs(released_files(root, PATTERN)))


def test_a_log_too_short_for_a_curve(logs):
    _, found = logs(n_lines=29)
    with pytest.raises(MinimtlError, match="too few iterations"):
        pair_table(found)
