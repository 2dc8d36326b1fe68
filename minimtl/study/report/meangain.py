"""The mean gain as a section of the report: both intervals of it, and each block by itself."""

import math
from collections.abc import Sequence

from minimtl.report import Block, Grid, Heading, Items, Paragraph, between, signed, text
from minimtl.stats import MeanEstimate
from minimtl.study.report.problemresult import ProblemResult


def mean_gains(results: Sequence[ProblemResult]) -> list[Block]:
    """The intervals of the mean gain, the gain of each block, and the runs that pairs need."""
    intervals = tuple(
        (result.name, question, signed(result.scores.gain.value, 4), _between(estimate))
        for result in results
        for question, estimate in (
            ("these tasks, trained again", result.scores.gain.these_tasks),
            ("new tasks, of new topics", result.scores.gain.new_tasks),
        )
    )
    by_block = tuple(
        (
            result.name,
            block.block,
            text(block.n_pairs, 0),
            signed(block.gain, 4),
            _between(block.these_tasks),
        )
        for result in results
        for block in result.blocks
    )
    what = (
        "The interval for these tasks has the runs for a sample, which train on other posts but "
        "are tested on mostly the same: on other test posts it would be wider, though no wider "
        "than that for new tasks, which bring posts of their own. The latter has the tasks: "
        "pairs of one main task, of one auxiliary task or with a topic in common gain alike, so "
        "that they say less than as many pairs of their own."
    )
    which = (
        "A block is the pairs between two groups of topics. Its interval is for these tasks, over "
        "runs: a mean over all pairs may be that of its largest block."
    )
    header = ("problem", "block", "pairs", "mean gain", "95 % interval")
    return [
        Heading(2, "How firmly the mean gain is known"),
        Grid(("problem", "interval", "mean gain", "95 % interval"), intervals, n_labels=2),
        Paragraph(what),
        Heading(3, "By block"),
        Grid(header, by_block, n_labels=2),
        Paragraph(which),
        *_runs_needed(results),
    ]


def _between(estimate: MeanEstimate | None) -> str:
    return between(estimate.low, estimate.high, 4) if estimate else text(math.nan)


def _runs_needed(results: Sequence[ProblemResult]) -> list[Block]:
    """How many pairs have a sign, and how many runs the others would take; nothing of one run."""
    sentences = []
    for result in results:
        n_runs = result.outcomes.n_runs
        if n_runs < 2:
            continue
        needed = sorted(
            math.inf if math.isnan(pair.runs_needed) else pair.runs_needed for pair in result.pairs
        )
        known = sum(runs <= n_runs for runs in needed)
        half = needed[(len(needed) - 1) // 2]
        sentences.append(
            f"{result.name}: the interval over {n_runs} runs leaves out 0 for {known} of "
            f"{len(needed)} pairs, of which chance alone would give 5 %. "
            + (
                f"{half:,.0f} runs would do for half of the pairs, should means and spreads stay "
                "as they are."
                if math.isfinite(half)
                else "For half of the pairs no number of runs would."
            )
        )
    return [Heading(3, "Runs that a pair needs"), Items(tuple(sentences))] if sentences else []
