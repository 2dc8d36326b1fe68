"""The identity of studies and jobs: JSON values, their hash, and generators seeded so.

A generator is named by plain values (strings, numbers, lists, dictionaries). The same values give
the same random numbers on every platform, in every process and in any order of work; other values
give independent ones.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_ABSENT = object()
_MAX_CHARACTERS = 70  # of a value that is shown; a SHA-256 fits
_MAX_DIFFERENCES = 5  # more than these would be no sentence


def stable_hash(*parts: Any) -> str:
    """SHA-256 of the parts' canonical JSON (sorted keys, no spaces, ASCII), as 64 hex digits.

    Tuples count as lists. Floats enter by their shortest exact decimal form, which every
    IEEE 754 platform prints alike.

    Raises
    ------
    TypeError
        If a part is no JSON value (a NumPy number, say: convert it first).
    ValueError
        If a part holds NaN or an infinity, which JSON cannot express.
    """
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def rng_for(*parts: Any) -> np.random.Generator:
    """A PCG64 generator seeded with all 256 bits of ``stable_hash(*parts)``."""
    # PCG64 by name: NumPy may change what default_rng() means, this stream may not change.
    return np.random.Generator(np.random.PCG64(int(stable_hash(*parts), 16)))


def identity_text(identity: Mapping[str, Any]) -> str:
    """`identity` as JSON, equal texts for equal values; TypeError if JSON has no such value."""
    return json.dumps(identity, sort_keys=True)


def differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """The differences of the study `there` from `here`, as a clause; "" if there are none."""
    found = list(_differing(there, json.loads(identity_text(here))))
    clauses = [
        f"{_for_people(name)} is {_for_people(old)} there and {_for_people(new)} here"
        for name, old, new in found[:_MAX_DIFFERENCES]
    ]
    if found[_MAX_DIFFERENCES:]:
        clauses.append(f"and {len(found) - _MAX_DIFFERENCES} more values differ")
    return "; ".join(clauses)


def _differing(old: Any, new: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The dotted name of each value that differs, and both; of parts with names, the names."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        if old != new:
            yield name, old, new
    elif name and old.get("name") != new.get("name"):
        yield name, old.get("name", _ABSENT), new.get("name", _ABSENT)
    else:
        for key in sorted(old.keys() | new.keys()):
            inner = f"{name}.{key}" if name else key
            yield from _differing(old.get(key, _ABSENT), new.get(key, _ABSENT), inner)


def _for_people(value: Any) -> str:
    """A value on one line and not too long, whatever a forged store holds."""
    if value is _ABSENT:
        return "absent"
    text = value if isinstance(value, str) and value.isprintable() else json.dumps(value)
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…"
