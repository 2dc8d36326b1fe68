"""The authors' released experiments: ``exp1_<run>`` is RELATED, ``exp2_<run>`` is UNRELATED.

The rows of a feature table carry no names. They are recovered from its gradient columns, which
are central differences of the training losses in the single-task logs, and so tell which task is
the main and which the auxiliary one. The authors' code labels the topic whose name comes later in
the alphabet 1, so that is the ``positive`` one of a task here, and a pair's positive topics need
not stand in the same subclass.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np

from minimtl.audit.auditfindings import INCOMPLETE, Finding, Judgement
from minimtl.audit.kerineclogs import (
    DocumentIds,
    Efficiency,
    Log,
    ScannedEpoch,
    parse_document_ids,
    parse_efficiency,
    parse_features,
    parse_log,
    parse_scan,
)
from minimtl.audit.released import TOP, WHOLE_COPY, ReleasedFile, released_files
from minimtl.errors import MinimtlError
from minimtl.stats import BoolArray, FloatArray, central_difference
from minimtl.tasks import (
    AUTHORS_FEATURES,
    NEWSGROUPS,
    RELEASED,
    TIE,
    LabelledPairs,
    Pair,
    ProblemName,
    Task,
    related_pairs,
    unrelated_pairs,
)

# Names of joint logs end in "split"; the same names without it belong to another experiment.
PATTERN = re.compile(
    rf"{TOP}(?:gains_(?P<scan>[12])|(?P<experiment>exp[12]_\d{{1,3}})/results200/"
    r"(?:simple/(?P<single>[\w.-]+)(?<!_informations)|multi/(?P<joint>[\w.-]+)split|"
    r"array_(?P<documents>[\w.-]+_[\w.-]+)(?<!_log_reg)\.npz|"
    r"(?P<features>80array_features_log_reg)\.npz|(?P<efficiency>efficiency_epoch80)))",
    re.ASCII,
)
LAYOUT = "exp1_<run>/results200 or exp2_<run>/results200"

# The released tables hold the classes 0 and 1 in this order.
_COLUMNS = (
    *AUTHORS_FEATURES[: AUTHORS_FEATURES.index("n_words_test_main")],
    "n_words_test_main",
    "jsd_test_train_negative_main",
    "jsd_test_train_positive_main",
    "jsd_main_aux_negative",
    "jsd_main_aux_positive",
    "oov_rate_main",
)
_ORDER = [_COLUMNS.index(name) for name in AUTHORS_FEATURES]
_SAME_GRADIENT = 1e-10  # both come from the same 12 printed digits; other tasks differ by 1e-5

ScoreName = Literal["printed_accuracy", "accuracy", "f1"]
Epochs = int | list[int]
EPOCH = RELEASED.reading.read_at  # counted from 0
PAIRS: dict[ProblemName, Sequence[Pair]] = {
    "related": related_pairs(NEWSGROUPS),
    "unrelated": unrelated_pairs(NEWSGROUPS),
}


@dataclass
class Experiment:
    """One run of one problem, with only those pairs whose single and joint logs are both present.

    Attributes
    ----------
    name : ``exp1_0`` and so on.
    single : {task: log}, 150 epochs each.
    joint : {pair: log}, 100 epochs or more, in the order of the feature rows where there are any.
    features : shape (n_pairs, 30), float64, row i belonging to ``pairs[i]``, columns as in
        `AUTHORS_FEATURES`; None if absent.
    efficiency : what the authors' meta-analysis printed, coefficients in the same order; None if
        absent.
    documents : {task: which documents it was trained and tested on}, of tasks where that is there.
    """

    name: str
    single: dict[Task, Log] = field(default_factory=dict)
    joint: dict[Pair, Log] = field(default_factory=dict)
    features: FloatArray | None = None
    efficiency: Efficiency | None = None
    documents: dict[Task, DocumentIds] = field(default_factory=dict)

    @property
    def problem(self) -> ProblemName:
        """Which of the paper's two problems it is."""
        return _problem(self.name[3])

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs, in the order of the features."""
        return tuple(self.joint)

    @property
    def is_complete(self) -> bool:
        """Whether all pairs of the problem are here."""
        return len(self.joint) == len(PAIRS[self.problem])

    def scores(self, score: ScoreName, epochs: Epochs = EPOCH) -> tuple[FloatArray, FloatArray]:
        """Single and joint `score` of each main task, (n_pairs,), or (n_pairs, n_epochs) of many.

        Without epochs they are of the published one.
        """
        single = [getattr(self.single[pair.main], score)[epochs] for pair in self.joint]
        joint = [getattr(log, score)[epochs] for log in self.joint.values()]
        return np.array(single), np.array(joint)

    @property
    def gains(self) -> BoolArray:
        """Which pairs the authors' code labels a gain, shape (n_pairs,).

        It compares accuracies as the training library printed them, so that rounding in their
        tenth digit makes gains and losses of some pairs with as many documents right.
        """
        single, joint = self.scores("printed_accuracy")
        return np.asarray(joint - single > TIE)

    @property
    def table(self) -> FloatArray:
        """The features of an experiment that has them."""
        assert self.features is not None
        return self.features

    @property
    def labelled(self) -> LabelledPairs:
        """The features and the authors' labels of an experiment that has features."""
        return LabelledPairs(self.table, self.gains.astype(np.int64))


@dataclass(frozen=True)
class Runs:
    """Experiments that a number is derived from, at least one; the problem is the first's."""

    experiments: Sequence[Experiment]

    @property
    def problem(self) -> ProblemName:
        """That of the first."""
        return self.experiments[0].problem

    @property
    def missing(self) -> list[str]:
        """Names of the problem's published runs that are not here with all their pairs."""
        return missing_runs(self.experiments, self.problem)

    def scores(
        self, score: ScoreName, epochs: Epochs = EPOCH
    ) -> list[tuple[FloatArray, FloatArray]]:
        """Single and joint scores of each run, as `Experiment.scores` has them."""
        return [experiment.scores(score, epochs) for experiment in self.experiments]

    @property
    def n_epochs(self) -> int:
        """How many epochs every log has that a score is read from."""
        logs = [log for run in self.experiments for log in (run.single | run.joint).values()]
        return min(log.loss.size for log in logs)

    def finding(self, table: str, item: str, derived: float, sentence: str = "") -> Finding:
        """A finding on these runs, whether or not the problem has others."""
        names = " ".join(run.name for run in self.experiments)
        return Finding(table, item, derived, sentence, self.problem, names)

    def decided(self, judgement: Judgement) -> Judgement:
        """The judgement of a number that is over all runs of the problem: none if some miss."""
        if not self.missing:
            return judgement
        return Judgement(INCOMPLETE, f"the mean needs {' '.join(self.missing)} as well")


def missing_runs(experiments: Iterable[Experiment], problem: ProblemName) -> list[str]:
    """Names of the problem's published runs that are not among these with all their pairs."""
    whole = {one.name for one in experiments if one.is_complete}
    number = {"related": 1, "unrelated": 2}[problem]
    published = [f"exp{number}_{run}" for run in range(RELEASED.runs(problem))]
    return [name for name in published if name not in whole]


class Released(NamedTuple):
    """The experiments, sorted by name, and {problem: the epochs that the authors scanned}."""

    experiments: list[Experiment]
    scans: dict[ProblemName, list[ScannedEpoch]]


def read_released(path: str | os.PathLike[str]) -> list[Experiment]:
    """The experiments in `path`, a folder or an archive; raises as `read_experiments`."""
    return read_experiments(released_files(path, PATTERN)).experiments


def read_experiments(files: Iterable[ReleasedFile]) -> Released:
    """What the files that `PATTERN` matches hold.

    Raises
    ------
    MinimtlError
        If there is no experiment, a file is damaged, a log is shorter than the epoch at which
        scores are read, a joint log lacks its single one, or a feature row belongs to no pair of
        logs.
    """
    experiments: dict[str, Experiment] = {}
    tables: dict[str, ReleasedFile] = {}
    scans: dict[ProblemName, list[ScannedEpoch]] = {}
    for file in files:
        if (number := file.parts["scan"]) is not None:
            scans[_problem(number)] = parse_scan(file.content, file.file)
            continue
        name = str(file.parts["experiment"])
        experiment = experiments.setdefault(name, Experiment(name))
        if file.parts["features"]:
            tables[name] = file
        else:
            _add(experiment, file)

    if not any(experiment.joint for experiment in experiments.values()):
        raise MinimtlError(
            f"the archive holds no pair of logs in {LAYOUT}; give a checkout or an archive of "
            "the authors' repository."
        )
    for name, experiment in experiments.items():
        for pair in experiment.joint:
            if pair.main not in experiment.single:
                raise MinimtlError(
                    f"{name} has the joint log of {' and '.join(pair.main)} but not its single "
                    f"one; {WHOLE_COPY}"
                )
        if name in tables:
            _add_features(experiment, tables[name])
    ordered = sorted(experiments.values(), key=lambda one: (one.name[:4], int(one.name[5:])))
    return Released(ordered, scans)


def _problem(number: str) -> ProblemName:
    return "related" if number == "1" else "unrelated"


def _add(experiment: Experiment, file: ReleasedFile) -> None:
    match file.parts:
        case {"single": str(name)}:
            (task,) = _tasks(name, 1, file.file)
            experiment.single[task] = _long_enough(file)
        case {"joint": str(name)}:
            main, aux = _tasks(name, 2, file.file)
            experiment.joint[Pair(main, aux)] = _long_enough(file)
        case {"documents": str(name)}:
            (task,) = _tasks(name, 1, file.file)
            experiment.documents[task] = parse_document_ids(file.content, file.file)
        case _:
            logged = parse_efficiency(file.content, file.file)
            experiment.efficiency = replace(logged, coefficients=logged.coefficients[_ORDER])


def _tasks(name: str, n_tasks: int, file: str) -> Iterable[Task]:
    topics = name.split("_")
    if len(topics) != 2 * n_tasks or not set(topics) <= set(NEWSGROUPS.topics):
        raise MinimtlError(f"{file} is not named after topics of 20 Newsgroups; remove it.")
    for topic, other in zip(topics[::2], topics[1::2], strict=True):
        if topic == other:
            raise MinimtlError(f"{file} is named after one topic twice; remove it.")
        yield Task(positive=max(topic, other), negative=min(topic, other))


def _long_enough(file: ReleasedFile) -> Log:
    log = parse_log(file.content, file.file)
    needed = max(EPOCH + 1, RELEASED.reading.gradient_window)
    if log.loss.size < needed:
        raise MinimtlError(
            f"{file.file} ends after {log.loss.size} of at least {needed} epochs; {WHOLE_COPY}"
        )
    return log


def _add_features(experiment: Experiment, file: ReleasedFile) -> None:
    """Read the feature table, and put the joint logs into the order of its rows."""
    features = parse_features(file.content, file.file, len(_COLUMNS))[:, _ORDER]
    tasks = list(experiment.single)
    epochs = np.array(RELEASED.reading.gradient_epochs)
    slopes = [central_difference(log.loss, epochs) for log in experiment.single.values()]
    gradients = np.array(slopes).reshape(-1, len(epochs))  # also without any log

    joint: dict[Pair, Log] = {}
    mains, auxes = (_nearest(features, role, gradients) for role in ("main", "aux"))
    for row, (main, aux) in enumerate(zip(mains, auxes, strict=True), start=1):
        pair = Pair(tasks[main], tasks[aux]) if min(main, aux) >= 0 else None
        if pair not in experiment.joint or pair in joint:
            raise MinimtlError(
                f"{file.file}, row {row}, belongs to no pair of logs of its own; {WHOLE_COPY}"
            )
        joint[pair] = experiment.joint[pair]
    if len(joint) != len(experiment.joint):
        raise MinimtlError(
            f"{file.file} has {len(joint)} rows for {len(experiment.joint)} joint logs; "
            f"{WHOLE_COPY}"
        )
    experiment.joint, experiment.features = joint, features


def _nearest(features: FloatArray, role: str, gradients: FloatArray) -> np.ndarray:
    """For each row the one task with those gradients, -1 where there is none or more than one."""
    columns = [
        AUTHORS_FEATURES.index(f"gradient_{p * 100:.0f}_{role}")
        for p in RELEASED.reading.gradient_fractions
    ]
    apart = np.abs(features[:, None, columns] - gradients[None]).max(axis=2)
    same = apart < _SAME_GRADIENT
    return np.where(same.sum(axis=1) == 1, same.argmax(axis=1), -1)
