import json

import pytest

from minimtl.jobs.identity import stable_hash
from minimtl.tasks.protocol import PAPER, RELEASED


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


@pytest.mark.parametrize(
    ("protocol", "digest"),
    [
        (PAPER, "c2d328649a7f23f75b9e21e07d06ec1653a1f43507e878ca98a082a6f96c190e"),
        (RELEASED, "f83cd05471e8078707171af003f1dbaf15a11aded213af34187f924f952d61e6"),
    ],
)
def test_random_streams_are_seeded_by_what_they_always_were(protocol, digest):
    """The values that the keys of models, and so all their random numbers, are hashed from."""
    assert stable_hash(protocol.settings.to_dict()) == digest


def test_a_whole_product_keeps_its_epoch_in_spite_of_rounding():
    protocol = PAPER.replace(gradient_window=100, gradient_fractions=(0.29, 0.57, 0.58, 0.75))
    assert protocol.reading.gradient_epochs == (29, 57, 58, 75)  # the plain floor of 0.29 · 100: 28


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


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"train_per_task": 200}, "either train_per_class or"),
        ({"train_per_class": None}, "either train_per_class or"),
        ({"read_at": 100}, "epoch index 100"),
        ({"read_at": -1}, "epoch index -1"),
        ({"gradient_window": 151}, "longer than the loss curve"),
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
