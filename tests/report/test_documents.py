"""Blocks in the three forms: the same words in each, and text from outside is text in all."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from minimtl.report.blocks import (
    Beside,
    Code,
    Document,
    Drawing,
    Embedded,
    Folded,
    Grid,
    Heading,
    Items,
    Link,
    Marked,
    Paragraph,
    Sections,
    Terms,
)
from minimtl.report.chart import Axis, Cells, Chart, Dot, Dots, Line, Rule, round_axis
from minimtl.report.htmlpage import notebook_html, to_html, write_document
from minimtl.report.markup import element
from minimtl.report.svg import svg_file
from minimtl.report.textforms import to_markdown, to_text

EVIL = "<script>alert(1)</script>&\"'"
SAFE = "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#x27;"
CHART = Chart(
    title=EVIL,
    series=(
        Rule(axis="x", at=0.5, until=1.5, name=EVIL),
        Line(name=EVIL, x=(0, 1, 2), y=(1.0, 2.0, 1.5)),
        Dots(name=EVIL, dots=(Dot(x=1, y=2, low=1, high=3, words=EVIL, heading=EVIL),)),
    ),
    x=Axis(label=EVIL, ticks=((1, EVIL),)),
    y=Axis(ticks=((1, EVIL), (2, "2")), is_grid=True),
    has_legend=True,
)
CELLS = Chart(title="cells", series=(Cells(values=((None, 1.0), (-0.2, 0.0)), texts=((EVIL,),)),))
ALL = (
    Sections(),
    Heading(2, EVIL),
    Paragraph((EVIL, Marked(EVIL, "code"), Link(EVIL, "#x"))),
    Items((EVIL, (Marked(EVIL, "bad"), " ", Marked(EVIL, "good")))),
    Terms(((EVIL, EVIL), (Marked(EVIL, "code"), EVIL))),
    Grid((EVIL, "b"), ((EVIL, EVIL),)),
    Grid(("long",), (("line",),) * 13),
    Code(EVIL),
    Folded(EVIL, (Items((EVIL,)), Grid((EVIL,), ((EVIL,),)))),
    Beside(((Paragraph(EVIL),), (Grid((EVIL,), ((EVIL,),)),))),
    Embedded(element("p", EVIL), EVIL),
    Drawing(CHART, EVIL, "drawn"),
    Drawing(CELLS),
)
DOCUMENT = Document(EVIL, (EVIL,), (EVIL,), ALL)
VOID = {"meta", "link", "img", "input"}


class Elements(HTMLParser):
    """The elements of a page; complains of those that do not end where they should."""

    def __init__(self, page):
        super().__init__()
        self.open, self.found = [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_text_from_outside_is_text_on_a_page():
    page = to_html(DOCUMENT)
    assert page.count(SAFE) > 30
    for shown in (page, notebook_html(ALL[1:])):
        assert EVIL not in shown
        assert "<script" not in shown

    found = Elements(page).found
    names = [name for _, attributes in found for name in attributes]
    assert not any(name == "style" or name.startswith("on") for name in names)
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_text_from_outside_is_text_in_markdown_and_in_files(tmp_path):
    write_document(DOCUMENT, "page", tmp_path)
    files = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert sorted(files) == ["drawn.svg", "page.html", "page.md"]
    assert EVIL not in files["drawn.svg"]
    outside_code = re.sub(r"(?s)```.*?```|`[^`]*`", "", files["page.md"])
    assert "<script>" not in outside_code
    assert "\\|" in to_markdown(Document("t", (), (), (Grid(("a",), (("x | y",),)),)))


def test_the_policy_allows_the_pages_own_style_and_script_alone():
    page = to_html(Document("t", (), (), ALL, script="own()", style="p{}"))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src &#x27;sha256-{digest}&#x27;" in policy
    assert policy.startswith("default-src &#x27;none&#x27;")
    assert "script" not in to_html(Document("t", (), (), ()))


def test_the_forms_have_the_same_words_but_for_what_only_a_page_has():
    blocks = (
        Heading(2, "Section"),
        Paragraph(("See ", Link("there", "#x"), ", or ", Marked("not", "bad"), ".")),
        Items(("first", "second")),
        Grid(("name", "value"), (("longer name", "1"), ("n", "2"))),
        Code("a ``` b"),
        Folded("More", (Items(("one",)),)),
        Drawing(CHART),
    )
    assert to_text(blocks) == (
        "Section\n\nSee there, or not.\n\nfirst\nsecond\n\n"
        "name         value\nlonger name  1\nn            2\n\na ``` b\n\nMore\n\none"
    )
    assert to_markdown(Document("Title", ("careful",), ("answer",), blocks)) == (
        "# Title\n\n> careful  \n\nanswer\n\n## Section\n\nSee there, or **not**.\n\n"
        "- first\n- second\n\n| name | value |\n| --- | --- |\n| longer name | 1 |\n| n | 2 |\n\n"
        "````\na ``` b\n````\n\n<details>\n<summary>More</summary>\n\n- one\n\n</details>\n"
    )
    page = to_html(Document("Title", (), (), blocks))
    for words in ('class="chart"', "<ul><li>first</li>", "<pre tabindex"):
        assert words in page


def test_a_long_table_folds_unless_it_is_within_a_fold():
    long, short = (Grid(("a",), (("1",),) * n) for n in (13, 12))
    assert "The table: 13 rows" in to_html(Document("t", (), (), (long,)))
    for block in (Folded("s", (long,)), short):
        assert "The table" not in to_html(Document("t", (), (), (block,)))


def points(path):
    """The absolute points of a path ``Mx yldx+dy …``."""
    x, y, moves = re.fullmatch(r"M(-?\d+) (-?\d+)l(.*)", path).groups()
    places = [(int(x), int(y))]
    for move in moves.split():
        dx, dy = re.fullmatch(r"(-?\d+)([+-]\d+)", move).groups()
        places.append((places[-1][0] + int(dx), places[-1][1] + int(dy)))
    return places


def test_a_curve_goes_through_its_points_to_half_a_unit():
    x, y = [1, 2, 3, 4], [0.71, 0.7654, 0.75, 0.7999]
    chart = Chart(title="t", series=(Line(x=x, y=y),), y=round_axis(y), width=300)
    (path,) = re.findall(r'class="line ink" d="([^"]*)"', svg_file(chart).decode())
    low, high = chart.y.low, chart.y.high
    for (at_x, at_y), one, other in zip(points(path), x, y, strict=True):
        assert at_x == 100 * (one - 1)
        assert at_y == pytest.approx(200 * (high - other) / (high - low), abs=0.5)


@pytest.mark.parametrize(
    ("values", "low", "high", "ticks"),
    [
        ([0.801, 0.832], 0.8, 0.84, ["+0.80", "+0.81", "+0.82", "+0.83", "+0.84"]),
        ([0.8, 0.8], 0.8, 0.81, ["+0.80", "+0.81"]),
        ([-0.3, 0.5], -0.4, 0.6, ["−0.40", "−0.20", "0", "+0.20", "+0.40", "+0.60"]),
    ],
)
def test_an_axis_is_round(values, low, high, ticks):
    axis = round_axis(values)
    assert (axis.low, axis.high) == pytest.approx((low, high))
    assert [words for _, words in axis.ticks] == ticks


def test_cells_are_deeper_the_larger_and_texts_stand_in_them():
    drawn = svg_file(CELLS).decode()
    assert 'class="cells orange level4 under" d="M200 0h200v100h-200z"' in drawn
    assert 'class="cells blue level1 under" d="M0 100h200v100h-200z"' in drawn
    assert SAFE in drawn
