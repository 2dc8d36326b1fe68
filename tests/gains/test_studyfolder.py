"""A study's folder: its pairs, and the same scores as in its own Table 2."""

import csv

import pytest

from minimtl import meta_analysis
from minimtl.cli import main
from minimtl.corpora.synthetic import generate_synthetic
from minimtl.errors import MinimtlError
from minimtl.gains.pairtable import read_study
from minimtl.report.csvfile import write_tables
from minimtl.study.definition import Study
from minimtl.study.problemresult import problem_results
from minimtl.study.studyresult import make_manifest, write_manifest
from minimtl.study.studytables import tables
from minimtl.study.training import Conditions
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS
from tests.study.conftest import concluded_of

QUICK = PAPER.replace(cv_repeats=2)


@pytest.fixture(scope="module")
def folder(made_up_outcomes, tmp_path_factory):
    """The tables of a made-up study of all RELATED pairs, and its manifest."""
    path = tmp_path_factory.mktemp("study")
    concluded = concluded_of([made_up_outcomes("related", 52, 2)], QUICK)
    write_tables(tables(problem_results(concluded, "synthetic", NEWSGROUPS)), path)
    problems = make_problems("related", QUICK, NEWSGROUPS, n_runs=2)
    study = Study(generate_synthetic(), QUICK, problems, 0, "numba")
    manifest = make_manifest([study], Conditions(path, 1, command=["study"]))
    write_manifest({**manifest, "finished": True}, path)
    return path


def test_held_out_scores_are_those_of_table_2(folder):
    analysis = meta_analysis(folder)
    rows = list(csv.DictReader((folder / "table2.csv").open(encoding="utf-8")))
    assert set(analysis.table.sets) == {row["features"] for row in rows} - {"all"}
    shared = [row for row in rows if row["design"] in ("main_unseen", "groups_unseen")]
    assert len(shared) == 10
    for row in shared:
        found = analysis.of(row["design"], row["features"])
        numbers = found.scores._asdict() | {"low": found.low, "high": found.high}
        majority = analysis.of(row["design"], "majority").scores
        numbers["majority_accuracy"] = majority.accuracy
        for column in ("accuracy", "f1", "brier", "low", "high", "majority_accuracy"):
            assert numbers[column] == pytest.approx(float(row[column]), rel=1e-5), column


def test_flags_that_name_columns_are_refused(folder, capsys):
    assert main(["meta", str(folder), "--main", "main_positive"]) == 1
    assert "leave those flags out" in capsys.readouterr().err
    with pytest.raises(MinimtlError, match="give the study's folder"):
        meta_analysis(folder / "scores.csv")


def test_tables_that_do_not_belong_together_have_a_sentence(folder, tmp_path):
    for name in ("manifest.json", "scores.csv", "features.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    lines = (tmp_path / "features.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "features.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(MinimtlError, match="do not belong together"):
        read_study(tmp_path)
    (tmp_path / "scores.csv").write_text("problem\nrelated\n", encoding="utf-8")
    with pytest.raises(MinimtlError, match="not as a study wrote it"):
        read_study(tmp_path)
