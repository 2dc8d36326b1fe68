"""The tables: the interface's columns in its order, the outcomes' numbers, the paper's beside."""

import re

import numpy as np
import pytest
from scipy import stats

from minimtl.gains import STUDY_DESIGNS
from minimtl.report.csvfile import to_csv
from minimtl.study.problemresult import problem_results
from minimtl.study.studytables import tables
from minimtl.tasks.pairfeatures import FEATURE_NAMES, FEATURE_SETS
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS
from tests.study.conftest import concluded_of

NUMBER = r"(?<=,)-?[\d.]+(?:e-?\d+)?(?=[,\n])"
QUICK = PAPER.replace(cv_repeats=2)
COLUMNS = {
    "scores": "protocol problem main_positive main_negative aux_positive aux_negative run single "
    "multi gain",
    "features": " ".join(
        [
            *("protocol", "main_positive", "main_negative", "aux_positive", "aux_negative", "run"),
            *FEATURE_NAMES,
        ]
    ),
    "table1": "protocol problem single multi improved gain low_tasks high_tasks low high "
    "relative_gain n_pairs n_runs published_single published_multi published_improved",
    "table2": "protocol problem features design n_pairs accuracy f1 brier low high "
    "majority_accuracy name_accuracy p p_holm published",
}
FIRST_COLUMNS = {
    "table3a": "protocol problem feature inverse_rank coefficient coefficient_low",
    "table3b": "protocol problem feature inverse_rank coefficient coefficient_low",
    "labels": "protocol problem run_correlation",
    "blocks": "protocol problem block",
    "calibration": "protocol problem low high",
    "single_features": "protocol problem feature",
    "pairs": "protocol problem main_positive",
    "sizes": "protocol problem predictor design",
    "claims": "protocol problem name",
}


@pytest.fixture(scope="module")
def problems(made_up_outcomes):
    outcomes = [made_up_outcomes("related", 12, 2), made_up_outcomes("unrelated", 40, 1)]
    return problem_results(concluded_of(outcomes, QUICK), "bydate", NEWSGROUPS)


@pytest.fixture(scope="module")
def made(problems):
    return {table.name: list(table.rows) for table in tables(problems)}


def test_columns_are_those_of_the_interface(made):
    assert set(made) == {*COLUMNS, *FIRST_COLUMNS}
    for name, rows in made.items():
        for row in rows:
            assert row.keys() == rows[0].keys()
        if name in COLUMNS:
            assert list(rows[0]) == COLUMNS[name].split()
        else:
            columns = FIRST_COLUMNS[name].split()
            assert list(rows[0])[: len(columns)] == columns
        assert {row["protocol"] for row in rows} == {"paper"}


def test_statistics_have_six_digits_and_data_ten(problems):
    written = {table.name: to_csv(table).decode() for table in tables(problems)}
    digits = {
        name: max(len(re.sub(r"e.*|^[-0.]+|\.", "", cell)) for cell in re.findall(NUMBER, text))
        for name, text in written.items()
    }
    assert digits["scores"] == digits["features"] == 10
    assert digits["table1"] == digits["table2"] == digits["sizes"] == 6


def test_a_pair_of_both_problems_has_one_row_of_features(problems, made):
    related, unrelated = (set(problem.outcomes.pairs) for problem in problems)
    assert len(made["features"]) == 2 * len(related) + len(unrelated - related)
    last = problems[0].outcomes.features[0, 0]
    assert [made["features"][0][name] for name in FEATURE_NAMES] == last.tolist()


def test_table_1(problems, made):
    row = made["table1"][0]
    outcomes = problems[0].outcomes
    assert row["single"] == pytest.approx(outcomes.single.mean())
    assert row["improved"] == pytest.approx((outcomes.gains.mean(axis=1) > 0).mean())
    assert (row["n_pairs"], row["n_runs"]) == (12, 2)
    assert (row["published_single"], row["published_improved"]) == (0.834, 0.719)
    assert made["table1"][1]["published_multi"] == 0.897
    gain = problems[0].scores.gain
    assert row["gain"] == gain.value
    assert (row["low_tasks"], row["high_tasks"]) == (gain.these_tasks.low, gain.these_tasks.high)
    assert (row["low"], row["high"]) == (gain.new_tasks.low, gain.new_tasks.high)
    assert np.isnan(made["table1"][1]["low_tasks"])  # one run


def test_blocks_add_up_to_the_problem(made):
    for problem in made["table1"]:
        of_problem = [row for row in made["blocks"] if row["problem"] == problem["problem"]]
        assert sum(row["n_pairs"] for row in of_problem) == problem["n_pairs"]
        total = sum(row["n_pairs"] * row["gain"] for row in of_problem)
        assert total / problem["n_pairs"] == pytest.approx(problem["gain"])


def test_table_2_has_a_row_a_set_and_design(problems, made):
    rows = {(row["problem"], row["features"], row["design"]): row for row in made["table2"]}
    assert len(rows) == len(made["table2"]) == 2 * len(FEATURE_SETS) * len(STUDY_DESIGNS)
    analysis = problems[0].analysis
    for (problem, features, design), row in rows.items():
        if problem == "related":
            found = analysis.of(design, features)
            assert (row["accuracy"], row["brier"]) == (found.scores.accuracy, found.scores.brier)
            assert row["n_pairs"] == 12
            majority, name = (analysis.of(design, b).scores for b in ("majority", "main_name"))
            assert (row["majority_accuracy"], row["name_accuracy"]) == (
                majority.accuracy,
                name.accuracy,
            )
            assert np.isnan(row["p"]) == (design == "disjoint")
    # One run gives no labels of other runs than the features'.
    assert rows["unrelated", "all", "disjoint"]["n_pairs"] == 0
    # What the paper computed, whichever label it stands under there.
    assert rows["related", "only_curve", "in_fold"]["published"] == 0.66
    assert np.isnan(rows["related", "only_curve", "block_out"]["published"])
    assert np.isnan(rows["related", "only_ratio", "in_fold"]["published"])


def test_p_values_are_adjusted_for_all_that_stand_in_the_table(made):
    raw, adjusted = (
        np.array([row[column] for row in made["table2"] if not np.isnan(row["p"])])
        for column in ("p", "p_holm")
    )
    assert adjusted.min() == pytest.approx(min(1, raw.size * raw.min()))
    assert (adjusted >= raw).all()


def test_pairs_have_the_runs_that_they_need(problems, made):
    rows = made["pairs"]
    assert len(rows) == 12 + 40
    gains = problems[0].outcomes.gains
    for row, of_pair in zip(rows, gains, strict=False):
        assert row["gain"] == pytest.approx(of_pair.mean())
        assert (row["low"] > 0 or row["high"] < 0) == (row["runs_needed"] == 2)
        if row["runs_needed"] > 2:
            n, spread = row["runs_needed"], of_pair.std(ddof=1)
            half, fewer = (
                stats.t.ppf(0.975, runs - 1) * spread / np.sqrt(runs) for runs in (n, n - 1)
            )
            assert half < abs(row["gain"]) <= fewer
    assert all(np.isnan(row["runs_needed"]) for row in rows[12:])  # one run


def test_table_3_is_sorted_and_stands_beside_the_papers(problems, made):
    ranks = [row["inverse_rank"] for row in made["table3a"]]
    assert ranks == sorted(ranks, reverse=True)
    sizes = [abs(row["coefficient"]) for row in made["table3b"]]
    assert sizes == sorted(sizes, reverse=True)
    row = next(row for row in made["table3a"] if row["feature"] == "jsd_between_classes_main")
    assert (row["published_label"], row["published"]) == ("JSD pos. class main", 23)
    assert row["published_inverse_rank"] == 7
    column = FEATURE_NAMES.index("jsd_between_classes_main")
    assert row["coefficient"] == problems[0].meta.importance.coefficient[column]


def test_a_problem_that_was_not_run_has_no_table(problems):
    only = {table.name: list(table.rows) for table in tables(problems[1:])}
    assert "table3a" not in only
    assert [row["problem"] for row in only["table1"]] == ["unrelated"]
