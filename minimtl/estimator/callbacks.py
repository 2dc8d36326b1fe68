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
HOOKS = ("setup", "on_fit_task_begin", "on_fit_task_end", "teardown")
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
            lacking = [name for name in HOOKS if not callable(getattr(callback, name, None))]
            if lacking or isinstance(callback, type):
                raise TypeError(
                    f"callbacks must be objects with the methods {HOOKS}, got {callback!r}."
                )
        self._skl_callbacks = list(callbacks)  # the name that clone() copies
        return self

    @property
    def callbacks(self) -> list[Any]:
        """Those of `set_callbacks`."""
        return getattr(self, "_skl_callbacks", [])


class FitCalls:
    """The calls of one `fit`; what is not a parameter is as the module says."""

    def __init__(self, estimator: CallbackMixin, max_epochs: int, X: Any, y: Any) -> None:
        self._estimator, self._data = estimator, {"X": X, "y": y}
        self._root = Context(type(estimator).__name__, "fit", 0, max_epochs)
        outer = getattr(estimator, "_parent_callback_ctx", None)
        if outer is not None:  # this fitting is a task of a meta-estimator, and takes its place
            self._root.parent, self._root.task_id = outer.parent, outer.task_id
            self._root.root_uuid = outer.root_uuid
            self._root.source_estimator_name = outer.estimator_name
            self._root.source_task_name = outer.task_name
            outer.parent._children_map[outer.task_id] = self._root
        self._epoch: Context | None = None

    @contextmanager
    def around(self) -> Iterator[None]:
        """Set up, begin and end the task of fitting, and tear down."""
        with ExitStack() as teardowns:
            handed_down = hasattr(self._estimator, "_parent_callback_ctx")
            for callback in self._estimator.callbacks:
                if not (handed_down and hasattr(callback, "max_propagation_depth")):
                    teardowns.callback(callback.teardown, self._estimator, self._root)
                    callback.setup(self._estimator, self._root)
            self._call("on_fit_task_begin", self._root)
            yield
            self._call("on_fit_task_end", self._root)

    def begin_epoch(self) -> None:
        """Begin the task of one more epoch."""
        root = self._root
        number = len(root._children_map)
        self._epoch = Context(root.estimator_name, "epoch", number, 0, root, root.root_uuid)
        root._children_map[number] = self._epoch
        self._call("on_fit_task_begin", self._epoch)

    def end_epoch(self, fitted_estimator: Callable[[], Any]) -> bool:
        """End the epoch; true where a callback asks to end the training.

        `fitted_estimator` makes an estimator as if fitting ended here, for those who ask for it.
        """
        return self._call("on_fit_task_end", self._epoch, fitted_estimator=fitted_estimator)

    def _call(self, hook: str, context: Any, **values: Any) -> bool:
        ends = False
        for callback in self._estimator.callbacks:
            method = getattr(callback, hook)
            parameters = inspect.signature(method).parameters.values()
            asked = {p.name for p in parameters if p.kind == p.KEYWORD_ONLY}
            if asked - KEYWORDS:
                raise TypeError(
                    f"{type(callback).__name__}.{hook} has the parameters {sorted(asked)}; "
                    f"it may have {sorted(KEYWORDS)}."
                )
            given = {name: (self._data | values).get(name) for name in asked}
            make = given.get("fitted_estimator")
            if make is not None:
                given["fitted_estimator"] = make()
            ends |= bool(method(self._estimator, context, **given))
        return ends
