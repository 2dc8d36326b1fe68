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
from tests.audit.madeup import EFFICIENCY
from tests.frozen.inputs import npz

LINE = "Epoch 0, loss 0.7, val_loss 0.7, cacc 0.5, acc 0.5, val_acc 0.5, f1 0.0, p 0.0, r 0.0"
RESULTS = "exp1_0/results200"
FEATURES = f"{RESULTS}/80array_features_log_reg.npz"


@pytest.mark.parametrize(
    "line",
    [
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
    ],
)
def test_a_bad_line_is_named(line):
    with pytest.raises(MinimtlError, match=r"some\.log, line 1:"):
        parse_log(line.encode(), "some.log")


def test_a_table_of_features_comes_back():
    table = np.random.default_rng(0).normal(size=(7, 30))
    np.testing.assert_array_equal(parse_features(npz(table), "f.npz"), table)


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


BLOCK = (
    "{}\n\nGlobal mean: {}\n\nnb improvment: {} compare to {}\n\n"
    "mean simple {}\nmean multi {}\n\n\n"
)
FIVE = (5, 0.00529042205621, 9.8, 52, 0.522179175391, 0.526398820838)
TEN = (10, -1.5e-05, 46, 516, 0.5, 0.25)


def test_blocks_come_back():
    text = BLOCK.format(*FIVE) + BLOCK.format(*TEN)
    scan = [ScannedEpoch(*FIVE[:2], 9.8 / 52), ScannedEpoch(*TEN[:2], 46 / 516)]
    assert parse_scan(text.encode(), "gains_1") == scan


def one_not_finite():
    table = np.ones((7, 30))
    table[4, 2] = np.nan
    return npz(table)


NO_TABLE = "some is no table of 30 features"
NO_SCAN = "some is no list of epochs"


@pytest.mark.parametrize(
    ("parse", "content", "says"),
    [
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
        (parse_features, one_not_finite(), "some, row 5"),
        (parse_efficiency, EFFICIENCY.format("0.5 " * 29).encode(), "some does not list 30"),
        (parse_efficiency, EFFICIENCY.format("0.5 " * 29 + "nan").encode(), "some does not list"),
        (parse_efficiency, b"Coeffs [ 0.5]", "some lacks its accuracies"),
        (parse_scan, b"5\n", NO_SCAN),
        (parse_scan, (BLOCK.format(*FIVE) + "and more").encode(), NO_SCAN),
        (parse_scan, BLOCK.format(5, "1e999", *FIVE[2:]).encode(), NO_SCAN),
        (parse_scan, BLOCK.format(*FIVE).replace("to 52", "to 0").encode(), NO_SCAN),
        (parse_scan, b"5\n\nGlobal mean: " + b"1" * 100_000, NO_SCAN),
        (parse_scan, "é".encode(), "some, line 1"),
    ],
)
def test_what_is_no_file_of_its_kind(parse, content, says):
    with pytest.raises(MinimtlError, match=says):
        parse(content, "some")


def assert_same_columns(features, released):
    """The released tables have the divergences of class 0 (negative) before those of class 1."""
    for name, column in {
        "jsd_between_classes_main": 0,
        "gradient_75_ratio": 23,
        "jsd_test_train_negative_main": 25,
        "jsd_test_train_positive_main": 26,
        "jsd_main_aux_negative": 27,
        "jsd_main_aux_positive": 28,
        "oov_rate_main": 29,
    }.items():
        ours = features[:, AUTHORS_FEATURES.index(name)]
        np.testing.assert_array_equal(ours, released[:, column])
    np.testing.assert_array_equal(np.sort(features), np.sort(released))


def test_an_experiment_is_what_was_written(made_up_experiment, root):
    made_up = made_up_experiment()
    numbers = np.linspace(-1, 1, 30).round(8)
    efficiency = EFFICIENCY.format(" ".join(map(str, numbers)))
    (root / RESULTS / "efficiency_epoch80").write_text(efficiency)
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


def end_early(root, main, aux):
    log = root / RESULTS / "multi" / f"{main}_{aux}split"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:80]))


def change_features(root, change):
    file = root / FEATURES
    file.write_bytes(npz(change(np.load(file)["arr_0"])))


def other_gradient(features):
    features[3, 12] += 1e-6
    return features


DAMAGES = {
    "not named after topics": lambda root, main, aux: (
        root / RESULTS / "simple/rec.autos_sci.fiction"
    ).write_text(""),
    "but not its single one": lambda root, main, aux: (root / RESULTS / "simple" / main).unlink(),
    "ends after 80 of at least 81 epochs": end_early,
    "row 4, belongs to no pair": lambda root, main, aux: change_features(root, other_gradient),
    "4 rows for 5 joint logs": lambda root, main, aux: change_features(root, lambda x: x[:4]),
    "link": lambda root, main, aux: (root / RESULTS / "simple/rec.autos_sci.med").symlink_to(
        "/etc/hostname"
    ),
}


@pytest.mark.parametrize("says", DAMAGES)
def test_a_damaged_experiment_is_one_sentence(made_up_experiment, root, says):
    four = made_up_experiment(n_pairs=5).topics[0]
    DAMAGES[says](root, "_".join(four[:2]), "_".join(four[2:]))
    with pytest.raises(MinimtlError, match=says) as raised:
        read_released(root)
    assert "\n" not in str(raised.value)


def test_nothing_there(tmp_path):
    with pytest.raises(MinimtlError, match="absent does not exist"):
        read_released(tmp_path / "absent")
    with pytest.raises(MinimtlError, match="no pair of logs in exp1_<run>/results200"):
        read_released(tmp_path)
