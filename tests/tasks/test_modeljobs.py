"""Jobs: what their keys and random streams depend on, and results as bytes."""

import dataclasses
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.tasks import modeljobs
from minimtl.tasks.modeljobs import (
    Job,
    JobResult,
    StudyIdentity,
    decode,
    encode,
    job_key,
    joint_job,
    sampling_rng,
    single_job,
    training_rng,
)
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import Pair, Task

MAIN, AUX = Task("m+", "m-"), Task("a+", "a-")
IDENTITY = StudyIdentity(PAPER.settings, "digest", 0)
SCORES = ("accuracy", "f1", "f1_negative", "log_loss")
ROW = np.array([[0.0, 1.0]])
RESULT = JobResult(np.array([[0.7, 0.5, 0.25]]), np.array([0, 2]), dict.fromkeys(SCORES, ROW), 1.5)


def identity(**changes):
    """That of a study by the paper's protocol with other values of fields."""
    return StudyIdentity(PAPER.replace(**changes).settings, "digest", 0)


def numbers(rng):
    return rng.integers(2**62, size=3).tolist()


def test_directions_share_a_joint_job_where_the_protocol_says_so():
    there, back = Pair(MAIN, AUX), Pair(AUX, MAIN)
    assert joint_job(there, 2, PAPER) == joint_job(back, 2, PAPER) == Job((AUX, MAIN), 2)
    assert joint_job(there, 2, RELEASED) == Job((MAIN, AUX), 2)
    assert joint_job(back, 2, RELEASED) == Job((AUX, MAIN), 2)


def test_keys_differ_with_all_that_a_result_depends_on(monkeypatch):
    job = single_job(MAIN, 0)
    keys = [
        job_key(job, IDENTITY),
        job_key(single_job(MAIN, 1), IDENTITY),
        job_key(single_job(AUX, 0), IDENTITY),
        job_key(single_job(Task("m-", "m+"), 0), IDENTITY),
        job_key(Job((MAIN, AUX), 0), IDENTITY),
        job_key(Job((AUX, MAIN), 0), IDENTITY),
        job_key(job, dataclasses.replace(IDENTITY, seed=1)),
        job_key(job, dataclasses.replace(IDENTITY, corpus_digest="other")),
        job_key(job, StudyIdentity(RELEASED.settings, "digest", 0)),
    ]
    monkeypatch.setattr(modeljobs, "TRAINING_VERSION", modeljobs.TRAINING_VERSION + 1)
    keys.append(job_key(job, IDENTITY))
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"score": "accuracy", "read_at": 10, "name": "mine", "cv_repeats": 2}, "key"),
        ({"curve_every": 1}, "training"),  # what is predicted changes nothing that is drawn
        ({"dropout": 0.0}, "documents"),
    ],
    ids=["reading", "predicting", "training"],
)
def test_how_far_an_other_value_reaches(changes, same):
    """Each of key, training and documents depends on all that the ones behind it do."""
    parts = "key", "training", "documents"
    job, each = single_job(MAIN, 3), (IDENTITY, identity(**changes))
    equal = [
        job_key(job, each[0]) == job_key(job, each[1]),
        numbers(training_rng(job, each[0])) == numbers(training_rng(job, each[1])),
        numbers(sampling_rng(MAIN, 3, each[0])) == numbers(sampling_rng(MAIN, 3, each[1])),
    ]
    assert equal == [place >= parts.index(same) for place in range(3)]


@given(st.integers(1, 3), st.integers(1, 7), st.booleans(), st.integers(0, 2**32 - 1))
def test_decode_inverts_encode(n_tasks, n_epochs, validates, seed):
    rng = np.random.default_rng(seed)
    names = (*SCORES, *(f"validation_{name}" for name in SCORES * validates))
    epochs = np.arange(0, n_epochs, 2)
    scores = dict(zip(names, rng.random((len(names), n_tasks, len(epochs))), strict=True))
    losses = 10 * rng.random((n_tasks, n_epochs))
    result = JobResult(losses, epochs, scores, 0.5, f"numba, {seed}")
    again = decode(encode(result))
    np.testing.assert_equal(vars(again), vars(result))
    assert list(again.scores) == list(result.scores)


def test_bytes_are_laid_out_as_the_module_says():
    head = struct.pack("<4s5Id", b"mtl2", 1, 3, 2, 4, 3, 1.5)
    numbers = struct.pack("<2I11d", 0, 2, 0.7, 0.5, 0.25, *[0.0, 1.0] * 4)
    assert encode(dataclasses.replace(RESULT, trained_by="cpu")) == head + numbers + b"cpu"


def packed(losses=0.0, epoch=0, score=0.0, seconds=1.0, letters=b"", sizes=(1, 1, 1, 4)):
    """The bytes of a result of one number each, whatever the numbers and the sizes told."""
    head = struct.pack("<4s5Id", b"mtl2", *sizes, len(letters), seconds)
    return head + struct.pack("<I5d", epoch, losses, *[score] * 4) + letters


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (struct.pack("<IIdI3d", 1, 1, 1.0, 0, 0, 0, 0), "earlier version"),
        (packed(sizes=(2**32 - 1,) * 4), "length"),  # a bomb's shape
        (packed(sizes=(1, 5, 1, 0)), "0 scores"),
        (packed(losses=np.nan), "losses"),
        (packed(losses=-1), "losses"),
        (packed(score=1.5), "score exceeds"),
        (packed(seconds=np.nan), "seconds"),
        (packed(letters=b"\x1b["), "trained_by"),
        (packed(letters=b"x" * 201), "trained_by"),
        (packed(epoch=1), "epochs must increase"),
        (packed(sizes=(0, 2**32 - 1, 0, 4))[:32], "at least one"),
    ],
)
def test_impossible_values_are_refused(body, sentence):
    with pytest.raises(ValueError, match=sentence):
        decode(body)


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (RESULT.scores | {"f1": np.zeros((1, 3))}, "f1 must be"),
        ({"log_loss": ROW}, "do not belong together: log_loss"),
        (RESULT.scores | {"f1_negative": 2 * ROW}, "exceeds 1"),
    ],
)
def test_scores_that_cannot_be(scores, sentence):
    dataclasses.replace(RESULT, scores=RESULT.scores | {"log_loss": 3 * ROW})  # which may exceed 1
    with pytest.raises(ValueError, match=sentence):
        dataclasses.replace(RESULT, scores=scores)
