"""The model file: a plain zip of ``model.json`` and an ``.npy`` for each array.

It is an ``.npz`` that `numpy.load` reads too. Files may come from anybody: they are read without
pickle, and as members are stored uncompressed, nothing in them is larger than the file itself.

Parameters and class labels are JSON values in it, without loss. Tuples and sets become
``{"tuple": [items]}`` and ``{"set": [items]}``, dates ``{"date": text}`` or ``{"datetime": text}``,
NumPy's number types ``{"dtype": name}``, dicts ``{"dict": [[key, value]]}``; NumPy's numbers and
arrays become plain numbers and lists, its dates those of Python.
"""

import io
import json
import math
import re
import struct
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.system import write_atomically

DESCRIPTION = "model.json"
ARRAY_NAME = re.compile(r"[a-z_0-9]{1,40}\.npy")
# What a hostile file makes the standard library's and NumPy's readers raise.
FAULTS = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
    EOFError, struct.error, NotImplementedError, RuntimeError, MemoryError, zipfile.BadZipFile,
)  # fmt: skip
DATES = {"date": date, "datetime": datetime}
COLLECTIONS = {"tuple": tuple, "set": set, "frozenset": frozenset}
NUMBERS = ("bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
           "float16", "float32", "float64")  # fmt: skip


def write_model_file(
    path: str | Path, description: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write a JSON object and arrays of numbers to `path`, whole or not at all.

    Equal models give equal bytes. Raises ValueError for what JSON cannot hold, MinimtlError where
    the file cannot be written.
    """
    text = json.dumps(description, indent=1, sort_keys=True, allow_nan=False)
    members = {DESCRIPTION: text.encode()}
    for name, array in arrays.items():
        members[f"{name}.npy"] = array_to_bytes(array)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)  # dated 1980 whenever it is written
    write_atomically(path, content.getvalue())


def read_model_file(path: str | Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The description and arrays that `write_model_file` wrote to `path`.

    Raises MinimtlError if the file cannot be read, one of the `FAULTS` if it is damaged or was
    never written by `write_model_file`.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise MinimtlError(f"Cannot read the model {path}: {error.strerror}.") from None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_members(archive.infolist(), len(content))
        members = {name: archive.read(name) for name in archive.namelist()}

    description = json.loads(members.pop(DESCRIPTION), parse_constant=_refuse_constant)
    if not isinstance(description, dict):
        raise ValueError(f"{DESCRIPTION} holds no object")
    arrays = {name.removesuffix(".npy"): bytes_to_array(npy) for name, npy in members.items()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds NaN or infinity")
    return description, arrays


def _check_members(members: list[zipfile.ZipInfo], n_bytes: int) -> None:
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise ValueError("two of its members have the same name")
    for member in members:
        if member.filename != DESCRIPTION and not ARRAY_NAME.fullmatch(member.filename):
            raise ValueError(f"it has a member {member.filename[:60]!r}, which no model has")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{member.filename} is compressed, which no model's is")
    # Members that share their bytes would add up to more than the file.
    if sum(member.file_size for member in members) > n_bytes:
        raise ValueError("its members add up to more than the file")


def array_to_bytes(array: np.ndarray) -> bytes:
    """An array of numbers in NumPy's ``.npy`` format; equal arrays give equal bytes."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.ascontiguousarray(array), (1, 0), allow_pickle=False)
    return file.getvalue()


def bytes_to_array(npy: bytes) -> np.ndarray:
    """The array of integers or floats in `npy`, in the machine's byte order.

    `numpy.load` would first allocate whatever the header asks for.

    Raises
    ------
    ValueError
        If the header is none, or does not fit the bytes that follow.
    """
    file = io.BytesIO(npy)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("another version of the .npy format")
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    except Exception as error:  # a hostile header raises a dozen kinds
        raise ValueError(f"an array cannot be read: {error}") from None
    if dtype.kind not in "iuf":
        raise ValueError(f"an array is of {dtype}, not of numbers")
    if by_columns:
        raise ValueError("an array is stored by columns")
    data = npy[file.tell() :]
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"an array of shape {shape} cannot have {len(data)} bytes")
    array = np.frombuffer(data, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="))  # a copy, as the bytes are not to be written to


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{DESCRIPTION} holds {name}")


def value_to_plain(name: str, value: Any) -> Any:
    """The parameter `name` as a JSON value; ValueError for a function, a generator and the like."""
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    elif isinstance(value, np.generic | np.ndarray):
        value = value.tolist()

    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return {"datetime" if isinstance(value, datetime) else "date": value.isoformat()}
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.number)):
        return {"dtype": np.dtype(value).name}
    if isinstance(value, list):
        return [value_to_plain(name, item) for item in value]
    if isinstance(value, dict):
        return {"dict": value_to_plain(name, [list(pair) for pair in value.items()])}
    for tag, kind in COLLECTIONS.items():
        if type(value) is kind:
            return {tag: value_to_plain(name, list(value) if kind is tuple else sorted(value))}
    raise ValueError(
        f"{name}={value!r} cannot be saved; set it to a plain value, such as a number or text."
    )


def value_from_plain(value: Any) -> Any:
    """The value of which `value_to_plain` made this; one of the `FAULTS` for others."""
    if isinstance(value, list):
        return [value_from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise ValueError("a parameter is an object of several fields")

    ((tag, inner),) = value.items()
    if tag == "dtype" and inner in NUMBERS:
        return np.dtype(inner).type
    if tag in DATES:
        return DATES[tag].fromisoformat(inner)
    if tag in COLLECTIONS and isinstance(inner, list):
        return COLLECTIONS[tag](value_from_plain(inner))
    if tag == "dict" and isinstance(inner, list):
        return {key: value_from_plain(item) for key, item in inner}
    raise ValueError(f"a parameter is an object of an unknown kind, {tag[:40]!r}")


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
    if kind not in ("str", "object", *NUMBERS) or not isinstance(labels, list):
        raise ValueError("class labels are of an unknown kind")
    expected = bool | int | float if kind in NUMBERS else str
    if not all(isinstance(label, expected) for label in labels):
        raise ValueError(f"class labels are not all {kind}")
    classes = np.array(labels, dtype=kind)
    if len(classes) < 2 or not (classes[:-1] < classes[1:]).all():
        raise ValueError("class labels are fewer than two, or not in order")
    return classes
