"""Nothing that comes from a file or a server controls the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.system import escape, is_one_line, say


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2Jx", r"\x1b[2Jx"),
        ("a\rb\x07\x9b", r"a\rb\x07\x9b"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\udcff", r"\udcff"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("naïve 日本語 क्‍ष 👩‍👧", "naïve 日本語 क्‍ष 👩‍👧"),
    ],
)
def test_examples(text, expected):
    assert escape(text) == expected


@given(st.text())
def test_no_control_character_is_left(text):
    left = escape(text)
    assert {unicodedata.category(character) for character in left} & {"Cc", "Cs", "Zl", "Zp"} <= (
        {"Cc"} if "\n" in text or "\t" in text else set()
    )
    assert escape(left) == left
    assert is_one_line(text) == (left == text and not {"\n", "\t"} & set(text))


def test_say(capsys):
    say("\x1b[31mred")
    assert capsys.readouterr().err == "\\x1b[31mred\n"
