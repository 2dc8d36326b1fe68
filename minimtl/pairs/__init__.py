"""Other people's tables of pairs: a real prediction of gains told from a leak.

May import: system, stats, execution, study, meta, report.
"""

from minimtl.pairs.entry import analyse_tables, meta_analysis, read_tables
from minimtl.pairs.forms import to_json, to_text, write_forms
from minimtl.pairs.roles import Roles

__all__ = [
    "Roles",
    "analyse_tables",
    "meta_analysis",
    "read_tables",
    "to_json",
    "to_text",
    "write_forms",
]
