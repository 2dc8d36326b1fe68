"""What ``--vary`` takes, what a value brings with it, and the universes that choices make."""

from itertools import product

import pytest

from minimtl.errors import UsageError
from minimtl.study.universes import (
    DIFFERENCES,
    changed,
    labels_of,
    make_universes,
    parse_choice,
)
from minimtl.tasks.protocol import PAPER, RELEASED

DROPOUT, SCORE = parse_choice("dropout=0,0.5"), parse_choice("score=f1,accuracy")
DOCUMENTS = parse_choice("train_per_class=25,50")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("dropout=0,0.5", [0.0, 0.5]),
        ("train_per_class=25,50", [25, 50]),
        ("max_test=none,700", [None, 700]),
        ("share_directions=yes,no", [True, False]),
        ("score=macro_f1,log_loss", ["macro_f1", "log_loss"]),
        ("hidden_layer_sizes=50,100x100", [(50,), (100, 100)]),
        ("gradient_fractions=0.1x0.2x0.3x0.4", [(0.1, 0.2, 0.3, 0.4)]),
    ],
)
def test_values_are_of_the_type_of_their_field_and_labels_are_what_is_typed(text, values):
    choice = parse_choice(text)
    found = [level.changes[choice.name] for level in choice.levels]
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]
    assert f"{choice.name}={','.join(level.label for level in choice.levels)}" == text


@pytest.mark.parametrize(
    ("text", "same"),
    [("equal_test=true,false", "equal_test=yes,no"), ("dropout=0.5,0.50", "dropout=0.5")],
)
def test_a_value_in_other_words_or_twice_is_one_level(text, same):
    assert parse_choice(text) == parse_choice(same)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("drop_out=0", "no protocol has a field 'drop_out' to vary, did you mean dropout?"),
        ("colour=red", "'colour' to vary; fields are .*train_per_class, .*score"),
        ("name=a,b", "no protocol has a field 'name' to vary"),
        ("sampling=1", "no protocol has a field 'sampling' to vary"),
        ("dropout", "'dropout' is not of the form FIELD=V1,V2"),
        ("dropout=nan", "--vary dropout=nan: dropout takes a number"),
        ("batch_size=1.5", "batch_size takes a whole number"),
        ("score=f2", "score takes f1, f1_negative, macro_f1, accuracy, log_loss"),
        ("max_test=all", "max_test takes a whole number or none"),
        ("equal_test=1", "equal_test takes yes or no"),
        ("hidden_layer_sizes=100,axb", "hidden_layer_sizes takes numbers with x between them"),
    ],
)
def test_what_is_wrong_is_one_sentence(text, sentence):
    with pytest.raises(UsageError, match=sentence) as error:
        parse_choice(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("protocol", "changes", "brought"),
    [
        (PAPER, {"train_per_task": 100}, {"train_per_class": None, "train_per_task": 100}),
        (RELEASED, {"train_per_class": 50}, {"train_per_class": 50, "train_per_task": None}),
        (PAPER, {"epoch": "validation"}, {"validation_share": 0.2}),
        (PAPER, {"epoch": "validation", "validation_share": 0.5}, {"validation_share": 0.5}),
        (PAPER, {"aux_weight": 0.5}, {"share_directions": False}),
        (PAPER, {"aux_times": 2.0}, {"share_directions": False}),
        (PAPER, {"aux_weight": 1.0}, {"share_directions": True}),
    ],
)
def test_values_bring_with_them_what_they_cannot_do_without(protocol, changes, brought):
    found = changed(protocol, changes)
    assert {name: found.value_of(name) for name in brought} == brought


@pytest.mark.parametrize(("level", "start", "end"), [(-1, PAPER, RELEASED), (0, RELEASED, PAPER)])
def test_the_differences_lead_to_the_other_protocol_in_all_that_gains_depend_on(level, start, end):
    changes = {k: v for choice in DIFFERENCES for k, v in choice.levels[level].changes.items()}
    reached = start.replace(**changes)
    assert reached.settings == end.settings
    for name in ("share_directions", "score", "read_at", "epoch"):
        assert reached.value_of(name) == end.value_of(name)


@pytest.mark.parametrize(
    ("choice", "protocol", "label"),
    [
        (DOCUMENTS, PAPER, "200"),
        (DOCUMENTS, RELEASED, "none"),
        (DIFFERENCES[0], PAPER, "200 a class"),
        (DIFFERENCES[0], RELEASED, "200 in all"),
        (DIFFERENCES[0], PAPER.replace(train_per_class=77), "77, none"),
    ],
)
def test_a_protocol_has_its_level_or_its_own_value(choice, protocol, label):
    assert choice.label_of(protocol) == label


def test_every_combination_about_each_protocol():
    universes = make_universes([DROPOUT, SCORE], "full", (PAPER, RELEASED))
    expected = product(("paper", "released"), ("0", "0.5"), ("f1", "accuracy"))
    assert [(u.about, *u.labels) for u in universes] == list(expected)
    assert [u.number for u in universes] == list(range(1, 9))
    assert [u.own for u in universes] == ["", "", "paper", "", "", "", "", "released"]
    assert universes[1].protocol == PAPER.replace(dropout=0.0, score="accuracy")


def test_one_field_at_a_time_about_each_protocol():
    universes = make_universes([DROPOUT, SCORE], "main-effects", (PAPER, RELEASED))
    assert [(u.about, *u.labels) for u in universes] == [
        ("paper", "0.5", "f1"),
        ("paper", "0", "f1"),
        ("paper", "0.5", "accuracy"),
        ("released", "0.5", "accuracy"),
        ("released", "0", "accuracy"),
        ("released", "0.5", "f1"),
    ]


def test_the_differences_have_both_protocols_themselves():
    universes = make_universes(DIFFERENCES, "full", (PAPER, RELEASED))
    assert len({u.labels for u in universes}) == len(universes) == 3 * 2**4
    assert len({u.protocol.settings for u in universes}) == 3 * 2
    assert {u.own: u.protocol for u in universes if u.own} == {"paper": PAPER, "released": RELEASED}
    labels = {u.own: u.labels for u in universes}
    assert labels["paper"] == labels_of(PAPER, DIFFERENCES)
    assert labels["released"] == tuple(choice.levels[-1].label for choice in DIFFERENCES)
