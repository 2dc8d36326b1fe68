"""Released results of studies against what was printed of them.

May import: stats, text, corpora, report, models, tasks, gains.
"""

from minimtl.audit.auditpage import audit_csv, audit_document
from minimtl.audit.recognise import audit

__all__ = ["audit", "audit_csv", "audit_document"]
