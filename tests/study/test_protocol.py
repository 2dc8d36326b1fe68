import dataclasses
import json

import pytest

from minimtl.study.protocol import PAPER, PROTOCOLS, RELEASED


def test_both_are_found_by_their_name():
    assert PROTOCOLS == {"paper": PAPER, "released": RELEASED}


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_every_field_survives_json(protocol):
    values = json.loads(json.dumps(protocol.to_dict()))
    tuples = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    assert type(protocol)(**tuples) == protocol


def test_gradient_epochs_are_the_floors_worked_by_hand():
    assert PAPER.gradient_epochs == (15, 37, 75, 112)  # of 150: 15, 37.5, 75, 112.5
    assert RELEASED.gradient_epochs == (8, 20, 40, 60)


def test_a_whole_product_keeps_its_epoch_in_spite_of_rounding():
    rounding_down = dataclasses.replace(
        PAPER, gradient_window=100, gradient_fractions=(0.29, 0.57, 0.58, 0.75)
    )
    assert int(0.29 * 100) == 28  # what the plain floor would give
    assert rounding_down.gradient_epochs == (29, 57, 58, 75)


def test_scores_are_read_at_the_hundredth_and_the_81st_epoch():
    assert (PAPER.read_at, RELEASED.read_at) == (99, 80)


def test_runs_of_each_problem():
    assert [PAPER.runs(problem) for problem in ("related", "unrelated")] == [5, 5]
    assert [RELEASED.runs(problem) for problem in ("related", "unrelated")] == [5, 1]


def test_what_is_read_off_a_model_is_no_part_of_its_training():
    read_otherwise = dataclasses.replace(PAPER, score="accuracy", read_at=10, scaling="standardise")
    assert read_otherwise.training_dict() == PAPER.training_dict()


@pytest.mark.parametrize(
    "change",
    [{"dropout": 0.0}, {"train_per_class": 100}, {"epochs_joint": 101}, {"max_features": 99}],
)
def test_what_changes_a_model_is_part_of_its_training(change):
    assert dataclasses.replace(PAPER, **change).training_dict() != PAPER.training_dict()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"train_per_task": 200}, "either train_per_class or"),
        ({"train_per_class": None}, "either train_per_class or"),
        ({"read_at": 100}, "epoch index 100"),
        ({"read_at": -1}, "epoch index -1"),
        ({"gradient_window": 151}, "longer than the loss curve"),
    ],
)
def test_contradictions_are_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        dataclasses.replace(PAPER, **change)
