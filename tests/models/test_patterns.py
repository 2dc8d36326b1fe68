"""Patterns from a file are taken only if no short text can stall them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimtl.models.patterns import _taken, pattern_fault
from tests.fuzz.readers import time_limit

USUAL = [
    r"(?u)\b\w\w+\b",
    r"(?u)\b\w+\b",
    r"\S+",
    r"[^\s]+",
    r"\b[a-zA-Z]{3,}\b",
    r"\w+(?:'\w+)?",
    r"(?i)[a-z]+(?:[-'][a-z]+)*",
    r"\d+\.\d+|\w+",
    r"\w+|\$[\d\.]+|\S+",
    r"https?://\S+|\w+",
    r"\w+|[^\w\s]+",
    r"(\w+)",
    r"\b(?:foo|bar)\b",
    r"(?<!\d)\d{4}(?!\d)",
    r"(?x) \w+ (?: - \w+ )*  # hyphenated",
    r"[\u4e00-\u9fff]|[a-z]+",
    r"[\x80-\U0010ffff]+",
    r"\w*",
    "",
]
STALLING = [
    r"(a+)+$",
    r"(a*)*b",
    r"(?:aa|a[ab]a?)*c",
    r"(?:[ab]x|[bc]x)*$",
    r"(?i)(?:kx|\u212ax)*$",
    r"(a?){30}a{30}",
    r"(?:a?b?){40}c",
    r"(?:.|.){20}$",
    r"(?:b(?:a?)?)*$",
    r"(x+x+)+y",
    r"(?:a{1,5}){1,9}$",
    r"[\s\S]*[\s\S]*[\s\S]*x",
    r"\w+\w+\w+\w+!",
    r"(?=(?:a+)+$)a",
    r"(?!(?:a|aa)*b)a",
    r"(\w+)\1+x",
    r"(a)?(?(1)b|c)",
    r"(?:\U00020000x|[\U00020000-\U00020001]x)*$",
    "a" * 201,
    "(?:(?:a|.))*b",
]


@pytest.mark.parametrize("pattern", USUAL)
def test_usual_patterns_are_taken(pattern):
    assert pattern_fault(pattern) is None


@pytest.mark.parametrize("pattern", STALLING)
def test_stalling_patterns_are_not(pattern):
    assert pattern_fault(pattern)


def test_a_pattern_with_groups_does_not_mislead_about_the_next():
    _taken.cache_clear()
    pattern_fault("(a)(b)")
    assert pattern_fault("(?:(?:a|.))*b")
    assert pattern_fault("(a|.)*(b)")


@pytest.mark.parametrize("pattern", ["(", "*", "[b-a]", "(?<=a+)b", "a{99999999999999999999}"])
def test_no_regular_expressions(pattern):
    with pytest.raises(ValueError, match="no regular expression"):
        pattern_fault(pattern)


ATOMS = st.sampled_from(["a", "b", "[ab]", ".", r"\w", "ab", r"\b", "[^b]", "x"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2,}", "{1,3}", "*?", "{20}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(pattern=PATTERNS, end=st.sampled_from(["", "$", "x", r"\b", "(?!b)"]))
def test_what_is_taken_is_fast(pattern, end):
    """A text of 400 characters takes no more than its square in steps, some 10 ms."""
    if pattern_fault(pattern + end):
        return
    compiled = re.compile(pattern + end)
    with time_limit(5):  # the matcher looks for signals
        for text in ("a" * 400, "ab" * 200, "aab" * 130, "ax" * 200):
            compiled.findall(text + "!")
