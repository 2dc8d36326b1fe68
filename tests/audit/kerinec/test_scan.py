"""The reader of the authors' scanned epochs."""

import pytest

from minimtl.audit.kerinec.scan import ScannedEpoch, parse_scan
from minimtl.errors import MinimtlError

BLOCK = (
    "{}\n\nGlobal mean: {}\n\nnb improvment: {} compare to {}\n\n"
    "mean simple {}\nmean multi {}\n\n\n"
)
FIVE = (5, 0.00529042205621, 9.8, 52, 0.522179175391, 0.526398820838)
TEN = (10, -1.5e-05, 46, 516, 0.5, 0.25)


def test_blocks_come_back():
    text = BLOCK.format(*FIVE) + BLOCK.format(*TEN)
    assert parse_scan(text.encode(), "gains_1") == [ScannedEpoch(*FIVE), ScannedEpoch(*TEN)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5\n",
        BLOCK.format(*FIVE) + "and more",
        BLOCK.format(*FIVE[:-1], "nan"),
        BLOCK.format(*FIVE[:-1], "1e999"),
        BLOCK.format(*FIVE).replace("mean multi", "mean"),
        "5\n\nGlobal mean: " + "1" * 100_000,
        "é",
    ],
)
def test_what_is_no_scan(text):
    with pytest.raises(MinimtlError, match="gains_1"):
        parse_scan(text.encode(), "gains_1")
