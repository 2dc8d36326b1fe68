"""``minimtl audit`` as people type it."""

import csv

import pytest

from minimtl.audit.auditfindings import AGREES, DIFFERS, FOUND, MISSING, Audited, Finding
from minimtl.cli import audit
from minimtl.errors import MinimtlError
from minimtl.report import Table


def run(parse, *argv):
    return audit.run(parse(argv))


@pytest.fixture
def parse():
    import argparse

    parser = argparse.ArgumentParser()
    audit.add_arguments(parser)
    return parser.parse_args


def test_results_go_to_results_by_default(parse):
    assert parse(["logs.tar.gz"]).out == "results"


def test_a_path_that_is_not_there(parse, tmp_path):
    with pytest.raises(MinimtlError, match="absent does not exist"):
        run(parse, str(tmp_path / "absent"), "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_an_archive_that_is_none(parse, tmp_path):
    archive = tmp_path / "logs.tar.gz"
    archive.write_bytes(b"\x1f\x8b" + b"nothing" * 20)
    with pytest.raises(MinimtlError, match=r"logs\.tar\.gz"):
        run(parse, str(archive), "--out", str(tmp_path / "out"))


def test_the_counts_of_the_last_line_add_up(parse, tmp_path, monkeypatch, capsys):
    verdicts = [AGREES] * 3 + [DIFFERS] * 2 + [MISSING, FOUND]
    findings = [Finding("t", "", "i", verdict=verdict) for verdict in verdicts]
    pairs = Table("pairs_of_it", [{"main": "a", "aux": "b", "gain": 0.5}])
    audited = Audited("title", ["what"], ["One line.", "Another."], findings, [pairs])
    monkeypatch.setattr(audit, "audit", lambda path: audited)
    assert run(parse, "logs", "--out", str(tmp_path)) == 0
    assert capsys.readouterr().out == (
        "1. One line.\n2. Another.\n"
        f"7 findings (3 agrees, 2 differs, 1 missing, 1 found): {tmp_path / 'audit.md'}\n"
        f"1 rows for minimtl meta: {tmp_path / 'pairs_of_it.csv'}\n"
    )
    assert (tmp_path / "pairs_of_it.csv").read_text() == "main,aux,gain\na,b,0.5\n"


@pytest.mark.corpus
@pytest.mark.slow
def test_the_released_logs(parse, data_dir, tmp_path, capsys):
    out = tmp_path / "a" / "b"
    assert run(parse, str(data_dir / "investigationMTL-logs.tar.gz"), "--out", str(out)) == 0
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
