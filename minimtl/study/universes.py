"""Universes: every combination of choices' levels, or one changed at a time, about some protocols.

A choice is a field of a protocol by its plain name, or a name for fields that change together; a
level is some values of those. A protocol's own values stand wherever nothing is varied.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from minimtl.errors import UsageError, did_you_mean
from minimtl.tasks.protocol import PAPER, PROTOCOLS, RELEASED, Protocol

# No result depends on these, or their number is asked for by a flag of its own.
_NOT_VARIED = ("name", "meaning", "runs_related", "runs_unrelated")
_VALIDATION_SHARE = 0.2  # held out where the epoch is chosen by validation and no share is given
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}
Design = Literal["full", "main-effects"]


class Level(NamedTuple):
    """A level's name and the values of fields that it stands for."""

    label: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """A choice and its levels, in their order."""

    name: str
    levels: tuple[Level, ...]

    def label_of(self, protocol: Protocol) -> str:
        """The level that a protocol has; the value of its field where that is none of them."""
        for label, changes in self.levels:
            if all(protocol.value_of(name) == value for name, value in changes.items()):
                return label
        return ", ".join(shown(protocol.value_of(name)) for name in self.levels[0].changes)


def _between(name: str, label: str, other_label: str, *names: str) -> Choice:
    """A choice between the values of fields by the protocol paper and by the released one."""
    return Choice(
        name,
        tuple(
            Level(text, {field: protocol.value_of(field) for field in names})
            for text, protocol in ((label, PAPER), (other_label, RELEASED))
        ),
    )


_DOCUMENTS = _between("documents", "200 a class", "200 in all", "train_per_class", "train_per_task")


# In what the two protocols differ that a gain depends on. The documents have a level between: as
# many as `released` draws, but as many of each class, as `paper` draws them.
DIFFERENCES = (
    Choice(
        "documents",
        (
            _DOCUMENTS.levels[0],
            Level("100 a class", {"train_per_class": 100, "train_per_task": None}),
            _DOCUMENTS.levels[1],
        ),
    ),
    _between("partitions", "whole", "cut", "within_smaller_partition", "max_test", "equal_test"),
    _between("score", "f1", "accuracy", "score"),
    _between("read_at", "99", "80", "read_at"),
    _between("share_directions", "yes", "no", "share_directions"),
)


def changed(protocol: Protocol, changes: Mapping[str, Any]) -> Protocol:
    """The protocol with other values, and with those that they cannot do without.

    Documents a class leave no documents in all, and the other way round; an epoch chosen by
    validation needs documents for it; directions are not shared by tasks that count otherwise.

    Raises
    ------
    UsageError
        If the values contradict one another.
    """
    every = dict(changes)
    for name, other in (
        ("train_per_class", "train_per_task"),
        ("train_per_task", "train_per_class"),
    ):
        if every.get(name) is not None:
            every.setdefault(other, None)
    if every.get("epoch") == "validation" and not protocol.value_of("validation_share"):
        every.setdefault("validation_share", _VALIDATION_SHARE)
    if any(every.get(name, 1) != 1 for name in ("aux_weight", "aux_times")):
        every.setdefault("share_directions", False)
    try:
        return protocol.replace(**every)
    except ValueError as error:
        asked = ", ".join(f"{name}={shown(value)}" for name, value in changes.items())
        raise UsageError(f"{asked} about the protocol {protocol.name}: {error}") from None


def parse_choice(text: str) -> Choice:
    """The choice that ``FIELD=V1,V2,…`` names.

    Raises
    ------
    UsageError
        If it has another form, or a protocol has no such field or the field no such value.
    """
    name, equals, values = text.partition("=")
    types = _field_types()
    if not equals or not values:
        raise UsageError(f"--vary {text!r} is not of the form FIELD=V1,V2")
    if name not in types:
        hint = did_you_mean(name, types) or f"; fields are {', '.join(types)}"
        raise UsageError(f"--vary {text}: no protocol has a field {name!r} to vary{hint}")
    parsed = dict.fromkeys(_parsed(name, value, types[name]) for value in values.split(","))
    return Choice(name, tuple(Level(shown(value), {name: value}) for value in parsed))


def check_together(choices: tuple[Choice, ...]) -> None:
    """Raise UsageError for a field that is named twice, or fields that exclude each other."""
    names = [choice.name for choice in choices]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--vary {name} is given twice; give all its values at once")
    if {"train_per_class", "train_per_task"} <= set(names):
        raise UsageError(
            "train_per_class and train_per_task exclude each other; vary one of them at a time"
        )


def shown(value: Any) -> str:
    """A value as it is typed after ``--vary FIELD=``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "x".join(map(shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _field_types() -> dict[str, Any]:
    """The type of each field that can be varied, by its plain name."""
    types: dict[str, Any] = {}
    for name, hint in get_type_hints(Protocol).items():
        if hasattr(hint, "__dataclass_fields__"):
            hints = get_type_hints(hint)
            types |= {inner.name: hints[inner.name] for inner in fields(hint)}
        elif name not in _NOT_VARIED:
            types[name] = hint
    return types


def _parsed(name: str, text: str, hint: Any) -> Any:
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    for option in options:
        try:
            return _read(text, option)
        except (ValueError, KeyError):
            continue
    raise UsageError(f"--vary {name}={text}: {name} takes {' or '.join(map(_described, options))}")


def _read(text: str, hint: Any) -> Any:
    """A value of a type; ValueError or KeyError if the text is none."""
    if hint is NoneType:
        return {"none": None}[text]
    if get_origin(hint) is Literal:
        return {value: value for value in get_args(hint)}[text]
    if get_origin(hint) is tuple:
        return tuple(_read(part, get_args(hint)[0]) for part in text.split("x"))
    if hint is bool:
        return _YES_NO[text]
    value = hint(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _described(hint: Any) -> str:
    if hint is NoneType:
        return "none"
    if get_origin(hint) is Literal:
        return ", ".join(get_args(hint))
    if get_origin(hint) is tuple:
        return "numbers with x between them"
    return {bool: "yes or no", int: "a whole number", float: "a number"}[hint]


class Universe(NamedTuple):
    """One way to conduct the study.

    Attributes
    ----------
    number : from 1, in the order of the plan.
    about : name of the protocol that it was made from.
    own : name of the protocol that it is, if it is one.
    levels : the level of each choice, by the choice's name.
    protocol : by which it is conducted.
    """

    number: int
    about: str
    own: str
    levels: dict[str, str]
    protocol: Protocol

    @property
    def labels(self) -> tuple[str, ...]:
        """The levels alone."""
        return tuple(self.levels.values())


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
    universes = []
    for number, ((name, labels), protocol) in enumerate(made.items(), start=1):
        is_one = protocol in PROTOCOLS.values()
        levels = {choice.name: label for choice, label in zip(choices, labels, strict=True)}
        universes.append(Universe(number, name, protocol.name * is_one, levels, protocol))
    return universes


def leads_across(choices: Sequence[Choice], design: Design) -> bool:
    """True if the universes lead from one protocol to the other through all combinations."""
    return tuple(choices) == DIFFERENCES and design == "full"


def labels_of(protocol: Protocol, choices: Sequence[Choice]) -> tuple[str, ...]:
    """The level of each choice that a protocol has."""
    return tuple(choice.label_of(protocol) for choice in choices)
