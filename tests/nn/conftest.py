"""Made-up documents and trainers that several files of tests/nn share."""

import numpy as np
import pytest
from scipy import sparse

from minimtl.nn.adam import Adam, Schedule
from minimtl.nn.network import Network, Shape, initialize
from minimtl.nn.reference import Trainer
from minimtl.nn.trainer import KernelTrainer


def make_documents(n, n_features, rng, n_words=12):
    """`n` sparse rows of unit length whose words are drawn from a Zipf-like distribution."""
    p = 1.0 / np.arange(1, n_features + 1)
    words = [rng.choice(n_features, n_words, replace=False, p=p / p.sum()) for _ in range(n)]
    X = sparse.lil_matrix((n, n_features))
    for i, row in enumerate(words):
        X[i, np.sort(row)] = rng.uniform(0.2, 1.0, n_words)
    X = sparse.csr_matrix(X)
    norms = np.sqrt(X.multiply(X).sum(axis=1))
    return sparse.csr_matrix(X.multiply(1.0 / norms))


class Race:
    """The same training by the kernels, by the float64 reference and by the float32 one."""

    def __init__(self, X, labels, shape, rng, *, dropout=0.5, batch_size=8, adam=None):
        self.n_layers, self.batch_size = len(shape.hidden), batch_size
        start = initialize(shape, rng)
        task_weights = tuple(np.linspace(1.0, 0.5, len(shape.n_classes)))
        settings = Schedule(
            batch_size=batch_size, dropout=dropout, task_weights=task_weights, adam=adam or Adam()
        )
        self.trainers = {
            "kernel": KernelTrainer(start.rows(slice(None), "float32"), settings.adam),
            "exact": Trainer(start.rows(slice(None), "float64"), settings.adam),
            "dense32": Trainer(start.rows(slice(None), "float32"), settings.adam),
        }
        for trainer in self.trainers.values():
            trainer.take(X, labels, settings)

    def epoch(self, order, rng):
        """One epoch by each; their losses by name."""
        n_steps = -(-order.shape[1] // self.batch_size)
        keys = rng.integers(2**32, size=(n_steps, self.n_layers, 2), dtype=np.uint32)
        return {name: trainer.epoch(order, keys) for name, trainer in self.trainers.items()}

    def errors(self):
        """Largest difference from the float64 weights, of the kernels and of dense float32."""
        networks = {name: trainer.weights() for name, trainer in self.trainers.items()}
        exact: Network = networks["exact"]
        return {
            name: max(
                np.abs(networks[name].first - exact.first).max(),
                np.abs(networks[name].flat - exact.flat).max(),
            )
            for name in ("kernel", "dense32")
        }


@pytest.fixture
def rng():
    return np.random.default_rng(20260101)


@pytest.fixture
def make_race(rng):
    """A race on made-up documents: ``make_race(n_tasks=2, hidden=(16, 12), …)``."""

    def make(n_tasks=1, hidden=(16, 12), activation="sigmoid", n_features=200, n=40, **settings):
        X = make_documents(n * n_tasks, n_features, rng)
        labels = rng.integers(0, 2, n * n_tasks)
        shape = Shape(n_features, hidden, (2,) * n_tasks, activation)
        return Race(X, labels, shape, rng, **settings)

    return make


@pytest.fixture
def documents(rng):
    """``documents(n, n_features)``, a CSR matrix."""
    return lambda n, n_features: make_documents(n, n_features, rng)
