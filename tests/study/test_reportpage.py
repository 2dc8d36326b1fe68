"""report.md and report.html: the same words, nothing from outside is markup, and in a browser."""

import base64
import dataclasses
import re
from pathlib import Path

import pytest

from minimtl.report.htmlpage import to_html
from minimtl.report.textforms import to_markdown
from minimtl.study.contents import DOCUMENTS_EFFECT, report_document
from tests.study.conftest import EVIL, whole

ROOT = Path(__file__).parents[2]
CUT = "[...document.querySelectorAll('.beside > div')].filter(e => e.scrollWidth > e.clientWidth)"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect id='a'/></svg>"
FIGURES = {"figure4a": SVG, "figure5a": SVG}


@pytest.fixture(scope="module")
def document(results, manifest):
    return report_document(whole(results), manifest, list(FIGURES))


@pytest.fixture(scope="module")
def path(document, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(to_html(document, FIGURES), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def markdown(document):
    return to_markdown(document)


def test_two_screens_and_the_rest_is_folded(markdown):
    shown, appendix = markdown.split("## Appendix")
    assert len(shown.split()) < 1200
    assert re.findall("^## (.*)$", shown, re.MULTILINE) == [
        "Table 1, again",
        "Does joint training help, and where?",
        "What decides",
        "The gain of each pair",
        "Figure 4, again",
        "Can it be predicted?",
        "What the paper claims",
    ]
    assert appendix.count("<details>") == appendix.count("</details>") == 5


def test_why_the_protocols_differ_is_cited_from_where_it_is_published(markdown):
    mean, new_tasks = re.fullmatch(r"(\S+) \(.* new tasks (.*)\)", DOCUMENTS_EFFECT).groups()
    published = (ROOT / "docs/multiverse.md").read_text(encoding="utf-8")
    assert DOCUMENTS_EFFECT in markdown
    assert f"| {mean} |" in published
    assert f"| {new_tasks} |" in published


def test_one_protocol_without_figures_by_several_processors(results, manifest):
    mixed = {**manifest, "trained_by": {"one": 3, "another": 1}}
    page = to_markdown(report_document(whole(results)[1:], mixed, ()))
    assert "What decides" not in page
    assert "pip install" in page
    assert "2 kinds of processors (one; another)" in page


def test_what_predicts_stands_beside_the_commoner_answer(results, markdown):
    table = dict(re.findall(r"^\| ((?:random folds|new problem): .*?) \| (.*) \|$", markdown, re.M))
    new_problem = [result.predictions("groups_unseen") for result in results]
    expected = [f"{rows['all'].scores.accuracy:.3f}" if rows else "–" for rows in new_problem]
    assert table["new problem: all 30 features"].split(" | ") == expected
    commoner = f"{results[0].majority('groups_unseen').scores.accuracy:.3f}"
    assert table["new problem: the commoner answer"].split(" | ")[0] == commoner


def test_claims_are_a_list_where_a_problem_can_tell(results, manifest, markdown):
    claims = markdown.split("## What the paper claims")[1].split("## Appendix")[0]
    sentences = {one.claim.sentence for result in results for one in result.claims}
    assert len(re.findall("^- ", claims, re.MULTILINE)) <= len(sentences)
    assert "“the mean gain is about 5%”" in claims
    assert "What the paper claims" not in to_markdown(report_document(results, manifest, ()))


def test_text_from_outside_is_no_markup(document, markdown):
    page = to_html(document, FIGURES)
    assert EVIL not in page
    assert "<script" not in page
    assert "alert" in page
    assert "<script>" not in re.sub("(?s)```.*?```", "", markdown)


def test_pairs_are_counted_by_their_intervals(results, document):
    (released, *_), page = results, to_html(document, FIGURES)
    n_gain = sum(pair.low > 0 for pair in released.pairs)
    n_lose = sum(pair.high < 0 for pair in released.pairs)
    n_open = len(released.pairs) - n_gain - n_lose
    caption = f"gain in accuracy: {n_gain} gain, {n_open} undecided, {n_lose} lose."
    assert f"RELATED by the authors&#x27; code, {caption}" in page


def test_a_result_without_two_labels_makes_a_page(results, manifest):
    result = whole(results)[0]
    analysis = dataclasses.replace(result.analysis, predictions=())
    alone = dataclasses.replace(result, meta=dataclasses.replace(result.meta, pairs=analysis))
    page = to_markdown(report_document([alone], manifest, ()))
    assert "| new problem: all 30 features | – |" in page


def test_it_loads_with_no_complaint_and_asks_for_nothing(opened, path):
    opened.assert_quiet(path)


def test_a_phone_need_not_scroll_sideways(opened, path):
    opened.resize(390, 844)
    opened.open(path)
    opened.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.value("document.documentElement.scrollWidth") <= 390
    # Nor does any part of those that stand side by side.
    assert opened.value("document.querySelectorAll('.beside > div').length") >= 6
    assert opened.value(f"{CUT}.length") == 0


def test_darkness_is_dark_and_readable(opened):
    """Contrast of text and verdicts with the paper, WCAG's 4.5 at least, in light and dark."""
    contrast = """(() => {
      const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => { v /= 255;
        return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const paper = light(getComputedStyle(document.body).backgroundColor);
      return [paper, ...["body", "a", "figcaption", ".note", ".good", ".bad"].map((s) => {
        const ink = light(getComputedStyle(document.querySelector(s)).color);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05); })];
    })()"""
    for scheme, is_dark in (("light", False), ("dark", True)):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        opened.do("Emulation.setEmulatedMedia", features=features)
        paper, *ratios = opened.value(contrast)
        assert (paper < 0.1) == is_dark
        assert min(ratios) >= 4.5, (scheme, ratios)
    opened.do("Emulation.setEmulatedMedia", features=[])


def test_it_prints_with_what_is_folded(opened):
    pdf = base64.b64decode(opened.do("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")
    opened.do("Emulation.setEmulatedMedia", media="print")
    terms = "document.querySelector('.long dl')"
    # The height makes Chromium bring the styles up to date, which asking alone does not.
    opened.value("document.body.offsetHeight")
    assert opened.value(f"{terms}.checkVisibility({{contentVisibilityAuto: true}})") is True
    opened.resize(700, 1000)  # an A4 page without its margins
    assert opened.value(f"{CUT}.length") == 0
    opened.do("Emulation.setEmulatedMedia", media="")
    assert opened.value(f"{terms}.checkVisibility()") is False  # folded again
