"""Tables 3a and 3b from the released features: ranks and coefficients of the meta-model.

Notation
--------
w       coefficients of the meta-model fitted to all pairs of an experiment, (n_runs, 30)
rank    place of |w| in its row, 0 the largest, (n_runs, 30)
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import spearmanr

from minimtl.audit.experiments import Experiment, ProblemName
from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    ROWS_THAT_AGREE,
    Finding,
    absent,
    awaiting,
    names_of,
    rounding,
    verdict_on,
    with_sentence,
)
from minimtl.audit.table1 import gains
from minimtl.meta import coefficients
from minimtl.study import (
    AUTHORS_FEATURES,
    RELEASED,
    TABLE3A,
    TABLE3B,
    FeatureRow,
    LabelledPairs,
    Meta,
)

SAME_COEFFICIENT = 5e-4  # three decimals


def audit_coefficients(experiments: Sequence[Experiment], problem: ProblemName) -> list[Finding]:
    """Table 3a (RELATED) or 3b (UNRELATED), and the coefficients against the authors' files.

    Parameters
    ----------
    experiments : those of the problem, at least one; each with features and both labels.
    """
    w = np.array([fit_to_all_pairs(experiment) for experiment in experiments])
    table = _table3a(experiments, w) if problem == "related" else _table3b(experiments, w)
    logged = [
        _against_the_log(experiment, coefficients)
        for experiment, coefficients in zip(experiments, w, strict=True)
        if experiment.efficiency is not None
    ]
    return [*logged, *table]


def fit_to_all_pairs(experiment: Experiment, settings: Meta = RELEASED.meta) -> np.ndarray:
    """Coefficients of one fit to all pairs, the features scaled over them, shape (30,)."""
    assert experiment.features is not None
    labelled = LabelledPairs(experiment.features, gains(experiment).astype(np.int64))
    return coefficients(labelled, settings)


def mean_ranks(w: np.ndarray) -> np.ndarray:
    """Ranks by |w|, 0 the strongest, averaged over the rows of `w`, shape (30,)."""
    ranks: np.ndarray = np.argsort(np.argsort(-np.abs(w), axis=1), axis=1).mean(axis=0)
    return ranks


def _against_the_log(experiment: Experiment, w: np.ndarray) -> Finding:
    logged = experiment.efficiency
    assert logged is not None
    apart = float(np.abs(w - logged.coefficients).max())
    labels = gains(experiment)
    counts = (int(labels.sum()), int((~labels).sum()))
    same = apart < SAME_COEFFICIENT and counts == (logged.n_gains, logged.n_losses)
    return Finding(
        table="Table 3",
        problem=experiment.problem,
        item="coefficients",
        reading=AS_LOGGED,
        printed=0.0,
        derived=apart,
        experiments=experiment.name,
        verdict=AGREES if same else DIFFERS,
        reason=(
            "largest difference of a coefficient from the authors' file; gains and losses "
            f"{counts[0]} and {counts[1]}, there {logged.n_gains} and {logged.n_losses}"
        ),
    )


def _table3a(experiments: Sequence[Experiment], w: np.ndarray) -> list[Finding]:
    ranks = mean_ranks(w)
    upright = ("the inverse rank, 30 the strongest", len(AUTHORS_FEATURES) - ranks)
    computed = ("the mean rank counted from 0, the strongest", ranks)
    return [
        _summary(experiments, "Table 3a", AS_PRINTED, TABLE3A, *upright, digits=0),
        _summary(experiments, "Table 3a", AS_COMPUTED, TABLE3A, *computed, digits=0),
        *_rows(experiments, "Table 3a", TABLE3A, ranks, digits=0),
    ]


def _table3b(experiments: Sequence[Experiment], w: np.ndarray) -> list[Finding]:
    computed = ("the coefficients of one fit to all pairs, features standardised", w.mean(axis=0))
    return [
        _summary(experiments, "Table 3b", AS_COMPUTED, TABLE3B, *computed, digits=2),
        *_rows(experiments, "Table 3b", TABLE3B, w.mean(axis=0), digits=2),
    ]


def _summary(
    experiments: Sequence[Experiment],
    table: str,
    reading: str,
    published: Sequence[FeatureRow],
    sentence: str,
    values: np.ndarray,
    digits: int,
) -> Finding:
    """How many rows agree, and whether both columns order the features alike."""
    problem, missing = experiments[0].problem, absent(experiments, experiments[0].problem)
    derived = [float(values[_column(row)]) for row in published]
    printed = [row.value for row in published]
    n_agreeing = sum(
        rounding(ours, theirs, digits) is not None
        for ours, theirs in zip(printed, derived, strict=True)
    )
    same_order = spearmanr(printed, derived).statistic
    all_agree = AGREES if n_agreeing == len(published) else DIFFERS
    verdict, reason = awaiting(missing) if missing else (all_agree, "")
    sentence = (
        f"read as {sentence}, the rank correlation with the printed column is {same_order:+.2f}"
    )
    names = names_of(experiments)
    row = (table, problem, ROWS_THAT_AGREE, reading, len(published), n_agreeing, names)
    return Finding(*row, *with_sentence(sentence, (verdict, reason)))


def _rows(
    experiments: Sequence[Experiment],
    table: str,
    published: Sequence[FeatureRow],
    values: np.ndarray,
    digits: int,
) -> list[Finding]:
    problem, names = experiments[0].problem, names_of(experiments)
    findings = []
    for row in published:
        value = float(values[_column(row)])
        judgement = verdict_on(row.value, value, digits, absent(experiments, problem))
        judgement = with_sentence(f"the feature is {row.feature}", judgement)
        findings.append(
            Finding(table, problem, row.label, AS_COMPUTED, row.value, value, names, *judgement)
        )
    return findings


def _column(row: FeatureRow) -> int:
    return AUTHORS_FEATURES.index(row.feature)
