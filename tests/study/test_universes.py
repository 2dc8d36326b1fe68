"""What ``--vary`` takes, what a value brings with it, and the universes that choices make."""

import pytest

from minimtl.errors import UsageError
from minimtl.study.universes import (
    DIFFERENCES,
    changed,
    labels_of,
    make_universes,
    parse_choice,
    shown,
)
from minimtl.tasks.protocol import PAPER, RELEASED


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("dropout=0,0.5", [0.0, 0.5]),
        ("train_per_class=25,50", [25, 50]),
        ("max_test=none,700", [None, 700]),
        ("share_directions=yes,no", [True, False]),
        ("equal_test=true", [True]),
        ("score=macro_f1,log_loss", ["macro_f1", "log_loss"]),
        ("hidden_layer_sizes=50,100x100", [(50,), (100, 100)]),
        ("gradient_fractions=0.1x0.2x0.3x0.4", [(0.1, 0.2, 0.3, 0.4)]),
        ("dropout=0.5,0.5", [0.5]),
    ],
)
def test_values_are_of_the_type_of_their_field(text, values):
    choice = parse_choice(text)
    found = [level.changes[choice.name] for level in choice.levels]
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("drop_out=0", "no protocol has a field 'drop_out' to vary, did you mean dropout?"),
        ("colour=red", "'colour' to vary; fields are .*train_per_class, .*score"),
        ("name=a,b", "no protocol has a field 'name' to vary"),
        ("runs_related=3", "no protocol has a field 'runs_related' to vary"),
        ("sampling=1", "no protocol has a field 'sampling' to vary"),
        ("dropout", "'dropout' is not of the form FIELD=V1,V2"),
        ("dropout=", "'dropout=' is not of the form FIELD=V1,V2"),
        ("dropout=half", "--vary dropout=half: dropout takes a number"),
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


def test_values_bring_with_them_what_they_cannot_do_without():
    in_all = changed(PAPER, {"train_per_task": 100}).sampling
    assert (in_all.train_per_class, in_all.train_per_task) == (None, 100)
    a_class = changed(RELEASED, {"train_per_class": 50}).sampling
    assert (a_class.train_per_class, a_class.train_per_task) == (50, None)
    assert changed(PAPER, {"epoch": "validation"}).sampling.validation_share == 0.2
    given = changed(PAPER, {"epoch": "validation", "validation_share": 0.5})
    assert given.sampling.validation_share == 0.5
    assert not changed(PAPER, {"aux_weight": 0.5}).share_directions
    assert not changed(PAPER, {"aux_times": 2.0}).share_directions
    assert changed(PAPER, {"aux_weight": 1.0}).share_directions


def test_the_differences_lead_from_one_protocol_to_the_other_in_all_that_gains_depend_on():
    for levels, start, end in ((-1, PAPER, RELEASED), (0, RELEASED, PAPER)):
        changes = {k: v for c in DIFFERENCES for k, v in c.levels[levels].changes.items()}
        reached = start.replace(**changes)
        assert reached.settings == end.settings
        assert reached.share_directions == end.share_directions
        for name in ("score", "read_at", "epoch"):
            assert reached.value_of(name) == end.value_of(name)


def test_labels_are_what_is_typed():
    assert [shown(v) for v in (None, True, False, 0.5, 200, (100, 50), "f1")] == [
        "none", "yes", "no", "0.5", "200", "100x50", "f1",
    ]  # fmt: skip
    choice = parse_choice("train_per_class=25,50")
    assert choice.label_of(PAPER.replace(train_per_class=25)) == "25"
    assert choice.label_of(PAPER) == "200"
    assert choice.label_of(RELEASED) == "none"
    documents = DIFFERENCES[0]
    assert [documents.label_of(p) for p in (PAPER, RELEASED)] == ["200 a class", "200 in all"]
    assert documents.label_of(PAPER.replace(train_per_class=77)) == "77, none"


def labels(universes):
    return [(universe.about, *universe.labels) for universe in universes]


def test_every_combination_about_each_protocol():
    choices = [parse_choice("dropout=0,0.5"), parse_choice("score=f1,accuracy")]
    universes = make_universes(choices, "full", (PAPER, RELEASED))
    assert labels(universes) == [
        (about, dropout, score)
        for about in ("paper", "released")
        for dropout in ("0", "0.5")
        for score in ("f1", "accuracy")
    ]
    assert [u.number for u in universes] == list(range(1, 9))
    assert [u.own for u in universes] == ["", "", "paper", "", "", "", "", "released"]
    assert universes[1].protocol == PAPER.replace(dropout=0.0, score="accuracy")


def test_one_field_at_a_time_about_each_protocol():
    choices = [parse_choice("dropout=0,0.5"), parse_choice("score=f1,accuracy")]
    assert labels(make_universes(choices, "main-effects", (PAPER, RELEASED))) == [
        ("paper", "0.5", "f1"),
        ("paper", "0", "f1"),
        ("paper", "0.5", "accuracy"),
        ("released", "0.5", "accuracy"),
        ("released", "0", "accuracy"),
        ("released", "0.5", "f1"),
    ]


def test_the_differences_have_both_protocols_themselves():
    universes = make_universes(DIFFERENCES, "full", (PAPER, RELEASED))
    assert len(universes) == 3 * 2**4
    assert len({u.protocol.settings for u in universes}) == 3 * 2
    (paper,) = (u for u in universes if u.own == "paper")
    (released,) = (u for u in universes if u.own == "released")
    assert (paper.protocol, released.protocol) == (PAPER, RELEASED)
    assert paper.labels == labels_of(PAPER, DIFFERENCES)
    assert released.labels == tuple(choice.levels[-1].label for choice in DIFFERENCES)
    assert len({u.labels for u in universes}) == len(universes)
