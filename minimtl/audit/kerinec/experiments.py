"""The authors' released experiments: ``exp1_<run>`` is RELATED, ``exp2_<run>`` is UNRELATED.

The rows of a feature table carry no names. They are recovered from its gradient columns, which
are central differences of the training losses in the single-task logs, and so tell which task is
the main and which the auxiliary one. The authors' code labels the topic whose name comes later in
the alphabet 1, so that is the ``positive`` one of a task here, and a pair's positive topics need
not stand in the same subclass.

Beside the experiments lie ``gains_1`` and ``gains_2``, in which the authors looked at the scores of
19 epochs (`minimtl.audit.kerinec.scan`). One experiment has the arrays of its documents.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from minimtl.audit.files import TOP, ReleasedFile, released_files
from minimtl.audit.kerinec.logs import (
    DocumentIds,
    Efficiency,
    Log,
    parse_document_ids,
    parse_efficiency,
    parse_features,
    parse_log,
)
from minimtl.audit.kerinec.scan import ScannedEpoch, parse_scan
from minimtl.errors import MinimtlError
from minimtl.stats import central_difference
from minimtl.tasks import (
    AUTHORS_FEATURES,
    NEWSGROUPS,
    RELEASED,
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

ScoreName = Literal["printed_accuracy", "accuracy", "f1"]
PAIRS = {"related": related_pairs, "unrelated": unrelated_pairs}

_SAME_GRADIENT = 1e-10  # both come from the same 12 printed digits; other tasks differ by 1e-5


@dataclass(frozen=True)
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
    single: dict[Task, Log]
    joint: dict[Pair, Log]
    features: np.ndarray | None
    efficiency: Efficiency | None
    documents: dict[Task, DocumentIds]

    @property
    def problem(self) -> ProblemName:
        """Which of the paper's two problems it is."""
        return _problem(self.name[3])

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs, in the order of the features."""
        return tuple(self.joint)

    @property
    def is_complete(self) -> bool:
        """Whether all pairs of the problem are here."""
        return len(self.joint) == len(PAIRS[self.problem](NEWSGROUPS))

    def scores(self, score: ScoreName) -> tuple[np.ndarray, np.ndarray]:
        """Single and joint `score` of each main task, shapes (n_pairs,), at the published epoch."""
        epoch = RELEASED.reading.read_at
        single = [getattr(self.single[pair.main], score)[epoch] for pair in self.pairs]
        joint = [getattr(log, score)[epoch] for log in self.joint.values()]
        return np.array(single), np.array(joint)


@dataclass
class _Parts:
    """The files of an experiment that have been read so far."""

    single: dict[Task, Log] = field(default_factory=dict)
    joint: dict[Pair, Log] = field(default_factory=dict)
    features: np.ndarray | None = None
    features_file: str = ""
    efficiency: Efficiency | None = None
    documents: dict[Task, DocumentIds] = field(default_factory=dict)


class Released(NamedTuple):
    """The experiments, sorted by name, and {problem: the epochs that the authors scanned}."""

    experiments: tuple[Experiment, ...]
    scans: dict[ProblemName, list[ScannedEpoch]]


def read_released(path: str | os.PathLike[str]) -> tuple[Experiment, ...]:
    """All experiments under `path`, a folder or an archive; raises as `read_files`."""
    return read_files(released_files(path, PATTERN), str(path)).experiments


def read_files(files: Iterable[ReleasedFile], place: str) -> Released:
    """What the files that `PATTERN` matches hold; `place` is where they are, for messages.

    Raises
    ------
    MinimtlError
        If there is no experiment, a file is damaged, a log is shorter than the epoch at which
        scores are read, a joint log lacks its single one, or a feature row belongs to no pair of
        logs.
    """
    parts: dict[str, _Parts] = {}
    scans: dict[ProblemName, list[ScannedEpoch]] = {}
    for released in files:
        if (number := released.parts["scan"]) is not None:
            scans[_problem(number)] = parse_scan(released.content, released.file)
        else:
            _add(parts.setdefault(str(released.parts["experiment"]), _Parts()), released)
    if not parts:
        raise MinimtlError(
            f"{place} holds no exp1_<run>/results200 or exp2_<run>/results200; give a checkout or "
            "an archive of the authors' repository."
        )
    order = sorted(parts, key=lambda name: (name[:4], int(name[5:])))
    return Released(tuple(_experiment(name, parts[name]) for name in order), scans)


def _problem(number: str) -> ProblemName:
    return "related" if number == "1" else "unrelated"


def _add(parts: _Parts, released: ReleasedFile) -> None:
    match released.parts:
        case {"single": str(name)}:
            (task,) = _tasks(name, 1, released.file)
            parts.single[task] = _long_enough(released)
        case {"joint": str(name)}:
            main, aux = _tasks(name, 2, released.file)
            parts.joint[Pair(main, aux)] = _long_enough(released)
        case {"documents": str(name)}:
            (task,) = _tasks(name, 1, released.file)
            parts.documents[task] = parse_document_ids(released.content, released.file)
        case {"features": str()}:
            table = parse_features(released.content, released.file, len(_COLUMNS))
            parts.features = table[:, _ORDER]
            parts.features_file = released.file
        case _:
            efficiency = parse_efficiency(released.content, released.file)
            parts.efficiency = replace(efficiency, coefficients=efficiency.coefficients[_ORDER])


def _tasks(name: str, n_tasks: int, file: str) -> Iterable[Task]:
    topics = name.split("_")
    if len(topics) != 2 * n_tasks or not set(topics) <= set(NEWSGROUPS.topics):
        raise MinimtlError(f"{file} is not named after topics of 20 Newsgroups; remove it.")
    for topic, other in zip(topics[::2], topics[1::2], strict=True):
        if topic == other:
            raise MinimtlError(f"{file} is named after one topic twice; remove it.")
        yield Task(positive=max(topic, other), negative=min(topic, other))


def _long_enough(released: ReleasedFile) -> Log:
    log = parse_log(released.content, released.file)
    needed = max(RELEASED.reading.read_at + 1, RELEASED.reading.gradient_window)
    if log.loss.size < needed:
        raise MinimtlError(
            f"{released.file} ends after {log.loss.size} of at least {needed} epochs; take a whole "
            "copy of the released logs."
        )
    return log


def _experiment(name: str, parts: _Parts) -> Experiment:
    joint = parts.joint
    for pair in joint:
        if pair.main not in parts.single:
            raise MinimtlError(
                f"{name} has the joint log of {' and '.join(pair.main)} but not its single one; "
                "take a whole copy of the released logs."
            )
    if parts.features is not None:
        rows = _pairs_of_rows(parts.features, parts)
        joint = {pair: joint[pair] for pair in rows}
    return Experiment(name, parts.single, joint, parts.features, parts.efficiency, parts.documents)


def _pairs_of_rows(features: np.ndarray, parts: _Parts) -> list[Pair]:
    tasks = list(parts.single)
    epochs = np.array(RELEASED.reading.gradient_epochs)
    gradients = np.array([central_difference(log.loss, epochs) for log in parts.single.values()])
    gradients = gradients.reshape(-1, len(epochs))  # also without any log
    mains = _nearest(features, "main", gradients)
    auxes = _nearest(features, "aux", gradients)
    pairs: list[Pair] = []
    for row, (main, aux) in enumerate(zip(mains, auxes, strict=True), start=1):
        pair = Pair(tasks[main], tasks[aux]) if min(main, aux) >= 0 else None
        if pair not in parts.joint or pair in pairs:
            raise MinimtlError(
                f"{parts.features_file}, row {row}, belongs to no pair of logs of its own; take a "
                "whole copy of the released logs."
            )
        pairs.append(pair)
    if len(pairs) != len(parts.joint):
        raise MinimtlError(
            f"{parts.features_file} has {len(pairs)} rows for {len(parts.joint)} joint logs; take "
            "a whole copy of the released logs."
        )
    return pairs


def _nearest(features: np.ndarray, task: str, gradients: np.ndarray) -> np.ndarray:
    """For each row the one task with those gradients, -1 where there is none or more than one."""
    columns = [
        AUTHORS_FEATURES.index(f"gradient_{p * 100:.0f}_{task}")
        for p in RELEASED.reading.gradient_fractions
    ]
    apart = np.abs(features[:, None, columns] - gradients[None]).max(axis=2)
    same = apart < _SAME_GRADIENT
    return np.where(same.sum(axis=1) == 1, same.argmax(axis=1), -1)
