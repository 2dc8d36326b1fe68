"""PyTorch on raw texts: scikit-learn's TF-IDF, an EmbeddingBag as first layer, one hidden layer.

Two forms of Adam are tried: fused, which moves all words in a step, and `SparseAdam`, which moves
those of the batch only. Batches are made once; each epoch goes through them in another order.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import nn

from bench.peers_learners import Predict, alone, sklearn_tfidf
from bench.peers_problems import TextTask

torch.set_num_threads(1)
Bag = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class BagNetwork(nn.Module):
    """Weighted sum of the words' vectors, ReLU, dropout, logits."""

    def __init__(self, n_words: int, n_hidden: int, n_classes: int, moves_all: bool) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(n_words, n_hidden, mode="sum", sparse=not moves_all)
        nn.init.xavier_uniform_(self.words.weight)
        self.rest = nn.Sequential(nn.ReLU(), nn.Dropout(0.5), nn.Linear(n_hidden, n_classes))
        self.bias = nn.Parameter(torch.zeros(n_hidden))

    def forward(self, bag: Bag) -> torch.Tensor:
        """Logits (n_texts, n_classes) of a bag: words, where each text starts, weights."""
        words, starts, weights = bag
        return self.rest(self.words(words, starts, weights) + self.bias)


@alone
def fit_torch(task: TextTask, params: dict[str, Any], seed: int) -> Predict:
    """``adam`` is "fused" or "sparse"; the others are as in minimtl."""
    torch.manual_seed(seed)
    tfidf = sklearn_tfidf(params["max_features"])
    X = tfidf.fit_transform(task.train_texts)
    moves_all = params["adam"] == "fused"
    model = BagNetwork(X.shape[1], params["hidden"], task.n_classes, moves_all)
    optimizers = _optimizers(model, moves_all, params["learning_rate"])
    batches = _batches(X, task.train_labels, params["batch_size"])
    rng = np.random.default_rng(seed)
    for _ in range(params["n_epochs"]):
        for number in rng.permutation(len(batches)):
            bag, labels = batches[number]
            for optimizer in optimizers:
                optimizer.zero_grad()
            nn.functional.cross_entropy(model(bag), labels).backward()
            for optimizer in optimizers:
                optimizer.step()
    model.eval()

    def predict(texts: Sequence[str]) -> list[int]:
        with torch.no_grad():
            found: list[int] = model(_bag(tfidf.transform(texts))).argmax(dim=1).tolist()
        return found

    return predict


def _optimizers(model: BagNetwork, moves_all: bool, rate: float) -> list[torch.optim.Optimizer]:
    if moves_all:
        return [torch.optim.Adam(model.parameters(), lr=rate, fused=True)]
    dense = [model.bias, *model.rest.parameters()]
    return [
        torch.optim.SparseAdam(model.words.parameters(), lr=rate),
        torch.optim.Adam(dense, lr=rate, fused=True),
    ]


def _batches(X: sparse.csr_matrix, y: np.ndarray, size: int) -> list[tuple[Bag, torch.Tensor]]:
    starts = range(0, X.shape[0], size)
    return [(_bag(X[i : i + size]), torch.tensor(y[i : i + size])) for i in starts]


def _bag(X: sparse.csr_matrix) -> Bag:
    indptr, indices = (torch.tensor(part.astype(np.int64)) for part in (X.indptr, X.indices))
    return indices, indptr[:-1], torch.tensor(X.data)
