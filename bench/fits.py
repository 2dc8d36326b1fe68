"""`fit` and `partial_fit` as a user calls them, beside scikit-learn and PyTorch.

minimtl and scikit-learn check and convert what they are given, and shuffle. PyTorch has no `fit`:
its time is that of making a network, converting batches once and training on them in that order, in
its fastest setting.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from bench.harness import Contestant, interleave
from bench.ours import BATCH, SEED, OurEpochs
from bench.rows import OURS, Row, missing_row, needs, timing_rows
from bench.settings import Settings
from bench.steps import SKLEARN, TORCH, SklearnEpochs
from minimtl import MultiTaskMLPClassifier
from minimtl.estimator.validation import check_y
from minimtl.nn.tasks import encode_labels, read_documents
from minimtl.nn.training import TaskData, renumber

T = TypeVar("T")
SECTION = "Fits through the public classes"
PEER = f"{TORCH} EmbeddingBag, fused Adam"
EPOCHS = (1, 20)
PART = f"partial_fit, {BATCH} documents"
STEP, CONVERSION = "the step itself", "reading documents and labels"


def fit_of(n_epochs: int) -> str:
    """The name of a fit of `n_epochs`."""
    return f"fit, 400 documents, {n_epochs} epoch{'s'[: n_epochs - 1]}"


def measure(settings: Settings) -> list[Row]:
    """Milliseconds of CPU for one call, on the typical main task."""
    (task,) = settings.tasks(1)
    rounds = settings.choose(31, 7)
    rows = []
    for n_epochs in EPOCHS:
        timings = interleave(fits(task, n_epochs), rounds, warm_up=2)
        rows += timing_rows(SECTION, fit_of(n_epochs), timings)
    n_calls = task.X.shape[0] // BATCH
    timings = interleave(partial_fits(task), rounds, warm_up=2, units=n_calls)
    rows += timing_rows(SECTION, PART, timings)
    for package, who in (("sklearn", SKLEARN), ("torch", PEER)):
        missing = needs(package, "oracles")
        if missing:
            rows.append(missing_row(SECTION, PART, who, missing))
    return rows


def fits(task: TaskData, n_epochs: int) -> dict[str, Contestant]:
    """Whole fits, from parameters to a trained model."""
    contestants: dict[str, Contestant] = {
        OURS: lambda: MultiTaskMLPClassifier(n_epochs=n_epochs, random_state=SEED).fit(
            task.X, task.y
        )
    }
    if not needs("sklearn", "oracles"):
        contestants[SKLEARN] = partial(fit_sklearn, task, n_epochs)
    if not needs("torch", "oracles"):
        contestants[PEER] = partial(fit_torch, task, n_epochs)
    return contestants


def fit_sklearn(task: TaskData, n_epochs: int) -> None:
    """`MLPClassifier.fit` for so many epochs: minimtl's step without the dropout."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (100, 100), activation="logistic", alpha=0.0, batch_size=BATCH, random_state=SEED,
        max_iter=n_epochs, n_iter_no_change=n_epochs + 1,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(task.X, task.y)


def fit_torch(task: TaskData, n_epochs: int) -> None:
    """A new network and its training in PyTorch."""
    from bench.peers_torch import TorchEpochs

    peer = TorchEpochs([task], "EmbeddingBag", "fused")
    for _ in range(n_epochs):
        peer.epoch()


def partial_fits(task: TaskData) -> dict[str, Contestant]:
    """Calls on all batches in a row, each by a model that has been trained on all of them.

    Beside them stand the kernels' step on such a batch, with its order and dropout drawn, and what
    the estimator does before: it checks and converts what it is given.
    """
    starts = range(0, task.X.shape[0] - BATCH + 1, BATCH)
    batches = [TaskData(task.X[i : i + BATCH], task.y[i : i + BATCH]) for i in starts]
    model = MultiTaskMLPClassifier(n_epochs=10, random_state=SEED).fit(task.X, task.y)
    trained = OurEpochs([task])
    for _ in range(10):
        trained.epoch()

    def step(start: int) -> None:
        keys = trained.rng.integers(2**32, size=(1, trained.n_layers, 2), dtype=np.uint32)
        trained.trainer.epoch(trained.rng.permutation(BATCH)[None] + start, keys)

    def convert(batch: TaskData) -> None:
        X, y = read_documents(batch.X, model), check_y(batch.y, batch.X, model)
        renumber(X, np.arange(X.shape[1], dtype=np.int32), X.shape[1]).astype(np.float32)
        encode_labels(y, model.classes_)

    contestants = {
        OURS: on_each(batches, lambda batch: model.partial_fit(batch.X, batch.y)),
        STEP: on_each(starts, step),
        CONVERSION: on_each(batches, convert),
    }
    if not needs("sklearn", "oracles"):
        sklearn = SklearnEpochs(task)
        sklearn.epoch()
        contestants[SKLEARN] = on_each(batches, sklearn.continue_on)
    if not needs("torch", "oracles"):
        from bench.peers_torch import TorchEpochs

        torch = TorchEpochs([task], "EmbeddingBag", "fused")
        torch.epoch()
        contestants[PEER] = on_each(batches, lambda batch: torch.continue_on([batch]))
    return contestants


def on_each(parts: Sequence[T], call: Callable[[T], object]) -> Contestant:
    """A contestant that makes a call on every part."""

    def run() -> None:
        for part in parts:
            call(part)

    return run
