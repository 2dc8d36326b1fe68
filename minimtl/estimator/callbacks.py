"""Callbacks by scikit-learn's protocol (`sklearn.callback`, from its version 1.9), without it.

A callback is an object with four methods; they get the estimator that is fitted and a `Context`::

    setup(estimator, context)               once, before fitting begins
    on_fit_task_begin(estimator, context)   before fitting, and before each epoch
    on_fit_task_end(estimator, context)     after each epoch, and after fitting; true after an epoch
                                            ends the training
    teardown(estimator, context)            once, also where fitting failed

The methods in between may have the keyword-only parameters `X`, `y`, `metadata` and
`fitted_estimator` as well; those that a task has no value for are None. A meta-estimator of
scikit-learn hands callbacks with a `max_propagation_depth` down to the estimators in it, sets them
up and tears them down itself.
"""

import inspect
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

Self = TypeVar("Self", bound="CallbackMixin")
METHODS = ("setup", "on_fit_task_begin", "on_fit_task_end", "teardown")
KEYWORDS = {"X", "y", "metadata", "fitted_estimator"}


@dataclass(eq=False)
class Context:
    """The place of a task in the tree of tasks: fitting, and the epochs within it.

    The attributes are those of `sklearn.callback.CallbackContext`.
    """

    estimator_name: str
    task_name: str
    task_id: int
    max_subtasks: int | None
    parent: Any = None
    root_uuid: uuid.UUID = field(default_factory=uuid.uuid4)
    source_estimator_name: str | None = None
    source_task_name: str | None = None
    sequential_subtasks: bool = True
    init_time: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    _children_map: dict[int, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Any]:
        """This task and those below it, a task before its parts."""
        yield self
        for child in self._children_map.values():
            yield from child


class CallbackMixin:
    """An estimator whose `fit` calls callbacks, those of `set_callbacks`."""

    def set_callbacks(self: Self, *callbacks: Any) -> Self:
        """Call these at each `fit` from here on, in place of earlier ones; returns self.

        Clones have them too, where scikit-learn makes them in version 1.9 or later.

        Raises TypeError for an object without the methods of a callback.
        """
        for callback in callbacks:
            has_all = all(callable(getattr(callback, name, None)) for name in METHODS)
            if isinstance(callback, type) or not has_all:
                raise TypeError(
                    f"callbacks must be objects with the methods {METHODS}, got {callback!r}."
                )
        self._skl_callbacks = list(callbacks)  # the name that clone() copies
        return self

    @property
    def callbacks(self) -> list[Any]:
        """Those of `set_callbacks`."""
        return getattr(self, "_skl_callbacks", [])


class FitCalls:
    """The calls of one `fit` of `max_epochs` epochs at most, to the callbacks of its estimator."""

    def __init__(self, estimator: CallbackMixin, max_epochs: int, X: Any, y: Any) -> None:
        self._estimator, self._data = estimator, {"X": X, "y": y}
        self._fitting = Context(type(estimator).__name__, "fit", 0, max_epochs)
        outer = getattr(estimator, "_parent_callback_ctx", None)
        if outer is not None:  # this fitting is a task of a meta-estimator, and takes its place
            self._fitting.parent, self._fitting.task_id = outer.parent, outer.task_id
            self._fitting.root_uuid = outer.root_uuid
            self._fitting.source_estimator_name = outer.estimator_name
            self._fitting.source_task_name = outer.task_name
            outer.parent._children_map[outer.task_id] = self._fitting

    @contextmanager
    def around(self) -> Iterator[None]:
        """Set up, begin and end the task of fitting, and tear down."""
        is_inner = hasattr(self._estimator, "_parent_callback_ctx")
        with ExitStack() as teardowns:
            for callback in self._estimator.callbacks:
                if not (is_inner and hasattr(callback, "max_propagation_depth")):
                    teardowns.callback(callback.teardown, self._estimator, self._fitting)
                    callback.setup(self._estimator, self._fitting)
            self._call("on_fit_task_begin", self._fitting)
            yield
            self._call("on_fit_task_end", self._fitting)

    def begin_epoch(self) -> None:
        """Begin the task of one more epoch."""
        fitting = self._fitting
        number = len(fitting._children_map)
        epoch = Context(fitting.estimator_name, "epoch", number, 0, fitting, fitting.root_uuid)
        fitting._children_map[number] = self._epoch = epoch
        self._call("on_fit_task_begin", epoch)

    def end_epoch(self, make_fitted: Callable[[], Any]) -> bool:
        """End the epoch; true where a callback asks to end the training.

        `make_fitted` makes an estimator as if fitting ended here, for those who ask for it.
        """
        return self._call("on_fit_task_end", self._epoch, make_fitted)

    def _call(self, name: str, context: Context, make_fitted: Any = None) -> bool:
        """Call the method of each callback with what it asks for; true where one answers so."""
        ends = False
        for callback in self._estimator.callbacks:
            method = getattr(callback, name)
            parameters = inspect.signature(method).parameters.values()
            asked = {p.name for p in parameters if p.kind == p.KEYWORD_ONLY}
            if asked - KEYWORDS:
                raise TypeError(
                    f"{type(callback).__name__}.{name} has the parameters {sorted(asked)}; "
                    f"it may have {sorted(KEYWORDS)}."
                )
            given = {key: self._data.get(key) for key in asked}
            if make_fitted is not None and "fitted_estimator" in asked:
                given["fitted_estimator"] = make_fitted()
            ends |= bool(method(self._estimator, context, **given))
        return ends
