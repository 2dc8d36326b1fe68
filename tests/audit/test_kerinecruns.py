"""The reader of the authors' results: on made-up copies of them, whole, damaged and hostile."""

import numpy as np
import pytest

from minimtl.audit.kerinecruns import read_released
from minimtl.errors import MinimtlError
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from tests.audit.madeup import EFFICIENCY, npz


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
        assert (experiment.efficiency.n_gains, experiment.efficiency.n_losses) == (32, 20)
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
