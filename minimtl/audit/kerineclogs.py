"""The authors' released experiments: ``exp1_<run>`` is RELATED, ``exp2_<run>`` is UNRELATED.

Nothing in their files is trusted. A *log* has one line an epoch: a single-task line is ``Epoch 0,
loss …, val_loss …, cacc …, acc …, val_acc …, f1 …``, a joint line ``Epoch 0, cacc …, f1 …
activation_62_acc … val_activation_62_acc …``. ``cacc`` is the counted accuracy on the test
documents, ``val_acc`` the same as the training library printed it, which differs from it in the
tenth digit. The first ``activation_N`` of a joint line is the main task.

The *features* are one array of float64 in an ``.npz``. The *efficiency* file holds what the
authors' meta-analysis printed: accuracies and coefficients. A *scan* is one of their files
``gains_1`` and ``gains_2``: the scores at 19 epochs, from which they took one.

The rows of a feature table carry no names. They are recovered from its gradient columns, which
are central differences of the training losses in the single-task logs, and so tell which task is
the main and which the auxiliary one. The authors' code labels the topic whose name comes later in
the alphabet 1, so that is the ``positive`` one of a task here, and a pair's positive topics need
not stand in the same subclass.
"""

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from minimtl.audit.released import (
    INCOMPLETE,
    NUMBER,
    TOP,
    Finding,
    Judgement,
    ReleasedFile,
    ascii_text,
    bad_line,
    damaged,
    released_files,
    text_lines,
)
from minimtl.errors import MinimtlError
from minimtl.models.archive import bytes_to_array
from minimtl.stats.arrays import BoolArray, FloatArray
from minimtl.stats.curves import central_difference
from minimtl.tasks.outcomes import TIE, LabelledPairs
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from minimtl.tasks.protocol import RELEASED, ProblemName
from minimtl.tasks.taskpairs import NEWSGROUPS, Pair, Task, related_pairs, unrelated_pairs

# Names of joint logs end in "split"; the same names without it belong to another experiment.
PATTERN = re.compile(
    rf"{TOP}(?:gains_(?P<scan>[12])|(?P<experiment>exp[12]_\d{{1,3}})/results200/"
    r"(?:simple/(?P<single>[\w.-]+)(?<!_informations)|multi/(?P<joint>[\w.-]+)split|"
    r"(?P<features>80array_features_log_reg)\.npz|(?P<efficiency>efficiency_epoch80)))",
    re.ASCII,
)
LAYOUT = "exp1_<run>/results200 or exp2_<run>/results200"
_MAIN_HEAD = re.compile(r"activation_\d+_acc")
_SCANNED = re.compile(
    r"(?P<epoch>\d{1,6})\s+"
    rf"Global mean: (?P<gain>{NUMBER})\s+"
    rf"nb improvment: (?P<improved>{NUMBER}) compare to (?P<pairs>[1-9]\d{{0,8}})\s+"
    rf"mean simple {NUMBER}\s+"
    rf"mean multi {NUMBER}",
    re.ASCII,
)
_MAX_ARRAY_BYTES = 16 * 2**20  # the largest released feature table has 124 kB

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
_PROBLEM_OF: dict[str, ProblemName] = {"1": "related", "2": "unrelated"}  # number in a file's name


class Log(NamedTuple):
    """The log of one training run, each an array of shape (n_epochs,), float64.

    Attributes
    ----------
    loss : mean training loss of the (main) task, dropout on.
    printed_accuracy : test accuracy as the training library printed it: the authors' label.
    accuracy : test accuracy, counted.
    f1 : F1 of the positive class on the test documents.
    """

    loss: FloatArray
    printed_accuracy: FloatArray
    accuracy: FloatArray
    f1: FloatArray


class Efficiency(NamedTuple):
    """The printed output of the authors' meta-analysis of one experiment.

    Attributes
    ----------
    accuracies : {the file's own name of a feature set: mean accuracy}.
    coefficients : shape (30,), of the fit to all pairs.
    """

    accuracies: dict[str, float]
    coefficients: FloatArray


class ScannedEpoch(NamedTuple):
    """One epoch of a scan, counted from 0 as the logs do.

    `relative_gain` is the mean over pairs and runs, `share` that of the pairs with a gain.
    """

    epoch: int
    relative_gain: float
    share: float


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
    """

    name: str
    single: dict[Task, Log] = field(default_factory=dict)
    joint: dict[Pair, Log] = field(default_factory=dict)
    features: FloatArray | None = None
    efficiency: Efficiency | None = None

    @property
    def problem(self) -> ProblemName:
        """The one of the paper's two problems that it is."""
        return _PROBLEM_OF[self.name[3]]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs, in the order of the features."""
        return tuple(self.joint)

    @property
    def is_complete(self) -> bool:
        """True if all pairs of the problem are here."""
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
        """The pairs that the authors' code labels a gain, bool (n_pairs,).

        It compares accuracies as the training library printed them, so that rounding in their
        tenth digit makes gains and losses of some pairs with as many documents right.
        """
        single, joint = self.scores("printed_accuracy")
        return np.asarray(joint - single > TIE)

    @property
    def labelled(self) -> LabelledPairs:
        """The features and the authors' labels of an experiment that has features."""
        assert self.features is not None
        return LabelledPairs(self.features, self.gains.astype(np.int64))


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

    def mean(
        self,
        statistic: Callable[[FloatArray, FloatArray], FloatArray],
        score: ScoreName = "printed_accuracy",
        epochs: Epochs = EPOCH,
    ) -> Any:
        """The mean over the runs of a statistic of `Experiment.scores`: a number, or an array."""
        of_runs = [statistic(*run.scores(score, epochs)) for run in self.experiments]
        return np.mean(of_runs, axis=0)

    @property
    def n_epochs(self) -> int:
        """The number of epochs that every log has of those that a score is read from."""
        logs = [log for run in self.experiments for log in (run.single | run.joint).values()]
        return min(log.loss.size for log in logs)

    def finding(self, table: str, item: str, derived: float, reason: str = "") -> Finding:
        """A finding on these runs, whether or not the problem has others."""
        names = " ".join(run.name for run in self.experiments)
        return Finding(table, self.problem, item, derived=derived, experiments=names, reason=reason)

    def against(
        self,
        table: str,
        item: str,
        derived: float,
        reason: str,
        reading: str,
        printed: float,
        judgement: Judgement,
    ) -> Finding:
        """A finding against what is printed of all runs of the problem; undecided if some miss."""
        if self.missing:
            judgement = Judgement(INCOMPLETE, f"the mean needs {' '.join(self.missing)} as well")
        return self.finding(table, item, derived, reason).against(reading, printed, judgement)


def missing_runs(experiments: Iterable[Experiment], problem: ProblemName) -> list[str]:
    """Names of the problem's published runs that are not among these with all their pairs."""
    whole = {one.name for one in experiments if one.is_complete}
    (number,) = (number for number, name in _PROBLEM_OF.items() if name == problem)
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
    """The contents of the files that `PATTERN` matches.

    MinimtlError is raised if there is no experiment, a file is damaged, a log is shorter than the
    epoch at which scores are read, a joint log lacks its single one, or a feature row belongs to no
    pair of logs.
    """
    experiments: dict[str, Experiment] = {}
    tables: dict[str, ReleasedFile] = {}
    scans: dict[ProblemName, list[ScannedEpoch]] = {}
    for file in files:
        if (number := file.parts["scan"]) is not None:
            scans[_PROBLEM_OF[number]] = parse_scan(file.content, file.file)
            continue
        name = str(file.parts["experiment"])
        experiment = experiments.setdefault(name, Experiment(name))
        match file.parts:
            case {"single": str(topics)}:
                (task,) = _tasks(topics, 1, file.file)
                experiment.single[task] = _long_enough(file)
            case {"joint": str(topics)}:
                main, aux = _tasks(topics, 2, file.file)
                experiment.joint[Pair(main, aux)] = _long_enough(file)
            case {"features": str()}:
                tables[name] = file
            case _:
                experiment.efficiency = parse_efficiency(file.content, file.file)

    if not any(experiment.joint for experiment in experiments.values()):
        raise MinimtlError(
            f"the archive holds no pair of logs in {LAYOUT}; give a checkout or an archive of "
            "the authors' repository."
        )
    for name, experiment in experiments.items():
        for pair in experiment.joint:
            if pair.main not in experiment.single:
                raise damaged(
                    f"{name} has the joint log of {' and '.join(pair.main)} but not its single one"
                )
        if name in tables:
            _add_features(experiment, tables[name])
    ordered = sorted(experiments.values(), key=lambda one: (one.name[:4], int(one.name[5:])))
    return Released(ordered, scans)


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
        raise damaged(f"{file.file} ends after {log.loss.size} of at least {needed} epochs")
    return log


def _add_features(experiment: Experiment, file: ReleasedFile) -> None:
    """Read the feature table, and put the joint logs into the order of its rows."""
    features = parse_features(file.content, file.file)[:, _ORDER]
    if len(features) != len(experiment.joint):
        n_logs = len(experiment.joint)
        raise damaged(f"{file.file} has {len(features)} rows for {n_logs} joint logs")

    epochs = np.array(RELEASED.reading.gradient_epochs)
    slopes = {task: central_difference(log.loss, epochs) for task, log in experiment.single.items()}
    pairs = [pair for pair in experiment.joint if pair.aux in slopes]
    of_pairs = np.array([[*slopes[pair.main], *slopes[pair.aux]] for pair in pairs])
    columns = [
        AUTHORS_FEATURES.index(f"gradient_{100 * fraction:.0f}_{role}")
        for role in ("main", "aux")
        for fraction in RELEASED.reading.gradient_fractions
    ]

    joint: dict[Pair, Log] = {}
    for number, row in enumerate(features[:, columns], start=1):
        apart = np.abs(of_pairs.reshape(-1, len(columns)) - row).max(axis=1)
        found = [pairs[place] for place in np.flatnonzero(apart < _SAME_GRADIENT)]
        if len(found) != 1 or found[0] in joint:
            raise damaged(f"{file.file}, row {number}, belongs to no pair of logs of its own")
        joint[found[0]] = experiment.joint[found[0]]
    experiment.joint, experiment.features = joint, features


def parse_log(content: bytes, file: str) -> Log:
    """The log in `content`; `file` names it in messages.

    MinimtlError names the line that is not `name value` pairs of finite numbers, repeats or leaves
    out an epoch, has a score outside [0, 1], or lacks a needed value.
    """
    lines = text_lines(content, file)
    rows = [_parse_line(line, number, file) for number, line in enumerate(lines, start=1)]
    return Log(*(np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)))


def _parse_line(line: str, number: int, file: str) -> tuple[float, float, float, float]:
    words = line.replace(",", " ").split()
    values = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or 2 * len(values) != len(words) or values.get("Epoch") != str(number - 1):
        raise bad_line(file, number, f"is not the log of epoch {number - 1}")

    head = next((name for name in values if _MAIN_HEAD.fullmatch(name)), None)
    if head is None:
        names = ("loss", "val_acc", "cacc", "f1")
    else:
        names = (head.removesuffix("acc") + "loss", f"val_{head}", "cacc", "f1")
    numbers = []
    for name in names:
        word = values.get(name, "")
        if not re.fullmatch(NUMBER, word) or not np.isfinite(float(word)):
            raise bad_line(file, number, f"has no finite number for {name!r}")
        numbers.append(float(word))
    loss, printed_accuracy, accuracy, f1 = numbers
    if loss < 0 or not all(0 <= score <= 1 for score in numbers[1:]):
        raise bad_line(file, number, "has a negative loss or a score outside 0 to 1")
    return loss, printed_accuracy, accuracy, f1


def parse_features(content: bytes, file: str) -> np.ndarray:
    """The array of an ``.npz`` with a single one: shape (n_pairs, 30), float64, finite.

    Sizes are checked before memory is allocated, and nothing is unpickled; MinimtlError is raised
    for anything else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = archive.getinfo("arr_0.npy")
            if member.file_size > _MAX_ARRAY_BYTES:
                raise ValueError(f"array of {member.file_size} bytes")
            with archive.open(member) as stream:
                features = bytes_to_array(stream.read(_MAX_ARRAY_BYTES + 1))
        if features.shape[1:] != (len(_COLUMNS),) or features.dtype != np.float64:
            raise ValueError(f"array of shape {features.shape} and type {features.dtype}")
    # zipfile raises a dozen kinds of exception on damaged input (NotImplementedError,
    # struct.error, zlib.error, EOFError and others); the caller gets one.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise damaged(f"{file} is no table of {len(_COLUMNS)} features ({reason})") from None

    bad = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if bad.size:
        raise damaged(f"{file}, row {bad[0] + 1}: a feature is not finite")
    return features


def parse_efficiency(content: bytes, file: str) -> Efficiency:
    """The numbers of an efficiency file; MinimtlError if one of its parts is absent or none.

    Coefficients are put into the order of `AUTHORS_FEATURES`.
    """
    text = ascii_text(content, file)
    # Nothing in these patterns backtracks: the file may be hostile.
    accuracies = re.findall(rf"^([A-Z][a-z ]+)\nAccuracy ({NUMBER}) ", text, re.MULTILINE)
    coefficients = re.search(r"^Coeffs \[([^\]]*)\]", text, re.MULTILINE)
    if not accuracies or coefficients is None:
        raise damaged(f"{file} lacks its accuracies or coefficients")
    words = coefficients.group(1).split()
    if len(words) != len(_COLUMNS) or not all(re.fullmatch(NUMBER, word) for word in words):
        raise damaged(f"{file} does not list {len(_COLUMNS)} coefficients")
    return Efficiency(
        accuracies={name: float(value) for name, value in accuracies},
        coefficients=np.array([float(word) for word in words])[_ORDER],
    )


def parse_scan(content: bytes, file: str) -> list[ScannedEpoch]:
    """The epochs of a scan: a block each, and nothing beside; MinimtlError for anything else."""
    text = ascii_text(content, file)
    blocks = list(_SCANNED.finditer(text))
    numbers = [float(value) for block in blocks for value in block.groups()]
    if not blocks or _SCANNED.sub("", text).strip() or not np.isfinite(numbers).all():
        raise damaged(f"{file} is no list of epochs with their mean gains")
    return [
        ScannedEpoch(
            int(block["epoch"]),
            float(block["gain"]),
            float(block["improved"]) / int(block["pairs"]),
        )
        for block in blocks
    ]
