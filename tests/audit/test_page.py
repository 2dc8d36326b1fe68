"""The audit's table and page."""

import csv
import io
from dataclasses import replace

from minimtl.audit.audit import audit
from minimtl.audit.experiments import read_released
from minimtl.audit.finding import Finding
from minimtl.audit.page import audit_csv, audit_markdown, conclusions

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


def test_the_page_lists_every_finding(made_up_experiment, root):
    made_up_experiment(n_pairs=10)
    experiments = read_released(root)
    findings = audit(experiments)
    page = audit_markdown(experiments, findings)
    assert "exp1_0 (related, 10 pairs)" in page
    rows = [line for line in page.splitlines() if line.startswith("| related")]
    assert len(rows) == len([f for f in findings if f.problem == "related"])
