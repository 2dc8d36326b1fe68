"""Which regular expressions are safe to take from a file.

Python's matcher tries all ways in which a pattern can fit a text: ``(a+)+$`` has twice as many with
each further "a". A pattern is taken only if there is never a choice: after each character, at most
one place of the pattern can take the next one. A search then takes a time that is linear in the
rest of the text for each place where it begins.

The places that can follow each other are computed as in Glushkov's automaton, with one difference:
a place that follows another in two ways, as the "a" above follows itself through both loops, is
counted twice, and so is a choice (Brüggemann-Klein & Wood 1998, One-unambiguous regular languages,
who call the expressions without any such choice strongly unambiguous).
"""

import re
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

try:
    from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_compile as _compiler
    import sre_constants as _constants
    import sre_parse as _parser

LONGEST = 200
_CHARACTERS = frozenset({_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN})
_REPEATS = frozenset(
    getattr(_constants, name)
    for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
    if hasattr(_constants, name)
)
_ATOMIC = getattr(_constants, "ATOMIC_GROUP", None)
# What a place of a pattern may take. Beyond the first plane a few characters stand for all others:
# patterns that tell them apart are not taken.
_PLANE = 0x10000
_ALPHABET = "".join(map(chr, range(_PLANE))) + "\U00010400\U0001d7ce\U0001f600\U0010ffff"


class _ChoiceError(Exception):
    """The pattern, or what this module knows of it, leaves a choice; the message says where."""


class _Part(NamedTuple):
    """A part of a pattern: whether it may be empty, and the places where it begins and ends."""

    may_be_empty: bool
    first: tuple[int, ...]
    last: tuple[int, ...]


_NOTHING = _Part(True, (), ())


def pattern_fault(pattern: str) -> str | None:
    """Why matching `pattern` could, for all we know, take exponential time; None if it cannot.

    Raises ValueError if it is no regular expression.
    """
    if len(pattern) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
            tree = _parser.parse(pattern)
        for items in _alternatives(list(tree)):
            _Places(tree.state).check(items, tree.state.flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"it is no regular expression: {error}") from None
    except _ChoiceError as choice:
        return str(choice)
    return None


def _alternatives(items: list[Any]) -> Iterable[list[Any]]:
    """The patterns that are tried one after the other: a branch at the end of all is no choice."""
    if items:
        operator, value = items[-1]
        if operator is _constants.BRANCH:
            for branch in value[1]:
                yield from _alternatives(items[:-1] + list(branch))
            return
        if operator is _constants.SUBPATTERN and not value[1] and not value[2]:
            yield from _alternatives(items[:-1] + list(value[3]))
            return
    yield items


class _Places:
    """The places of a pattern that take a character: which ones, and which can come next."""

    def __init__(self, state: Any) -> None:
        self._state = state
        self._sets: list[frozenset[str]] = []
        self._next: list[list[int]] = []

    def check(self, items: Iterable[Any], flags: int) -> None:
        """Raise `_ChoiceError` if two places can take the same character after the same text."""
        whole = self._sequence(items, flags)
        for places in {whole.first, *map(tuple, self._next)}:
            taken: set[str] = set()
            for place in places:
                if not taken.isdisjoint(self._sets[place]):
                    raise _ChoiceError("two of its parts could take the same character")
                taken |= self._sets[place]

    def _sequence(self, items: Iterable[Any], flags: int) -> _Part:
        whole = _NOTHING
        for operator, value in items:
            part = self._part(operator, value, flags)
            self._link(whole.last, part.first)
            whole = _Part(
                whole.may_be_empty and part.may_be_empty,
                whole.first + part.first if whole.may_be_empty else whole.first,
                part.last + whole.last if part.may_be_empty else part.last,
            )
        return whole

    def _part(self, operator: Any, value: Any, flags: int) -> _Part:
        if operator in _CHARACTERS:
            self._sets.append(_characters(self._state, (operator, value), flags))
            self._next.append([])
            place = (len(self._sets) - 1,)
            return _Part(False, place, place)
        if operator in _REPEATS:
            fewest, most, inner = value
            return self._repeat(fewest, most, inner, flags)
        if operator is _constants.SUBPATTERN:
            _group, added, removed, inner = value
            return self._sequence(inner, (flags | added) & ~removed)
        if operator is _constants.BRANCH:
            parts = [self._sequence(branch, flags) for branch in value[1]]
            if sum(part.may_be_empty for part in parts) > 1:
                raise _ChoiceError("two of its branches may be empty")
            return _Part(
                any(part.may_be_empty for part in parts),
                sum((part.first for part in parts), ()),
                sum((part.last for part in parts), ()),
            )
        if operator is _constants.AT:
            return _NOTHING
        if operator in (_constants.ASSERT, _constants.ASSERT_NOT):
            if any(op in _REPEATS for op in _operators(value[1])):
                raise _ChoiceError("it looks ahead or behind by a part that repeats")
            _Places(self._state).check(value[1], flags)
            return _NOTHING
        if operator is not None and operator is _ATOMIC:
            return self._sequence(value, flags)
        raise _ChoiceError("it refers back to a group")

    def _repeat(self, fewest: int, most: int, inner: Iterable[Any], flags: int) -> _Part:
        part = self._sequence(inner, flags)
        if most == 0:
            return _NOTHING
        if part.may_be_empty:
            raise _ChoiceError("a part that may be empty is optional or repeats")
        if most > 1:
            self._link(part.last, part.first)
        return part._replace(may_be_empty=fewest == 0)

    def _link(self, before: Iterable[int], after: Iterable[int]) -> None:
        for place in before:
            self._next[place] += after


def _characters(state: Any, item: Any, flags: int) -> frozenset[str]:
    """The characters that one place of a pattern takes."""
    for code in re.findall(r"\d+", repr(item)):
        if _PLANE <= int(code) < 0x10FFFF:
            raise _ChoiceError("it names a character beyond U+FFFF")
    return _taken(_compiler.compile(_parser.SubPattern(state, [item]), flags))


@lru_cache(256)
def _taken(pattern: re.Pattern[str]) -> frozenset[str]:
    # Not by findall: where the whole pattern has groups, this part counts as having them, too.
    return frozenset(match[0] for match in pattern.finditer(_ALPHABET))


def _operators(items: Iterable[Any]) -> Iterable[Any]:
    """The operators of parts within parts."""
    for operator, value in items:
        yield operator
        if operator is _constants.BRANCH:
            for branch in value[1]:
                yield from _operators(branch)
        elif operator is _constants.SUBPATTERN:
            yield from _operators(value[3])
        elif operator in (_constants.ASSERT, _constants.ASSERT_NOT):
            yield from _operators(value[1])
        elif operator is not None and operator is _ATOMIC:
            yield from _operators(value)
