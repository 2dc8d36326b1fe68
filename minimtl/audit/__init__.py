"""The authors' released results against what they printed.

May import: stats, corpora, saving, study, meta, report.
"""

from minimtl.audit.audit import audit
from minimtl.audit.experiments import read_released
from minimtl.audit.page import audit_csv, audit_markdown

__all__ = [
    "audit",
    "audit_csv",
    "audit_markdown",
    "read_released",
]
