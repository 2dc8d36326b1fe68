"""A user's own labelled texts."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from minimtl.corpora.files import LabelledText, label_text, read_text_set, read_texts, rename_labels
from minimtl.errors import MinimtlError

ROWS = (LabelledText("Grüße, all", "a", "row 2"), LabelledText("two", "b", "row 3"))


@pytest.fixture
def file(save):
    """A function: write a file, of text or bytes, and return its path."""

    def write(name, content):
        return save(name, content.encode() if isinstance(content, str) else content)

    return write


LINES = '\n{"text": "Gr\\u00fc\\u00dfe, all", "label": "a", "x": 1}\n{"label":"b","text":"two"}'


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("a.csv", 'text,label\n"Grüße, all",a\ntwo,b\n', ""),
        ("a.csv", '\ufeffid,Label , TEXT\r\n1,a,"Grüße, all"\r\n2, b ,two', ""),
        ("a.TSV", "label\ttext\na\tGrüße, all\nb\ttwo\n", ""),
        ("a.jsonl", LINES, ""),
        ("a.csv", "review;sentiment\nGrüße, all;a\ntwo;b\n", "separated by semicolons"),
        ("a.csv", "Grund;Satz\na;Grüße, all\nb;two\n", "texts from the column 'Satz'"),
        ("a.tsv", 'text,label\n"Grüße, all",a\ntwo,b\n', "separated by commas"),
        ("a.csv", 'text,label\n"Grüße, all",a\ntwo,b\n'.encode("cp1252"), "as Windows-1252"),
    ],
)
def test_a_table_of_any_form_and_what_is_guessed(file, name, content, note):
    data = read_text_set(file(name, content))
    assert (data.name, data.train, data.test) == (name, ROWS, ())
    assert note in " ".join(data.notes)
    assert bool(note) == bool(data.notes)


def test_a_json_list_and_a_line_separator_inside_it(file):
    data = read_text_set(file("a.json", '[{"text": "one\u2028two", "label": 1.0}]'))
    assert data.train == (LabelledText("one\u2028two", "1", "item 1"),)


@pytest.mark.parametrize(
    ("content", "columns", "first"),
    [
        ("good film,pos\nbad film,neg\nfine,pos\n", ["1", "2"], "row 1"),
        ("a fine thing,1\nnot so,0\n", ["1", "2"], "row 1"),
        (f"{'long ' * 20},a\nshort,b\n", ["1", "2"], "row 1"),
        ("yes it is,y\nno,n\nyes,y\n", ["1", "2"], "row 1"),  # "y" is a usual name too
        ("0,1\ngood film,pos\nbad film,neg\n", ["0", "1"], "row 2"),  # by pandas
        ("Satz,Grund\ngood film,pos\nbad film,neg\n", ["Satz", "Grund"], "row 2"),
        ("text,label\ntext,label\nbad film,neg\n", None, "row 2"),
    ],
)
def test_a_table_without_a_header_is_seen_as_such(file, content, columns, first):
    data = read_text_set(file("a.csv", content))
    assert data.train[0].place == first
    assert ("the first row names no columns" in " ".join(data.notes)) == (first == "row 1")
    for column in columns or []:
        assert f"'{column}'" in data.notes[-1]
    assert read_text_set(file("b.csv", content), header=False).train[0].place == "row 1"
    assert read_texts(file("a.csv", content)).train[0].place == first


def test_columns_of_a_table_without_a_header_have_numbers(file):
    path = file("a.csv", "3,Title,Body one\n4,Other,Body two\n")
    with pytest.raises(MinimtlError, match="the columns '1', '2', '3'"):
        read_text_set(path)
    data = read_text_set(path, text_column="3", label_column="1")
    assert data.train[1] == LabelledText("Body two", "4", "row 2")


def test_lines_of_fasttext(file):
    lines = "__label__pos good film\n\n__label__a __label__b two of them\n__label__neg bad\n"
    data = read_text_set(file("a.train", "\ufeff" + lines))
    assert [(row.label, row.text) for row in data.train] == [
        *(("pos", "good film"), ("a,b", "two of them"), ("neg", "bad"))
    ]
    assert "left out 1 without a text" in data.notes[0]
    texts = [row.text for row in read_texts(file("a.txt", lines)).train]
    assert texts == ["good film", "", "two of them", "bad"]
    with pytest.raises(MinimtlError, match=r"of no known kind.* begin with __label__"):
        read_text_set(file("b.txt", "good film\n"))


def test_labels_get_other_names(file):
    rows = [f"text {stars},{stars}" for stars in (1, 2, 3, 5)]
    stars = read_text_set(file("stars.csv", "\n".join(["text,label", *rows])))
    words = read_text_set(file("words.csv", "text,label\nfine,pos\nnot so,neg\n"))
    renamed, same = rename_labels([stars, words], {"1": "neg", "2": "neg", "3": "", "5": "pos"})
    assert [row.label for row in renamed.train] == ["neg", "neg", "pos"]
    assert renamed.notes == ("stars.csv: left out 1 without a label (the first: row 4).",)
    assert same == words
    with pytest.raises(MinimtlError, match="No text has the label '4'"):
        rename_labels([stars, words], {"4": "pos"})


MISSING = [None, float("nan"), np.float32("nan"), np.float16("nan"), Decimal("nan"), "", " \t",
           np.datetime64("NaT"), np.timedelta64("NaT"), complex("nan")]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((value, "") for value in MISSING),
        *((0, "0"), (1.0, "1"), (np.float32(2), "2"), (np.bool_(True), "true"), (False, "false")),
        *((0.5, "0.5"), (" a ", "a"), ((1, "b"), "(1, 'b')"), (date(2020, 2, 1), "2020-02-01")),
    ],
    ids=repr,
)
def test_labels_as_they_are_written_and_what_is_missing(value, text):
    assert label_text(value) == text


def test_what_pandas_calls_missing():
    pd = pytest.importorskip("pandas")
    assert label_text(pd.NA) == label_text(pd.NaT) == ""


def test_missing_values_of_json(file):
    lines = [f'{{"text": "t", "label": {label}}}' for label in ("null", "NaN", '""', '"a"')]
    data = read_text_set(file("a.jsonl", "\n".join([*lines, '{"text": NaN, "label": "a"}'])))
    assert [row.label for row in data.train] == ["a"]
    assert "left out 1 without a text (the first: row 5) and 3 without a label" in data.notes[0]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", r"a\.csv is empty"),
        ("a.csv", "text,label\n", r"a\.csv holds no labelled text"),
        ("a.csv", "id,x,y\n1,a,b\n", "which column holds the texts; name it with --text-column"),
        ("a.csv", "id,x,text\n1,a,b\n", "holds the labels; .* the columns 'id', 'x', 'text'"),
        ("a.csv", "text,text,label\n", "more than one column 'text'"),
        ("a.csv", "text,label\n,a\n ,b\n", r"a\.csv holds no labelled text"),
        ("a.csv", "text,label\none\n", "row 2, has 1 column where the first row has 2"),
        ("a.csv", "text,label\n" + "," * 999_999 + "\n", "row 2, has 1,000,000 columns"),
        ("a.csv", b"text,label\n" + b"\xc4\xe3" * 9, "is not UTF-8 in line 2; save it as UTF-8"),
        ("a.csv", b"text,label\n\x81,a\n", r"a\.csv is not UTF-8 in line 2"),
        ("a.csv", b"\xff\xfea\x00b", r"a\.csv is damaged UTF-16"),
        ("a.csv", b"text,label\none\0,a\n", "NUL byte in line 2"),
        ("a.jsonl", "", r"a\.jsonl is empty"),
        ("a.jsonl", "\n{\n", "row 2, is not valid JSON"),
        ("a.jsonl", "[" * 100_000, "row 1, is not valid JSON"),
        ("a.jsonl", "9" * 5_000, "row 1, "),
        ("a.jsonl", '["text", "label"]', "row 1, is no JSON object"),
        ("a.json", '{"text": "one"}', r"a\.json is not a JSON list"),
        ("a.jsonl", '{"text": 7, "label": 1}', "row 1, has a text that is none"),
        ("a.jsonl", '{"text": "one", "label": []}', "row 1, has a label that is neither text nor"),
        ("a.jsonl", '{"text": "one", "label": null}', "holds no labelled text"),
        ("a.jsonl", '{"text": "\\ud800", "label": "a"}', "row 1, has a text that is none"),
        ("a.xlsx", "PK", "of no known kind"),
    ],
)
def test_each_fault_has_its_sentence(file, name, content, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        read_text_set(file(name, content))


def test_a_column_of_measurements_or_of_names_is_no_label(file):
    rows = [f"text {i},{i / 640},id{i}" for i in range(60)]
    path = file("a.csv", "\n".join(["body,score,id", *rows]))
    with pytest.raises(MinimtlError, match=r"measured numbers such as 0\.0015625, not labels"):
        read_text_set(path, label_column="score")
    with pytest.raises(MinimtlError, match="60 different values in 60 texts"):
        read_text_set(path, label_column="id")


def test_named_columns(file):
    path = file("a.csv", "Review,stars,text\none,5,x\ntwo,1,y\n")
    data = read_text_set(path, text_column="review", label_column="stars")
    assert data.train == (LabelledText("one", "5", "row 2"), LabelledText("two", "1", "row 3"))
    assert data.notes == ()
    with pytest.raises(MinimtlError, match=r"no column 'note' \(--text-column\)"):
        read_text_set(path, text_column="note")


def test_marks_in_a_table_with_tabs(file):
    data = read_text_set(file("a.tsv", 'text\tlabel\n"one\ta\ntwo "3" x\tb\n'))
    assert [row.text for row in data.train] == ['"one', 'two "3" x']
    assert "quotation marks are taken as part of the texts" in data.notes[0]


def test_texts_without_labels(file, tmp_path, unpack):
    table = file("a.csv", "id,text,label\n1,one,a\n2,,b\n")
    assert [row.text for row in read_texts(table).train] == ["one", ""]
    assert read_texts(file("a.txt", "one, two\r\n\nthree")).train == (
        LabelledText("one, two", "", "line 1"),
        LabelledText("", "", "line 2"),
        LabelledText("three", "", "line 3"),
    )
    assert read_texts(unpack(tmp_path / "set", {"b/2.txt": b"two", "1": b"one"})).train == (
        LabelledText("one", "", "1"),
        LabelledText("two", "", "b/2.txt"),
    )
    with pytest.raises(MinimtlError, match="which column holds the texts"):
        read_texts(file("b.csv", "id,x,z\n1,2,3\n"))


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
    ("members", "sentence"),
    [
        ({"a/1": b" \n"}, "set holds no labelled text"),
        ({"a/1": b"\xe9"}, "a/1 in set is not UTF-8"),
        ({"a/b/1": b"x"}, "a/b/1 in set is not at <label>/<file>"),
        ({"README": b"x"}, "README in set is not at"),
        ({}, "set does not exist"),
    ],
)
def test_folders_that_are_none(tmp_path, unpack, members, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        read_text_set(unpack(tmp_path / "set", members))
