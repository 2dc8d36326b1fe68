"""The tables: the interface's columns in its order, the outcomes' numbers, the paper's beside."""

import numpy as np
import pytest
from scipy import stats

from minimtl.gains.meta.analysis import Analysed, analyse
from minimtl.report.csvfile import to_csv
from minimtl.study.report.tables import tables
from minimtl.tasks.pairfeatures import FEATURE_NAMES, FEATURE_SETS
from minimtl.tasks.protocol import PAPER

QUICK = PAPER.replace(cv_repeats=2)
FIRST_COLUMNS = {
    "scores": "problem main_positive main_negative aux_positive aux_negative run single multi gain",
    "features": " ".join(
        ["main_positive", "main_negative", "aux_positive", "aux_negative", "run", *FEATURE_NAMES]
    ),
    "table1": "problem single multi improved relative_gain n_pairs n_runs "
    "published_single published_multi published_improved",
    "table2": "problem features f1 accuracy macro_f1 majority_accuracy majority_f1 published",
    "table3a": "feature inverse_rank coefficient coefficient_low coefficient_high",
    "table3b": "feature inverse_rank coefficient coefficient_low coefficient_high",
}


@pytest.fixture(scope="module")
def problems(made_up_outcomes):
    made = [made_up_outcomes("related", 12, 2), made_up_outcomes("unrelated", 40, 1)]
    rng = np.random.default_rng(0)
    return [Analysed(outcomes, analyse(outcomes, QUICK, rng)) for outcomes in made]


@pytest.fixture(scope="module")
def made(problems):
    return {table.name: table.rows for table in tables(problems, QUICK)}


def test_columns_are_those_of_the_interface(made):
    assert set(made) == {
        *FIRST_COLUMNS,
        "blocks",
        "calibration",
        "single_features",
        "pairs",
        "sizes",
    }
    for name, columns in FIRST_COLUMNS.items():
        for row in made[name]:
            assert list(row)[: len(columns.split())] == columns.split(), name
            assert row.keys() == made[name][0].keys()


def test_scores_are_the_outcomes(problems, made):
    assert len(made["scores"]) == 12 * 2 + 40 * 1
    outcomes = problems[0].outcomes
    row = made["scores"][3]  # the second pair's second run
    pair = outcomes.pairs[1]
    assert (row["main_positive"], row["aux_negative"]) == (pair.main.positive, pair.aux.negative)
    assert (row["run"], row["single"], row["multi"]) == (
        1,
        outcomes.single[1, 1],
        outcomes.multi[1, 1],
    )
    assert row["gain"] == pytest.approx(row["multi"] - row["single"])


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
    assert row["gain_low"] < row["gain"] < row["gain_high"]
    assert made["table1"][1]["published_multi"] == 0.897
    gain = problems[0].meta.gain
    assert (row["low_tasks"], row["high_tasks"]) == (gain.these_tasks.low, gain.these_tasks.high)
    assert (row["low"], row["high"]) == (gain.new_tasks.low, gain.new_tasks.high)
    assert (row["low_two_way"], row["p_value"]) == (gain.two_way.low, gain.new_tasks.p_value)
    assert np.isnan(made["table1"][1]["low_tasks"])  # one run


def test_blocks_add_up_to_the_problem(made):
    for problem in made["table1"]:
        of_problem = [row for row in made["blocks"] if row["problem"] == problem["problem"]]
        assert sum(row["n_pairs"] for row in of_problem) == problem["n_pairs"]
        total = sum(row["n_pairs"] * row["gain"] for row in of_problem)
        assert total / problem["n_pairs"] == pytest.approx(problem["gain"])


def test_table_2_has_printed_and_true_labels(problems, made):
    rows = {(row["problem"], row["features"]): row for row in made["table2"]}
    assert len(rows) == 2 * len(FEATURE_SETS)
    row = rows["related", "only_curve"]
    assert (row["published"], row["published_true"]) == (0.71, 0.66)
    assert np.isnan(rows["related", "only_ratio"]["published_true"])
    assert np.isnan(rows["related", "no_ratio"]["published"])
    scores = problems[0].meta.scores["only_curve"]
    assert row["accuracy"] == scores["random"].accuracy
    assert row["majority_lift_low_by_task"] == scores["by_task"].majority_lift_low
    held_out = problems[0].meta.held_out["only_curve"]
    assert row["p_value_block_out"] == held_out["block_out"].p_value
    assert row["majority_brier_groups_unseen"] == held_out["groups_unseen"].majority_brier
    assert row["ceiling_accuracy"] == problems[0].meta.noise.ceiling_accuracy


def test_p_values_are_adjusted_for_all_that_stand_in_the_table(made):
    designs = ("main_unseen", "block_out", "groups_unseen")
    raw, adjusted = (
        np.array([[row[f"{p}_{design}"] for design in designs] for row in made["table2"]])
        for p in ("p_value", "p_holm")
    )
    assert adjusted.min() == pytest.approx(min(1, raw.size * raw.min()))
    assert (adjusted >= raw).all()


def test_each_feature_alone_is_scored(problems, made):
    rows = made["single_features"]
    assert [row["feature"] for row in rows] == 2 * list(FEATURE_NAMES)
    assert rows[3]["brier"] == problems[0].meta.alone[FEATURE_NAMES[3]].brier


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
    only = {table.name: table.rows for table in tables(problems[1:], QUICK)}
    assert "table3a" not in only
    assert [row["problem"] for row in only["table1"]] == ["unrelated"]


def test_the_same_problems_give_the_same_bytes(problems, made):
    again = {table.name: to_csv(table) for table in tables(problems, QUICK)}
    for table in tables(problems, QUICK):
        assert to_csv(table) == again[table.name]
    assert b"nan" not in b"".join(again.values())
