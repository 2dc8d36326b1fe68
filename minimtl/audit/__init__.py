"""The authors' released results against what they printed.

May import: stats, corpora, study, meta, report.
"""

from minimtl.audit.audit import audit
from minimtl.audit.experiments import read_released
from minimtl.audit.finding import AGREES, DIFFERS, INCOMPLETE
from minimtl.audit.page import audit_csv, audit_markdown

__all__ = [
    "AGREES",
    "DIFFERS",
    "INCOMPLETE",
    "audit",
    "audit_csv",
    "audit_markdown",
    "read_released",
]
