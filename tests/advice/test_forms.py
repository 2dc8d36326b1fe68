"""The forms that advice takes, with names that try to break out of them."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from minimtl.advice.advice import Advice
from minimtl.advice.forms import MARGIN, WIDTH, marks, to_html, to_json, to_markdown, to_text
from minimtl.advice.metamodel import packaged_metamodel
from minimtl.advice.report import Report
from minimtl.advice.sets import TOKENIZERS, prepare
from minimtl.stats.intervals import compare_paired

HOSTILE = "<script>alert(1)</script>|*x*`\x1b[2J.csv"


@pytest.fixture
def report(text_set):
    words = TOKENIZERS["words"]
    model = packaged_metamodel()
    main = prepare(text_set("main.csv", ("a", "b", "c")), words, is_main=True)
    aux = prepare(text_set(HOSTILE, n=12), words, is_main=False)
    middle = np.array([feature.mean for feature in model.features])
    outside = middle.copy()
    outside[1] = 1e6
    single, multi = np.array([0.8, 0.82, 0.81]), np.array([0.83, 0.86, 0.85])
    gain = compare_paired(multi - single, 0.25)
    advised = [
        Advice(candidate, model.predict(x), single, multi, gain, 48, 12)
        for candidate, x in (
            (aux, middle),
            (prepare(text_set("b.csv"), words, is_main=False), outside),
        )
    ]
    return Report(main, advised, model, 200, "words")


def test_text(report):
    text = to_text(report)
    assert "\x1b" not in text
    assert re.search(r"b\.csv +\d+% \(extrapolated\) +0\.810 +0\.847 +\+0\.037 ", text)
    assert "main.csv has 3" in text
    assert "b.csv: the prediction is an extrapolation, 1 of 30 features" in text
    assert "n_words_train_main 1,000,000 (seen: " in text


def test_json_holds_every_number(report):
    content = json.loads(to_json(report))
    assert content["main"] == {
        "name": "main.csv",
        "labels": ["a", "b", "c"],
        "n_train": 60,
        "n_test": 0,
    }
    first, second = content["candidates"]
    assert first["aux"]["name"] == HOSTILE
    assert first["gain"]["mean"] == pytest.approx(np.mean([0.03, 0.04, 0.04]))
    assert len(first["contributions"]) == 30
    assert second["outside"]["n_words_train_main"]["value"] == 1e6
    assert second["contributions"]["n_words_train_main"] != 0


def test_markdown_escapes(report):
    page = to_markdown(report)
    assert "<script>" not in page
    table = [line for line in page.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {9}


def test_html_escapes_and_asks_for_nothing_outside(report):
    pytest.importorskip("jinja2")
    page = to_html(report)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "src=" not in page
    assert "href=" not in page
    assert page.count("<tr>") == 3


def with_gain(low, mean, high):
    return SimpleNamespace(gain=SimpleNamespace(low=low, mean=mean, high=high))


def test_all_candidates_and_no_gain_share_one_scale():
    helps, hurts = marks([with_gain(0.01, 0.02, 0.03), with_gain(-0.03, -0.02, -0.01)])
    assert helps.zero == hurts.zero == pytest.approx(WIDTH / 2)
    assert (hurts.low, helps.high) == pytest.approx((MARGIN, WIDTH - MARGIN))
    assert hurts.low < hurts.mean < hurts.high < hurts.zero < helps.low < helps.mean < helps.high


def test_no_gain_is_on_the_scale_though_no_interval_holds_it():
    (mark,) = marks([with_gain(0.01, 0.02, 0.04)])
    assert mark == pytest.approx((MARGIN + 37.5, MARGIN + 75, MARGIN + 150, MARGIN))


def test_gains_that_are_all_nothing():
    assert marks([with_gain(0.0, 0.0, 0.0)]) == [(MARGIN,) * 4]
