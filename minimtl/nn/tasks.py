"""Reads what users pass to the classifier: the documents and labels of one or several tasks.

Several tasks are a dict by their names, or a list or tuple whose items are all arrays, data frames
or sparse matrices of two dimensions. All else is one task, nested lists of numbers included.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from minimtl.estimator import check_X, is_sparse


def is_joint(X: Any) -> bool:
    """Whether `X` holds the documents of several tasks."""
    return (
        isinstance(X, list | tuple)
        and len(X) > 0
        and all(len(getattr(task, "shape", ())) == 2 for task in X)
    )


def task_names(X: Any) -> list[Any] | None:
    """The keys of a dict of tasks, else None; SciPy's DOK matrices are dicts, too."""
    return list(X) if isinstance(X, dict) and not is_sparse(X) else None


def without_names(name: str, values: Any, tasks: Sequence[Any]) -> Any:
    """The items of `values`, a dict by the names `tasks`, in their order; other values as they are.

    Nested lists among the items become arrays. Raises ValueError for a dict of other tasks.
    """
    if task_names(values) is None:
        return values
    if set(values) != set(tasks):
        raise ValueError(
            f"{name} is a dict of the tasks {list(values)}, but the tasks are {list(tasks)}."
        )
    items = [values[task] for task in tasks]
    return [item if hasattr(item, "shape") else np.asarray(item) for item in items]


def read_documents(X: Any, estimator: object) -> Any:
    """`X` of one task, dense or CSR float64 (n_samples, n_features), within float32's range.

    Raises
    ------
    ValueError
        As `check_X` does, and for values beyond the range of float32.
    """
    X = check_X(X, accept_sparse=True, estimator=estimator)
    values = X.data if is_sparse(X) else X
    if np.abs(values).max(initial=0.0) > np.finfo(np.float32).max:
        raise ValueError("Input X contains a value too large for dtype('float32').")
    return X


def as_list(name: str, values: Any, n_tasks: int) -> Sequence[Any]:
    """`values` as one item for each of `n_tasks` jointly trained tasks, else ValueError."""
    if not isinstance(values, list | tuple) or len(values) != n_tasks:
        raise ValueError(
            f"X is a list of {n_tasks} matrices, so {name} must be a list of {n_tasks} arrays, "
            "one for each task."
        )
    return values


def encode_labels(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The index of each label in the sorted `classes`; ValueError for a label not among them."""
    codes = np.searchsorted(classes, y)
    if not np.all(classes[np.minimum(codes, len(classes) - 1)] == y):
        unknown = np.setdiff1d(y, classes)
        if len(unknown):
            raise ValueError(
                f"y holds the label {str(unknown[0])!r}, which is not among the classes."
            )
    return codes
