"""The claims of the paper's text, each as a statistic of a study with intervals and a verdict.

May import: stats, study, meta.
"""

from minimtl.claims.claim import FAILS, HOLDS, OPEN, MeasuredClaim
from minimtl.claims.measure import measure_claims

__all__ = [
    "FAILS",
    "HOLDS",
    "OPEN",
    "MeasuredClaim",
    "measure_claims",
]
