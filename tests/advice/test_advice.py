"""What advice says of made-up scores, in each form."""

import re
import sys
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from minimtl.advice.advice import advice_document
from minimtl.advice.measured import further, label_scores, printable, surest_mistakes
from minimtl.advice.verdicts import CANNOT_TELL, HURTS
from minimtl.errors import MinimtlError
from minimtl.report.htmlpage import to_html, write_document

# Shares of right labels. `MAYBE` is better as measured, and by less than can be proven.
ALONE, BETTER, BEST, WORSE, MAYBE, SAME = 0.80, 0.90, 0.95, 0.70, 0.807, 0.80


@pytest.mark.parametrize(
    ("shares", "taken", "verdict"),
    [
        (
            (ALONE, BETTER, BEST),
            2,
            "It is better than the best way alone (alone (regression), 0.80",
        ),
        ((ALONE, MAYBE, WORSE), 1, "probably better than the best way alone (alone (regression), "),
        ((ALONE, WORSE), 0, "Other texts do not help: no way to use them is better by a margin."),
        ((ALONE, 0.792), 0, "No other way is likely to be better, but that is not proven yet."),
    ],
)
def test_a_way_that_helps_is_taken_then_one_that_may_then_alone(made_up, shares, taken, verdict):
    advice = made_up(*shares)
    assert advice.best is advice.rows[taken]
    assert advice.verdict.startswith(f"Train on main {advice.name_of(advice.best)}: 0.")
    assert verdict in advice.verdict


def test_constant_predictions_have_a_remedy(made_up):
    advice = made_up(None, None)
    assert advice.verdict.startswith("Nothing was learned from main: ")
    assert "try --tokenizer characters (it was words)" in advice.verdict
    assert any(line.startswith("Gives every text the same label: alone") for line in advice.notes)


def test_any_row_has_a_model(made_up):
    advice = made_up(ALONE, WORSE)
    assert advice.model.how["way"] == "alone (regression)"
    assert advice.model_of(advice.row_of("joint")).how["way"] == "jointly with aux (network)"
    assert advice.row_of("alone (regression)") is advice.rows[0]
    with pytest.raises(MinimtlError, match="2 ways are called 'o'; name one of"):
        advice.row_of("o")


@pytest.mark.parametrize(
    ("verdict", "runs", "texts", "words"),
    [
        (CANNOT_TELL, 15, 4567, "--runs 35 or about 4,600 more labelled texts"),
        (CANNOT_TELL, None, None, ""),
        (HURTS, 15, 4567, ""),
    ],
)
def test_what_would_settle_it(made_up, verdict, runs, texts, words):
    row = made_up(ALONE, MAYBE).rows[1]
    compared = replace(row.comparison, verdict=verdict, further_runs=runs, further_texts=texts)
    assert further(replace(row, n_runs=20, comparison=compared)) == words


def test_labels_are_scored_and_the_surest_mistakes_found(made_up):
    advice = made_up(ALONE, MAYBE)
    scores, mistakes = label_scores(advice), surest_mistakes(advice)
    classes = advice.best.given.classes
    assert [score.n for score in scores] == [700, 700]
    assert np.mean([score.f1 for score in scores]) == pytest.approx(advice.best.score)
    assert scores[1].given[1] == pytest.approx((classes[:, 1::2] == 1).mean())
    assert len(mistakes) == 5
    for mistake in mistakes:
        given = classes[:, int(mistake.place.removeprefix("row "))]
        assert (given == "ab".index(mistake.given)).all()
        assert mistake.given != mistake.label
        assert mistake.probability == pytest.approx(0.6)


def test_a_frame_and_a_repr_that_answers(made_up, monkeypatch):
    advice = made_up(ALONE, MAYBE)
    assert repr(advice) == f"<Advice: {advice.verdict}>"
    frame = advice.to_frame()
    assert list(frame["way"]) == [advice.name_of(row) for row in advice.rows]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MinimtlError, match=r"to_frame needs pandas.*to_dict\(\)"):
        advice.to_frame()


@pytest.mark.parametrize(("per_class", "is_cut"), [(500, True), (560, False)])
def test_what_was_cut_is_said(made_up, per_class, is_cut):
    procedure = " ".join(made_up(ALONE, MAYBE, per_class=per_class).procedure)
    assert ("--per-class 700 trains networks on all of them" in procedure) == is_cut


@pytest.mark.parametrize(
    ("labels", "of_other", "hint"),
    [
        ("ab", "ab", ""),
        ("ab", "cd", ""),
        ("ab", "01", "main has the labels a, b, aux has 0, 1: if they mean the same"),
        ("ab", "Ab", "main has the labels a, b, aux has A, b: if they mean the same"),
        ("Aab", "ab", "main has the labels A, a, which differ in capital letters alone"),
    ],
)
def test_labels_by_other_names_have_a_hint(made_up, labels, of_other, hint):
    advice = made_up(ALONE, MAYBE)
    sets = [
        replace(one, classes=tuple(classes))
        for one, classes in zip(advice.sets, (labels, of_other), strict=True)
    ]
    notes = replace(advice, sets=tuple(sets)).notes
    found = [line for line in notes if "mean the same" in line]
    assert len(found) == bool(hint)
    assert hint in " ".join(found)


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


def test_a_notebook_has_the_pictures_and_tables_of_the_page(hostile):
    for shown in (to_html(advice_document(hostile)), hostile._repr_html_()):
        assert shown.count('<svg class="chart"') == 2
        assert shown.count("<tr ") == 4 + 4 + 3 + 6
        assert hostile.verdict in unescape(shown)


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
