"""Numbers read from tables, and numbers as people read them; what does not exist is a dash."""

import math

from minimtl.report.csvfile import Row

NOTHING = "–"


def number(row: Row, column: str) -> float:
    """The value of a numeric column."""
    return float(row[column])


def text(value: float, digits: int = 3, sign: str = "") -> str:
    """A number with so many digits and a true minus; ``sign="+"`` shows a plus as well."""
    if math.isnan(value):
        return NOTHING
    return f"{value:{sign}.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 3) -> str:
    """Such as ``+0.012``: a difference, whose sign counts."""
    return text(value, digits, "+")


def share_with_interval(row: Row, column: str) -> str:
    """A share with its interval, cut to what a share can be, 0 to 1."""
    middle, low, high = _with_ends(row, column)
    return _interval(middle, max(low, 0.0), min(high, 1.0), 3, "")


def with_interval(row: Row, column: str, digits: int, sign: str = "") -> str:
    """The value of a column with its interval; ``column`` has {} where ``_low`` goes."""
    return _interval(*_with_ends(row, column), digits, sign)


def _with_ends(row: Row, column: str) -> tuple[float, float, float]:
    middle, low, high = (number(row, column.format(end)) for end in ("", "_low", "_high"))
    return middle, low, high


def _interval(middle: float, low: float, high: float, digits: int, sign: str) -> str:
    if math.isnan(low):
        return text(middle, digits, sign)
    return f"{text(middle, digits, sign)} ({text(low, digits, sign)} to {text(high, digits, sign)})"
