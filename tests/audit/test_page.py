"""The audit's table and page."""

import csv
import io
import re
from dataclasses import replace

from minimtl.audit.finding import Finding
from minimtl.audit.interface import Audited
from minimtl.audit.page import audit_csv, audit_document, conclusions
from minimtl.report import to_html, to_markdown

FINDING = Finding(
    table="Table 2",
    problem="related",
    item="all",
    reading="as labelled",
    printed=0.5,
    derived=0.52341,
    experiments="exp1_0",
    verdict="differs",
)


def test_csv_comes_back():
    findings = [
        replace(FINDING, reason='with, comma and "quotes"'),
        replace(FINDING, printed=None, derived=None),
    ]
    rows = list(csv.DictReader(io.StringIO(audit_csv(findings).decode())))
    assert rows[0]["reason"] == 'with, comma and "quotes"'
    assert float(rows[0]["derived"]) == 0.52341
    assert (rows[1]["printed"], rows[1]["derived"]) == ("", "")


def test_csv_starts_no_formula():
    written = audit_csv([replace(FINDING, item="=1+1", printed=-0.5)]).decode()
    assert ",'=1+1,as labelled,-0.5," in written


def test_a_number_under_the_wrong_label_is_said_to_be_so():
    labelled = FINDING
    computed = replace(
        FINDING, reading="as computed", derived=0.4991, verdict="agrees", reason="something else"
    )
    ((heading, sentence),) = conclusions([labelled, computed])
    assert heading == "Not what the label says"
    assert sentence == (
        "Table 2, RELATED, using all features: 0.5 is printed; by its label it would be "
        "0.5234; 0.4991 comes from something else"
    )


def test_what_agrees_needs_no_sentence():
    assert conclusions([replace(FINDING, verdict="agrees")]) == []


AUDITED = Audited(
    title="A <title>",
    read=["exp1_0", "exp2_0"],
    lines=["First | line", "A <b>second</b> one"],
    findings=[
        FINDING,
        replace(FINDING, table="design", verdict="found", reason="<i>so</i> | it is"),
    ],
    pairs=[],
)


def test_the_page_opens_with_the_lines_and_folds_the_findings():
    page = to_markdown(audit_document(AUDITED))
    before, *folded = page.split("<details>")
    assert before.startswith("# A &lt;title&gt;\n\n- First \\| line\n- A &lt;b&gt;second")
    assert "2 findings: 0 agree, 1 differ, 0 cannot be decided, 1 are of what" in before
    assert "exp1_0; exp2_0" in before.replace("\\", "")
    assert [text.split("</summary>")[0].split("<summary>")[1] for text in folded] == [
        "Not what the logs say (1)", "What the logs show besides (1)", "Table 2 (1)", "Design (1)"
    ]  # fmt: skip
    rows = [line for line in page.splitlines() if line.startswith("| related")]
    assert len(rows) == 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 9 for row in rows)


def test_the_html_page_holds_the_same_and_escapes_it():
    page = to_html(audit_document(AUDITED))
    assert page.index("First | line") < page.index("<details")
    assert page.count("<details") == 4
    assert "A &lt;b&gt;second&lt;/b&gt; one" in page
    assert "&lt;i&gt;so&lt;/i&gt; | it is" in page
    assert "<i>" not in page
