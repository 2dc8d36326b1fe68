"""The mean gain as a section of the report: each interval of it, and each block by itself."""

import math
from collections.abc import Sequence

from minimtl.report import (
    Block,
    Grid,
    Heading,
    Items,
    Paragraph,
    Row,
    interval,
    number,
    problem_of,
    signed,
    text,
)

# The endings of the columns of Table 1 and what their intervals are of.
INTERVAL_NAMES = {
    "_tasks": "these tasks, trained again",
    "": "new tasks, of new topics",
    "_main": "clustered by main task",
    "_two_way": "clustered by main and by auxiliary task",
    "_dyadic": "dyadic: pairs that share a task in any role",
    "_block": "clustered by block",
}


def mean_gains(table1: Sequence[Row], blocks: Sequence[Row], pairs: Sequence[Row]) -> list[Block]:
    """The intervals of the mean gain, the gain of each block, and the runs that pairs need."""
    intervals = tuple(
        (problem_of(row), name, signed(number(row, "gain"), 4), interval(row, ending, 4))
        for row in table1
        for ending, name in INTERVAL_NAMES.items()
    )
    by_block = tuple(
        (
            problem_of(row),
            str(row["block"]),
            text(number(row, "n_pairs"), 0),
            signed(number(row, "gain"), 4),
            interval(row, "", 4),
        )
        for row in blocks
    )
    what = (
        "The interval for these tasks has the runs for a sample, which train on other posts but "
        "are tested on mostly the same: on other test posts it would be wider, though no wider "
        "than that for new tasks, which bring posts of their own. The latter has the tasks: "
        "pairs of one main task, of one auxiliary task or with a topic in common gain alike, so "
        "that they say less than as many pairs of their own. The others are published ways to "
        "allow for that, which are too narrow here: they leave out what topics have in common."
    )
    which = (
        "A block is the pairs between two groups of topics. Its interval is for these tasks, over "
        "runs: a mean over all pairs may be that of its largest block."
    )
    shown: list[Block] = [
        Heading(2, "How firmly the mean gain is known"),
        Grid(("problem", "interval", "mean gain", "95 % interval"), intervals, n_labels=2),
        Paragraph(what),
    ]
    if by_block:
        header = ("problem", "block", "pairs", "mean gain", "95 % interval")
        shown += [
            Heading(3, "By block"),
            Grid(header, by_block, n_labels=2),
            Paragraph(which),
        ]
    return [*shown, *_runs_needed(table1, pairs)]


def _runs_needed(table1: Sequence[Row], pairs: Sequence[Row]) -> list[Block]:
    """How many pairs have a sign, and how many runs the others would take; nothing of one run."""
    sentences = []
    for problem in table1:
        n_runs = int(problem["n_runs"])
        if n_runs < 2:  # of many pairs each row takes some time
            continue
        of_problem = (row for row in pairs if row["problem"] == problem["problem"])
        runs_needed = (number(row, "runs_needed") for row in of_problem)
        needed = sorted(math.inf if math.isnan(runs) else runs for runs in runs_needed)
        if not needed:
            continue
        known = sum(runs <= n_runs for runs in needed)
        half = needed[(len(needed) - 1) // 2]
        sentences.append(
            f"{problem_of(problem)}: the interval over {n_runs} runs leaves out 0 for {known} of "
            f"{len(needed)} pairs, of which chance alone would give 5 %. "
            + (
                f"{half:,.0f} runs would do for half of the pairs, should means and spreads stay "
                "as they are."
                if math.isfinite(half)
                else "For half of the pairs no number of runs would."
            )
        )
    return [Heading(3, "Runs that a pair needs"), Items(tuple(sentences))] if sentences else []
