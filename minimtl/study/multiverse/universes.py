"""The universes: every combination of the choices' levels, or one changed at a time.

Both about one or several protocols, whose own values stand wherever nothing is varied.
"""

from collections.abc import Sequence
from itertools import product
from typing import Literal, NamedTuple

from minimtl.study.multiverse.choices import DIFFERENCES, Choice, changed
from minimtl.tasks import PAPER, PROTOCOLS, RELEASED, Protocol

Design = Literal["full", "main-effects"]


class Universe(NamedTuple):
    """One way to conduct the study.

    Attributes
    ----------
    number : from 1, in the order of the plan.
    about : name of the protocol that it was made from.
    own : name of the protocol that it is, if it is one.
    labels : the level of each choice.
    protocol : by which it is conducted.
    """

    number: int
    about: str
    own: str
    labels: tuple[str, ...]
    protocol: Protocol


def make_universes(
    choices: Sequence[Choice], design: Design, about: Sequence[Protocol]
) -> list[Universe]:
    """All universes, no two alike.

    The combinations of all differences between the two protocols lead from one to the other, so
    that they are made about the first only, and its last is the other protocol itself.

    Raises
    ------
    UsageError
        If values contradict one another.
    """
    made: dict[tuple[str, tuple[str, ...]], Protocol] = {}
    crosses = leads_across(choices, design)
    for protocol in about[:1] if crosses else about:
        if design == "full":
            protocols = [
                changed(protocol, {k: v for level in levels for k, v in level.changes.items()})
                for levels in product(*(choice.levels for choice in choices))
            ]
        else:
            one_changed = [
                changed(protocol, level.changes) for choice in choices for level in choice.levels
            ]
            protocols = [protocol, *one_changed]
        for one in protocols:
            made.setdefault((protocol.name, labels_of(one, choices)), one)
    if crosses:
        for own in (PAPER, RELEASED):
            made[about[0].name, labels_of(own, choices)] = own
    return [
        Universe(number, name, protocol.name * (protocol in PROTOCOLS.values()), labels, protocol)
        for number, ((name, labels), protocol) in enumerate(made.items(), start=1)
    ]


def leads_across(choices: Sequence[Choice], design: Design) -> bool:
    """True if the universes lead from one protocol to the other through all combinations."""
    return tuple(choices) == DIFFERENCES and design == "full"


def labels_of(protocol: Protocol, choices: Sequence[Choice]) -> tuple[str, ...]:
    """The level of each choice that a protocol has."""
    return tuple(choice.label_of(protocol) for choice in choices)


def named(name: str) -> Sequence[Protocol]:
    """The protocol of this name, or with ``both`` the paper's text's and its code's."""
    return (PAPER, RELEASED) if name == "both" else (PROTOCOLS[name],)
