"""The audit, on made-up experiments whose numbers are known."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit import table1 as audit_scores
from minimtl.audit.design import is_aligned, n_test_documents
from minimtl.audit.experiments import read_released
from minimtl.audit.features import audit_features
from minimtl.audit.finding import Finding, rounding
from minimtl.audit.findings import audit
from minimtl.audit.logs import Efficiency, Log
from minimtl.audit.page import audit_csv, audit_markdown, conclusions
from minimtl.audit.table1 import gains
from minimtl.audit.table3 import fit_to_all_pairs, mean_ranks
from minimtl.stats.curves import fit_log_curve
from minimtl.study.protocol import RELEASED
from minimtl.study.published import AUTHORS_FEATURES, TABLE3B, Scores
from minimtl.study.tasks import Pair, Task


@pytest.fixture
def root(tmp_path):
    return tmp_path / "released"


@pytest.mark.parametrize(
    ("printed", "derived", "digits", "how"),
    [
        (0.893, 0.8934, 3, "rounded"),
        (0.57, 0.5686, 2, "rounded"),
        (0.57, 0.5768, 2, "cut"),
        (-0.93, -0.9327, 2, "rounded"),
        (-0.01, -0.0188, 2, "cut"),
        (-0.02, -0.0148, 2, None),
        (17, 17.8, 0, "cut"),
        (23, 23.0, 0, "rounded"),
        (18, 16.9, 0, None),
        (0.05, 0.012, 2, None),
    ],
)
def test_how_a_number_was_shortened(printed, derived, digits, how):
    assert rounding(printed, derived, digits) == how


def log_of(accuracy):
    return Log(*(np.asarray(accuracy, float) for _ in range(4)))


@pytest.mark.parametrize("n", [561, 647, 700])
def test_the_number_of_test_documents_is_read_from_the_shares(n):
    right = np.random.default_rng(n).integers(n // 2, n, 100)
    assert n_test_documents(log_of([round(k / n, 12) for k in right])) == n


def test_no_number_of_test_documents_fits():
    assert n_test_documents(log_of([0.5, 0.123456789012])) == 0


@pytest.mark.parametrize(
    ("main", "aux", "aligned"),
    [
        # Positive is the later topic of the alphabet.
        (("rec.sport.hockey", "rec.autos"), ("rec.sport.baseball", "rec.motorcycles"), True),
        (
            ("talk.politics.guns", "alt.atheism"),
            ("talk.religion.misc", "talk.politics.misc"),
            False,
        ),
        (
            ("comp.windows.x", "comp.sys.mac.hardware"),
            ("comp.sys.ibm.pc.hardware", "comp.graphics"),
            False,
        ),
    ],
)
def test_alignment(main, aux, aligned):
    assert is_aligned(Pair(Task(*main), Task(*aux))) is aligned


class TestScores:
    def table1(self, findings, reading):
        return {
            finding.item: finding
            for finding in findings
            if (finding.table, finding.reading) == ("Table 1", reading)
        }

    def test_one_run_of_five_decides_nothing(self, made_up_experiment, root):
        made_up = made_up_experiment("exp1_3")
        findings = self.table1(
            audit_scores.audit_scores(read_released(root), "related"), "as computed"
        )
        assert findings["single"].derived == pytest.approx(made_up.single.mean(), abs=1e-12)
        assert findings["multi"].derived == pytest.approx(made_up.joint.mean(), abs=1e-12)
        assert findings["improved"].derived == np.mean(made_up.joint > made_up.single)
        for finding in findings.values():
            assert finding.verdict == "incomplete"
            assert "exp1_0 exp1_1 exp1_2 exp1_4" in finding.reason

    def test_all_runs_decide(self, made_up_experiment, root, monkeypatch):
        runs = [made_up_experiment(f"exp1_{run}", seed=run) for run in range(5)]
        single = np.mean([run.single.mean() for run in runs])
        multi = np.mean([run.joint.mean() for run in runs])
        printed = Scores(round(single, 3), round(multi, 3) + 0.001, 0.0)
        monkeypatch.setitem(audit_scores.TABLE1, "related", printed)
        monkeypatch.setitem(audit_scores.MEAN_GAIN_PRINTED, "related", 0.30)
        findings = audit_scores.audit_scores(read_released(root), "related")
        table1 = self.table1(findings, "as computed")
        assert [f.verdict for f in table1.values()] == ["agrees", "differs", "differs"]
        (of_logs, of_table) = [f for f in findings if f.item == "mean relative gain"]
        relative = np.mean([((run.joint - run.single) / run.single).mean() for run in runs])
        assert of_logs.derived == pytest.approx(relative, abs=1e-12)
        assert of_logs.verdict == "differs"
        assert of_table.derived == pytest.approx(printed.multi / printed.single - 1, abs=1e-12)

    def test_labels_follow_the_accuracy_as_it_was_printed(self, made_up_experiment, root):
        made_up_experiment(n_pairs=3)
        (experiment,) = read_released(root)
        tied = {
            pair: replace(
                log,
                accuracy=experiment.single[pair.main].accuracy[:100],
                printed_accuracy=experiment.single[pair.main].accuracy[:100] + shift,
            )
            for (pair, log), shift in zip(
                experiment.joint.items(), (3e-10, 0.0, -3e-10), strict=True
            )
        }
        experiment = replace(experiment, joint=tied)
        np.testing.assert_array_equal(gains(experiment), [True, False, False])
        (ties,) = [finding for finding in audit([experiment]) if finding.item == "ties"]
        assert ties.derived == 3
        assert "1 of them are labelled gains" in ties.reason


class TestMetaAnalysis:
    def test_ranks_count_from_the_strongest(self):
        w = np.zeros((2, 30))
        w[0, [4, 7]] = -3, 2
        w[1, [7, 4, 9]] = 5, 4, -1
        assert mean_ranks(w)[[4, 7]].tolist() == [0.5, 0.5]
        assert mean_ranks(w)[9] in (2.0, *np.arange(2.0, 16.0, 0.5))

    def test_coefficients_minimise_the_penalised_loss(self, made_up_experiment, root):
        made_up_experiment()
        (experiment,) = read_released(root)
        w = fit_to_all_pairs(experiment)
        X = experiment.features
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        s = np.where(gains(experiment), 1.0, -1.0)
        # With the intercept b penalised too, b and w are both A'(s p) at the minimum.
        b = 0.0
        for _ in range(200):  # b alone, by its own fixed point, damped
            b += 0.05 * ((s / (1 + np.exp(s * (X @ w + b)))).sum() - b)
        residual = s / (1 + np.exp(s * (X @ w + b)))
        np.testing.assert_allclose(X.T @ residual, w, atol=1e-8)

    def test_table_3b_and_the_authors_file(self, made_up_experiment, root, monkeypatch):
        made_up_experiment("exp2_0", n_pairs=60)
        (experiment,) = read_released(root)
        w = fit_to_all_pairs(experiment)
        findings = {f.item: f for f in audit([experiment]) if f.table == "Table 3b"}
        for row in TABLE3B:
            assert findings[row.label].derived == w[AUTHORS_FEATURES.index(row.feature)]

    def test_accuracies_of_pure_noise_are_near_the_majority(self, made_up_experiment, root):
        made_up_experiment("exp2_0", n_pairs=200)
        (experiment,) = read_released(root)
        accuracies = [
            f.derived
            for f in audit([experiment])
            if f.table == "Table 2" and "majority" not in f.item
        ]
        share = gains(experiment).mean()
        # Coin tosses with the labels' own shares score share² + (1 − share)², the majority's
        # share at best; 0.1 is three standard errors of 200 labels.
        low, high = share**2 + (1 - share) ** 2, max(share, 1 - share)
        assert len(accuracies) == 8
        assert low - 0.1 < min(accuracies)
        assert max(accuracies) < high + 0.1


class TestFeatures:
    """The made-up features are noise but for the gradients, of the first 80 epochs."""

    @pytest.fixture
    def experiment(self, made_up_experiment, root):
        made_up_experiment(n_pairs=20)
        return read_released(root)[0]

    def findings(self, experiment, **columns):
        features = experiment.features.copy()
        for name, values in columns.items():
            features[:, AUTHORS_FEATURES.index(name)] = values
        found = audit_features([replace(experiment, features=features)])
        return {finding.item: finding for finding in found}

    def test_the_epoch_of_the_gradients_is_read_from_them(self, experiment):
        item = "epoch of the gradient at 75 %"
        by_code = self.findings(experiment)[item]
        assert (by_code.printed, by_code.derived, by_code.verdict) == (112, 60, "differs")
        losses = np.array([experiment.single[pair.main].loss for pair in experiment.pairs])
        slope = (losses[:, 113] - losses[:, 111]) / 2
        by_text = self.findings(experiment, gradient_75_main=slope)[item]
        assert (by_text.derived, by_text.verdict) == (112, "agrees")

    def test_our_own_fit_is_recognised(self, experiment):
        fits = [fit_log_curve(experiment.single[pair.main].loss) for pair in experiment.pairs]
        findings = self.findings(
            experiment,
            curve_a_main=[fit.a for fit in fits],
            curve_c_main=[fit.c**3 for fit in fits],
        )
        assert findings["curve parameter a"].derived == pytest.approx(0, abs=1e-12)
        assert findings["curve parameter c"].derived == pytest.approx(1)

    def test_counts_are_no_ratios(self, experiment):
        item = "type-token ratio"
        counted = self.findings(experiment, n_words_train_main=np.arange(4000, 4020))[item]
        assert (counted.verdict, counted.derived) == ("differs", 4019)
        assert self.findings(experiment)[item].verdict == "agrees"

    def test_the_scaling_is_told_by_the_coefficients(self, experiment):
        minmax = RELEASED.replace(scaling="minmax")
        for protocol, verdict in ((RELEASED, "differs"), (minmax, "agrees")):
            logged = Efficiency(10, 10, {}, fit_to_all_pairs(experiment, protocol.meta))
            scaling = self.findings(replace(experiment, efficiency=logged))["scaling to [0, 1]"]
            assert scaling.verdict == verdict


class TestWholeAudit:
    def test_what_is_missing_is_said(self, made_up_experiment, root):
        made_up_experiment("exp2_0", n_pairs=30)
        findings = audit(read_released(root))
        missing = {f.item: f.reason for f in findings if f.verdict == "missing"}
        assert list(missing) == [f"exp1_{run}" for run in range(5)] + ["exp2_0"]
        assert missing["exp2_0"] == "30 of 516 pairs of logs are there"
        assert {f.verdict for f in findings if f.table == "Table 1"} == {"incomplete"}

    def test_without_features_only_scores_are_audited(self, made_up_experiment, root):
        made_up_experiment(n_pairs=10)
        (root / "exp1_0/results200/80array_features_log_reg.npz").unlink()
        findings = audit(read_released(root))
        assert {f.table for f in findings} == {"experiments", "Table 1", "§5.1", "§4.2", "design"}
        assert any("features" in f.reason for f in findings if f.verdict == "missing")

    def test_runs_are_compared_with_each_other(self, made_up_experiment, root):
        made_up_experiment("exp1_0", seed=4)
        made_up_experiment("exp1_1", seed=4)
        made_up_experiment("exp1_2", seed=5)
        findings = audit(read_released(root))
        repeated = {
            f.experiments: f.derived for f in findings if f.item == "repeated single-task logs"
        }
        assert repeated == {"exp1_0 exp1_1": 19, "exp1_0 exp1_2": 0, "exp1_1 exp1_2": 0}
        same = {f.experiments: f.derived for f in findings if f.item == "same label"}
        assert same["exp1_0 exp1_1"] == 1.0
        assert same["exp1_0 exp1_2"] < 0.9

    def test_pairs_of_both_problems_are_compared_too(self, made_up_experiment, root):
        made_up_experiment("exp1_0", seed=4, n_pairs=20)
        made_up_experiment("exp2_0", seed=5)
        found = {f.item: f for f in audit(read_released(root)) if f.experiments == "exp1_0 exp2_0"}
        assert "of 20 pairs" in found["same label"].reason
        assert abs(found["correlation of gains"].derived) < 0.7  # noise: 3 standard errors

    def test_the_same_twice(self, made_up_experiment, root):
        made_up_experiment(n_pairs=20)
        assert audit(read_released(root)) == audit(read_released(root))


class TestPage:
    def finding(self, **changes):
        row = Finding("Table 2", "related", "all", "as labelled", 0.5, 0.52341, "exp1_0", "differs")
        return replace(row, **changes)

    def test_csv_comes_back(self):
        findings = [
            self.finding(reason='with, comma and "quotes"'),
            self.finding(printed=None, derived=None),
        ]
        rows = list(csv.DictReader(io.StringIO(audit_csv(findings).decode())))
        assert rows[0]["reason"] == 'with, comma and "quotes"'
        assert float(rows[0]["derived"]) == 0.52341
        assert (rows[1]["printed"], rows[1]["derived"]) == ("", "")

    def test_csv_starts_no_formula(self):
        written = audit_csv([self.finding(item="=1+1", printed=-0.5)]).decode()
        assert ",'=1+1,as labelled,-0.5," in written

    def test_a_number_under_the_wrong_label_is_said_to_be_so(self):
        labelled = self.finding()
        computed = self.finding(
            reading="as computed", derived=0.4991, verdict="agrees", reason="something else"
        )
        ((heading, sentence),) = conclusions([labelled, computed])
        assert heading == "Not what the label says"
        assert sentence == (
            "Table 2, RELATED, using all features: 0.5 is printed; by its label it would be "
            "0.5234; 0.4991 comes from something else"
        )

    def test_what_agrees_needs_no_sentence(self):
        assert conclusions([self.finding(verdict="agrees")]) == []

    def test_the_page_lists_every_finding(self, made_up_experiment, root):
        made_up_experiment(n_pairs=10)
        experiments = read_released(root)
        findings = audit(experiments)
        page = audit_markdown(experiments, findings)
        assert "exp1_0 (related, 10 pairs)" in page
        rows = [line for line in page.splitlines() if line.startswith("| related")]
        assert len(rows) == len([f for f in findings if f.problem == "related"])
