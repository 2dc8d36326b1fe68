"""The audit of made-up experiments as a whole: the lines that matter, and the tables of pairs."""

import pytest

from minimtl.audit import audit
from minimtl.audit.kerinecruns import read_released
from minimtl.corpora import load_corpus
from minimtl.errors import UsageError


def test_the_pairs_have_the_authors_labels(made_up_experiment, root):
    made_up_experiment("exp1_0", seed=0, n_pairs=6)
    made_up_experiment("exp1_1", seed=1, n_pairs=6)
    made_up_experiment("exp2_0", seed=2, n_pairs=9)
    tables = {table.name: table.rows for table in audit(root).pairs}
    assert {name: len(rows) for name, rows in tables.items()} == {
        "pairs_related": 12,
        "pairs_unrelated": 9,
    }
    labels = [row["gain"] > 1e-12 for rows in tables.values() for row in rows]
    experiments = read_released(root)
    assert labels == [label for run in experiments for label in run.gains.tolist()]
    assert {row["run"] for row in tables["pairs_related"]} == {"exp1_0", "exp1_1"}
    first, pair = tables["pairs_related"][0], experiments[0].pairs[0]
    assert (first["main"], first["aux"]) == (" / ".join(pair.main), " / ".join(pair.aux))
    assert first["oov_rate_main"] == experiments[0].features[0, -1]


def test_lines_are_made_of_what_is_there(made_up_experiment, root):
    made_up_experiment("exp2_0", n_pairs=30)
    lines = audit(root).lines
    assert lines[0].endswith("(3 cannot be decided, as experiments are missing).")
    assert not any("RELATED" in line.replace("UNRELATED", "") for line in lines)
    assert not any("Figure 4a" in line for line in lines)
    assert any("document ids" in line for line in lines)


def test_a_corpus_without_texts_is_refused(made_up_experiment, root):
    made_up_experiment(n_pairs=2)
    with pytest.raises(UsageError, match="--corpus bydate"):
        audit(root, load_corpus("synthetic", announce=lambda line: None))


def test_what_is_missing_is_said(made_up_experiment, root):
    made_up_experiment("exp2_0", n_pairs=30)
    findings = audit(root).findings
    missing = {
        f.item: f.reason for f in findings if f.verdict == "missing" and f.table == "experiments"
    }
    assert list(missing) == [f"exp1_{run}" for run in range(5)] + ["exp2_0"]
    assert missing["exp2_0"] == "30 of 516 pairs of logs are there"
    assert {f.verdict for f in findings if f.table == "Table 1"} == {"incomplete"}


def test_without_features_only_scores_are_audited(made_up_experiment, root):
    made_up_experiment(n_pairs=10)
    (root / "exp1_0/results200/80array_features_log_reg.npz").unlink()
    findings = audit(root).findings
    assert {f.table for f in findings} == {
        "experiments",
        "Table 1",
        "§5.1",
        "§4.2",
        "Figure 4a",
        "documents",
        "design",
    }
    assert any("features" in f.reason for f in findings if f.verdict == "missing")


@pytest.mark.corpus
@pytest.mark.slow
def test_the_whole_archive(data_dir):
    audited = audit(data_dir / "investigationMTL-all.tar.gz")
    assert len(audited.lines) == 10
    found = {(f.problem, f.table, f.item): f for f in audited.findings if f.reading != "Table 1"}
    for problem, best, share in (("related", 80, 187 / 260), ("unrelated", 95, 323 / 516)):
        assert found[problem, "gains", "epochs scanned"].derived == 19
        assert found[problem, "gains", "epoch with most pairs improved"].derived == best
        assert found[problem, "gains", f"share improved at {best}"].derived == pytest.approx(share)
        assert found[problem, "gains", "epochs whose gains the logs give"].verdict == "agrees"
    assert found["related", "§5.1", "mean fall of the error"].derived == pytest.approx(
        0.056, abs=5e-4
    )
    assert found["related", "Figure 4a", "lead as drawn"].derived < 0
    assert found["related", "Figure 4a", "lead on the same pairs"].derived > 0
    shared = [
        (f.experiments, f.derived)
        for f in audited.findings
        if f.item == "repeated single-task logs" and f.derived
    ]
    assert shared == [("exp1_2 exp1_3", 18)]
