"""The audit of the published numbers: each of them against what the released logs give for it."""

from collections.abc import Sequence
from typing import get_args

import numpy as np

from minimtl.audit.design import audit_design
from minimtl.audit.experiments import PAIRS, Experiment, ProblemName
from minimtl.audit.features import audit_features
from minimtl.audit.finding import MISSING, Finding, absent
from minimtl.audit.table1 import audit_scores, gains
from minimtl.audit.table2 import audit_accuracy
from minimtl.audit.table3 import audit_coefficients
from minimtl.study import NEWSGROUPS

_SEED = 0  # of the folds; the verdicts allow for another draw


def audit(experiments: Sequence[Experiment]) -> list[Finding]:
    """Every published number that the experiments can say something of, in the paper's order."""
    rng = np.random.default_rng(_SEED)
    findings = []
    for problem in get_args(ProblemName):
        of_problem = [e for e in experiments if e.problem == problem and e.pairs]
        findings += [_gap(of_problem, problem, name) for name in absent(of_problem, problem)]
        if of_problem:
            findings += audit_scores(of_problem, problem)
        fitted = [e for e in of_problem if e.features is not None and 0 < gains(e).mean() < 1]
        findings += [
            _missing(problem, experiment.name, "features, or pairs of both labels, are not there")
            for experiment in of_problem
            if experiment not in fitted
        ]
        if fitted:
            findings += audit_features(fitted)
            findings += audit_accuracy(fitted, problem, rng)
            findings += audit_coefficients(fitted, problem)
    return [*findings, *audit_design(experiments)]


def _gap(experiments: Sequence[Experiment], problem: ProblemName, name: str) -> Finding:
    there = sum(len(experiment.pairs) for experiment in experiments if experiment.name == name)
    needed = len(PAIRS[problem](NEWSGROUPS))
    return _missing(problem, name, f"{there} of {needed} pairs of logs are there")


def _missing(problem: ProblemName, name: str, reason: str) -> Finding:
    return Finding("experiments", problem, name, "", None, None, "", MISSING, reason)
