"""A user's own labelled texts."""

import csv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minimtl.corpora.files import LabelledText, read_text_set
from minimtl.errors import MinimtlError

ROWS = (LabelledText("Grüße, all", "a", "row 2"), LabelledText("two", "b", "row 3"))


@pytest.fixture
def file(save):
    """A function: write a file, of text or bytes, and return its path."""
    return lambda name, content: save(
        name, content.encode() if isinstance(content, str) else content
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'text,label\n"Grüße, all",a\ntwo,b\n'),
        ("a.csv", '\ufeffid,Label , TEXT\r\n1,a,"Grüße, all"\r\n2, b ,two'),
        ("a.TSV", "label\ttext\na\tGrüße, all\nb\ttwo\n"),
    ],
)
def test_tables_in_any_column_order(file, name, content):
    data = read_text_set(file(name, content))
    assert (data.name, data.train, data.test) == (name, ROWS, ())


def test_json_lines(file):
    content = (
        '\n{"text": "Gr\\u00fc\u00dfe, all", "label": "a", "x": 1}\n{"label":"b","text":"two"}'
    )
    assert read_text_set(file("a.jsonl", content)).train == ROWS


def test_a_line_separator_inside_json_is_no_new_row(file):
    data = read_text_set(file("a.ndjson", '{"text": "one\u2028two", "label": "a"}\n'))
    assert data.train == (LabelledText("one\u2028two", "a", "row 1"),)


def test_quoted_line_ends_and_long_fields(file):
    before = csv.field_size_limit()
    long = "x" * 200_000  # the csv module's own limit is 131,072
    data = read_text_set(file("a.csv", f'text,label\n"one\nmore",a\n{long},b\n'))
    assert [row.text for row in data.train] == ["one\nmore", long]
    assert [row.place for row in data.train] == ["row 3", "row 4"]
    assert csv.field_size_limit() == before


def test_folders(tmp_path, unpack):
    members = {"b/2.txt": b"two", "a/1": "é".encode(), ".git/x": b"\xff"}
    assert read_text_set(unpack(tmp_path / "plain", members)).train == (
        LabelledText("é", "a", "a/1"),
        LabelledText("two", "b", "b/2.txt"),
    )
    both = {f"{part}/{name}": b"x" for part in ("train", "test") for name in ("a/1", "b/2")}
    data = read_text_set(unpack(tmp_path / "split", both))
    assert [row.place for row in data.train] == ["train/a/1", "train/b/2"]
    assert [row.label for row in data.test] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", r"a\.csv must name exactly one column 'text'"),
        ("a.csv", "text,label\n", r"a\.csv holds no labelled text"),
        ("a.csv", "text,class\na,b\n", "one column 'label' in its first row"),
        ("a.csv", "text,text,label\n", "one column 'text' in its first row"),
        ("a.csv", "text,label\none,a\n ,a\n", r"a\.csv, row 3, has no text"),
        ("a.csv", "text,label\none,\n", "row 2, has no label"),
        ("a.csv", "text,label\none\n", "row 2, has 1 columns where the first row has 2"),
        ("a.csv", "text,label\n" + "," * 999_999 + "\n", "row 2, has 1,000,000 columns"),
        ("a.csv", 'text,label\n"one,a\ntwo,b\n', "row 3, cannot be read"),
        ("a.csv", b"text,label\n\xff,a\n", r"a\.csv is not UTF-8 in line 2; save it as UTF-8"),
        ("a.csv", "text,label\n".encode("utf-16"), "encoded in UTF-16; save it as UTF-8"),
        ("a.csv", b"text,label\none\0,a\n", "NUL byte in line 2"),
        ("a.jsonl", "", "holds no labelled text"),
        ("a.jsonl", "\n{\n", "row 2, is not valid JSON"),
        ("a.jsonl", "[" * 100_000, "row 1, is not valid JSON"),
        ("a.jsonl", "9" * 5_000, "row 1, "),
        ("a.jsonl", '["text", "label"]', "row 1, has no 'text' that is text"),
        ("a.jsonl", '{"text": "one", "label": 1}', "row 1, has no 'label' that is text"),
        ("a.jsonl", '{"text": "one", "label": null}', "row 1, has no 'label' that is text"),
        ("a.jsonl", '{"text": "\\ud800", "label": "a"}', "row 1, has no 'text' that is text"),
        ("a.jsonl", '{"text": "one", "label": " "}', "row 1, has no label"),
        ("a.xlsx", "PK", "of no known kind"),
    ],
)
def test_each_fault_has_its_sentence(file, name, content, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        read_text_set(file(name, content))


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({}, "holds no labelled text"),
        ({"README": b"x", "a/1": b"x"}, "README in set is not at <label>/<file>"),
        ({"a/b/1": b"x"}, "a/b/1 in set is not at"),
        ({"a/1": b"\xe9"}, "a/1 in set is not UTF-8"),
        ({"a/1": b" \n"}, "set, a/1, has no text"),
    ],
)
def test_each_fault_of_a_folder_has_its_sentence(tmp_path, unpack, members, sentence):
    (tmp_path / "set").mkdir()
    with pytest.raises(MinimtlError, match=sentence):
        read_text_set(unpack(tmp_path / "set", members))


def test_a_missing_file(tmp_path):
    with pytest.raises(MinimtlError, match=r"none\.csv does not exist"):
        read_text_set(tmp_path / "none.csv")


@pytest.mark.parametrize("start", [b"", b"text,label\n", b"label\ttext\n", b'{"text":"a",'])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
@given(content=st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
@example(content=b'"\r\n",\r"')
def test_any_bytes(survives, name, start, content):
    survives(read_text_set, start + content, name)
