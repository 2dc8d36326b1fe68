"""How the report writes numbers, comparisons and names; a dash stands for what is not there."""

import math

from minimtl.report.blocks import Inline, Marked

NOTHING = "–"
_ROUNDING = 1e-9  # of differences between numbers with few digits
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
HELD_OUT_NAMES = {
    "main_unseen": "main task",
    "block_out": "both tasks",
    "groups_unseen": "subclasses: a new problem",
}


def text(value: float, digits: int = 3, sign: str = "") -> str:
    """A number with so many digits and a true minus; ``sign="+"`` shows a plus as well."""
    return NOTHING if math.isnan(value) else f"{value:{sign}.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 3) -> str:
    """A difference, whose sign counts, such as ``+0.012``."""
    return text(value, digits, "+")


def share_with_interval(share: float, low: float, high: float) -> str:
    """A share with its interval, cut to what a share can be, 0 to 1."""
    return _interval(share, max(low, 0.0), min(high, 1.0), 3, "")


def with_interval(value: float, low: float, high: float, digits: int) -> str:
    """A signed value with its interval."""
    return _interval(value, low, high, digits, "+")


def between(low: float, high: float, digits: int = 3) -> str:
    """An interval of differences, such as ``−0.0020 to +0.0145``; a dash where there is none."""
    return NOTHING if math.isnan(low) else f"{signed(low, digits)} to {signed(high, digits)}"


def _interval(middle: float, low: float, high: float, digits: int, sign: str) -> str:
    if math.isnan(low):
        return text(middle, digits, sign)
    return f"{text(middle, digits, sign)} ({text(low, digits, sign)} to {text(high, digits, sign)})"


def compared(
    ours: float, theirs: float, margin: float, digits: tuple[int, int] = (3, 3), judged: bool = True
) -> tuple[Inline, ...]:
    """Ours, theirs, the difference, and whether it is within the margin, each as far as known.

    The difference is that of the numbers as they are shown with so many digits of ours and of
    theirs, so that a reader who subtracts comes to the same verdict. Where nothing may be judged,
    difference and verdict are dashes.
    """
    difference = round(ours, digits[0]) - theirs if judged else math.nan
    inside = None if math.isnan(difference) else abs(difference) <= margin + _ROUNDING
    return (
        text(ours, digits[0]),
        text(theirs, digits[1]),
        signed(difference, digits[0]),
        verdict(inside),
    )


def verdict(reproduces: bool | None) -> Inline:
    """The mark of a number that reproduces or not; a dash where there is nothing to compare."""
    if reproduces is None:
        return NOTHING
    return Marked("yes", "good") if reproduces else Marked("no", "bad")


def counted(n: int, noun: str) -> str:
    """Such as ``1 pair`` and ``2 pairs``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
