"""The documents and labels of one or several tasks, as users pass them to the classifier.

Several tasks are a dict by their names, or a list or tuple whose items are all arrays, data frames
or sparse matrices of two dimensions. All else is one task, nested lists of numbers included.
"""

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from minimtl.estimator.validation import (
    check_class_weight,
    check_X,
    check_y,
    class_factors,
    compare_features,
    feature_names,
    is_sparse,
)
from minimtl.nn.training import TaskData


class TaskInputs(NamedTuple):
    """The tasks of one call, as they were passed and as they were read.

    `names` are the keys of a dict, else 0, 1, …, and with `is_joint` there may be several.
    `features` are the names of the features, of a data frame with such columns. `documents` are
    dense or CSR float64 (n_samples, n_features), and `labels` (n_samples,), for each task.
    """

    names: list[Any]
    is_joint: bool
    features: Any
    documents: list[Any]
    labels: list[np.ndarray]

    def split(self, name: str, values: Any) -> Sequence[Any]:
        """`values` as one item for each task, else ValueError."""
        values = _in_order(name, values, self.names)
        return _as_list(name, values, len(self.names)) if self.is_joint else [values]

    def split_class_weight(self, class_weight: Any) -> list[Any]:
        """The `class_weight` of each task.

        Raises ValueError for a dict or sequence of other tasks; a dict may lack some.
        """
        if not self.is_joint:
            return [class_weight]
        if class_weight is None or isinstance(class_weight, str):
            return [class_weight] * len(self.names)
        if not isinstance(class_weight, Mapping):
            return list(_as_list("class_weight", class_weight, len(self.names)))

        of_labels = any(isinstance(weight, Real) for weight in class_weight.values())
        if of_labels or not set(class_weight) <= set(self.names):
            raise ValueError(
                f"With the tasks {self.names}, class_weight must be a dict of weights by task, "
                f"such as {{{self.names[0]!r}: 'balanced'}}; got {class_weight!r}."
            )
        return [class_weight.get(task) for task in self.names]

    def encode(self, classes: Sequence[np.ndarray], class_weights: Sequence[Any]) -> list[TaskData]:
        """The tasks as they are trained, of these classes and what `split_class_weight` gave."""
        of_tasks = zip(self.documents, self.labels, classes, class_weights, strict=True)
        return [task_data(*task) for task in of_tasks]


def read_tasks(X: Any, y: Any, estimator: Any, has_begun: bool = False) -> TaskInputs:
    """Read the arguments `X` and `y` of `estimator`, whose training goes on if it has begun.

    Raises ValueError as `read_documents` and `check_y` do, for documents and labels of different
    tasks, and for documents with other features than the first ones or those of before.
    """
    names = list(estimator.tasks_ if has_begun else X if _are_named(X) else ())
    X, y = _in_order("X", X, names), _in_order("y", y, names)
    joint = is_joint(X)
    given, labels = (X, _as_list("y", y, len(X))) if joint else ([X], [y])

    names = names or list(range(len(given)))
    tasks = TaskInputs(names, joint, feature_names(given[0]), [], [])
    for given_t, labels_t in zip(given, labels, strict=True):
        tasks.documents.append(read_documents(given_t, estimator))
        tasks.labels.append(check_y(labels_t, tasks.documents[-1], estimator))

    features, n_features = tasks.features, tasks.documents[0].shape[1]
    if has_begun:
        features = getattr(estimator, "feature_names_in_", None)
        n_features = estimator.n_features_in_
    for given_t, documents in zip(given, tasks.documents, strict=True):
        name = type(estimator).__name__
        compare_features(name, features, n_features, given_t, documents.shape[1])
    return tasks


def is_joint(X: Any) -> bool:
    """True if `X` holds the documents of several tasks."""
    return (
        isinstance(X, list | tuple)
        and len(X) > 0
        and all(len(getattr(task, "shape", ())) == 2 for task in X)
    )


def _are_named(values: Any) -> bool:
    """True if `values` are a dict of tasks; SciPy's DOK matrices are dicts, too."""
    return isinstance(values, dict) and not is_sparse(values)


def _in_order(name: str, values: Any, tasks: Sequence[Any]) -> Any:
    """The items of `values`, a dict by the names `tasks`, in their order; other values as they are.

    Nested lists among the items become arrays. Raises ValueError for a dict of other tasks.
    """
    if not _are_named(values):
        return values
    if set(values) != set(tasks):
        raise ValueError(
            f"{name} is a dict of the tasks {list(values)}, but the tasks are {list(tasks)}."
        )
    items = [values[task] for task in tasks]
    return [item if hasattr(item, "shape") else np.asarray(item) for item in items]


def _as_list(name: str, values: Any, n_tasks: int) -> Sequence[Any]:
    """`values` as one item for each of `n_tasks` jointly trained tasks, else ValueError."""
    if not isinstance(values, list | tuple) or len(values) != n_tasks:
        raise ValueError(
            f"X is a list of {n_tasks} matrices, so {name} must be a list of {n_tasks}, one for "
            "each task."
        )
    return values


def read_documents(X: Any, estimator: object) -> Any:
    """`X` of one task, dense or CSR float64 (n_samples, n_features).

    Raises ValueError as `check_X` does, and for values beyond the range of float32.
    """
    X = check_X(X, accept_sparse=True, estimator=estimator)
    values = X.data if is_sparse(X) else X
    if np.abs(values).max(initial=0.0) > np.finfo(np.float32).max:
        raise ValueError("Input X contains a value too large for dtype('float32').")
    return X


def task_data(X: Any, y: np.ndarray, classes: np.ndarray, class_weight: Any) -> TaskData:
    """One task as it is trained: CSR, labels as places in `classes`, weights of these if any."""
    labels = encode_labels(y, classes)
    factors = None
    if class_weight is not None:
        check_class_weight(class_weight)
        factors = class_factors(class_weight, classes, labels, np.ones(len(labels)))
    return TaskData(X if is_sparse(X) else sparse.csr_matrix(X), labels, class_weights=factors)


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
