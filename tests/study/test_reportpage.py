"""report.md and report.html: the same words, nothing from outside is markup, and in a browser."""

import base64
import dataclasses
import re
from pathlib import Path

import pytest

from minimtl.report import to_html, to_markdown
from minimtl.study.contents import DOCUMENTS_EFFECT, report_document
from tests.study.conftest import EVIL, whole

ROOT = Path(__file__).parents[2]
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


def test_two_screens_and_the_rest_is_folded(document):
    shown, appendix = to_markdown(document).split("## Appendix")
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


def test_why_the_protocols_differ_is_cited_from_where_it_is_published(results, manifest, document):
    assert DOCUMENTS_EFFECT in to_markdown(document)
    low = re.search(r"new tasks (.*)\)", DOCUMENTS_EFFECT)[1]
    assert f"| {DOCUMENTS_EFFECT[:7]} |" in (ROOT / "docs/multiverse.md").read_text()
    assert f"| {low} |" in (ROOT / "docs/multiverse.md").read_text()
    one = report_document(whole(results)[1:], manifest, ())
    assert "What decides" not in to_markdown(one)
    assert "pip install" in to_markdown(one)  # no figures


def test_the_table_of_prediction_has_five_rows(results, document):
    section = to_markdown(document).split("## Can it be predicted?")[1]
    table = section.split("\n\n")[1]
    header, _, *lines = table.strip().splitlines()
    assert len(lines) == 5
    assert header.count("RELATED") == len(results)
    assert "| – |" not in lines[0]


def test_claims_are_a_list_where_a_problem_can_tell(results, manifest, document):
    claims = to_markdown(document).split("## What the paper claims")[1].split("## Appendix")[0]
    sentences = {one.claim.sentence for result in results for one in result.claims}
    listed = [line for line in claims.splitlines() if line.startswith("- ")]
    assert len(listed) <= len(sentences)
    assert "“the mean gain is about 5%”" in claims
    assert "What the paper claims" not in to_markdown(report_document(results, manifest, ()))


def test_text_from_outside_is_no_markup(document, manifest):
    page = to_html(document, FIGURES)
    assert EVIL not in page
    assert "<script" not in page
    assert "alert" in page
    assert "<script>" not in re.sub("(?s)```.*?```", "", to_markdown(document))


def test_several_kinds_of_processors_are_said(results, manifest):
    mixed = {**manifest, "trained_by": {"one": 3, "another": 1}}
    assert "2 kinds of processors (one; another)" in to_markdown(
        report_document(results, mixed, ())
    )


def test_pairs_have_their_dots_from_the_largest_gain_down(results, document):
    page = to_html(document, FIGURES)
    titles = re.findall("<title>([^<]* with [^<]*)</title>", page)
    assert len(titles) == sum(len(result.pairs) for result in results)
    gains = [pair.gain for pair in results[0].pairs]
    assert sum(pair.low > 0 for pair in results[0].pairs) == int(
        re.search(r"by the authors&#x27; code, gain in accuracy: (\d+) gain,", page)[1]
    )
    assert f"{max(gains):+.3f}" in page


def test_a_result_without_two_labels_makes_a_page(results, manifest):
    (result,) = whole(results)[:1]
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
    frames = "[...document.querySelectorAll('.beside > div')]"
    assert opened.value(f"{frames}.length") >= 6
    assert opened.value(f"{frames}.filter(e => e.scrollWidth > e.clientWidth).length") == 0


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
    frames = "[...document.querySelectorAll('.beside > div')]"
    assert opened.value(f"{frames}.filter(e => e.scrollWidth > e.clientWidth).length") == 0
    opened.do("Emulation.setEmulatedMedia", media="")
    assert opened.value(f"{terms}.checkVisibility()") is False  # folded again
