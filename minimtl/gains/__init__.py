"""Tables of pairs, of a study or of other people: what predicts gains, and what holds of them.

May import: stats, corpora, report, jobs, tasks.
"""

from minimtl.gains.claims import FAILS, HOLDS, MeasuredClaim
from minimtl.gains.designs import HELD_OUT, Design, make_designs, random_folds
from minimtl.gains.engine import STUDY_DESIGNS, analyse
from minimtl.gains.entry import analyse_tables, meta_analysis, read_tables
from minimtl.gains.metaforms import to_json, write_forms
from minimtl.gains.metamodel import fit_all_pairs
from minimtl.gains.pairanalysis import PairAnalysis, to_text
from minimtl.gains.pairtable import effects_of, table_of
from minimtl.gains.readtable import Roles
from minimtl.gains.scoring import Prediction, Scores, score_pairs
from minimtl.gains.studyanalysis import (
    Analysed,
    MetaAnalysis,
    adjusted_for_all,
    conclude,
    measure_claims,
)

__all__ = [
    "FAILS",
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
