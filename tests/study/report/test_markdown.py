"""report.md: complete, its verdicts follow the numbers, and nothing from outside is markup."""

import math
import re
from dataclasses import replace

import pytest

from minimtl.gains import Estimate, MeasuredClaim
from minimtl.report.figurefile import FIGURES_NOTE
from minimtl.report.markdown import escape, to_markdown
from minimtl.report.wording import compared, share_with_interval, text, with_interval
from minimtl.stats import MeanEstimate
from minimtl.study.report.contents import report_document
from minimtl.study.report.figures import CAPTIONS
from minimtl.study.report.problemresult import problem_results
from minimtl.study.report.scope import warnings_of
from minimtl.study.report.studyfinding import evidence, finding
from minimtl.study.report.studytables import tables
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.printedtables import ERRATA, TABLE3A, TABLE3B
from tests.study.report.conftest import concluded_of, whole


@pytest.fixture(scope="module")
def made(study):
    """The results of a whole study."""
    return whole(study.results)


@pytest.fixture(scope="module")
def markdown(study, made):
    def render(made=made, figures=(), edition="bydate"):
        about = study.about._replace(edition=edition)
        compares = edition == "bydate"
        results = [replace(one, scope=one.scope._replace(compares=compares)) for one in made]
        return to_markdown(report_document(results, study.views, study.protocol, about, figures))

    return render


@pytest.fixture(scope="module")
def page(markdown):
    return markdown(figures=["figure5b", "figure4a"])


def with_scores(made, **values):
    """The results with other numbers in Table 1."""
    return [replace(one, scores=one.scores._replace(**values)) for one in made]


def with_analysis(made, change):
    """The results with another analysis of their pairs; `change` gives new values of each."""
    return [
        replace(one, meta=replace(one.meta, pairs=replace(one.analysis, **change(one.analysis))))
        for one in made
    ]


def with_weights(made, change):
    """The results with other rows in Table 3; `change` gives new values of each."""
    return [
        replace(one, weights=tuple(weight._replace(**change(weight)) for weight in one.weights))
        for one in made
    ]


def line_of(page, *beginning):
    return next(
        line for line in page.splitlines() if line.startswith(f"| {' | '.join(beginning)} |")
    )


def test_the_first_sentence_is_the_finding(study, made, page):
    title, answer, numbers = page.split("\n\n")[:3]
    assert f"{title[2:]} {answer}" == finding(made)
    lines = [line.removeprefix("- ") for line in numbers.splitlines()]
    assert lines == evidence(made)


def test_part_of_a_study_says_so_first_and_judges_nothing(study, markdown):
    page = markdown(study.results)
    warnings = warnings_of([result.scope for result in study.results], "bydate")
    _, banner, answer, *_ = page.split("\n\n")
    assert [line[2:].rstrip() for line in banner.splitlines()] == [*map(escape, warnings)]
    assert "RELATED: 12 of 52 pairs, 2 of 5 runs: a look, no finding." in banner
    assert "too few for a verdict" in answer
    for verdict in ("raised", "lowered", "does not reproduce", "| yes |", "**no**", "claim that"):
        assert verdict not in page
    # The numbers are there, and the paper's beside them.
    assert line_of(page, "RELATED", "single-task").endswith(" | 0.834 |")


def test_another_corpus_has_no_published_number(markdown):
    page = markdown(edition="synthetic")
    assert "The corpus is the synthetic edition, on which nothing was published" in page
    assert "the synthetic edition, 11,314" in page
    for mark in ("published |", "reproduces", "Known about", "0.834", "JSD pos. class main"):
        assert mark not in page.split("## Glossary")[0], mark
    assert "raised the mean F1" in page or "change the mean F1" in page


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


def test_reproduction_is_judged_by_the_difference(made, markdown):
    near = markdown(with_scores(made, single=0.845))
    assert line_of(near, "RELATED", "single-task").endswith("| 0.845 | 0.834 | +0.011 | yes |")
    assert line_of(near, "UNRELATED", "single-task").endswith("| 0.893 | −0.048 | **no** |")


@pytest.mark.parametrize(
    ("ours", "difference", "verdict"),
    [(0.8494, "+0.015", "yes"), (0.8486, "+0.015", "yes"), (0.8496, "+0.016", "**no**")],
)
def test_a_verdict_follows_the_numbers_as_shown(made, markdown, ours, difference, verdict):
    line = line_of(markdown(with_scores(made, single=ours)), "RELATED", "single-task")
    assert line.endswith(f"| 0.834 | {difference} | {verdict} |")
    assert "within 0.015" in markdown()


def test_pairs_of_one_label_have_no_score(made, markdown):
    page = markdown(with_analysis(made, lambda _: {"predicted": None, "predictions": ()}))
    assert "1.000 (" not in page
    assert line_of(page, "RELATED", "all features").startswith("| RELATED | all features | – | ")
    assert "All pairs of RELATED and UNRELATED have one label" in page


def test_claims_of_the_paper_are_judged_beside_the_tables(made, markdown):
    def predicted(p_holm):
        def change(analysis):
            return {
                "predictions": tuple(
                    row._replace(
                        scores=row.scores._replace(
                            accuracy=0.6 if row.kind == "baseline" else 0.7,
                            brier=0.24 if row.kind == "baseline" else 0.2,
                        ),
                        p_holm=p_holm,
                    )
                    if row.design == "groups_unseen"
                    else row
                    for row in analysis.predictions
                )
            }

        return with_analysis(made, change)

    page = markdown(predicted(0.01))
    assert "RELATED: the paper's claim that gains can be predicted reproduces: it holds" in page
    bad = markdown(predicted(0.9))
    assert "RELATED: the paper's claim that gains can be predicted **does not reproduce**:" in bad


def test_each_claim_of_the_text_has_its_line_and_its_verdicts(made, markdown):
    def sure(claim):
        """All statistics lie inside for these tasks, and outside for new ones."""
        bounded = claim.claim._replace(above=0.0, below=math.inf)
        these = MeanEstimate(0.0123, 0.01, 0.02, 0.0, 4.0, 0.5)
        new = MeanEstimate(0.0123, -24.26, -0.3, 0.0, 4.0, 0.5)
        return MeasuredClaim(bounded, Estimate(0.0123, these, new))

    claims = [replace(one, claims=tuple(map(sure, one.claims))) for one in made]
    page = markdown(claims)
    # One of the RELATED pairs is among the 30 others: too few to be compared with these.
    assert [len(one.claims) for one in claims] == [19, 18]
    for result in claims:
        for measured in result.claims:
            line = line_of(page, result.name, escape(f"“{measured.claim.sentence}”"))
            assert line.endswith(
                "| 0.0123 | 0.0100 to 0.0200 | holds | −24.3 to −0.3000 | **does not hold** |"
            )
    assert "share of pairs improved (above 0.7)" in markdown()
    assert "share of pairs improved (0.52 to 0.62)" in markdown()
    assert "19 “holds”, 0 “does not hold”, 0 “cannot tell” for these tasks; 0 “holds”" in page


def test_claims_have_no_verdict_where_a_problem_was_not_run_in_full(study, markdown):
    (rows,) = (table.rows for table in tables(study.results) if table.name == "claims")
    assert {(row["verdict"], row["verdict_tasks"]) for row in rows} == {("", "")}
    page = markdown(study.results)
    assert "| the paper says | measured | here | these tasks | new tasks |" in page
    for verdict in ("does not hold", "“holds”", "cannot tell"):
        assert verdict not in page.split("In brackets stands")[0]


def test_a_whole_problem_is_judged(made):
    (rows,) = (table.rows for table in tables(made) if table.name == "claims")
    informs = [row for row in rows if math.isinf(row["above"]) and math.isinf(row["below"])]
    assert {row["verdict"] for row in informs} == {""}
    others = [row for row in rows if row not in informs]
    assert {row["verdict"] for row in others} <= {"holds", "does not hold", "cannot tell"}
    # Curves that are one straight line settle late, and alike in all runs.
    (settles, _) = (r for r in rows if (r["problem"], r["name"]) == ("related", "settles_at_75"))
    assert settles["low_tasks"] == settles["high_tasks"] == settles["estimate"] > 85
    assert settles["verdict_tasks"] == "does not hold"


def test_label_noise_of_one_run_is_unknown(page):
    assert "- UNRELATED: one run cannot tell" in page
    assert "- RELATED: the gains of two runs correlate at" in page


def test_order_of_features_is_compared_by_spearman(made, markdown):
    same = with_weights(made, lambda row: {"inverse_rank": row.published_inverse_rank})
    assert "Table 3a reproduces: Spearman's ρ with the published column is 1.00" in markdown(same)
    turned = with_weights(made, lambda row: {"inverse_rank": -row.published_inverse_rank})
    assert "Table 3a **does not reproduce**: Spearman's ρ" in markdown(turned)
    assert "is −1.00; 0.5 is asked for" in markdown(turned)


def test_coefficients_without_an_order_are_not_compared(made, markdown):
    page = markdown(with_weights(made, lambda _: {"coefficient": 0.0}))
    assert "too few pairs to compare the order" in page


def test_figures_that_were_drawn_or_why_there_are_none(markdown, page):
    assert page.index("(figure4a.svg)") < page.index("(figure5b.svg)")
    assert CAPTIONS["figure5b"] in page
    assert "figure4b" not in page
    assert escape(FIGURES_NOTE) in markdown()


def test_data_and_command(page):
    assert "11,314 training and 7,532 test posts" in page
    assert "```\nminimtl study --seed 7 --out '<script>" in page  # as typed: fenced is no markup
    assert "seed 7" in page


def test_text_from_outside_is_no_markup(page):
    assert "<script>" not in re.sub(r"(?s)```.*?```", "", page)
    assert escape("<script>|*x*\n# _y_") == r"&lt;script&gt;\|\*x\* \# \_y\_"
    assert r"&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_no_command_ends_its_fence(study):
    about = study.about._replace(command="minimtl study --out 'a\n```\n<script>'")
    page = to_markdown(report_document(study.results, study.views, study.protocol, about, []))
    assert page.endswith("````\nminimtl study --out 'a\n```\n<script>'\n````\n")


def test_what_does_not_exist_is_a_dash():
    assert text(math.nan) == "–"
    assert text(-0.0456, 3, "+") == "−0.046"
    assert compared(0.5, math.nan, 0.1) == ("0.500", "–", "–", "–")


def test_shares_stay_shares():
    assert share_with_interval(0.75, -0.1, 1.032) == "0.750 (0.000 to 1.000)"
    assert with_interval(0.75, -0.1, 1.032, 2) == "+0.75 (−0.10 to +1.03)"


def test_features_are_marked_where_they_reproduce(made, markdown):
    ranks = markdown(with_weights(made, lambda _: {"inverse_rank": 16.0}))
    assert "| `curve_a_main` | Curve param a main | 16.0 | 9 | +7.0 | **no** | 21 |" in ranks
    assert "| `curve_c_aux` | Curve param c aux | 16.0 | 14 | +2.0 | yes | 16 |" in ranks
    wide = {"coefficient": 0.0, "coefficient_low": -0.5, "coefficient_high": 0.5}
    coefficients = markdown(with_weights(made, lambda _: wide))
    assert "| +0.00 (−0.50 to +0.50) | −0.93 | +0.93 | **no** |" in coefficients
    assert "| +0.00 (−0.50 to +0.50) | −0.02 | +0.02 | – |" in coefficients  # of either sign
    firm = {"coefficient": 0.3, "coefficient_low": 0.2, "coefficient_high": 0.5}
    coefficients = markdown(with_weights(made, lambda _: firm))
    assert "| +0.30 (+0.20 to +0.50) | +0.34 | −0.04 | yes |" in coefficients
    assert "| +0.30 (+0.20 to +0.50) | −0.02 | +0.32 | **no** |" in coefficients


def test_one_problem_and_one_pair_make_a_page(study, made_up_outcomes):
    outcomes = made_up_outcomes("related", 1, 1)
    concluded = concluded_of([outcomes], study.protocol)
    made = problem_results(concluded, "bydate", NEWSGROUPS)
    page = to_markdown(report_document(made, study.views[:1], study.protocol, study.about, []))
    assert "nan" not in page
    assert "Table 3b" not in page
    assert "1 of 52 pairs, 1 of 5 runs: a look, no finding." in page
    assert "| over 1,000 |" in page or "| – |" in page
    assert "does not reproduce" not in page
