"""The audit of Bingel and Søgaard (2017): reads, computes, and says what matters."""

from collections.abc import Iterator, Sequence

import numpy as np

from minimtl.audit.bingel import published
from minimtl.audit.bingel.findings import audit_bingel
from minimtl.audit.bingel.logs import PATTERN, read_logs
from minimtl.audit.bingel.pairs import CURVE_FEATURES, pair_table
from minimtl.audit.bingel.prediction import SETTINGS, Prediction, predict_gains
from minimtl.audit.files import ReleasedFile
from minimtl.audit.finding import Finding
from minimtl.audit.interface import Audited, ReleasedStudy
from minimtl.corpora import Corpus
from minimtl.errors import UsageError

_SEED = 0  # of the folds
_PAIRS = "pairs_bingel2017"


def audit(files: Iterator[ReleasedFile], corpus: Corpus | None) -> Audited:
    """The audit of the logs in `files`.

    Raises
    ------
    UsageError
        If a corpus is given: the tasks are of ten others.
    MinimtlError
        If a log is damaged, too short, or missing.
    """
    if corpus is not None:
        raise UsageError(
            "--corpus is of 20 Newsgroups, of which these released logs have no task; leave it out."
        )
    logs = read_logs(files)
    table = pair_table(logs)
    prediction = None
    if len(table.pairs) >= SETTINGS.cv_folds and 0 < (table.gain > 0).mean() < 1:
        prediction = predict_gains(table, np.random.default_rng(_SEED))
    findings = audit_bingel(logs, table, prediction)
    return Audited(
        title="Bingel and Søgaard (2017): the printed numbers against the released logs",
        read=[f"{len(logs.tasks)} tasks alone", f"{len(table.pairs)} pairs"],
        lines=_lines(findings, prediction),
        findings=findings,
        pairs=[table.table(_PAIRS)],
    )


BINGEL = ReleasedStudy(
    name="Bingel and Søgaard 2017",
    layout="logs/<task>/loss_dv.log and logs/<task>_<task>/loss_dv.log",
    pattern=PATTERN,
    audit=audit,
)


def _lines(findings: Sequence[Finding], prediction: Prediction | None) -> list[str]:
    by_item = {finding.item: finding for finding in findings}

    def number(item: str) -> str:
        return f"{by_item[item].derived:.0f}"

    def counted(item: str) -> str:
        return f"{number(item)} {by_item[item].reason}."

    agree, largest, slopes = (
        by_item[item] for item in ("gains that agree", "largest gain", "slopes at 30 % that agree")
    )
    lines = [
        f"{agree.derived:.0f} of {agree.printed:.0f} printed gains come out, as {agree.reason}: "
        f"{number('pairs that gain')} pairs gain, {number('pairs that lose')} lose "
        f"({published.N_GAINS} and {published.N_LOSSES} are printed).",
        f"The largest gain is {largest.derived:.2f} {largest.reason} ({largest.printed:.2f} is "
        "printed).",
    ]
    if prediction is not None:
        lines += _on_prediction(prediction)
    return [
        *lines,
        counted("main tasks of one label"),
        counted("labels of the checkpoint before"),
        f"{number('small gains')} {by_item['small gains'].reason}, and {number('runs of a pair')} "
        f"{by_item['runs of a pair'].reason}.",
        f"{slopes.derived:.0f} of {slopes.printed:.0f} printed slopes at 30 % come out; the other "
        "slopes and the curves are by the same rules, but for c, which their form of the curve "
        f"leaves open. All {len(CURVE_FEATURES)} are in {_PAIRS}.csv.",
        "Not to be had from the logs: the 21 features of the data, and so the F1 of all 42 "
        f"features ({published.F1_ALL}), of the best fewer ({published.F1_BEST}) and of the data "
        f"features ({published.F1_DATA}).",
    ]


def _on_prediction(prediction: Prediction) -> list[str]:
    random, main, both = prediction
    of = f"{len(CURVE_FEATURES)} curve features"
    return [
        "On random folds, the authors' design, a model that sees only the main task's name has "
        f"F1 {random.identity_f1:.3f} (accuracy {random.identity_accuracy:.3f}); they print "
        f"{published.F1_ALL} for all 42 features and {published.F1_BEST} for the best fewer.",
        f"The {of} alone, scaled to [0, 1] as the authors do, have F1 {random.f1:.3f} (accuracy "
        f"{random.accuracy:.3f}) on such folds; "
        f"the majority's accuracy is {random.majority_accuracy:.3f}.",
        f"Where the main task is in neither role in training, the {of} have F1 {main.f1:.3f} "
        f"(accuracy {main.accuracy:.3f}) against an accuracy of {main.majority_accuracy:.3f} of "
        f"the majority, to which the name falls; with both tasks unseen {both.f1:.3f} "
        f"({both.accuracy:.3f} against {both.majority_accuracy:.3f}).",
    ]
