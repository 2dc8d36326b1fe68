"""What makes two studies the same, as JSON, and the sentence that says how two of them differ."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minimtl.errors import MinimtlError

FORMAT_VERSION = 3  # of the tables and of the results in them; part of every identity
_MAX_CHARACTERS = 70  # a SHA-256 fits
_MAX_DIFFERENCES = 5  # more than these would be no sentence


def canonical_text(identity: Mapping[str, Any]) -> str:
    """`identity` as JSON, equal texts for equal values; TypeError if JSON has no such value."""
    return json.dumps(identity, sort_keys=True)


def refuse_another_format(path: Path, there: Mapping[str, Any]) -> None:
    """Raise MinimtlError unless this version wrote the store at `path`, of the study `there`."""
    if there["store_format"] != FORMAT_VERSION:
        which = "an earlier" if there["store_format"] < FORMAT_VERSION else "a later"
        raise MinimtlError(
            f"{path} was made by {which} version of minimtl; choose another --out, or --fresh to "
            "set it aside"
        )


def refuse_another_study(path: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """Raise MinimtlError unless the study `there`, in the store at `path`, is the study `here`."""
    refuse_another_format(path, there)
    if found := differences(there, here):
        raise MinimtlError(
            f"{path} holds another study: {found}; choose another --out, or --fresh to set it aside"
        )


def differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """How the study `there` differs from the study `here`, as a clause; "" if it does not."""
    old, new = _by_name(there, json.loads(canonical_text(here)))
    differing = [name for name in sorted(old | new) if old.get(name) != new.get(name)]
    sentences = [
        f"{_for_people(name)} is {_value(old, name)} there and {_value(new, name)} here"
        for name in differing[:_MAX_DIFFERENCES]
    ]
    if len(differing) > _MAX_DIFFERENCES:
        sentences.append(f"and {len(differing) - _MAX_DIFFERENCES} more values differ")
    return "; ".join(sentences)


def _by_name(
    there: Mapping[str, Any], here: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both identities flat; where two parts have different names, the names stand for them."""
    parts = {key: (there[key], here[key]) for key in there.keys() & here.keys()}
    names = {
        key: (old.get("name"), new.get("name"))
        for key, (old, new) in parts.items()
        if isinstance(old, Mapping) and isinstance(new, Mapping)
    }
    renamed = {key: pair for key, pair in names.items() if pair[0] != pair[1]}
    return (
        _flat({**there, **{key: old for key, (old, _) in renamed.items()}}),
        _flat({**here, **{key: new for key, (_, new) in renamed.items()}}),
    )


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested mappings as one, with dotted names."""
    if not isinstance(value, Mapping):
        return {name: value}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat |= _flat(inner, f"{name}.{key}" if name else key)
    return flat


def _value(flat: Mapping[str, Any], name: str) -> str:
    return _for_people(flat[name]) if name in flat else "absent"


def _for_people(value: Any) -> str:
    """A value on one line and not too long, whatever a forged store holds."""
    text = value if isinstance(value, str) and value.isprintable() else json.dumps(value)
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…"
