"""Tables: CSV against Python's csv in its strict mode, encodings, and what changes no process."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minimtl.corpora.records import read_records
from minimtl.errors import MinimtlError


def read_strictly(content):
    """The columns and numbered rows of a table by Python's csv; None where it refuses them."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        rows = [(f"row {n}", cells) for n, cells in enumerate(reader, start=1) if cells]
    except csv.Error:
        return None
    if len({len(cells) for _, cells in rows}) > 1:
        return None
    return tuple(cell.strip() for cell in rows[0][1]), rows[1:]


@settings(deadline=None, max_examples=300)
@given(
    st.text(st.sampled_from('a"\n\r, ')) | st.lists(st.text('a"", \n'), min_size=1).map(",".join)
)
@example('"a""b",""\r\n"c\r\n""d",e"f\n')
@example('a,b\n"c"d,e\n')
@example('a,b\n"c,d\n')
def test_csv_is_what_the_strict_reader_finds(tmp_path_factory, body):
    content = f"x,y\n{body}"
    path = tmp_path_factory.mktemp("table") / "a.csv"
    path.write_bytes(content.encode())
    expected = read_strictly(content)
    if expected is None:
        with pytest.raises(MinimtlError, match=r"a\.csv, row \d+, "):
            read_records(path)
        return
    table = read_records(path)
    assert (table.columns, table.rows) == expected


def test_a_mark_that_is_never_closed_takes_no_longer_than_the_file(save):
    lines = '"' + "a\n" * 200_000
    with pytest.raises(MinimtlError, match=r"row 2, cannot be read \(a quotation mark"):
        read_records(save("a.csv", f"x,y\n{lines}".encode()))
    limit = csv.field_size_limit()  # of the process, below the length of this cell
    doubled = '""' * 200_000
    table = read_records(save("a.csv", f'x,y\n"{doubled}",b\n'.encode()))
    assert table.rows == [("row 2", ['"' * 200_000, "b"])]
    assert csv.field_size_limit() == limit < 200_000


def test_threads_read_long_cells_at_the_same_time(save):
    path = save("a.csv", f"text,label\n{'x' * 200_000},a\n".encode())
    with ThreadPoolExecutor(4) as threads:
        tables = threads.map(read_records, 40 * [path])
        assert {len(table.rows[0][1][0]) for table in tables} == {200_000}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_with_a_mark(save, encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    table = read_records(save("a.csv", mark + "x,y\nä,€\n".encode(encoding)))
    assert (table.columns, table.rows) == (("x", "y"), [("row 2", ["ä", "€"])])


@pytest.mark.parametrize("mark", [b"\xff\xfe\0\0", b"\0\0\xfe\xff"])
def test_utf_32_is_refused_by_its_name(save, mark):
    encoding = "utf-32-le" if mark[0] else "utf-32-be"
    with pytest.raises(MinimtlError, match=r"a\.csv is encoded in UTF-32; save it as UTF-8"):
        read_records(save("a.csv", mark + "text,label\none,a\n".encode(encoding)))
