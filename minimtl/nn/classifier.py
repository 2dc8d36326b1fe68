"""The multi-task multilayer perceptron as an estimator by scikit-learn's conventions.

`minimtl.nn.reference` has the mathematics, `minimtl.nn.training` the schedule.
"""

import copy
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from numbers import Integral
from threading import RLock
from typing import Any

import numpy as np

from minimtl.estimator.base import BaseEstimator, ClassifierMixin, check_is_fitted
from minimtl.estimator.callbacks import CallbackMixin, FitCalls
from minimtl.estimator.validation import check_features, check_random_state, check_real, check_whole
from minimtl.nn.adam import Adam, Schedule
from minimtl.nn.backend import BACKENDS
from minimtl.nn.network import FloatArray, Network, Shape, check_layers, copy_hidden, initialize
from minimtl.nn.reference import logits_of, softmax
from minimtl.nn.tasks import TaskInputs, read_documents, read_tasks
from minimtl.nn.training import History, Learner, Stopping, hold_out


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

    # Who reads or changes what was learnt holds it. It is no attribute like others: copies and
    # pickles get one of their own.
    __slots__ = ("_lock",)
    _lock: Any

    n_features_in_: int
    n_tasks_: int
    tasks_: list[Any]
    classes_: Any
    loss_curve_: FloatArray
    validation_scores_: FloatArray
    best_validation_score_: float
    _learner: Learner
    _rng: np.random.Generator

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
        self._lock = RLock()

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
        with pretrained._lock:
            network = pretrained._learner.network()
        return self._fit(X, y, network)

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
        schedule = replace(self._check_params(), n_epochs=1)
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True.")

        with self._lock:
            has_begun = hasattr(self, "_learner")
            tasks = read_tasks(X, y, self, has_begun)
            class_weights = tasks.split_class_weight(self.class_weight)
            if any(isinstance(of_task, str) for of_task in class_weights):
                raise ValueError(
                    'partial_fit does not support class_weight="balanced", as it sees part of the '
                    "documents only; give a dict of weights."
                )
            if classes is not None:
                classes = [np.unique(of_task) for of_task in tasks.split("classes", classes)]
            if has_begun:
                self._check_same(tasks, classes)
                learner, rng, classes = self._learner, self._rng, self._classes()
            elif classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            else:
                learner, rng = self._begin(tasks, classes, None)
            data = tasks.encode(classes, class_weights)
            losses = learner.run(data, schedule, rng, self.backend).losses

            if has_begun:
                self.loss_curve_ = np.hstack([self.loss_curve_, losses])
                self.n_iter_ = self.loss_curve_.shape[1]
            else:
                self._store(
                    tasks.names, tasks.is_joint, classes, learner, rng, losses, None, tasks.features
                )
        return self

    def predict_proba(self, X: Any, task: int | str = 0) -> FloatArray:
        """Probabilities (n_samples, n_classes) of a task's classes, in the order of `classes_`.

        `task` is its name, or counts from 0. Raises ValueError for a task that was not trained,
        and as `fit` does.
        """
        return softmax(self._logits(X, task)[0])

    def decision_function(self, X: Any, task: int | str = 0) -> FloatArray:
        """The log-odds of the second of two classes, (n_samples,), else the logits of each.

        Their softmax, (n_samples, n_classes) both, is `predict_proba`.
        """
        logits, _ = self._logits(X, task)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict_log_proba(self, X: Any, task: int | str = 0) -> FloatArray:
        """Logarithms of `predict_proba`; −∞ where a probability rounds to 0."""
        with np.errstate(divide="ignore"):
            logarithms: FloatArray = np.log(self.predict_proba(X, task))
        return logarithms

    def predict(self, X: Any, task: int | str = 0) -> np.ndarray:
        """The most probable class of each document, (n_samples,); as `predict_proba`."""
        logits, classes = self._logits(X, task)
        chosen: np.ndarray = classes[softmax(logits).argmax(axis=1)]
        return chosen

    def score(self, X: Any, y: Any, sample_weight: Any = None, task: int | str = 0) -> float:
        """Accuracy at a task, the mean over documents weighted by `sample_weight`."""
        correct = self.predict(X, task) == np.asarray(y)
        return float(np.average(correct, weights=sample_weight))

    @property
    def coefs_(self) -> list[FloatArray]:
        """Weights of the hidden layers, then of each task's head."""
        network = self._network()
        return [*network.weights, *network.head_weights]

    @property
    def intercepts_(self) -> list[FloatArray]:
        """Biases of the hidden layers, then of each task's head."""
        network = self._network()
        return [*network.biases, *network.head_biases]

    @property
    def loss_(self) -> float:
        """The last epoch's training loss, the sum over tasks by `task_weights` as they are now."""
        weights = self._check_params().weights(self.n_tasks_)
        return float((self.loss_curve_[:, -1] * weights).sum())

    def _network(self) -> Network:
        """The network as it is now; training on leaves it as it is."""
        with self._lock:
            return self._learner.network()

    def _logits(self, X: Any, task: int | str) -> tuple[FloatArray, np.ndarray]:
        """The logits of a task's head for documents, (n_samples, n_classes), and its classes."""
        check_is_fitted(self)
        documents = read_documents(X, self)
        with self._lock:
            check_features(self, X, documents.shape[1])
            network, number = self._network(), self._number(task)
            classes = self._classes()[number]
        return logits_of(network, documents, number), classes

    def _number(self, task: int | str) -> int:
        """The place of a task, given by name or place."""
        if task in self.tasks_:
            return self.tasks_.index(task)
        if isinstance(task, Integral) and 0 <= task < self.n_tasks_:
            return int(task)
        names = "" if isinstance(self.tasks_[0], int) else f", or one of {self.tasks_}"
        raise ValueError(f"task must be in 0 … {self.n_tasks_ - 1}{names}, got {task!r}.")

    def _fit(self, X: Any, y: Any, pretrained: Network | None) -> "MultiTaskMLPClassifier":
        """Train a new network, from its initial weights or the hidden layers of `pretrained`.

        What was learnt before is replaced at the end, and stays if anything fails.
        """
        schedule = self._check_params()
        calls = FitCalls(self, schedule.n_epochs, X, y) if self.callbacks else None

        with nullcontext() if calls is None else calls.around():
            tasks = read_tasks(X, y, self)
            classes = list(map(np.unique, tasks.labels))
            learner, rng = self._begin(tasks, classes, pretrained)
            data = tasks.encode(classes, tasks.split_class_weight(self.class_weight))

            stopping = scores = None
            if self.early_stopping:
                data = [hold_out(task, self.validation_fraction, rng) for task in data]
                stopping = Stopping(learner, data, self.tol, int(self.n_iter_no_change))

            def fitted(losses: FloatArray) -> MultiTaskMLPClassifier:
                """This estimator as if fitting ended here."""
                ended = type(self)(**self.get_params())
                # A copy of the learner would end its pending moves, and round what comes after.
                here, state = Learner(learner.network()), copy.deepcopy(rng)
                ended._store(
                    tasks.names, tasks.is_joint, classes, here, state, losses, None, tasks.features
                )
                return ended

            def ends(history: History) -> bool:
                """Tell of the last epoch; whether training should end with it."""
                is_last = history.losses.shape[1] == schedule.n_epochs
                if stopping is not None:
                    is_last |= stopping.ends(history)
                if self.verbose:
                    print(_line(history, stopping))
                if calls is not None:
                    is_last |= calls.end_epoch(lambda: fitted(history.losses.copy()))
                    if not is_last:
                        calls.begin_epoch()
                return is_last

            is_watched = self.verbose or stopping is not None or calls is not None
            if calls is not None:
                calls.begin_epoch()
            history = learner.run(data, schedule, rng, self.backend, ends if is_watched else None)

            if stopping is not None:
                learner, scores = Learner(stopping.best_network), np.array(stopping.scores).T
            losses = history.losses
            self._store(
                tasks.names, tasks.is_joint, classes, learner, rng, losses, scores, tasks.features
            )
        return self

    def _begin(
        self, tasks: TaskInputs, classes: Sequence[np.ndarray], pretrained: Network | None
    ) -> tuple[Learner, np.random.Generator]:
        """A new network, and what draws its weights and then the order of documents."""
        for of_task in classes:
            if len(of_task) < 2:
                raise ValueError(
                    f"{type(self).__name__} needs samples of at least two classes in each task; "
                    f"got {len(of_task)} class."
                )
        n_features, n_classes = tasks.documents[0].shape[1], tuple(map(len, classes))
        shape = Shape(n_features, self._widths(), n_classes, self.activation)
        rng = check_random_state(self.random_state)
        network = initialize(shape, rng)
        if pretrained is not None:
            copy_hidden(pretrained, network)
        return Learner(network), rng

    def _store(
        self,
        tasks: list[Any],
        is_joint: bool,
        classes: list[np.ndarray],
        learner: Learner,
        rng: np.random.Generator,
        losses: FloatArray,
        scores: FloatArray | None = None,
        features: Any = None,
    ) -> None:
        """Set all that was learnt, in place of what was before; `features` are their names."""
        fitted = {
            "classes_": classes if is_joint else classes[0],
            "n_tasks_": len(tasks),
            "tasks_": tasks,
            "n_features_in_": learner.shape.n_features,
            "loss_curve_": losses,
            "n_iter_": losses.shape[1],
            "_learner": learner,
            "_rng": rng,
        }
        if scores is not None:
            fitted["validation_scores_"] = scores
            fitted["best_validation_score_"] = float(scores.mean(axis=0).max())
        if features is not None:
            fitted["feature_names_in_"] = features

        with self._lock:
            for name in list(vars(self)):
                if name.endswith("_") and name not in fitted:
                    delattr(self, name)
            vars(self).update(fitted)

    def _check_same(self, tasks: TaskInputs, classes: list[np.ndarray] | None) -> None:
        """ValueError unless the tasks, and classes if given, are those of before."""
        before = self._classes()
        if classes is not None and (
            len(classes) != len(before) or not all(map(np.array_equal, classes, before))
        ):
            raise ValueError("classes is not the same as on the last call to partial_fit.")
        is_joint = isinstance(self.classes_, list)
        if tasks.is_joint != is_joint or len(tasks.documents) != self.n_tasks_:
            raise ValueError(
                f"{type(self).__name__} was fitted to {self.n_tasks_} task(s), and X now has "
                "another number of them, or is a list where it was none before."
            )

    def _check_params(self) -> Schedule:
        """The schedule; ValueError for a parameter out of range, TypeError for another type."""
        check_layers(self._widths(), self.activation)
        if not 0 < check_real("validation_fraction", self.validation_fraction) < 1:
            raise ValueError(
                f"validation_fraction must lie in (0, 1), got {self.validation_fraction!r}."
            )
        n_idle = check_whole("n_iter_no_change", self.n_iter_no_change)
        if n_idle < 1 or not check_real("tol", self.tol) >= 0:
            raise ValueError(
                "n_iter_no_change must be at least 1 and tol not negative, "
                f"got {self.n_iter_no_change!r} and {self.tol!r}."
            )
        if not (self.backend is None or str(self.backend) in BACKENDS):
            raise ValueError(f"backend must be one of {BACKENDS}, got {self.backend!r}")
        check_random_state(copy.deepcopy(self.random_state))  # a generator would be drawn from

        weights = self.task_weights
        if weights is not None:
            if not isinstance(weights, Sequence | np.ndarray) or np.ndim(weights) != 1:
                raise TypeError(f"task_weights must be a sequence of numbers, got {weights!r}.")
            weights = tuple(check_real("each of task_weights", weight) for weight in weights)
        return Schedule(
            check_whole("n_epochs", self.n_epochs),
            check_whole("batch_size", self.batch_size),
            check_real("dropout", self.dropout),
            weights,
            adam=Adam(
                check_real("learning_rate", self.learning_rate),
                check_real("beta1", self.beta1),
                check_real("beta2", self.beta2),
                check_real("eps", self.eps),
            ),
        )

    def _widths(self) -> tuple[int, ...]:
        """The units of each hidden layer; TypeError for what is not whole."""
        sizes = self.hidden_layer_sizes
        several = sizes if isinstance(sizes, Sequence | np.ndarray) else (sizes,)
        return tuple(check_whole("a width of hidden_layer_sizes", size) for size in several)

    def _classes(self) -> list[np.ndarray]:
        """The labels of each task."""
        return self.classes_ if isinstance(self.classes_, list) else [self.classes_]

    def __getstate__(self) -> dict[str, Any]:
        # Copies train by themselves, shallow ones too.
        with self._lock:
            state = vars(self).copy()
            for name in state.keys() & {"_learner", "_rng"}:
                state[name] = copy.deepcopy(state[name])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._lock = RLock()
        vars(self).update(state)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _line(history: History, stopping: Stopping | None) -> str:
    """The line of the last epoch, for `verbose`."""
    losses = ", ".join(f"{loss:.6f}" for loss in history.losses[:, -1])
    line = f"Epoch {history.losses.shape[1]}, loss = {losses}"
    if stopping is None:
        return line
    return f"{line}, validation score = " + ", ".join(f"{s:.6f}" for s in stopping.scores[-1])
