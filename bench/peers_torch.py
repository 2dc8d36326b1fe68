"""The same network and the same step in PyTorch, in every setting that could be its fastest.

Three ways to put the documents in (a dense matrix, a sparse CSR matrix, bags of words with
weights) times three forms of Adam. Batches are made before the clock runs, once for all epochs:
the peers pay neither for shuffling nor for conversion, minimtl does.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import nn

from bench.ours import BATCH, fresh_network
from minimtl.nn.network import Network
from minimtl.nn.training import TaskData

torch.set_num_threads(1)

INPUTS = ("dense", "CSR", "EmbeddingBag")
ADAMS: dict[str, dict[str, bool]] = {
    "default": {},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}


class Multitask(nn.Module):
    """Shared layers and a head for each task; begins with the weights of `network`."""

    def __init__(self, network: Network, document_input: str, dropout: float) -> None:
        super().__init__()
        self.document_input = document_input
        first, second = network.weights
        self.first = nn.Parameter(torch.tensor(first))
        self.first_bias = nn.Parameter(torch.tensor(network.biases[0]))
        self.second = _linear(second, network.biases[1])
        pairs = zip(network.head_weights, network.head_biases, strict=True)
        self.heads = nn.ModuleList(_linear(weights, biases) for weights, biases in pairs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, X: Any) -> list[torch.Tensor]:
        """The logits of each task, whose documents follow each other in equal numbers."""
        if self.document_input == "EmbeddingBag":
            words, starts, values = X
            z = nn.functional.embedding_bag(
                words, self.first, starts, mode="sum", per_sample_weights=values
            )
        else:
            z = X @ self.first
        hidden = self.dropout(torch.sigmoid(z + self.first_bias))
        hidden = self.dropout(torch.sigmoid(self.second(hidden)))
        parts = hidden.chunk(len(self.heads))
        return [head(part) for head, part in zip(self.heads, parts, strict=True)]


class TorchEpochs:
    """Training of one network, continued from epoch to epoch over the same batches."""

    def __init__(
        self, tasks: Sequence[TaskData], document_input: str, adam: str, dropout: float = 0.5
    ) -> None:
        network = fresh_network(tasks[0].X.shape[1], len(tasks))
        self.model = Multitask(network, document_input, dropout)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, **ADAMS[adam])
        self.document_input = document_input
        self.batches = self._batches(tasks)

    def _batches(self, tasks: Sequence[TaskData]) -> list[tuple[Any, list[torch.Tensor]]]:
        return [
            (_document_tensor(tasks, start, self.document_input), _labels(tasks, start))
            for start in range(0, tasks[0].X.shape[0], BATCH)
        ]

    def continue_on(self, tasks: Sequence[TaskData]) -> float:
        """One epoch on other documents, which are converted first."""
        self.batches = self._batches(tasks)
        return self.epoch()

    def epoch(self, n_steps: int | None = None) -> float:
        """One epoch, or its first `n_steps` steps; the sum of the tasks' losses in the last."""
        for X, labels in self.batches[:n_steps]:
            self.optimizer.zero_grad()
            logits = self.model(X)
            each = zip(logits, labels, strict=True)
            loss = sum(nn.functional.cross_entropy(o, y) for o, y in each)
            loss.backward()
            self.optimizer.step()
        return float(loss.detach())


def _linear(weights: np.ndarray, biases: np.ndarray) -> nn.Linear:
    layer = nn.Linear(*weights.shape)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights.T.copy()))
        layer.bias.copy_(torch.tensor(biases))
    return layer


def _labels(tasks: Sequence[TaskData], start: int) -> list[torch.Tensor]:
    return [torch.tensor(task.y[start : start + BATCH]) for task in tasks]


def _document_tensor(tasks: Sequence[TaskData], start: int, document_input: str) -> Any:
    """Documents `start` … of every task as one input of the network."""
    X = sparse.vstack([task.X[start : start + BATCH] for task in tasks], "csr")
    if document_input == "dense":
        return torch.tensor(X.toarray())
    indptr, indices = (torch.tensor(part.astype(np.int64)) for part in (X.indptr, X.indices))
    values = torch.tensor(X.data)
    if document_input == "CSR":
        with warnings.catch_warnings():  # PyTorch says once that CSR tensors are in beta
            warnings.simplefilter("ignore")
            return torch.sparse_csr_tensor(indptr, indices, values, size=X.shape)
    return indices, indptr[:-1], values
