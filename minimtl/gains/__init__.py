"""Tables of pairs, of a study or of other people: what predicts gains, and what holds of them.

May import: stats, corpora, report, jobs, tasks.
"""

from minimtl.gains.claims import FAILS, HOLDS, MeasuredClaim
from minimtl.gains.designs import HELD_OUT, Design, make_designs, random_folds
from minimtl.gains.engine import (
    STUDY_DESIGNS,
    analyse,
    analyse_tables,
    meta_analysis,
    read_tables,
)
from minimtl.gains.metamodel import Prediction, Scores, fit_all_pairs, score_pairs
from minimtl.gains.pairanalysis import PairAnalysis, to_json, to_text, write_forms
from minimtl.gains.pairtable import effects_of, table_of
from minimtl.gains.readtable import Roles
from minimtl.gains.studyanalysis import (
    FEWEST_PAIRS,
    Analysed,
    MetaAnalysis,
    adjusted_for_all,
    conclude,
    measure_claims,
)

__all__ = [
    "FAILS",
    "FEWEST_PAIRS",
    "HELD_OUT",
    "HOLDS",
    "STUDY_DESIGNS",
    "Analysed",
    "Design",
    "MeasuredClaim",
    "MetaAnalysis",
    "PairAnalysis",
    "Prediction",
    "Roles",
    "Scores",
    "adjusted_for_all",
    "analyse",
    "analyse_tables",
    "conclude",
    "effects_of",
    "fit_all_pairs",
    "make_designs",
    "measure_claims",
    "meta_analysis",
    "random_folds",
    "read_tables",
    "score_pairs",
    "table_of",
    "to_json",
    "to_text",
    "write_forms",
]
