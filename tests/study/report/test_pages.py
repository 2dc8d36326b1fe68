"""report.html: complete, escaped, closed to the outside, and the same bytes for the same input."""

import base64
import dataclasses
import math
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from minimtl.report import term_anchor, to_html, to_markdown
from minimtl.study.report.background import MEANINGS as TERMS
from minimtl.study.report.contents import report_document
from minimtl.study.report.pages import short
from minimtl.study.report.pairs import meanings, view_pairs
from minimtl.tasks.pairfeatures import COLUMNS, DEFINITIONS, FEATURE_NAMES, ROLES
from minimtl.tasks.taskpairs import Pair, Task

FIGURES = {"figure4a": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
VOID = {"meta", "link", "img", "input", "br"}
PAPER = "https://aclanthology.org/W18-5401/"


class Reader(HTMLParser):
    """Elements, attributes and text of a page; complains of tags that do not match."""

    def __init__(self):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def html(study):
    return render(study, figures=FIGURES)


def render(study, views=None, figures=()):
    views = study.views if views is None else views
    document = report_document(study.results, views, study.protocol, study.about, figures)
    return to_html(document, dict(figures))


def test_it_says_what_the_markdown_says(study, html):
    document = report_document(study.results, study.views, study.protocol, study.about, FIGURES)
    markdown = to_markdown(document)
    shown = read(html).text
    for line in markdown.splitlines():
        line = line.removeprefix("> ").rstrip()
        if line.startswith(("| ---", "![", "```", "minimtl study")):
            continue
        for cell in re.split(r" \| |\*\*: ", line):
            words = re.sub(r"\[([^]]*)\]\(https[^)]*\)", r"\1", cell)
            words = re.sub(r"(?<!\\)[`*]|^[#-] |^#+ |^\| | \|$", "", words)
            assert unescape(re.sub(r"\\(.)", r"\1", words)).removesuffix(":") in shown, cell


def test_text_from_outside_is_text(study, html):
    evil = study.about.source
    reader = read(html)
    scripts = [attributes for tag, attributes in reader.elements if tag == "script"]
    assert scripts == [{}]  # the page's own
    assert evil in reader.text
    assert evil in study.about.command
    assert "alert" not in html.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")


def test_topics_are_text(study, made_up_outcomes):
    evil = study.about.source
    outcomes = made_up_outcomes("related", 1, 1)
    pair = Pair(Task(evil, "b"), Task("c", evil))
    outcomes = dataclasses.replace(outcomes, pairs=(pair,))
    views = view_pairs([(outcomes, study.curves_of(outcomes))], study.protocol)
    reader = read(render(study, views))
    assert f"{evil} / b" in reader.text
    assert len([tag for tag, _ in reader.elements if tag == "script"]) == 1


def test_nothing_is_loaded_from_elsewhere(html):
    for tag, attributes in read(html).elements:
        for name in ("src", "href", "xlink:href", "action", "poster", "data"):
            target = attributes.get(name)
            if (tag, name, target) != ("a", "href", PAPER):  # followed on a click, not loaded
                assert target is None or target.startswith(("data:", "#")), (tag, target)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
    assert not re.search(r"url\(|@import", html)


def test_links_lead_somewhere_and_identifiers_are_unique(html):
    elements = read(html).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    hrefs = [attributes["href"] for tag, attributes in elements if tag == "a"]
    assert hrefs.count(PAPER) == 1
    links = [href[1:] for href in hrefs if href != PAPER]
    # Twelve sections, two terms, and each pair from the picture and from itself.
    assert len(links) == 12 + 2 + 2 * 42
    assert set(links) <= set(ids)


def test_every_pair_is_a_mark_from_the_largest_gain_down(study, html):
    (related, unrelated) = re.findall(r'(?s)<svg class="chart marks.*?</svg>', html)
    for picture, problem, n_pairs in ((related, "RELATED", 12), (unrelated, "UNRELATED", 30)):
        views = [view for view in study.views if view.problem == problem]
        marks = re.findall(r'<a href="#(pair-[a-z0-9.-]+)".*?M(\d+) (-?\d+)h0', picture)
        assert [anchor for anchor, _, _ in marks] == [view.anchor for view in views]
        assert [int(x) for _, x, _ in marks] == [10 * rank + 5 for rank in range(n_pairs)]
        heights = [int(y) for _, _, y in marks]
        assert heights == sorted(heights)
        (zero,) = re.findall(r'class="rule" d="M0 (\d+)h', picture)
        for view, y in zip(views, heights, strict=True):
            assert y == int(zero) or (y > int(zero)) == (view.gain < 0)
    assert "RELATED</strong>: 12 pairs</p>" in html  # nothing is clear with two runs


def test_the_sentence_and_the_picture_come_first(html):
    order = [
        'class="finding"',
        'class="plot"',
        "<li>RELATED: the mean F1",
        "What this study is</h2>",
    ]
    places = [html.index(part) for part in order]
    assert places == sorted(places)
    assert html.index('class="banner"') < places[0]


def test_terms_are_defined_beside_the_picture_and_in_the_glossary(html):
    reader = read(html)
    ids = {attributes.get("id") for _, attributes in reader.elements}
    for term, meaning in TERMS.items():
        assert meaning in reader.text
        assert term_anchor(term) in ids
    beside = re.search(r"(?s)<strong>pair</strong>.*?</p>", html)[0]
    for term in ("pair", "main task", "auxiliary task", "RELATED", "UNRELATED"):
        assert f"<strong>{term}</strong>: {TERMS[term]}" in unescape(beside)
    assert '<a class="term" href="#term-related"' in html


def test_every_pair_with_its_curves_and_features(study, html):
    views, problems = study.views, study.problems
    entries = re.findall(r"<details data-kind=.*?</details>", html, re.DOTALL)
    problems_of = [re.search("<span>(.*?)</span>", entry)[1] for entry in entries]
    assert problems_of == ["RELATED"] * 12 + ["UNRELATED"] * 30
    first = entries[0]
    outcomes, view = problems[0], views[0]
    row = int(outcomes.gains.mean(axis=1).argmax())
    assert (view.main, view.aux) == outcomes.pairs[row]
    assert f"{view.gain:+.3f}<small> ± {view.half_width:.3f}</small></span>" in first
    assert first.count('class="grid"') >= 2
    assert re.findall(r'class="line (.*?)" d="M0 ', first) == ["blue dashed", "orange"]
    values = [value for value in re.findall(r"<td>([^<]*)</td>", first) if value]
    expected = [short(value) for value in outcomes.features[:, row].mean(axis=0)]
    n_roles = len(ROLES)
    n_of_task = sum(c.feature.roles == ROLES for c in COLUMNS) // n_roles
    by_role = [
        expected[n_of_task * role + feature]
        for feature in range(n_of_task)
        for role in range(n_roles)
    ]
    assert values == by_role + expected[n_of_task * n_roles :]
    assert len(values) == len(FEATURE_NAMES)
    half = view.half_width
    assert f"± {half:.4f} (95 % interval over 2 runs)" in first


def test_pairs_stand_by_gain_within_their_problem(study):
    for problem in ("RELATED", "UNRELATED"):
        gains = [view.gain for view in study.views if view.problem == problem]
        assert gains == sorted(gains, reverse=True)


def test_a_gain_is_clear_where_its_interval_leaves_out_0(study):
    three = ((0.8, 0.82),) * 3
    view = study.views[0]._replace(gain=0.02, half_width=0.01, runs=three)
    assert (view.direction, view.is_clear) == ("up", True)
    assert view._replace(gain=-0.02).direction == "down"
    assert view._replace(gain=0.0).direction == "even"
    assert not view._replace(half_width=0.03).is_clear
    assert not view._replace(half_width=math.nan).is_clear
    assert not view._replace(runs=three[:2]).is_clear


def test_every_feature_is_explained():
    names = {c.feature.name if c.feature.roles == ROLES else c.name for c in COLUMNS}
    assert names == meanings(DEFINITIONS["code"]).keys()


def test_figures_are_in_the_page_and_say_what_they_show(html):
    (image,) = [attributes for tag, attributes in read(html).elements if tag == "img"]
    kind, _, data = image["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data) == FIGURES["figure4a"]
    assert image["alt"].startswith("Figure 4a, RELATED. Mean score")


def test_one_problem_has_no_choice_of_problems(study, made_up_outcomes):
    related = [view for view in study.views if view.problem == "RELATED"]
    assert '<select id="choice">' not in render(study, related)


def test_numbers_of_any_size_are_short():
    assert [short(value) for value in (0.0, -1e-5, 0.12345, 123.45, 16795.2)] == [
        "0",
        "−1e−05",
        "0.1235",
        "123.5",
        "16795",
    ]
