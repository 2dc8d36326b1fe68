"""CSV bytes: the same for the same values, readable again, and harmless in a spreadsheet."""

import csv
import io
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minimtl
from minimtl.report.csvfile import (
    DATA_DIGITS,
    STATISTICS_DIGITS,
    RowsMade,
    Table,
    to_csv,
    write_tables,
)


def cells(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def test_exact_bytes():
    row = {"topic": "sci.med", "run": 3, "score": 1 / 3, "gain": -0.0, "none": math.nan}
    row |= {"tiny": 1.5e-12, "sum": 0.1 + 0.2, "loss": -0.25}
    header = b"topic,run,score,gain,none,tiny,sum,loss\n"
    data, statistics = (to_csv(Table("t", [row], n)) for n in (DATA_DIGITS, STATISTICS_DIGITS))
    assert data == header + b"sci.med,3,0.3333333333,0,,1.5e-12,0.3,-0.25\n"
    assert statistics == header + b"sci.med,3,0.333333,0,,1.5e-12,0.3,-0.25\n"


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")))
def test_any_text_comes_back_and_starts_no_formula(text):
    (_, (written, _)) = cells(to_csv(Table("t", [{"topic": text, "n": 1}])))
    assert written.removeprefix("'") == text.removeprefix("'")
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_rows_that_are_made_when_asked_for_are_those_of_a_list(tmp_path):
    rows = [{"part": part, "x": x} for part, n in (("a", 2), ("c", 3)) for x in range(n)]
    made = RowsMade(lambda: iter(rows))
    assert list(made) == list(made) == rows
    write_tables([Table("t", made)], tmp_path)
    assert (tmp_path / "t.csv").read_bytes() == to_csv(Table("t", rows))


def test_a_row_that_cannot_be_made_leaves_the_old_file(tmp_path):
    write_tables([Table("t", [{"x": 1}])], tmp_path)
    with pytest.raises(ZeroDivisionError):
        write_tables(
            [Table("t", RowsMade(lambda: ({"x": 1 // (2 - x)} for x in range(3))))], tmp_path
        )
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("t.csv", b"x\n1\n")]


def test_nothing_else_writes_csv():
    """So that no table of ours, whichever command it is of, can hold a formula."""
    package = Path(minimtl.__file__).parent
    modules = {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    assert [path for path, text in modules.items() if re.search(r"csv\.\w*[wW]riter", text)] == []
