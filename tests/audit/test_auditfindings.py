"""How a printed number is judged, and the audit's table and page."""

import csv
import io
import re
from dataclasses import replace

import pytest

from minimtl.audit.auditfindings import Audited, Finding, audit_csv, audit_document, by_digits
from minimtl.report import to_markdown

FINDING = Finding(
    table="Table 2",
    problem="related",
    item="using all features",
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


def test_the_page_opens_with_the_lines_and_folds_the_findings():
    audited = Audited(
        title="A <title>",
        read=["exp1_0", "exp2_0"],
        lines=["First | line", "A <b>second</b> one"],
        findings=[
            FINDING,
            replace(FINDING, table="design", verdict="found", reason="<i>so</i> | it is"),
        ],
        pairs=[],
    )
    page = to_markdown(audit_document(audited))
    before, *folded = page.split("<details>")
    assert before.startswith("# A &lt;title&gt;\n\n- First \\| line\n- A &lt;b&gt;second")
    assert "2 findings: 0 agree, 1 differ, 0 cannot be decided, 1 are of what" in before
    assert "exp1_0; exp2_0" in before.replace("\\", "")
    assert [text.split("</summary>")[0].split("<summary>")[1] for text in folded] == [
        "Table 2 (1, 1 differ)", "Design (1)"
    ]  # fmt: skip
    rows = [line for line in page.splitlines() if line.startswith("| related")]
    assert len(rows) == 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 9 for row in rows)


@pytest.mark.parametrize(
    ("printed", "derived", "digits", "judgement"),
    [
        (0.893, 0.8934, 3, ("agrees", "")),
        (0.57, 0.5686, 2, ("agrees", "")),
        (0.57, 0.5768, 2, ("agrees", "printed cut, not rounded")),
        (-0.93, -0.9327, 2, ("agrees", "")),
        (-0.01, -0.0188, 2, ("agrees", "printed cut, not rounded")),
        (-0.02, -0.0148, 2, ("differs", "")),
        (17, 17.8, 0, ("agrees", "printed cut, not rounded")),
        (23, 23.0, 0, ("agrees", "")),
        (18, 16.9, 0, ("differs", "")),
        (0.05, 0.012, 2, ("differs", "")),
    ],
)
def test_how_a_number_was_shortened(printed, derived, digits, judgement):
    assert by_digits(printed, derived, digits) == judgement
