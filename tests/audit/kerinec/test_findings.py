"""The whole audit of made-up experiments."""

from minimtl.audit.files import released_files
from minimtl.audit.kerinec.experiments import PATTERN, read_files
from minimtl.audit.kerinec.findings import audit_released


def audit_of(root):
    return audit_released(read_files(released_files(root, PATTERN), "root"))


def test_what_is_missing_is_said(made_up_experiment, root):
    made_up_experiment("exp2_0", n_pairs=30)
    findings = audit_of(root)
    missing = {
        f.item: f.reason for f in findings if f.verdict == "missing" and f.table == "experiments"
    }
    assert list(missing) == [f"exp1_{run}" for run in range(5)] + ["exp2_0"]
    assert missing["exp2_0"] == "30 of 516 pairs of logs are there"
    assert {f.verdict for f in findings if f.table == "Table 1"} == {"incomplete"}


def test_without_features_only_scores_are_audited(made_up_experiment, root):
    made_up_experiment(n_pairs=10)
    (root / "exp1_0/results200/80array_features_log_reg.npz").unlink()
    findings = audit_of(root)
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


def test_the_same_twice(made_up_experiment, root):
    made_up_experiment(n_pairs=20)
    assert audit_of(root) == audit_of(root)
