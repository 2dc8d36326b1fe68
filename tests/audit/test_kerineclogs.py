"""The reader of the authors' results: whole, damaged, hostile; tests/fuzz has mutated bytes."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from minimtl.audit.kerineclogs import (
    ScannedEpoch,
    parse_efficiency,
    parse_features,
    parse_log,
    parse_scan,
    read_released,
)
from minimtl.errors import MinimtlError
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from tests.frozen.inputs import npz

LINE = "Epoch 0, loss 0.7, val_loss 0.7, cacc 0.5, acc 0.5, val_acc 0.5, f1 0.0, p 0.0, r 0.0"
RESULTS = "exp1_0/results200"


BAD_LINES = (
    LINE.replace("Epoch 0", "Epoch 1"),
    LINE.replace("loss 0.7,", "loss nan,", 1),
    LINE.replace("loss 0.7,", "loss 1e999,", 1),
    LINE.replace("loss 0.7,", "loss 0_7,", 1),
    LINE.replace("loss 0.7,", "loss -0.7,", 1),
    LINE.replace("f1 0.0", "f1 1.5"),
    LINE.replace("f1 0.0,", ""),
    LINE + " stray",
    LINE + " f1 0.4",
    "\x00" + LINE,
    "activation_" * 10_000,
)
EFFICIENCY = (
    "Epoch 80\n\nAll features\nAccuracy 0.643745454545 0.0394774294758\nOnly curve data\n"
    "Accuracy 0.727818181818 0.0380252199911\n\n\nCoeffs [ {}]\n\n\nOOV rate&-0.4\\\\\n"
)
SCAN = (
    "5\n\nGlobal mean: 0.00529042205621\n\nnb improvment: 9.8 compare to 52\n\n"
    "mean simple 0.522179175391\nmean multi 0.526398820838\n\n\n"
)


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def archive(member):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("arr_0.npy", member)
    return buffer.getvalue()


def promising_header():
    header = io.BytesIO()
    described = {"descr": "<f8", "fortran_order": False, "shape": (10**12, 30)}
    np.lib.format.write_array_header_1_0(header, described)
    return archive(header.getvalue() + b"\0" * 240)


def test_epochs_scanned_come_back():
    other = SCAN.replace("5\n", "10\n", 1).replace("0.00529042205621", "-1.5e-05")
    assert parse_scan((SCAN + other).encode(), "gains_1") == [
        ScannedEpoch(5, 0.00529042205621, 9.8 / 52),
        ScannedEpoch(10, -1.5e-05, 9.8 / 52),
    ]


ONE_NOT_FINITE = np.ones((7, 30))
ONE_NOT_FINITE[4, 2] = np.nan
NO_TABLE = "some is no table of 30 features"
NO_SCAN = "some is no list of epochs"


@pytest.mark.parametrize(
    ("parse", "content", "says"),
    [
        *((parse_log, line.encode(), "some, line 1:") for line in BAD_LINES),
        (parse_log, LINE.encode() + b"\n\xff\xfe", "line 2"),
        (parse_log, b"", "is empty"),
        (parse_features, npz(np.ones((7, 29))), NO_TABLE),
        (parse_features, npz(np.ones((7, 30), dtype=np.float32)), NO_TABLE),
        (parse_features, npz(np.array([["=cmd()"] * 30])), NO_TABLE),
        (parse_features, npz(np.ones((7, 30), order="F")), NO_TABLE),
        (parse_features, npz(np.array([[Bomb()] * 30], dtype=object)), NO_TABLE),
        (parse_features, pickle.dumps(Bomb()), NO_TABLE),
        (parse_features, promising_header(), NO_TABLE),
        (parse_features, archive(bytes(20 * 2**20)), NO_TABLE),
        (parse_features, npz(ONE_NOT_FINITE), "some, row 5"),
        (parse_efficiency, EFFICIENCY.format("0.5 " * 29).encode(), "some does not list 30"),
        (parse_efficiency, EFFICIENCY.format("0.5 " * 29 + "nan").encode(), "some does not list"),
        (parse_efficiency, b"Coeffs [ 0.5]", "some lacks its accuracies"),
        (parse_scan, b"5\n", NO_SCAN),
        (parse_scan, (SCAN + "and more").encode(), NO_SCAN),
        (parse_scan, SCAN.replace("9.8", "1e999").encode(), NO_SCAN),
        (parse_scan, SCAN.replace("to 52", "to 0").encode(), NO_SCAN),
        (parse_scan, b"5\n\nGlobal mean: " + b"1" * 100_000, NO_SCAN),
        (parse_scan, "é".encode(), "some, line 1"),
    ],
)
def test_what_is_no_file_of_its_kind(parse, content, says):
    with pytest.raises(MinimtlError, match=says):
        parse(content, "some")


def assert_same_columns(features, released):
    """The released tables have the divergences of class 0 (negative) before those of class 1."""
    columns = {
        "jsd_between_classes_main": 0,
        "gradient_75_ratio": 23,
        "jsd_test_train_negative_main": 25,
        "jsd_test_train_positive_main": 26,
        "jsd_main_aux_negative": 27,
        "jsd_main_aux_positive": 28,
        "oov_rate_main": 29,
    }
    ours = features[:, [AUTHORS_FEATURES.index(name) for name in columns]]
    np.testing.assert_array_equal(ours, released[:, list(columns.values())])


def test_an_experiment_is_what_was_written(made_up_experiment, root):
    made_up = made_up_experiment()
    numbers = np.linspace(-1, 1, 30).round(8)
    efficiency = root / RESULTS / "efficiency_epoch80"
    efficiency.write_text(EFFICIENCY.format(" ".join(map(str, numbers))))
    (experiment,) = read_released(root)
    assert (experiment.name, experiment.problem) == ("exp1_0", "related")
    assert (len(experiment.pairs), len(experiment.single)) == (52, 19)
    # The code labels the later topic of the alphabet 1.
    assert all(task.positive > task.negative for task in experiment.single)

    # The shuffled rows of the features find their own pairs.
    assert_same_columns(experiment.features, made_up.features)
    for pair, four in zip(experiment.pairs, made_up.topics, strict=True):
        assert (set(pair.main), set(pair.aux)) == (set(four[:2]), set(four[2:]))
    for score in ("accuracy", "printed_accuracy"):
        single, joint = experiment.scores(score)
        np.testing.assert_array_equal(single, made_up.single)
        np.testing.assert_array_equal(joint, made_up.joint)
    assert experiment.efficiency.accuracies["Only curve data"] == 0.727818181818
    assert_same_columns(experiment.efficiency.coefficients[None], numbers[None])


@pytest.fixture
def results(made_up_experiment, root):
    """The folder of an experiment of five pairs, and the name of the first one's main task."""
    topics = made_up_experiment(n_pairs=5).topics[0]
    return root / RESULTS, "_".join(topics[:2])


SHORT = "".join(LINE.replace("Epoch 0", f"Epoch {epoch}") + "\n" for epoch in range(80))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (None, SHORT, "ends after 80 of at least 81 epochs"),
        (None, None, "but not its single one"),
        ("rec.autos_sci.fiction", "", "not named after topics"),
        ("rec.autos_rec.autos", "", "named after one topic twice"),
    ],
)
def test_a_log_too_short_missing_or_of_no_task(results, root, name, content, says):
    folder, main = results
    log = folder / "simple" / (name or main)
    if content is None:
        log.unlink()
    else:
        log.write_text(content)
    with pytest.raises(MinimtlError, match=says):
        read_released(root)


@pytest.mark.parametrize(
    ("n_rows", "change", "says"),
    [(4, 0.0, "4 rows for 5 joint logs"), (5, 1e-6, "row 4, belongs to no pair")],
)
def test_features_of_other_pairs(results, root, n_rows, change, says):
    file = results[0] / "80array_features_log_reg.npz"
    features = np.load(file)["arr_0"][:n_rows]
    features[3, 12] += change
    file.write_bytes(npz(features))
    with pytest.raises(MinimtlError, match=says):
        read_released(root)


def test_nothing_there(tmp_path):
    with pytest.raises(MinimtlError, match="no pair of logs in exp1_<run>/results200"):
        read_released(tmp_path)
