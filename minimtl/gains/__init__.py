"""Tables of pairs, of a study or of other people: what predicts gains, and what holds of them.

May import: stats, report, jobs, tasks.
"""

from minimtl.gains.claims.claim import FAILS, HOLDS, OPEN, MeasuredClaim
from minimtl.gains.claims.measure import measure_claims
from minimtl.gains.meta.analysis import Analysed, conclude
from minimtl.gains.meta.dependence import mean_of_gains
from minimtl.gains.meta.designs import (
    DESIGNS,
    HELD_OUT,
    Design,
    held_out_designs,
    main_tasks,
    make_designs,
)
from minimtl.gains.meta.foldscores import score_pairs
from minimtl.gains.meta.heldout import HeldOutScores, score_held_out
from minimtl.gains.meta.importance import fit_all_pairs
from minimtl.gains.meta.resampling import task_counts
from minimtl.gains.meta.scores import SetScores, score_set
from minimtl.gains.pairs.entry import analyse_tables, meta_analysis, read_tables
from minimtl.gains.pairs.forms import to_json, to_text, write_forms
from minimtl.gains.pairs.roles import Roles

__all__ = [
    "DESIGNS",
    "FAILS",
    "HELD_OUT",
    "HOLDS",
    "OPEN",
    "Analysed",
    "Design",
    "HeldOutScores",
    "MeasuredClaim",
    "Roles",
    "SetScores",
    "analyse_tables",
    "conclude",
    "fit_all_pairs",
    "held_out_designs",
    "main_tasks",
    "make_designs",
    "mean_of_gains",
    "measure_claims",
    "meta_analysis",
    "read_tables",
    "score_held_out",
    "score_pairs",
    "score_set",
    "task_counts",
    "to_json",
    "to_text",
    "write_forms",
]
