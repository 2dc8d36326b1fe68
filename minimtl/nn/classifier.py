"""The multi-task multilayer perceptron as an estimator by scikit-learn's conventions.

`minimtl.nn.reference` has the mathematics, `minimtl.nn.training` the schedule.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np

from minimtl.estimator import (
    BaseEstimator,
    CallbackMixin,
    ClassifierMixin,
    FitCalls,
    check_class_weight,
    check_features,
    check_is_fitted,
    check_random_state,
    check_y,
    record_features,
)
from minimtl.nn.adam import Adam
from minimtl.nn.arrays import FloatArray
from minimtl.nn.backend import BACKENDS
from minimtl.nn.network import Shape, copy_hidden, initialize
from minimtl.nn.reference import logits_of, softmax
from minimtl.nn.stopping import Stopping, hold_out
from minimtl.nn.tasks import (
    as_list,
    is_joint,
    read_documents,
    split_class_weight,
    task_data,
    task_names,
    weights_of_tasks,
    without_names,
)
from minimtl.nn.training import AfterEpoch, History, Schedule, TaskData, Training


class MultiTaskMLPClassifier(CallbackMixin, ClassifierMixin, BaseEstimator):
    """Perceptron whose hidden layers are shared by one task or more, with a softmax head for each.

    ``fit(X, y)`` learns one task; ``fit([X1, X2, …], [y1, y2, …])`` learns several jointly, and so
    does ``fit({"name": X1, …}, {"name": y1, …})``, after which `predict` takes their names. Each
    step takes `batch_size` documents of every task and descends the weighted sum of their mean
    cross-entropies by Adam. An epoch is one pass over the documents of the first task.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int, default=(100, 100)
        Units of each hidden layer; an int is one layer.
    activation : {"sigmoid", "tanh", "relu"}, default="sigmoid"
        Of all hidden units.
    dropout : float, default=0.5
        Share of hidden units left out of a step, in [0, 1).
    n_epochs : int, default=100
        Epochs of `fit`, at most where it stops early.
    batch_size : int, default=32
        Documents of each task per step.
    learning_rate, beta1, beta2, eps : float, default=1e-3, 0.9, 0.999 and 1e-8
        Of Adam, see `minimtl.nn.adam`.
    task_weights : sequence of float, optional
        Weight of each task's loss; 1 each by default.
    class_weight : dict of float by label, "balanced" or None, or a dict or sequence of such
        Multiplies the loss of each document by the weight of its class: 1 for a label that a dict
        lacks, and for every one by default. "balanced" gives the classes of a task the same total,
        n_samples / (n_classes · n_samples of the class) each. A step divides the weighted losses
        by the number of its documents, not by the sum of their weights. Of several tasks,
        "balanced" holds for each; else they have a dict by their names, or a sequence with one
        item for each. Not for accuracies, those of `early_stopping` included.
    early_stopping : bool, default=False
        Whether `fit` holds out documents of each task, and ends when the mean accuracy on them has
        not risen by `tol` for more than `n_iter_no_change` epochs. It then has the weights of the
        best epoch; `partial_fit` goes on from these with Adam begun anew.
    validation_fraction : float, default=0.1
        Share of each class that is held out, in (0, 1).
    n_iter_no_change : int, default=10
    tol : float, default=1e-4
    verbose : bool, default=False
        Whether `fit` prints a line after each epoch.
    backend : {"numba", "numpy"}, optional
        Compiled kernels in float32, or their NumPy twin in float64. By default Numba where it is
        installed.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Seeds the initial weights, the order of documents and dropout. An int gives the same model
        at every `fit`, None another one each time.

    Attributes
    ----------
    classes_ : array (n_classes,), or list of one such array a task
        The sorted labels; a list where `fit` was given a list.
    n_tasks_ : int
    tasks_ : list
        The names of the tasks where `fit` was given dicts, else 0 … n_tasks_ - 1.
    coefs_ : list of float32 arrays (n_in, n_out)
        Weights of the hidden layers, then of each task's head.
    intercepts_ : list of float32 arrays (n_out,)
        Biases in the same order.
    loss_curve_ : float64, shape (n_tasks, n_epochs)
        Mean training loss of each epoch, in nats, with dropout on, at the weights of each step.
    loss_ : float
        The last epoch's training loss, the sum over tasks by `task_weights`.
    n_iter_ : int
        Epochs trained, those of `partial_fit` included.
    validation_scores_ : float64, shape (n_tasks, n_epochs)
        Accuracy on the documents held out after each epoch of `fit`, with `early_stopping`.
    best_validation_score_ : float
        The highest mean over tasks of these.
    n_features_in_ : int
    feature_names_in_ : array of str, shape (n_features,)
        Where the documents came as data frames with such column names.

    Notes
    -----
    Words that no training document had keep their random initial weights.

    `set_callbacks` takes callbacks by scikit-learn's protocol, its `ProgressBar` for one; `fit` and
    `fine_tune` call them at each epoch. `minimtl.estimator.callbacks` has the protocol.

    `fit` takes no `sample_weight`: steps are made on batches of documents, so a document of weight
    2 would not equal two documents, nor one of weight 0 a document left out.

    Examples
    --------
    >>> X = [[0.0, 1.0], [1.0, 0.0]] * 20
    >>> y = ["spam", "ham"] * 20
    >>> MultiTaskMLPClassifier((8,), learning_rate=0.1, random_state=0).fit(X, y).score(X, y)
    1.0
    """

    n_features_in_: int
    tasks_: list[Any]
    _training: Training

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (100, 100),
        activation: str = "sigmoid",
        dropout: float = 0.5,
        n_epochs: int = 100,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        task_weights: Sequence[float] | None = None,
        class_weight: Any = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        verbose: bool = False,
        backend: str | None = None,
        random_state: int | np.random.Generator | np.random.RandomState | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.task_weights = task_weights
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.verbose = verbose
        self.backend = backend
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "MultiTaskMLPClassifier":
        """Train anew for `n_epochs` on one task, or on several jointly; returns self.

        Parameters
        ----------
        X : array-like or sparse matrix (n_samples, n_features), or a list or dict of such
            A list is taken for several tasks if every item is an array, data frame or sparse
            matrix of two dimensions; nested lists of numbers are one task. A dict has the tasks
            by name, in the order of `X`.
        y : array-like (n_samples,), or a list or dict of such
            Class labels, numbers or text.

        Raises
        ------
        ValueError
            For parameters out of range, a task with fewer than two classes, input that is not
            finite or does not fit together, or weights that diverged.
        """
        self._check_params()
        return self._fit(X, y, None)

    def fine_tune(
        self, X: Any, y: Any, pretrained: "MultiTaskMLPClassifier"
    ) -> "MultiTaskMLPClassifier":
        """Train as `fit` does, from the hidden layers of `pretrained`; returns self.

        Output layers and Adam's moments begin anew, so that classes and tasks may be others.

        Parameters
        ----------
        X, y
            As for `fit`, with as many features as `pretrained` has.
        pretrained : MultiTaskMLPClassifier
            Fitted, with the same `hidden_layer_sizes`; it stays as it is.

        Raises
        ------
        NotFittedError
            If `pretrained` was not fitted.
        ValueError
            As `fit` does, and for hidden layers or features of other sizes.
        """
        check_is_fitted(pretrained)
        self._check_params()
        return self._fit(X, y, pretrained)

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> "MultiTaskMLPClassifier":
        """Make one epoch on `X`, from where the last `fit` or `partial_fit` ended; returns self.

        Adam goes on with its moments: n calls with the same single task, or tasks of equal size,
        are `fit` with ``n_epochs=n``, bit for bit. Copying, pickling or saving the estimator
        between calls rounds what comes after differently, for it and its copy alike. A call that
        fails leaves the estimator as it was.

        Parameters
        ----------
        X, y
            As for `fit`, with the tasks and features of the first call.
        classes : array-like (n_classes,), or a list of such
            All labels that will ever come; needed at the first call, and the same later if given.

        Raises
        ------
        ValueError
            As `fit` does, for a label not among the classes, and for no classes at first.
        """
        self._check_params()
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True.")
        if "balanced" in weights_of_tasks(self.class_weight):
            raise ValueError(
                'partial_fit does not support class_weight="balanced", as it sees part of the '
                "documents only; give a dict of weights."
            )
        names = task_names(X)
        X, y, classes = (
            without_names(name, values, getattr(self, "tasks_", names) or ())
            for name, values in (("X", X), ("y", y), ("classes", classes))
        )
        documents, labels = self._read(X, y)
        started = hasattr(self, "_training")
        if not started and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        if classes is not None:
            given = as_list("classes", classes, len(X)) if is_joint(X) else [classes]
            given = [np.unique(classes_t) for classes_t in given]
            if not started:
                return self._begin_anew(X, documents, labels, given, names, n_epochs=1)
            if not _equal(given, self._classes()):
                raise ValueError("classes is not the same as on the last call to partial_fit.")
        self._check_same_tasks(X, documents)
        return self._train(documents, labels, 1)

    def predict_proba(self, X: Any, task: int | str = 0) -> FloatArray:
        """Probabilities (n_samples, n_classes) of a task's classes, in the order of `classes_`.

        `task` is its name, or counts from 0. Raises ValueError for a task that was not trained,
        and as `fit` does.
        """
        return softmax(self._logits(X, task))

    def decision_function(self, X: Any, task: int | str = 0) -> FloatArray:
        """Of two classes the log-odds of the second, (n_samples,), else the logits of each.

        Their softmax, (n_samples, n_classes) both, is `predict_proba`.
        """
        logits = self._logits(X, task)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict_log_proba(self, X: Any, task: int | str = 0) -> FloatArray:
        """Logarithms of `predict_proba`; −∞ where a probability rounds to 0."""
        with np.errstate(divide="ignore"):
            logarithms: FloatArray = np.log(self.predict_proba(X, task))
        return logarithms

    def predict(self, X: Any, task: int | str = 0) -> np.ndarray:
        """The most probable class of each document, (n_samples,); as `predict_proba`."""
        best = self.predict_proba(X, task).argmax(axis=1)
        chosen: np.ndarray = self._classes()[self._number(task)][best]
        return chosen

    def score(self, X: Any, y: Any, sample_weight: Any = None, task: int | str = 0) -> float:
        """Accuracy at a task, the mean over documents weighted by `sample_weight`."""
        correct = self.predict(X, task) == np.asarray(y)
        return float(np.average(correct, weights=sample_weight))

    @property
    def coefs_(self) -> list[FloatArray]:
        """Weights of the hidden layers, then of each task's head."""
        network = self._training.network()
        return [*network.weights, *network.head_weights]

    @property
    def intercepts_(self) -> list[FloatArray]:
        """Biases of the hidden layers, then of each task's head."""
        network = self._training.network()
        return [*network.biases, *network.head_biases]

    @property
    def loss_(self) -> float:
        """The last epoch's training loss, the sum over tasks by `task_weights` as they are now."""
        losses = self.loss_curve_[:, -1]
        weights = np.ones(len(losses)) if self.task_weights is None else self.task_weights
        return float(losses @ np.asarray(weights, np.float64))

    def _logits(self, X: Any, task: int | str) -> FloatArray:
        """What the head of a task gives for documents, (n_samples, n_classes)."""
        check_is_fitted(self)
        documents = read_documents(X, self)
        check_features(self, X, documents.shape[1])
        return logits_of(self._training.network(), documents, self._number(task))

    def _number(self, task: int | str) -> int:
        """The place of a task, given by name or place."""
        if task in self.tasks_:
            return self.tasks_.index(task)
        if isinstance(task, Integral) and 0 <= task < self.n_tasks_:
            return int(task)
        names = "" if isinstance(self.tasks_[0], int) else f", or one of {self.tasks_}"
        raise ValueError(f"task must be in 0 … {self.n_tasks_ - 1}{names}, got {task!r}.")

    def _read(self, X: Any, y: Any) -> tuple[list[Any], list[np.ndarray]]:
        """Documents and labels of each task."""
        Xs, ys = (X, as_list("y", y, len(X))) if is_joint(X) else ([X], [y])
        documents = [read_documents(X_t, self) for X_t in Xs]
        labels = [check_y(y_t, X_t, self) for y_t, X_t in zip(ys, documents, strict=True)]
        return documents, labels

    def _fit(
        self, X: Any, y: Any, pretrained: "MultiTaskMLPClassifier | None"
    ) -> "MultiTaskMLPClassifier":
        """What `fit` and `fine_tune` share, once the parameters are checked."""
        calls = FitCalls(self, self.n_epochs, X, y)
        with calls.around():
            names = task_names(X)
            X = without_names("X", X, names or ())
            y = without_names("y", y, names or ())
            documents, labels = self._read(X, y)
            classes = [np.unique(labels_t) for labels_t in labels]
            self._begin_anew(X, documents, labels, classes, names, None, pretrained, calls)
        return self

    def _begin_anew(
        self,
        X: Any,
        documents: list[Any],
        labels: list[np.ndarray],
        classes: list[np.ndarray],
        names: list[Any] | None,
        n_epochs: int | None = None,
        pretrained: "MultiTaskMLPClassifier | None" = None,
        calls: FitCalls | None = None,
    ) -> "MultiTaskMLPClassifier":
        """Train a new network; if that fails, what was learnt before is still there."""
        new = type(self)(**self.get_params())
        new._begin(X, documents, classes, pretrained)
        new.tasks_ = list(range(len(classes))) if names is None else names
        new._train(documents, labels, n_epochs, calls if self.callbacks else None)
        for name in [name for name in vars(self) if name.endswith("_") and not hasattr(new, name)]:
            delattr(self, name)
        vars(self).update(vars(new))
        return self

    def _begin(
        self,
        X: Any,
        documents: list[Any],
        classes: list[np.ndarray],
        pretrained: "MultiTaskMLPClassifier | None",
    ) -> None:
        """Draw a new network, and drop all that was learnt before but hidden layers given."""
        for classes_t in classes:
            if len(classes_t) < 2:
                raise ValueError(
                    f"{type(self).__name__} needs samples of at least two classes in each task; "
                    f"got {len(classes_t)} class."
                )
        n_features = documents[0].shape[1]
        n_classes = tuple(len(classes_t) for classes_t in classes)
        shape = Shape(n_features, self._widths(), n_classes, self.activation)
        self._rng = check_random_state(self.random_state)
        network = initialize(shape, self._rng)
        if pretrained is not None:
            copy_hidden(pretrained._training.network(), network)
        self._training = Training(network)
        record_features(self, X[0] if is_joint(X) else X, n_features)
        self.n_tasks_ = len(classes)
        self.classes_ = classes if is_joint(X) else classes[0]
        self.loss_curve_ = np.empty((len(classes), 0))
        self._check_same_tasks(X, documents)

    def _check_same_tasks(self, X: Any, documents: list[Any]) -> None:
        """ValueError unless `X` has the tasks and features that training began with."""
        if is_joint(X) != isinstance(self.classes_, list) or len(documents) != self.n_tasks_:
            raise ValueError(
                f"{type(self).__name__} was fitted to {self.n_tasks_} task(s), and X now has "
                "another number of them, or is a list where it was none before."
            )
        for X_t, documents_t in zip(X if is_joint(X) else [X], documents, strict=True):
            check_features(self, X_t, documents_t.shape[1])

    def _check_params(self) -> None:
        """Raise ValueError for parameters out of range, TypeError for those of another type."""
        for name in ("n_epochs", "batch_size", "n_iter_no_change"):
            value = getattr(self, name)
            if not isinstance(value, Integral):
                raise TypeError(f"{name} must be whole, got {value!r}.")
        if not all(isinstance(width, Integral) for width in self._widths()):
            raise TypeError(f"hidden_layer_sizes must be whole, got {self.hidden_layer_sizes!r}.")
        Shape(1, self._widths(), (2,), self.activation)
        if not 0 < self.validation_fraction < 1:
            raise ValueError(
                f"validation_fraction must lie in (0, 1), got {self.validation_fraction!r}."
            )
        if self.n_iter_no_change < 1 or not self.tol >= 0:
            raise ValueError(
                "n_iter_no_change must be at least 1 and tol not negative, "
                f"got {self.n_iter_no_change!r} and {self.tol!r}."
            )
        for class_weight in weights_of_tasks(self.class_weight):
            check_class_weight(class_weight)
        self._schedule()
        self._adam()
        if self.backend not in (None, *BACKENDS):
            raise ValueError(f"backend must be one of {BACKENDS}, got {self.backend!r}")
        seed = self.random_state
        if isinstance(seed, np.random.Generator | np.random.RandomState) or seed is None:
            return
        if not (isinstance(seed, Integral) and seed >= 0):
            check_random_state(seed)  # raises; for a good seed it would make a generator

    def _widths(self) -> tuple[int, ...]:
        """The units of each hidden layer."""
        sizes = self.hidden_layer_sizes
        return tuple(sizes) if isinstance(sizes, Sequence | np.ndarray) else (sizes,)

    def _schedule(self) -> Schedule:
        weights = None if self.task_weights is None else tuple(map(float, self.task_weights))
        return Schedule(self.n_epochs, self.batch_size, self.dropout, weights)

    def _adam(self) -> Adam:
        return Adam(self.learning_rate, self.beta1, self.beta2, self.eps)

    def _train(
        self,
        documents: list[Any],
        labels: list[np.ndarray],
        n_epochs: int | None,
        calls: FitCalls | None = None,
    ) -> "MultiTaskMLPClassifier":
        """Make some epochs, or without `n_epochs` those of `fit`, which may stop early."""
        tasks = [
            task_data(X, y, classes, class_weight)
            for X, y, classes, class_weight in zip(
                documents, labels, self._classes(), self._class_weights(), strict=True
            )
        ]
        stops = self.early_stopping and n_epochs is None
        if stops:
            tasks = [self._with_validation(task) for task in tasks]
        held_out = [task.y_test for task in tasks if task.y_test is not None]
        watch = Stopping(
            self._training, held_out, self.tol, self.n_iter_no_change, bool(self.verbose)
        )
        # No batch is larger than the first task; memory for more would be wasted.
        schedule = replace(
            self._schedule(),
            n_epochs=n_epochs or self.n_epochs,
            batch_size=min(self.batch_size, tasks[0].X.shape[0]),
        )
        after_epoch: AfterEpoch | None = watch if stops or self.verbose else None
        if calls is not None:
            calls.begin_epoch()
            after_epoch = self._calling(calls, after_epoch, schedule.n_epochs)
        history = self._training.run_or_undo(
            tasks,
            schedule,
            self._adam(),
            self._rng,
            self.backend,
            after_epoch,
        )
        self.loss_curve_ = np.hstack([self.loss_curve_, history.losses])
        self.n_iter_ = self.loss_curve_.shape[1]
        if stops and watch.best_network is not None:
            self._training = Training(watch.best_network)
            self.validation_scores_ = watch.scores
            self.best_validation_score_ = watch.best
        return self

    def _calling(self, calls: FitCalls, then: AfterEpoch | None, n_epochs: int) -> AfterEpoch:
        """What calls the callbacks after each epoch, and then does `then`."""

        def after_epoch(history: History) -> bool:
            ends = calls.end_epoch(lambda: self._as_fitted(history))
            if then is not None:
                ends |= then(history)
            if not ends and history.losses.shape[1] < n_epochs:
                calls.begin_epoch()
            return ends

        return after_epoch

    def _as_fitted(self, history: History) -> "MultiTaskMLPClassifier":
        """A copy, as if training had ended with `history`."""
        fitted = type(self)(**self.get_params())
        own = {name: value for name, value in vars(self).items() if name.endswith("_")}
        vars(fitted).update(own)
        # A copy of the training would end its pending moves, and round what comes after otherwise.
        fitted._training = Training(copy.deepcopy(self._training.network()))
        fitted._rng = copy.deepcopy(self._rng)
        fitted.loss_curve_ = history.losses.copy()
        fitted.n_iter_ = history.losses.shape[1]
        return fitted

    def _with_validation(self, task: TaskData) -> TaskData:
        """`task` with part of its documents held out of training."""
        train, validation = hold_out(task.y, self.validation_fraction, self._rng)
        return TaskData(
            task.X[train],
            task.y[train],
            task.X[validation],
            task.y[validation],
            task.class_weights,
        )

    def _class_weights(self) -> list[Any]:
        """The `class_weight` of each task."""
        if isinstance(self.classes_, list):
            return split_class_weight(self.class_weight, self.tasks_)
        return [self.class_weight]

    def _classes(self) -> list[np.ndarray]:
        """The labels of each task."""
        return self.classes_ if isinstance(self.classes_, list) else [self.classes_]

    def __getstate__(self) -> dict[str, Any]:
        # Copies train by themselves, shallow ones too.
        state = vars(self).copy()
        for name in state.keys() & {"_training", "_rng"}:
            state[name] = copy.deepcopy(state[name])
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _equal(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return len(some) == len(others) and all(map(np.array_equal, some, others))
