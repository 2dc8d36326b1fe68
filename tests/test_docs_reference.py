"""docs/commands.md and docs/outputs.md against what the commands really take and write."""

import re
from pathlib import Path

import numpy as np
import pytest

from minimtl._version import __version__
from minimtl.audit.recognise import audit
from minimtl.audit.released import Finding, audit_csv
from minimtl.cli.main import build_parser
from minimtl.study.figures import FIGURE4, FIGURE5
from minimtl.study.problemresult import problem_results
from minimtl.study.studytables import tables
from minimtl.study.tuning import N_FOLDS, PAPERS, Setting, Tuning, tuning_table
from minimtl.tasks.pairfeatures import COLUMNS, DEFINITIONS, FEATURE_NAMES, ROLES
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS
from tests.audit.madeup import MadeUpExperiment, MadeUpLogs
from tests.study.conftest import concluded_of

ROOT = Path(__file__).parents[1]
COMMANDS, OUTPUTS = (ROOT / "docs" / name for name in ("commands.md", "outputs.md"))
PARSERS = build_parser().commands
COLUMN = re.compile(r"^\| (.*?) \|", re.MULTILINE)


def sections(page, level):
    """The text under each heading of a level, by the heading."""
    parts = re.split(rf"^{'#' * level} (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def named(text):
    """What the first column of a section's tables has between backquotes."""
    return [name for cell in COLUMN.findall(text) for name in re.findall(r"`([^`]+)`", cell)]


def test_every_command_has_its_section():
    described = [title for title in sections(COMMANDS, 2) if title.startswith("minimtl ")]
    assert sorted(described) == sorted(f"minimtl {name}" for name in PARSERS)


@pytest.mark.parametrize("name", PARSERS)
def test_flags_and_defaults_are_those_of_the_command(name):
    text = sections(COMMANDS, 2)[f"minimtl {name}"]
    actions = [action for action in PARSERS[name]._actions if action.dest != "help"]
    by_flag = {flag: action for action in actions for flag in action.option_strings}
    assert {flag for flag in named(text) if flag.startswith("-")} == by_flag.keys()
    for action in actions:
        if not action.option_strings:
            assert action.metavar is None or action.metavar in named(text)
        for choice in action.choices or ():
            assert re.search(rf"\b{choice}\b", text), f"{action.dest}: {choice}"

    for flag, shown in re.findall(r"^\| `(--[\w-]+)`.*? \| `([^`]+)` \|", text, re.MULTILINE):
        default = by_flag[flag].default
        (default,) = default if isinstance(default, list) else [default]
        assert str(default) == shown, flag


@pytest.fixture(scope="module")
def study_tables(made_up_outcomes):
    quick = PAPER.replace(cv_repeats=2)
    made = [made_up_outcomes("related", 12, 2), made_up_outcomes("unrelated", 24, 2)]
    results = problem_results(concluded_of(made, quick), "bydate", NEWSGROUPS)
    return {table.name: list(next(iter(table.rows))) for table in tables(results)}


def columns_of(title):
    """The columns that a section of docs/outputs.md names."""
    text = next(text for name, text in sections(OUTPUTS, 3).items() if title in name)
    return set(named(text.split("\n## ")[0]))


TABLES = "scores table1 blocks table2 table3a table3b labels calibration single_features "
TABLES += "pairs sizes claims"


@pytest.mark.parametrize("name", TABLES.split())
def test_columns_of_the_study(study_tables, name):
    described = columns_of(f"{name}.csv") | {"protocol", "problem"}  # which all of them have
    if name == "table3b":
        described.discard("published_inverse_rank")
    assert described == set(study_tables[name])


def test_features(study_tables):
    described = columns_of("features.csv")
    of_text = {feature.name for feature in DEFINITIONS["text"].features}
    of_code = {c.feature.name if c.feature.roles == ROLES else c.name for c in COLUMNS}
    assert described == of_code | of_text
    assert study_tables["features"][6:] == list(FEATURE_NAMES)


def test_files_of_the_study(study_tables):
    before = sections(OUTPUTS, 2)["minimtl study"].split("###")[0]
    figures = [*FIGURE4.values(), *FIGURE5.values()]
    tables_ = [f"{name}.csv" for name in study_tables]
    others = ["study.sqlite", "manifest.json", "report.md", "report.html", ".svg", ".png"]
    assert set(named(before)) == {*figures, *tables_, *others}


def test_columns_of_the_audit():
    header, *_ = audit_csv([Finding("Table 1", "related", "single")]).decode().split("\n")
    assert named(sections(OUTPUTS, 2)["minimtl audit"].split("###")[0]) == header.split(",")


def test_columns_of_the_tables_of_pairs(tmp_path):
    MadeUpExperiment(tmp_path / "a", n_pairs=3)
    MadeUpLogs(tmp_path / "b")
    columns = {}
    for folder in "ab":
        for table in audit(tmp_path / folder).pairs:
            columns[table.name] = list(table.rows[0])
    text = sections(OUTPUTS, 3)["Tables of pairs"].split("\n## ")[0]
    assert columns["pairs_related"] == [*named(text), *AUTHORS_FEATURES]
    bingel = columns["pairs_bingel2017"]
    assert bingel[:3] == ["main", "aux", "gain"]
    stems = {re.sub("_(main|aux|ratio)$", "", name) for name in bingel[3:]}
    assert stems == set(re.findall(r"`((?:gradient|curve)_\w+)`", text))


def test_columns_of_tune():
    domains = ("books", "dvd", "electronics", "kitchen")
    f1 = np.random.default_rng(0).uniform(size=(2, len(domains), N_FOLDS + 1))
    settings = (Setting(1, 25), PAPERS)
    (row, _) = tuning_table(Tuning(settings, domains, f1, f1, np.ones(2))).rows
    columns = dict.fromkeys(re.sub("^f1_.*", "f1_<domain>", column) for column in row)
    assert named(sections(OUTPUTS, 2)["minimtl tune"]) == list(columns)


def test_versions_to_cite():
    for page in ("CITATION.cff", "docs/citing.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert re.search(r"^\s*version\s*[=:] \{?([\d.]+)", text, re.MULTILINE)[1] == __version__


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == pages
