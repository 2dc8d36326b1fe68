"""``minimtl audit`` as people type it."""

import csv
import re

import pytest

from minimtl.cli import main


@pytest.mark.parametrize(
    ("name", "says"), [("absent", "absent does not exist"), ("logs.tar.gz", r"logs\.tar\.gz")]
)
def test_what_is_no_archive(tmp_path, capsys, name, says):
    (tmp_path / "logs.tar.gz").write_bytes(b"\x1f\x8b" + b"nothing" * 20)
    assert main(["audit", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 1
    assert re.search(says, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


@pytest.mark.corpus
@pytest.mark.slow
def test_the_released_logs(data_dir, tmp_path, capsys):
    out = tmp_path / "a" / "b"
    logs = str(data_dir / "investigationMTL-logs.tar.gz")
    assert main(["audit", logs, "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.err == "read exp1_0 (related, 52 pairs), exp2_0 (unrelated, 516 pairs)\n"
    assert str(out / "audit.md") in printed.out
    with (out / "audit.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    verdicts = {
        (row["table"], row["problem"], row["item"], row["reading"]): row["verdict"] for row in rows
    }
    # The one run of UNRELATED decides; four of the five runs of RELATED are missing.
    for item in ("single", "multi", "improved"):
        assert verdicts["Table 1", "unrelated", item, "as labelled"] == "differs"
        assert verdicts["Table 1", "unrelated", item, "as computed"] == "agrees"
        assert verdicts["Table 1", "related", item, "as computed"] == "incomplete"
    for item in ("not using curve", "only using curve", "only using ratio"):
        item += " features"
        assert verdicts["Table 2", "unrelated", item, "as labelled"] == "differs"
        assert verdicts["Table 2", "unrelated", item, "as computed"] == "agrees"
    # Of Table 3b one cell is wrong by a hundredth: −0.0148 is printed as −0.02.
    assert verdicts["Table 3b", "unrelated", "Curve param c aux", "as computed"] == "differs"
    assert "<summary>Table 3b (30, 1 differ)" in (out / "audit.md").read_text()
    with (out / "pairs_unrelated.csv").open(newline="") as file:
        assert sum(float(row["gain"]) > 0 for row in csv.DictReader(file)) == 295
