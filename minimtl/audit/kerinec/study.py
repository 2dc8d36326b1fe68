"""The audit of Kerinec, Braud and Søgaard (2018): reads, computes, and says what matters."""

from collections.abc import Iterator, Sequence

from minimtl.audit.files import ReleasedFile
from minimtl.audit.interface import Audited, ReleasedStudy
from minimtl.audit.kerinec.experiments import PATTERN, Experiment, read_files
from minimtl.audit.kerinec.findings import audit_released
from minimtl.audit.kerinec.headline import headline
from minimtl.corpora import Corpus
from minimtl.errors import UsageError
from minimtl.report import DATA_DIGITS, Row, Table
from minimtl.tasks import AUTHORS_FEATURES, NEWSGROUPS

_LAYOUT = "exp1_<run>/results200 or exp2_<run>/results200"


def audit(files: Iterator[ReleasedFile], corpus: Corpus | None) -> Audited:
    """The audit of the experiments in `files`.

    Raises
    ------
    UsageError
        If the corpus is none of whole texts.
    MinimtlError
        If there is no experiment, or a file of one is damaged or missing.
    """
    if corpus is not None and corpus.edition != "bydate":
        raise UsageError(
            f"the {corpus.edition} edition of the corpus has no texts as the authors cut them; "
            "give --corpus bydate."
        )
    released = read_files(files, "the archive")
    findings = audit_released(released, corpus)
    return Audited(
        title="Kerinec, Braud and Søgaard (2018): the printed numbers against the released logs",
        read=[
            f"{experiment.name} ({experiment.problem}, {len(experiment.pairs)} pairs)"
            for experiment in released.experiments
        ],
        lines=headline(findings),
        findings=findings,
        pairs=_pair_tables(released.experiments),
    )


KERINEC = ReleasedStudy(
    name="Kerinec, Braud and Søgaard 2018", layout=_LAYOUT, pattern=PATTERN, audit=audit
)


def _pair_tables(experiments: Sequence[Experiment]) -> list[Table]:
    """A table a problem, with a row a pair and run that has features."""
    rows: dict[str, list[Row]] = {}
    for experiment in experiments:
        if experiment.features is None:
            continue
        single, joint = experiment.scores("printed_accuracy")
        for pair, gain, features in zip(
            experiment.pairs, joint - single, experiment.features, strict=True
        ):
            # Of both tasks of a pair; without pairs of either of them, no topic has been seen.
            groups = sorted(NEWSGROUPS.subclass_of(topic).name for topic in pair.main)
            row: Row = {
                "main": " / ".join(pair.main),
                "aux": " / ".join(pair.aux),
                "run": experiment.name,
                "main_group": groups[0],
                "aux_group": groups[1],
                "gain": float(gain),
            }
            row |= zip(AUTHORS_FEATURES, map(float, features), strict=True)
            rows.setdefault(experiment.problem, []).append(row)
    return [
        Table(f"pairs_{problem}", of_problem, DATA_DIGITS) for problem, of_problem in rows.items()
    ]
