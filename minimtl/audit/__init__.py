"""Released results of studies against what was printed of them.

May import: stats, corpora, report, models, tasks, gains.
"""

from minimtl.audit.auditfindings import audit_csv, audit_document
from minimtl.audit.recognise import audit

__all__ = ["audit", "audit_csv", "audit_document"]
