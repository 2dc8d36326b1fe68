"""Released results of studies against what was printed of them.

May import: stats, corpora, report, models, tasks, gains.
"""

from minimtl.audit.recognise import audit
from minimtl.audit.released import audit_csv, audit_document

__all__ = ["audit", "audit_csv", "audit_document"]
