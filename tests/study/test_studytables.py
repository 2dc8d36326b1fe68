"""The tables: what is counted, adjusted and sorted in them, and the paper's numbers beside.

Their columns and numbers are held by tests/frozen, and their bytes by tests/study/expected.
"""

import numpy as np
import pytest
from scipy import stats

from minimtl.gains.engine import STUDY_DESIGNS
from minimtl.study.problemresult import problem_results
from minimtl.study.studytables import tables
from minimtl.tasks.pairfeatures import FEATURE_NAMES, FEATURE_SETS
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS
from tests.study.conftest import concluded_of


@pytest.fixture(scope="module")
def problems(made_up_outcomes):
    # Of 30 pairs some share a main task, so that its name tells other than the majority.
    outcomes = [made_up_outcomes("related", 30, 2), made_up_outcomes("unrelated", 40, 1)]
    concluded = concluded_of(outcomes, PAPER.replace(cv_repeats=2))
    return problem_results(concluded, "bydate", NEWSGROUPS)


@pytest.fixture(scope="module")
def made(problems):
    return {table.name: list(table.rows) for table in tables(problems)}


def test_a_pair_of_both_problems_has_one_row_of_features(problems, made):
    related, unrelated = (set(problem.outcomes.pairs) for problem in problems)
    assert len(made["features"]) == 2 * len(related) + len(unrelated - related)
    first = problems[0].outcomes.features[0, 0]
    assert [made["features"][0][name] for name in FEATURE_NAMES] == first.tolist()


def test_table_2_has_a_row_a_set_and_design(problems, made):
    rows = {(row["problem"], row["features"], row["design"]): row for row in made["table2"]}
    assert len(rows) == len(made["table2"]) == 2 * len(FEATURE_SETS) * len(STUDY_DESIGNS)
    for design in STUDY_DESIGNS:
        row = rows["related", "only_curve", design]
        found, majority, name = (
            problems[0].analysis.of(design, predictor).scores
            for predictor in ("only_curve", "majority", "main_name")
        )
        assert (row["accuracy"], row["brier"]) == (found.accuracy, found.brier)
        assert row["majority_accuracy"] == majority.accuracy
        assert row["name_accuracy"] == name.accuracy
        assert np.isnan(row["p"]) == (design == "disjoint")
    row = rows["related", "only_curve", "in_fold"]
    assert row["majority_accuracy"] != row["name_accuracy"]
    # One run gives no labels of other runs than the features'.
    assert rows["unrelated", "all", "disjoint"]["n_pairs"] == 0


@pytest.mark.parametrize(
    ("features", "design", "published"),
    [
        # What the paper computed, whichever label it stands under there.
        ("only_curve", "in_fold", 0.66),
        ("only_curve", "block_out", np.nan),
        ("only_ratio", "in_fold", np.nan),
    ],
)
def test_table_2_has_the_published_accuracy_beside_the_papers_folds(
    made, features, design, published
):
    row = next(r for r in made["table2"] if (r["features"], r["design"]) == (features, design))
    assert row["published"] == pytest.approx(published, nan_ok=True)


def test_p_values_are_adjusted_for_all_that_stand_in_the_table(made):
    raw, adjusted = (
        np.array([row[column] for row in made["table2"] if not np.isnan(row["p"])])
        for column in ("p", "p_holm")
    )
    assert adjusted.min() == pytest.approx(min(1, raw.size * raw.min()))
    assert (adjusted >= raw).all()


def test_pairs_have_the_runs_that_they_need(problems, made):
    related, unrelated = made["pairs"][:30], made["pairs"][30:]
    assert len(unrelated) == 40
    for row, of_pair in zip(related, problems[0].outcomes.gains, strict=True):
        assert row["gain"] == pytest.approx(of_pair.mean())
        assert (row["low"] > 0 or row["high"] < 0) == (row["runs_needed"] == 2)
        if row["runs_needed"] > 2:
            n, spread = row["runs_needed"], of_pair.std(ddof=1)
            half, fewer = (
                stats.t.ppf(0.975, runs - 1) * spread / np.sqrt(runs) for runs in (n, n - 1)
            )
            assert half < abs(row["gain"]) <= fewer
    assert all(np.isnan(row["runs_needed"]) for row in unrelated)  # one run


def test_table_3_begins_with_the_largest_and_has_the_printed_value_beside(problems, made):
    ranks = [row["inverse_rank"] for row in made["table3a"]]
    assert ranks == sorted(ranks, reverse=True)
    sizes = [abs(row["coefficient"]) for row in made["table3b"]]
    assert sizes == sorted(sizes, reverse=True)
    row = next(row for row in made["table3a"] if row["feature"] == "jsd_between_classes_main")
    assert (row["published_label"], row["published"]) == ("JSD pos. class main", 23)
    assert row["published_inverse_rank"] == 7
    column = FEATURE_NAMES.index("jsd_between_classes_main")
    assert row["coefficient"] == problems[0].meta.importance.coefficient[column]
