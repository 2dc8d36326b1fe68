"""The report's spelling of numbers and names; a dash stands for what is not there."""

import math

NOTHING = "–"
SCORE_NAMES = {
    "f1": "F1",
    "f1_negative": "F1 of the negative class",
    "macro_f1": "macro-F1",
    "accuracy": "accuracy",
    "log_loss": "log loss with a minus sign",
}
SET_NAMES = {
    "all": "all features",
    "no_curve": "all but curve features",
    "only_curve": "curve features only",
    "only_ratio": "ratio features only",
    "no_ratio": "all but ratio features",
}


def text(value: float, digits: int = 3, sign: str = "") -> str:
    """A number with so many digits and a true minus; ``sign="+"`` shows a plus as well."""
    return NOTHING if math.isnan(value) else f"{value:{sign}.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 3) -> str:
    """A difference, whose sign counts, such as ``+0.012``."""
    return text(value, digits, "+")


def between(low: float, high: float, digits: int = 3) -> str:
    """An interval of differences, such as ``−0.0020 to +0.0145``; a dash where there is none."""
    return NOTHING if math.isnan(low) else f"{signed(low, digits)} to {signed(high, digits)}"


def counted(n: int, noun: str) -> str:
    """Such as ``1 pair`` and ``2 pairs``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
