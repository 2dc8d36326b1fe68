"""The readers of the authors' files of every kind: whole, damaged and hostile bytes."""

import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from tests.audit.madeup import EFFICIENCY, npz

LINE = "Epoch 0, loss 0.7, val_loss 0.7, cacc 0.5, acc 0.5, val_acc 0.5, f1 0.0, p 0.0, r 0.0"


class TestLogs:
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
    def test_a_bad_line_is_named(self, line):
        with pytest.raises(MinimtlError, match=r"some\.log, line 1:"):
            parse_log(line.encode(), "some.log")

    def test_bytes_that_are_no_text(self):
        with pytest.raises(MinimtlError, match="line 2"):
            parse_log(LINE.encode() + b"\n\xff\xfe", "some.log")

    def test_an_empty_log(self):
        with pytest.raises(MinimtlError, match="empty"):
            parse_log(b"", "some.log")

    @given(st.integers(0, len(LINE) - 1), st.characters(max_codepoint=127))
    def test_a_changed_character_gives_finite_values_or_is_refused(self, place, character):
        line = LINE[:place] + character + LINE[place + 1 :]
        try:
            log = parse_log(line.encode(), "some.log")
        except MinimtlError:
            return
        assert np.isfinite([log.loss, log.printed_accuracy, log.accuracy, log.f1]).all()


class TestFeatures:
    def test_a_table_comes_back(self):
        table = np.random.default_rng(0).normal(size=(7, 30))
        np.testing.assert_array_equal(parse_features(npz(table), "f.npz"), table)

    @pytest.mark.parametrize(
        "array",
        [
            np.ones((7, 29)),
            np.ones(30),
            np.ones((7, 30), dtype=np.float32),
            np.array([["=cmd()"] * 30]),
            np.asfortranarray(np.random.default_rng(0).normal(size=(7, 30))),
        ],
    )
    def test_another_array_is_refused(self, array):
        with pytest.raises(MinimtlError, match=r"f\.npz is no table of 30 features"):
            parse_features(npz(array), "f.npz")

    def test_a_value_that_is_not_finite_is_named(self):
        table = np.ones((7, 30))
        table[4, 2] = np.nan
        with pytest.raises(MinimtlError, match=r"f\.npz, row 5"):
            parse_features(npz(table), "f.npz")

    def test_nothing_is_unpickled(self):
        class Bomb:
            def __reduce__(self):
                return pytest.fail, ("unpickled",)

        objects = np.array([[Bomb()] * 30], dtype=object)
        for content in (npz(objects), pickle.dumps(Bomb())):
            with pytest.raises(MinimtlError, match="no table"):
                parse_features(content, "f.npz")

    def test_a_header_that_promises_too_much(self):
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 30)}
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("arr_0.npy", header.getvalue() + b"\0" * 240)
        with pytest.raises(MinimtlError, match="no table"):
            parse_features(buffer.getvalue(), "f.npz")

    def test_a_zip_bomb(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("arr_0.npy", bytes(20 * 2**20))
        with pytest.raises(MinimtlError, match="no table"):
            parse_features(buffer.getvalue(), "f.npz")

    WHOLE = npz(np.random.default_rng(0).normal(size=(3, 30)))

    @given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
    def test_a_changed_byte_gives_a_finite_table_or_is_refused(self, place, byte):
        damaged = bytearray(self.WHOLE)
        damaged[place] = byte
        try:
            table = parse_features(bytes(damaged), "f.npz")
        except MinimtlError:
            return
        assert table.shape[1] == 30
        assert np.isfinite(table).all()


class TestEfficiency:
    @pytest.mark.parametrize("numbers", ["", "0.5 " * 29, "0.5 " * 29 + "nan", "x " * 30])
    def test_other_than_30_coefficients(self, numbers):
        with pytest.raises(MinimtlError, match=r"eff does not list 30"):
            parse_efficiency(EFFICIENCY.format(numbers).encode(), "eff")


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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5\n",
        BLOCK.format(*FIVE) + "and more",
        BLOCK.format(*FIVE[:-1], "nan"),
        BLOCK.format(5, "1e999", *FIVE[2:]),
        BLOCK.format(*FIVE).replace("to 52", "to 0"),
        BLOCK.format(*FIVE).replace("mean multi", "mean"),
        "5\n\nGlobal mean: " + "1" * 100_000,
        "é",
    ],
)
def test_what_is_no_scan(text):
    with pytest.raises(MinimtlError, match="gains_1"):
        parse_scan(text.encode(), "gains_1")


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
        np.testing.assert_array_equal(
            features[:, AUTHORS_FEATURES.index(name)], released[:, column]
        )
    np.testing.assert_array_equal(np.sort(features), np.sort(released))


class TestExperiments:
    def test_scores_and_features_are_those_written(self, made_up_experiment, root):
        made_up = made_up_experiment()
        (experiment,) = read_released(root)
        assert (experiment.name, experiment.problem) == ("exp1_0", "related")
        assert len(experiment.pairs) == 52
        assert len(experiment.single) == 19
        assert_same_columns(experiment.features, made_up.features)
        # The shuffled rows of the features find their own pairs.
        for pair, four in zip(experiment.pairs, made_up.topics, strict=True):
            assert (set(pair.main), set(pair.aux)) == (set(four[:2]), set(four[2:]))
        for score in ("accuracy", "printed_accuracy"):
            single, joint = experiment.scores(score)
            np.testing.assert_array_equal(single, made_up.single)
            np.testing.assert_array_equal(joint, made_up.joint)

    def test_the_later_topic_of_the_alphabet_is_positive(self, made_up_experiment, root):
        made_up_experiment()
        (experiment,) = read_released(root)
        assert all(task.positive > task.negative for task in experiment.single)

    def test_any_number_of_experiments_sorted(self, made_up_experiment, root):
        made_up_experiment("exp2_0", seed=1, n_pairs=20)
        made_up_experiment("exp1_10", seed=2, n_pairs=10)
        made_up_experiment("exp1_2", seed=3, n_pairs=10)
        assert [e.name for e in read_released(root)] == ["exp1_2", "exp1_10", "exp2_0"]

    def test_features_and_efficiency_may_be_absent(self, made_up_experiment, root):
        made_up_experiment(n_pairs=5)
        (root / "exp1_0/results200/80array_features_log_reg.npz").unlink()
        (experiment,) = read_released(root)
        assert (experiment.features, experiment.efficiency) == (None, None)
        assert len(experiment.pairs) == 5

    def test_the_efficiency_file_is_read(self, made_up_experiment, root):
        made_up_experiment(n_pairs=5)
        numbers = " ".join(f"{x:.8f}" for x in np.linspace(-1, 1, 30))
        (root / "exp1_0/results200/efficiency_epoch80").write_text(EFFICIENCY.format(numbers))
        (experiment,) = read_released(root)
        assert experiment.efficiency.accuracies["Only curve data"] == 0.727818181818
        assert_same_columns(
            experiment.efficiency.coefficients[None], np.linspace(-1, 1, 30)[None].round(8)
        )


class TestDamagedExperiments:
    def refused(self, root, *words):
        with pytest.raises(MinimtlError) as raised:
            read_released(root)
        assert "\n" not in str(raised.value)
        for word in words:
            assert word in str(raised.value)

    def test_nothing_there(self, tmp_path):
        self.refused(tmp_path / "absent", "absent does not exist")

    def test_no_experiment_in_the_folder(self, tmp_path):
        self.refused(tmp_path, "no pair of logs in exp1_<run>/results200")

    def test_a_topic_that_is_none(self, made_up_experiment, root):
        made_up_experiment(n_pairs=5)
        (root / "exp1_0/results200/simple/rec.autos_sci.fiction").write_text("")
        self.refused(root, "sci.fiction", "not named after topics")

    def test_a_joint_log_without_its_single_one(self, made_up_experiment, root):
        four = made_up_experiment(n_pairs=1).topics[0]
        (root / "exp1_0/results200/simple" / "_".join(four[:2])).unlink()
        self.refused(root, four[0], "not its single one")

    def test_a_log_that_ends_early(self, made_up_experiment, root):
        four = made_up_experiment(n_pairs=1).topics[0]
        log = root / "exp1_0/results200/multi" / ("_".join(four) + "split")
        log.write_text("".join(log.read_text().splitlines(keepends=True)[:80]))
        self.refused(root, log.name, "ends after 80 of at least 81 epochs")

    def test_feature_rows_of_other_logs(self, made_up_experiment, root):
        made_up_experiment(n_pairs=5)
        file = root / "exp1_0/results200/80array_features_log_reg.npz"
        features = np.load(file)["arr_0"]
        features[3, 12] += 1e-6
        file.write_bytes(npz(features))
        self.refused(root, "row 4", "belongs to no pair")

    def test_feature_rows_missing(self, made_up_experiment, root):
        made_up_experiment(n_pairs=5)
        file = root / "exp1_0/results200/80array_features_log_reg.npz"
        file.write_bytes(npz(np.load(file)["arr_0"][:4]))
        self.refused(root, "4 rows for 5 joint logs")

    def test_a_link_among_the_logs(self, made_up_experiment, root):
        made_up_experiment(n_pairs=1)
        (root / "exp1_0/results200/simple/rec.autos_sci.med").symlink_to("/etc/hostname")
        self.refused(root, "link")
