"""Converts parameters and class labels to JSON values, and back, without loss.

Tuples and sets become ``{"tuple": [items]}`` and ``{"set": [items]}``, dates ``{"date": text}`` or
``{"datetime": text}``, NumPy's number types ``{"dtype": name}``, dicts ``{"dict": [[key, value]]}``;
NumPy's numbers and arrays become plain numbers and lists, its dates those of Python.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np

DATES = {"date": date, "datetime": datetime}
COLLECTIONS = {"tuple": tuple, "set": set, "frozenset": frozenset}
NUMBERS = ("bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
           "float16", "float32", "float64")  # fmt: skip


def value_to_plain(name: str, value: Any) -> Any:
    """The parameter `name` as a JSON value; ValueError for a function, a generator and the like."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, date):
        return {"datetime" if isinstance(value, datetime) else "date": value.isoformat()}
    if isinstance(value, np.generic | np.ndarray):
        return value_to_plain(name, value.tolist())
    if isinstance(value, list):
        return [value_to_plain(name, item) for item in value]
    if isinstance(value, dict):
        return {"dict": value_to_plain(name, [list(pair) for pair in value.items()])}
    for tag, kind in COLLECTIONS.items():
        if type(value) is kind:
            items = value if kind is tuple else sorted(value)
            return {tag: [value_to_plain(name, item) for item in items]}
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.number)):
        return {"dtype": np.dtype(value).name}
    raise ValueError(
        f"{name}={value!r} cannot be saved; set it to a plain value, such as a number or text."
    )


def value_from_plain(value: Any) -> Any:
    """The value of which `value_to_plain` made this; ValueError for what it never makes."""
    if isinstance(value, list):
        return [value_from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise ValueError("a parameter is an object of several fields")
    ((tag, inner),) = value.items()
    if tag == "dtype" and inner in NUMBERS:
        return np.dtype(inner).type
    if tag == "dict" and isinstance(inner, list):
        return {_key_from_plain(key): value_from_plain(item) for key, item in inner}
    if tag in DATES:
        return DATES[tag].fromisoformat(inner)
    if tag in COLLECTIONS and isinstance(inner, list):
        return COLLECTIONS[tag](value_from_plain(item) for item in inner)
    raise ValueError(f"a parameter is an object of an unknown kind, {tag[:40]!r}")


def _key_from_plain(key: Any) -> Any:
    if isinstance(key, list | dict):
        raise ValueError("a parameter's key is not plain")
    return key


def label_to_plain(label: Any) -> Any:
    """A label of a `TextModel` as a JSON value; ValueError for what is none that can be saved."""
    try:
        hash(label)
        plain = value_to_plain("a label", label)
        json.dumps(plain, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(
            f"{label!r} cannot be a label: use text, finite numbers, truth values, dates, or "
            "tuples of them."
        ) from None
    return plain


def labels_to_plain(classes: np.ndarray) -> dict[str, Any]:
    """Sorted class labels, numbers or text, as a JSON value; ValueError for other objects."""
    kind = {"U": "str", "O": "object"}.get(classes.dtype.kind, classes.dtype.name)
    if kind not in ("str", *NUMBERS) and not all(isinstance(label, str) for label in classes):
        raise ValueError("classes that are neither numbers nor text cannot be saved.")
    return {"dtype": kind, "labels": classes.tolist()}


def labels_from_plain(plain: Mapping[str, Any]) -> np.ndarray:
    """The labels of which `labels_to_plain` made this; ValueError if they are not sorted."""
    kind, labels = plain["dtype"], plain["labels"]
    textual = kind in ("str", "object")
    if kind not in ("str", "object", *NUMBERS) or not isinstance(labels, list):
        raise ValueError("class labels are of an unknown kind")
    if not all(isinstance(label, str) if textual else _is_number(label) for label in labels):
        raise ValueError(f"class labels are not all {kind}")
    classes = np.array(labels, dtype=kind)
    if len(classes) < 2 or not (classes[:-1] < classes[1:]).all():
        raise ValueError("class labels are fewer than two, or not in order")
    return classes


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float)
