"""Parses the files of the authors' released results; none of them is trusted.

A *log* has one line an epoch: a single-task line is ``Epoch 0, loss …, val_loss …, cacc …, acc …,
val_acc …, f1 …``, a joint line ``Epoch 0, cacc …, f1 … activation_62_acc … val_activation_62_acc
…``. ``cacc`` is the counted accuracy on the test documents, ``val_acc`` the same as the training
library printed it, which differs from it in the tenth digit. The first ``activation_N`` of a
joint line is the main task.

The *features* are one array of float64 in an ``.npz``. The *efficiency* file holds what the
authors' meta-analysis printed: numbers of gains, accuracies, coefficients. A *scan* is one of
their files ``gains_1`` and ``gains_2``: the scores at 19 epochs, from which they took one.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.audit.released import NUMBER, WHOLE_COPY, ascii_text, bad_line, text_lines
from minimtl.errors import MinimtlError
from minimtl.models import bytes_to_array

_MAX_IDS_BYTES = 2**20
_MAX_ARRAY_BYTES = 16 * 2**20  # the largest released feature table has 124 kB
_MAIN_HEAD = re.compile(r"activation_\d+_acc")
_SCANNED = re.compile(
    r"(?P<epoch>\d{1,6})\s+"
    rf"Global mean: (?P<gain>{NUMBER})\s+"
    rf"nb improvment: (?P<improved>{NUMBER}) compare to (?P<pairs>\d{{1,9}})\s+"
    rf"mean simple (?P<single>{NUMBER})\s+"
    rf"mean multi (?P<multi>{NUMBER})",
    re.ASCII,
)


@dataclass(frozen=True)
class Log:
    """What one training run logged, each an array of shape (n_epochs,), float64.

    Attributes
    ----------
    loss : mean training loss of the (main) task, dropout on.
    printed_accuracy : test accuracy as the training library printed it: the authors' label.
    accuracy : test accuracy, counted.
    f1 : F1 of the positive class on the test documents.
    """

    loss: np.ndarray
    printed_accuracy: np.ndarray
    accuracy: np.ndarray
    f1: np.ndarray


@dataclass(frozen=True)
class Efficiency:
    """What the authors' meta-analysis of one experiment printed.

    Attributes
    ----------
    n_gains, n_losses : number of pairs with either label.
    accuracies : {the file's own name of a feature set: mean accuracy}.
    coefficients : shape (30,), of the fit to all pairs.
    """

    n_gains: int
    n_losses: int
    accuracies: dict[str, float]
    coefficients: np.ndarray


@dataclass(frozen=True)
class DocumentIds:
    """Which documents of a task were drawn, each an array of int64.

    Attributes
    ----------
    train, test : places of the documents among the task's own of a partition, in scikit-learn's
        order (`minimtl.audit.kerinecdocuments`); shapes (n_train,) and (n_test,).
    train_labels, test_labels : 1 for the topic that comes later in the alphabet, else 0.
    """

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


class ScannedEpoch(NamedTuple):
    """What a scan says of one epoch, counted from 0 as the logs do.

    Attributes
    ----------
    relative_gain : mean over pairs and runs.
    improved : number of pairs with a gain, mean over runs.
    n_pairs : of how many.
    single, multi : mean scores.
    """

    epoch: int
    relative_gain: float
    improved: float
    n_pairs: int
    single: float
    multi: float

    @property
    def share(self) -> float:
        """The share of pairs with a gain."""
        return self.improved / self.n_pairs


def parse_log(content: bytes, file: str) -> Log:
    """The log in `content`; `file` names it in messages.

    Raises
    ------
    MinimtlError
        If a line is not `name value` pairs of finite numbers, an epoch is missing or repeated,
        a score lies outside [0, 1], or a needed value is absent; it names the line.
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
    loss, *scores = (_number(values.get(name), name, number, file) for name in names)
    if loss < 0 or not all(0 <= score <= 1 for score in scores):
        raise bad_line(file, number, "has a negative loss or a score outside 0 to 1")
    return loss, scores[0], scores[1], scores[2]


def _number(word: str | None, name: str, number: int, file: str) -> float:
    if word is None or not re.fullmatch(NUMBER, word) or not np.isfinite(float(word)):
        raise bad_line(file, number, f"has no finite number for {name!r}")
    return float(word)


def parse_features(content: bytes, file: str, n_columns: int) -> np.ndarray:
    """The array of an ``.npz`` with a single one: shape (n_pairs, `n_columns`), float64, finite.

    Raises
    ------
    MinimtlError
        If it is anything else.
    """
    what = f"no table of {n_columns} features"
    (features,) = _arrays(content, file, what, [0], _MAX_ARRAY_BYTES)
    if features.ndim != 2 or features.shape[1] != n_columns or features.dtype != np.float64:
        raise _not(file, what, f"array of shape {features.shape} and type {features.dtype}")
    bad = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if bad.size:
        raise MinimtlError(f"{file}, row {bad[0] + 1}: a feature is not finite; take a whole copy.")
    return features


def parse_document_ids(content: bytes, file: str) -> DocumentIds:
    """Ids and labels from an ``.npz`` that also has the documents as TF-IDF, which are not read.

    Raises
    ------
    MinimtlError
        If an array is missing, is not of integers, holds a negative id or another label than 0
        and 1, or ids and labels differ in number.
    """
    what = "no array of documents"
    arrays = _arrays(content, file, what, [4, 1, 5, 3], _MAX_IDS_BYTES)
    for array in arrays:
        if array.ndim != 1 or array.dtype != np.int64 or array.min(initial=0) < 0:
            raise _not(file, what, "ids and labels are vectors of non-negative integers")
    ids = DocumentIds(*arrays)
    for places, labels in ((ids.train, ids.train_labels), (ids.test, ids.test_labels)):
        if places.shape != labels.shape or labels.max(initial=0) > 1:
            raise _not(file, what, "each id has a label, 0 or 1")
    return ids


def _arrays(
    content: bytes, file: str, what: str, numbers: Sequence[int], max_bytes: int
) -> list[np.ndarray]:
    """The arrays ``arr_<number>`` of an ``.npz``.

    Sizes are checked before memory is allocated, and nothing is unpickled.
    """
    arrays = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for number in numbers:
                member = archive.getinfo(f"arr_{number}.npy")
                if member.file_size > max_bytes:
                    raise ValueError(f"array of {member.file_size} bytes")
                with archive.open(member) as stream:
                    arrays.append(bytes_to_array(stream.read(max_bytes + 1)))
    # zipfile raises a dozen kinds of exception on damaged input (NotImplementedError,
    # struct.error, zlib.error, EOFError and others); the caller gets one.
    except Exception as error:
        raise _not(file, what, error) from None
    return arrays


def _not(file: str, what: str, why: object) -> MinimtlError:
    reason = " ".join(str(why).split())
    return MinimtlError(f"{file} is {what} ({reason}); {WHOLE_COPY}")


def parse_efficiency(content: bytes, file: str) -> Efficiency:
    """The numbers of an efficiency file.

    Raises
    ------
    MinimtlError
        If one of its parts is absent or no number.
    """
    text = ascii_text(content, file)
    counts = re.search(r"nb true (\d{1,9})\s+nb false (\d{1,9})\b", text)
    # Nothing in these patterns backtracks: the file may be hostile.
    accuracies = re.findall(rf"^([A-Z][a-z ]+)\nAccuracy ({NUMBER}) ", text, re.MULTILINE)
    coefficients = re.search(r"^Coeffs \[([^\]]*)\]", text, re.MULTILINE)
    if counts is None or not accuracies or coefficients is None:
        raise MinimtlError(
            f"{file} lacks its counts, accuracies or coefficients; take a whole copy."
        )
    words = coefficients.group(1).split()
    if len(words) != 30 or not all(re.fullmatch(NUMBER, word) for word in words):
        raise MinimtlError(f"{file} does not list 30 coefficients; take a whole copy.")
    return Efficiency(
        n_gains=int(counts.group(1)),
        n_losses=int(counts.group(2)),
        accuracies={name: float(value) for name, value in accuracies},
        coefficients=np.array([float(word) for word in words]),
    )


def parse_scan(content: bytes, file: str) -> list[ScannedEpoch]:
    """The epochs of a scan: a block each, and nothing beside; MinimtlError for anything else."""
    text = ascii_text(content, file)
    blocks = list(_SCANNED.finditer(text))
    numbers = [float(value) for block in blocks for value in block.groups()]
    if not blocks or _SCANNED.sub("", text).strip() or not np.isfinite(numbers).all():
        raise MinimtlError(f"{file} is no list of epochs with their mean gains; {WHOLE_COPY}")
    return [
        ScannedEpoch(
            epoch=int(block["epoch"]),
            relative_gain=float(block["gain"]),
            improved=float(block["improved"]),
            n_pairs=int(block["pairs"]),
            single=float(block["single"]),
            multi=float(block["multi"]),
        )
        for block in blocks
    ]
