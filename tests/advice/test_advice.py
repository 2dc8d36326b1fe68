"""What advice says of made-up scores, in each form."""

import json
import re
import sys
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from minimtl.advice.advice import advice_document
from minimtl.advice.measured import further, label_scores, printable, surest_mistakes
from minimtl.advice.verdicts import CANNOT_TELL
from minimtl.errors import MinimtlError
from minimtl.report import to_html, to_markdown, write_document

# Shares of right labels. `MAYBE` is better as measured, and by less than can be proven.
ALONE, BETTER, BEST, WORSE, MAYBE, SAME = 0.80, 0.90, 0.95, 0.70, 0.807, 0.80


def test_the_best_of_the_ways_that_help_is_taken(made_up):
    advice = made_up(ALONE, BETTER, BEST)
    assert advice.best is advice.rows[2]
    assert advice.verdict.startswith("Train on main jointly with other (network): 0.9")
    assert "It is better than the best way alone (alone (regression), 0.80" in advice.verdict


def test_a_better_score_is_taken_and_not_called_proven(made_up):
    advice = made_up(ALONE, MAYBE, WORSE)
    assert advice.best is advice.rows[1]
    assert re.match(
        r"Train on main jointly with aux \(network\): 0\.\d+ macro-F1, probably better than the "
        r"best way alone \(alone \(regression\), 0\.\d+\): \d\d %\. This is not proven yet",
        advice.verdict,
    )


@pytest.mark.parametrize(
    ("share", "end"),
    [
        (WORSE, "Other texts do not help: no way to use them is better by a margin."),
        (0.792, "is likely to be better, but that is not proven yet."),
    ],
)
def test_alone_otherwise(made_up, share, end):
    advice = made_up(ALONE, share)
    assert advice.best is advice.reference
    assert advice.verdict.startswith("Train on main alone (regression): 0.")
    assert advice.verdict.endswith(end)


def test_any_row_has_a_model(made_up):
    advice = made_up(ALONE, WORSE)
    assert advice.model_of(advice.rows[1]).how["way"] == "jointly with aux (network)"
    assert advice.model.how["way"] == "alone (regression)"
    assert advice.row_of("joint") is advice.rows[1]
    assert advice.row_of("alone (regression)") is advice.rows[0]
    with pytest.raises(MinimtlError, match="No way is called 'pooled'; name one of 'alone"):
        advice.row_of("pooled")
    with pytest.raises(MinimtlError, match="2 ways are called 'o'; name one of"):
        advice.row_of("o")


def test_a_quick_look_is_called_that(made_up):
    advice = made_up(ALONE, WORSE, n_rounds=1, is_quick=True)
    assert advice.verdict.startswith("Quick look: Train on main alone")
    assert advice.notes[0].startswith("This was a quick look: 5 runs")


def test_constant_predictions_have_a_remedy(made_up):
    advice = made_up(None, None)
    assert advice.verdict.startswith("Nothing was learned from main: ")
    assert "try --tokenizer characters (it was words)" in advice.verdict
    assert any(line.startswith("Gives every text the same label: alone") for line in advice.notes)


def test_what_would_settle_it(made_up):
    compared = replace(made_up(ALONE, MAYBE).rows[1].comparison, verdict=CANNOT_TELL)
    assert further(replace(compared, further_runs=15, further_texts=4567)) == (
        "--runs 15 more or about 4,600 more labelled texts"
    )
    assert further(replace(compared, further_runs=None, further_texts=None)) == ""
    assert further(made_up(ALONE, WORSE).rows[1].comparison) == ""


def test_the_page_shows_labels_and_the_surest_mistakes(made_up):
    advice = made_up(ALONE, MAYBE)
    scores, mistakes = label_scores(advice), surest_mistakes(advice)
    classes = advice.best.given.classes
    assert [score.n for score in scores] == [700, 700]
    assert np.mean([score.f1 for score in scores]) == pytest.approx(advice.best.score)
    assert scores[1].given[1] == pytest.approx((classes[:, 1::2] == 1).mean())
    assert len(mistakes) == 5
    for mistake in mistakes:
        assert (
            classes[:, int(mistake.place.removeprefix("row "))] != "ab".index(mistake.label)
        ).all()
        assert (mistake.label, mistake.given) in (("a", "b"), ("b", "a"))
        assert mistake.probability == pytest.approx(0.6)
    page = to_html(advice_document(advice), {})
    assert page.index("Gains over the best way") < page.index("Label by label")
    assert page.index("The most confident mistakes") < page.index("What was done")


def test_a_frame_and_a_repr_that_answers(made_up, monkeypatch):
    advice = made_up(ALONE, MAYBE)
    assert repr(advice) == f"<Advice: {advice.verdict}>"
    frame = advice.to_frame()
    assert list(frame["way"]) == [advice.name_of(row) for row in advice.rows]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MinimtlError, match=r"to_frame needs pandas.*to_dict\(\)"):
        advice.to_frame()


def test_what_was_cut_is_said(made_up):
    advice = made_up(ALONE, MAYBE)
    assert any(
        "--per-class 700 trains networks on all of them" in line for line in advice.procedure
    )
    whole = made_up(ALONE, MAYBE, per_class=560)
    assert not any("--per-class" in line for line in whole.procedure)


def test_labels_by_other_names_have_a_hint(made_up):
    advice = made_up(ALONE, MAYBE)
    assert not any("if they mean the same" in line for line in advice.notes)
    main, aux = advice.sets
    for classes, has_hint in ((("0", "1"), True), (("A", "b"), True), (("c", "d"), False)):
        other = replace(advice, sets=(main, replace(aux, classes=classes)))
        hints = [line for line in other.notes if "main has the labels a, b, aux has" in line]
        assert bool(hints) == has_hint, classes


def test_labels_that_differ_in_capital_letters_have_a_hint(made_up):
    advice = made_up(ALONE, MAYBE)
    assert not any("capital letters" in line for line in advice.notes)
    main, aux = advice.sets
    mixed = replace(advice, sets=(replace(main, classes=("A", "a", "b")), aux))
    assert any("main has the labels A, a, which differ" in line for line in mixed.notes)


def test_all_numbers_are_in_json(made_up):
    advice = made_up(ALONE, BETTER)
    content = json.loads(json.dumps(advice.to_dict()))
    alone, jointly = content["ways"]
    assert content["best"] == jointly["way"] == "jointly with aux (network)"
    assert jointly["scores"] == advice.rows[1].scores.tolist()
    assert len(jointly["scores"]) == 4
    assert jointly["gain"] == pytest.approx(jointly["score"] - alone["score"])
    assert jointly["verdict"] == "helps"
    assert "gain" not in alone
    assert [one["n_train"] for one in content["sets"]] == [1_400, 1_400]
    assert content["settings"]["margin"] == 0.02


HOSTILE = "<script>alert(1)</script>|x\x1b[2J"


@pytest.fixture
def hostile(made_up):
    advice = made_up(ALONE, BETTER, MAYBE, names=(HOSTILE, HOSTILE + "2", "ok"))
    compared = advice.rows[1].comparison
    matrix = tuple(tuple(None if i == j else compared for j in range(3)) for i in range(3))
    return replace(advice, matrix=matrix)


def test_names_from_outside_do_no_harm(hostile, tmp_path):
    assert "\x1b" not in str(hostile)
    html, matrix, markdown = write_document(advice_document(hostile), "advise", tmp_path)
    for page in (html.read_text(), matrix.read_text()):
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "\x1b" not in page
    assert "<script>" not in markdown.read_text()
    tables = [line for line in markdown.read_text().splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} == {8, 5, 6}
    assert printable("a\x1b[2Jb\nc") == "a\ufffd[2Jb\ufffdc"


def test_the_page_has_everything_and_a_notebook_the_same(hostile):
    page, notebook = to_html(advice_document(hostile)), hostile._repr_html_()
    for shown in (page, notebook):
        assert shown.count('<svg class="chart"') == 2
        assert shown.count("<tr ") == 4 + 4 + 3 + 6
        assert hostile.verdict in unescape(shown)
    assert "![Who helps whom](matrix.svg)" in to_markdown(advice_document(hostile))


def test_the_picture_has_every_interval_on_one_scale(made_up):
    advice = made_up(ALONE, BETTER, WORSE)
    picture = to_html(advice_document(advice))
    lines = re.findall(r'class="interval" d="M(-?[\d.]+) [\d.]+H(-?[\d.]+)"', picture)
    marks = [float(x) for x in re.findall(r'transform="translate\(([\d.]+) [\d.]+\)"', picture)]
    (zero,) = re.findall(r'class="rule dashed" d="M([\d.]+) 0v', picture)
    (helps, hurts), zero = [tuple(map(float, line)) for line in lines], float(zero)
    assert 0 <= hurts[0] < marks[1] < hurts[1] < zero < helps[0] < marks[0] < helps[1] <= 400
    # Places are in proportion to gains.
    gains = [row.comparison.gain for row in advice.rows[1:]]
    assert (marks[0] - zero) / (marks[1] - zero) == pytest.approx(gains[0] / gains[1], rel=0.01)
