"""A printed number against a derived one."""

import pytest

from minimtl.audit.finding import rounding


@pytest.mark.parametrize(
    ("printed", "derived", "digits", "how"),
    [
        (0.893, 0.8934, 3, "rounded"),
        (0.57, 0.5686, 2, "rounded"),
        (0.57, 0.5768, 2, "cut"),
        (-0.93, -0.9327, 2, "rounded"),
        (-0.01, -0.0188, 2, "cut"),
        (-0.02, -0.0148, 2, None),
        (17, 17.8, 0, "cut"),
        (23, 23.0, 0, "rounded"),
        (18, 16.9, 0, None),
        (0.05, 0.012, 2, None),
    ],
)
def test_how_a_number_was_shortened(printed, derived, digits, how):
    assert rounding(printed, derived, digits) == how
