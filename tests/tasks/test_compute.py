"""What a job computes: each field of a protocol is obeyed, by both back ends."""

import dataclasses

import numpy as np
import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.nn.network import Shape, initialize
from minimtl.nn.reference import Trainer, loss_and_gradients, predict_proba
from minimtl.stats.scores import accuracy, f1_score, log_loss, macro_f1
from minimtl.tasks.compute import StudyData, compute, sample_of, samples_of, task_data, train_model
from minimtl.tasks.modeljobs import decode, joint_job, single_job, training_rng
from minimtl.tasks.outcomes import score_curves
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import Pair, Task

MAIN = Task("rec.sport.hockey", "rec.autos")
AUX = Task("rec.sport.baseball", "rec.motorcycles")
PAIR = Pair(MAIN, AUX)
SMALL = PAPER.replace(
    train_per_class=20,
    hidden_layer_sizes=(12, 8),
    epochs_single=12,
    epochs_joint=5,
    read_at=4,
    gradient_window=12,
    share_directions=False,
)


@pytest.fixture(scope="module")
def corpus_data():
    return StudyData.of(generate_synthetic(), SMALL, 0, "numpy")


@pytest.fixture
def data_by(corpus_data):
    """Data of a study by SMALL with other values: ``data_by(backend, dropout=0.0)``."""

    def make(backend="numpy", **changes):
        protocol = SMALL.replace(**changes)
        return dataclasses.replace(corpus_data, protocol=protocol, backend=backend)

    return make


def joint(data, run=0):
    return decode(compute(joint_job(PAIR, run, data.protocol), data))


def trained(job, data, n_epochs):
    """The history of the job's model, of two tasks."""
    tasks, rng = task_data(samples_of(job, data), data), training_rng(job, data.identity)
    return train_model(data.protocol.settings, tasks, [2, 2], n_epochs, rng, data.backend)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"equal": "updates"},
        {"equal": "documents"},
        {"aux_weight": 0.25},
        {"aux_times": 2.0},
        {"validation_share": 0.2},
    ],
)
def test_both_backends_obey_alike(data_by, changes):
    """In single precision and in double the losses agree to rounding."""
    kernel, twin = (joint(data_by(backend, **changes)) for backend in ("numba", "numpy"))
    np.testing.assert_allclose(kernel.losses, twin.losses, atol=1e-4)
    np.testing.assert_allclose(kernel.scores["log_loss"], twin.scores["log_loss"], atol=1e-4)
    if changes:
        assert np.abs(twin.losses - joint(data_by()).losses).max() > 1e-3


def test_the_weight_of_the_auxiliary_loss_is_that_of_its_gradient(data_by):
    """One full-batch step of Adam goes against the sign of ∇(loss_main + λ·loss_aux)."""
    step = 1e-2
    data = data_by(dropout=0.0, batch_size=64, learning_rate=step, eps=1e-12, aux_weight=0.3)
    job = joint_job(PAIR, 0, data.protocol)
    tasks = task_data(samples_of(job, data), data)
    rng = training_rng(job, data.identity)
    start = initialize(Shape(data.train.shape[1], (12, 8), (2, 2)), rng)
    start = start.rows(slice(None), np.float64)
    X = np.concatenate([task.X.toarray() for task in tasks])
    labels = [task.y for task in tasks]
    _, gradient = loss_and_gradients(start, X, labels, np.array([1.0, 0.3]), [None, None])
    start.flat -= step * np.sign(gradient.flat)
    start.first -= step * np.sign(gradient.first)
    losses = trained(job, data, 1).test_losses
    for t, task in enumerate(tasks):
        P = predict_proba(start, task.X_test, t)
        expected = -np.log(P[np.arange(len(task.y_test)), task.y_test])
        np.testing.assert_allclose(losses[t][0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("equal", "alone", "jointly"), [("epochs", 2, 2), ("updates", 13, 13), ("documents", 13, 7)]
)
def test_updates_of_an_epoch(data_by, monkeypatch, equal, alone, jointly):
    """Of 40 documents, in steps of 32: one pass; or as 400; or as 400 of both tasks together."""
    n_steps = []
    plain = Trainer.epoch

    def counted(self, order, keys):
        n_steps.append(len(keys))
        return plain(self, order, keys)

    monkeypatch.setattr(Trainer, "epoch", counted)
    data = data_by(equal=equal)
    compute(single_job(MAIN, 0), data)
    assert n_steps == [alone] * 12
    n_steps.clear()
    joint(data)
    assert n_steps == [jointly] * 5


@pytest.mark.parametrize("part", ["", "validation_"])
def test_scores_are_those_of_the_test_and_of_the_validation_documents(data_by, part):
    data = data_by(validation_share=0.25)
    job = joint_job(PAIR, 1, data.protocol)
    result, history = joint(data, 1), trained(job, data, 5)
    for t, sample in enumerate(samples_of(job, data)):
        n = len(sample.test_rows)
        documents = slice(n, None) if part else slice(n)
        y = sample.validation_labels if part else sample.test_labels
        predicted = history.predictions[t][:, documents]
        right = np.exp(-history.test_losses[t][:, documents])
        expected = {
            "accuracy": accuracy(y, predicted),
            "f1": f1_score(y, predicted),
            "f1_negative": f1_score(1 - y, 1 - predicted),
            "macro_f1": macro_f1(y, predicted),
            "log_loss": -log_loss(y, np.where(y == 1, right, 1 - right)),
        }
        for name, curve in expected.items():
            np.testing.assert_allclose(score_curves(result, name, part)[t], curve)


@pytest.mark.parametrize(
    ("changes", "epochs"),
    [
        ({}, [0, 4]),  # every fifth, and the last
        ({"curve_every": 3}, [0, 3, 4]),
        ({"read_at": 2}, [0, 1, 2, 3, 4]),  # not among every fifth
        ({"validation_share": 0.25}, [0, 1, 2, 3, 4]),
    ],
)
def test_test_documents_are_predicted_where_something_is_read(data_by, changes, epochs):
    """Scores of an epoch are the same whatever other epochs are predicted."""
    result, every = joint(data_by(**changes)), joint(data_by(**changes | {"curve_every": 1}))
    assert result.epochs.tolist() == epochs
    np.testing.assert_array_equal(result.losses, every.losses)
    for name, curve in result.scores.items():
        np.testing.assert_array_equal(curve, every.scores[name][:, epochs])
    alone = decode(compute(single_job(MAIN, 0), data_by()))
    assert alone.epochs.tolist() == [0, 4, 5, 10, 11]  # and the last of joint models


def test_the_auxiliary_task_alone_has_more_documents(data_by):
    data = data_by(aux_times=3.0)
    main, aux = samples_of(joint_job(PAIR, 0, data.protocol), data)
    (alone,) = samples_of(single_job(AUX, 0), data)
    assert (len(aux.train_rows), len(alone.train_rows)) == (120, 40)
    assert set(alone.train_rows) < set(aux.train_rows)
    assert np.array_equal(main.train_rows, sample_of(MAIN, 0, data).train_rows)
