"""report.md: complete, its verdicts follow the numbers, and nothing from outside is markup."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from minimtl.report.contents import About
from minimtl.report.figures import CAPTIONS, NOTE
from minimtl.report.finding import evidence, finding
from minimtl.report.grid import compared, escape, text
from minimtl.report.markdown import render_markdown
from minimtl.report.predictors import spearman
from minimtl.study.csvfile import Table
from minimtl.study.meta import Analysed, analyse
from minimtl.study.protocol import PAPER
from minimtl.study.published import ERRATA, TABLE3A, TABLE3B
from minimtl.study.tables import tables

QUICK = dataclasses.replace(PAPER, cv_repeats=1)
ABOUT = About(
    version="1.2.3",
    edition="bydate",
    source="<b>odd|name</b>_[x](y).tar.gz",
    sha256="ab" * 32,
    n_train=11314,
    n_test=7532,
    seed=7,
    command="minimtl study --problem both --seed 7",
)


@pytest.fixture(scope="module")
def made(made_up_outcomes):
    problems = [made_up_outcomes("related", 12, 2), made_up_outcomes("unrelated", 30, 1)]
    rng = np.random.default_rng(0)
    return tables([Analysed(o, analyse(o, QUICK, rng)) for o in problems], QUICK)


@pytest.fixture(scope="module")
def page(made):
    return render_markdown(made, QUICK, ABOUT, ["figure5b", "figure4a"])


def altered(made, name, **values):
    """The tables with other values in every row of one of them."""
    return [
        Table(name, [row | values for row in table.rows]) if table.name == name else table
        for table in made
    ]


def line_of(page, *beginning):
    return next(
        line for line in page.splitlines() if line.startswith(f"| {' | '.join(beginning)} |")
    )


def test_the_first_sentence_is_the_finding(made, page):
    rows = {table.name: table.rows for table in made}
    title, answer, numbers = page.split("\n\n")[:3]
    assert f"{title[2:]} {answer}" == finding(rows["table1"], rows["table2"], QUICK)
    assert numbers.replace("- ", "").splitlines() == evidence(rows["table1"], rows["table2"], QUICK)


def test_every_grid_is_rectangular(page):
    for block in page.split("\n\n"):
        widths = {line.count(" | ") for line in block.splitlines() if line.startswith("|")}
        assert len(widths) <= 1, block


def test_published_numbers_labels_and_errata_stand_on_the_page(page):
    for row in (*TABLE3A, *TABLE3B):
        assert row.label.replace("#", "\\#") in page
    for sentences in ERRATA.values():
        assert all(escape(sentence) in page for sentence in sentences)
    assert " | 0.834 | " in line_of(page, "RELATED", "single-task")
    assert " | 0.897 | " in line_of(page, "UNRELATED", "multi-task")


def test_reproduction_is_judged_by_the_difference(made):
    near = render_markdown(altered(made, "table1", single=0.845), QUICK, ABOUT, [])
    assert line_of(near, "RELATED", "single-task").endswith("| 0.845 | 0.834 | +0.011 | yes |")
    assert line_of(near, "UNRELATED", "single-task").endswith("| 0.893 | -0.048 | **no** |")


def test_claims_of_the_paper_are_judged_beside_the_tables(made):
    good = {
        "majority_lift_low_by_task": 0.1,
        "identity_lift_low_by_task": 0.1,
        "accuracy_low_by_task": 0.6,
        "p_value_by_task": 0.01,
    }
    page = render_markdown(altered(made, "table2", **good), QUICK, ABOUT, [])
    assert "**RELATED:** gains are predicted beyond both baselines and one half by" in page
    bad = render_markdown(altered(made, "table2", p_value_by_task=0.9), QUICK, ABOUT, [])
    assert "**RELATED: the paper's claim that gains can be predicted does not reproduce.**" in bad


def test_label_noise_of_one_run_is_unknown(page):
    assert "- UNRELATED: one run cannot tell" in page
    assert "- RELATED: the gains of two runs correlate at" in page


def test_order_of_features_is_compared_by_spearman(made):
    a, b = np.random.default_rng(0).integers(0, 6, (2, 30)).astype(float)
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    same = [
        Table("table3a", [row | {"inverse_rank": row["published_inverse_rank"]} for row in t.rows])
        if t.name == "table3a"
        else t
        for t in made
    ]
    assert "column is 1.00: the order reproduces" in render_markdown(same, QUICK, ABOUT, [])


def test_coefficients_without_an_order_are_not_compared(made):
    page = render_markdown(altered(made, "table3b", coefficient=0.0), QUICK, ABOUT, [])
    assert "too few pairs to compare the order" in page


def test_figures_that_were_drawn_or_why_there_are_none(made, page):
    assert page.index("(figure4a.svg)") < page.index("(figure5b.svg)")
    assert CAPTIONS["figure5b"] in page
    assert "figure4b" not in page
    assert escape(NOTE) in render_markdown(made, QUICK, ABOUT, [])


def test_data_and_command(page):
    assert "11314 training and 7532 test posts" in page
    assert "```\nminimtl study --problem both --seed 7\n```" in page
    assert "seed 7" in page


def test_text_from_outside_is_no_markup(page):
    assert "<b>" not in page
    assert escape("<script>|*x*\n# _y_") == r"&lt;script&gt;\|\*x\* \# \_y\_"
    assert r"&lt;b&gt;odd\|name&lt;/b&gt;\_\[x\](y).tar.gz" in page


def test_what_does_not_exist_is_a_dash():
    assert text(math.nan) == "–"
    assert compared(0.5, math.nan, 0.1) == ("0.500", "–", "–", "–")


def test_one_problem_and_one_pair_make_a_page(made_up_outcomes):
    outcomes = made_up_outcomes("related", 1, 1)
    alone = Analysed(outcomes, analyse(outcomes, QUICK, np.random.default_rng(0)))
    page = render_markdown(tables([alone], QUICK), QUICK, ABOUT, [])
    assert "nan" not in page
    assert "Table 3b" not in page
    assert "too few main tasks" in page
