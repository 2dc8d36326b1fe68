import json

import pytest

from minimtl.jobs import stable_hash
from minimtl.tasks.protocol import PAPER, PROTOCOLS, RELEASED


def test_both_are_found_by_their_name():
    assert PROTOCOLS == {"paper": PAPER, "released": RELEASED}


def plain(protocol):
    """The protocol's fields by their plain names, after a journey through JSON."""
    values = json.loads(json.dumps(protocol.to_dict()))
    groups = [values.pop(name) for name in ("sampling", "model", "training", "reading", "meta")]
    flat = [(name, value) for group in (values, *groups) for name, value in group.items()]
    assert len(dict(flat)) == len(flat)  # no name stands in two groups
    return {name: tuple(v) if isinstance(v, list) else v for name, v in flat}


@pytest.mark.parametrize(("protocol", "other"), [(PAPER, RELEASED), (RELEASED, PAPER)])
def test_every_field_survives_json_and_is_replaced_by_its_plain_name(protocol, other):
    assert other != protocol
    assert other.replace(**plain(protocol)) == protocol


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match="drop_out"):
        PAPER.replace(drop_out=0.1)


def test_random_streams_are_seeded_by_what_they_always_were():
    """The values that the keys of models, and so all their random numbers, are hashed from."""
    assert (
        stable_hash(PAPER.settings.to_dict())
        == "c2d328649a7f23f75b9e21e07d06ec1653a1f43507e878ca98a082a6f96c190e"
    )
    assert (
        stable_hash(RELEASED.settings.to_dict())
        == "f83cd05471e8078707171af003f1dbaf15a11aded213af34187f924f952d61e6"
    )


def test_gradient_epochs_are_the_floors_worked_by_hand():
    assert PAPER.reading.gradient_epochs == (15, 37, 75, 112)  # of 150: 15, 37.5, 75, 112.5
    assert RELEASED.reading.gradient_epochs == (8, 20, 40, 60)


def test_a_whole_product_keeps_its_epoch_in_spite_of_rounding():
    rounding_down = PAPER.replace(gradient_window=100, gradient_fractions=(0.29, 0.57, 0.58, 0.75))
    assert int(0.29 * 100) == 28  # what the plain floor would give
    assert rounding_down.reading.gradient_epochs == (29, 57, 58, 75)


def test_scores_are_read_at_the_hundredth_and_the_81st_epoch():
    assert (PAPER.reading.read_at, RELEASED.reading.read_at) == (99, 80)


def test_runs_of_each_problem():
    assert [PAPER.runs(problem) for problem in ("related", "unrelated")] == [5, 5]
    assert [RELEASED.runs(problem) for problem in ("related", "unrelated")] == [5, 1]


def test_what_is_read_off_a_model_is_no_part_of_its_training():
    read_otherwise = PAPER.replace(score="accuracy", read_at=10, scaling="standard")
    assert read_otherwise.settings.to_dict() == PAPER.settings.to_dict()


@pytest.mark.parametrize(
    "change",
    [{"dropout": 0.0}, {"train_per_class": 100}, {"epochs_joint": 101}, {"max_features": 99}],
)
def test_what_changes_a_model_is_part_of_its_training(change):
    assert PAPER.replace(**change).settings.to_dict() != PAPER.settings.to_dict()


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
        PAPER.replace(**change)


LATER = {
    "aux_times": 2.0,
    "validation_share": 0.2,
    "posts": "whole",
    "equal": "documents",
    "aux_weight": 0.5,
}


@pytest.mark.parametrize("name", LATER)
def test_a_later_field_is_told_only_when_it_is_used(name):
    plain = PAPER.replace(share_directions=False)
    used = plain.replace(**{name: LATER[name]})
    assert name not in plain.settings.to_dict()
    assert used.settings.to_dict() == {**plain.settings.to_dict(), name: LATER[name]}
    assert used.to_dict() != plain.to_dict()


def test_allowing_fewer_documents_leaves_the_models_that_there_are():
    fewer = PAPER.replace(allow_fewer=True)
    assert fewer.settings.to_dict() == PAPER.settings.to_dict()
    assert fewer.to_dict() != PAPER.to_dict()


def test_equal_updates_are_equal_epochs_at_the_papers_number_of_documents():
    assert PAPER.replace(equal="updates").settings == PAPER.settings
    fewer = PAPER.replace(train_per_class=100)
    assert fewer.replace(equal="updates").settings != fewer.settings
    assert PAPER.replace(equal="documents").settings != PAPER.settings


def test_documents_of_an_epoch():
    of = {
        equal: [PAPER.replace(equal=equal).training.epoch_documents(n) for n in (1, 2)]
        for equal in ("epochs", "updates", "documents")
    }
    assert of == {"epochs": [None, None], "updates": [400, 400], "documents": [400, 200]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"epoch": "validation"}, "validation_share above 0"),
        ({"aux_weight": 0.5}, "share_directions=False"),
        ({"aux_times": 2.0}, "share_directions=False"),
        ({"dropout": 1.0}, r"\[0, 1\)"),
        ({"validation_share": 1.0}, r"\[0, 1\)"),
        ({"train_per_class": 0}, "at least 1"),
        ({"learning_rate": 0.0}, "positive"),
        ({"aux_times": -1.0}, "positive"),
        ({"aux_weight": -1.0}, "not negative"),
        ({"batch_size": 0}, "at least 1"),
        ({"hidden_layer_sizes": (100, 0)}, "positive"),
    ],
)
def test_values_that_cannot_be(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        PAPER.replace(**changes)


def test_the_value_of_a_field_by_its_plain_name():
    assert PAPER.value_of("dropout") == 0.5
    assert PAPER.value_of("share_directions") is True
    with pytest.raises(KeyError):
        PAPER.value_of("drop_out")
