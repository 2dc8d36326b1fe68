"""How a printed number is judged; the audit's table and page are in tests/frozen."""

import pytest

from minimtl.audit.released import by_digits


@pytest.mark.parametrize(
    ("printed", "derived", "digits", "judgement"),
    [
        (0.893, 0.8934, 3, ("agrees", "")),
        (0.57, 0.5686, 2, ("agrees", "")),
        (0.57, 0.5768, 2, ("agrees", "printed cut, not rounded")),
        (-0.93, -0.9327, 2, ("agrees", "")),
        (-0.01, -0.0188, 2, ("agrees", "printed cut, not rounded")),
        (-0.02, -0.0148, 2, ("differs", "")),
        (17, 17.8, 0, ("agrees", "printed cut, not rounded")),
        (23, 23.0, 0, ("agrees", "")),
        (18, 16.9, 0, ("differs", "")),
        (0.05, 0.012, 2, ("differs", "")),
    ],
)
def test_how_a_number_was_shortened(printed, derived, digits, judgement):
    assert by_digits(printed, derived, digits) == judgement
