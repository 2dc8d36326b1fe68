"""Formulas as docs/mathematics.md has them become well-formed MathML with the same letters."""

import re
import unicodedata
import xml.etree.ElementTree as ElementTree

import pytest

from minimtl.explain.mathml import to_mathml
from minimtl.explain.source import formula, section_title
from minimtl.explain.stations import STATIONS

EVERY = sorted({text for station in STATIONS for text in station.formula_texts})


@pytest.mark.parametrize("text", EVERY)
def test_formulas_of_the_stations(text):
    root = ElementTree.fromstring(to_mathml(text))
    assert root.get("alttext") == text
    letters = re.compile("[A-SU-Za-zΑ-Ωα-ω]")  # T is the sign of a transpose, too
    plain = unicodedata.normalize("NFD", text)
    assert sorted(letters.findall("".join(root.itertext()))) == sorted(letters.findall(plain))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a/b", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        ("(a + b)/c", "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>"),
        ("a b / c", "<mfrac><mrow><mi>a</mi><mi>b</mi></mrow><mi>c</mi></mfrac>"),
        ("√x", "<msqrt><mi>x</mi></msqrt>"),
        ("x_ij", "<msub><mi>x</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub>"),
        ("Σ_k k", "<munder><mo>Σ</mo><mrow><mi>k</mi></mrow></munder><mi>k</mi>"),
        ("β2", "<msub><mi>β</mi><mn>2</mn></msub>"),
        ("ln x", "<mi>ln</mi><mi>x</mi>"),
    ],
)
def test_notation(text, expected):
    assert f"<mrow>{expected}</mrow>" in to_mathml(text)


@pytest.mark.parametrize("text", ["(a", "a /", "√"])
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ValueError, match=r"missing|expected"):
        to_mathml(text)


def test_a_formula_is_found_by_its_beginning():
    assert formula(1, "Z_l") == "Z_l = D_{l−1} W_l + b_l"
    assert section_title(2) == "Adam"
    with pytest.raises(LookupError, match="has 0 formulas"):
        formula(1, "no such")
