"""The audit of the published numbers: each of them against what the released logs give for it."""

from collections.abc import Sequence
from typing import get_args

import numpy as np

from minimtl.audit.consistency import audit_consistency
from minimtl.audit.experiments import PAIRS, Experiment
from minimtl.audit.features import audit_features
from minimtl.audit.finding import MISSING, Finding, absent
from minimtl.audit.table1 import audit_scores, gains
from minimtl.audit.table2 import audit_accuracy
from minimtl.audit.table3 import audit_coefficients
from minimtl.study import NEWSGROUPS, ProblemName

_SEED = 0  # of the folds; the verdicts allow for another draw


def audit(experiments: Sequence[Experiment]) -> list[Finding]:
    """Findings on every published number that the experiments bear on, in the paper's order."""
    rng = np.random.default_rng(_SEED)
    findings = []
    for problem in get_args(ProblemName):
        runs = [e for e in experiments if e.problem == problem and e.pairs]
        for name in absent(runs, problem):
            n_pairs = sum(len(run.pairs) for run in runs if run.name == name)
            needed = len(PAIRS[problem](NEWSGROUPS))
            reason = f"{n_pairs} of {needed} pairs of logs are there"
            findings.append(_missing(problem, name, reason))
        if runs:
            findings += audit_scores(runs)
        fitted = [e for e in runs if e.features is not None and 0 < gains(e).mean() < 1]
        findings += [
            _missing(problem, run.name, "features, or pairs of both labels, are not there")
            for run in runs
            if run not in fitted
        ]
        if fitted:
            findings += audit_features(fitted)
            findings += audit_accuracy(fitted, rng)
            findings += audit_coefficients(fitted)
    return [*findings, *audit_consistency(experiments)]


def _missing(problem: ProblemName, name: str, reason: str) -> Finding:
    return Finding(table="experiments", problem=problem, item=name, verdict=MISSING, reason=reason)
