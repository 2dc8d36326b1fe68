from minimtl.study.multiverse.universes import (
    DIFFERENCES,
    labels_of,
    make_universes,
    parse_choice,
)
from minimtl.tasks.protocol import PAPER, RELEASED

BOTH = (PAPER, RELEASED)


def labels(universes):
    return [(universe.about, *universe.labels) for universe in universes]


def test_every_combination_about_each_protocol():
    choices = [parse_choice("dropout=0,0.5"), parse_choice("score=f1,accuracy")]
    universes = make_universes(choices, "full", BOTH)
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
    assert labels(make_universes(choices, "main-effects", BOTH)) == [
        ("paper", "0.5", "f1"),
        ("paper", "0", "f1"),
        ("paper", "0.5", "accuracy"),
        ("released", "0.5", "accuracy"),
        ("released", "0", "accuracy"),
        ("released", "0.5", "f1"),
    ]


def test_the_differences_have_both_protocols_themselves():
    universes = make_universes(DIFFERENCES, "full", BOTH)
    assert len(universes) == 3 * 2**4
    assert len({u.protocol.settings for u in universes}) == 3 * 2
    (paper,) = (u for u in universes if u.own == "paper")
    (released,) = (u for u in universes if u.own == "released")
    assert (paper.protocol, released.protocol) == BOTH
    assert paper.labels == labels_of(PAPER, DIFFERENCES)
    assert released.labels == tuple(choice.levels[-1].label for choice in DIFFERENCES)
    assert len({u.labels for u in universes}) == len(universes)
