"""The audit of the published numbers: each of them against what the released logs give for it."""

from typing import get_args

import numpy as np

from minimtl.audit.finding import MISSING, Finding
from minimtl.audit.kerinec.compare import absent
from minimtl.audit.kerinec.consistency import audit_consistency
from minimtl.audit.kerinec.documents import audit_documents
from minimtl.audit.kerinec.epochs import audit_figure, audit_scan
from minimtl.audit.kerinec.experiments import PAIRS, Released
from minimtl.audit.kerinec.features import audit_features
from minimtl.audit.kerinec.table1 import audit_scores, gains
from minimtl.audit.kerinec.table2 import audit_accuracy
from minimtl.audit.kerinec.table3 import audit_coefficients
from minimtl.corpora import Corpus
from minimtl.tasks import NEWSGROUPS, ProblemName

_SEED = 0  # of the folds; the verdicts allow for another draw


def audit_released(released: Released, corpus: Corpus | None = None) -> list[Finding]:
    """Findings on every published number that the experiments bear on, in the paper's order.

    Parameters
    ----------
    corpus : 20 Newsgroups as texts, to compute features from the documents that were drawn.
    """
    experiments, scans = released
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
            findings += audit_figure(runs)
            findings += audit_scan(scans[problem], runs) if problem in scans else []
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
    return [
        *findings,
        *audit_documents(experiments, corpus),
        *audit_consistency(experiments),
    ]


def _missing(problem: ProblemName, name: str, reason: str) -> Finding:
    return Finding(table="experiments", problem=problem, item=name, verdict=MISSING, reason=reason)
