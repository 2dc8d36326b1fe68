"""Time per step as the vocabulary, the number of documents and the hidden layers grow.

The documents are made up: 90 distinct words each, drawn by a Zipf law (weight 1/rank), so that
the nonzeros stay equal. A larger vocabulary still brings more *distinct* words into a batch, and
those are what a step works on; `same words` therefore also spreads one set of documents over
ever more columns.
"""

from functools import partial

import numpy as np
from scipy import sparse

from bench.harness import Contestant, Timing, interleave
from bench.ours import BATCH, EPOCHS, OurEpochs, several_epochs
from bench.rows import OURS, Row, needs, timing_row
from bench.settings import Settings
from minimtl.nn.training import TaskData

SECTION = "Growth: time per step"
VOCABULARIES = (2_000, 10_000, 50_000, 200_000)
DOCUMENTS = (400, 1_600, 6_400)
WIDTHS = (50, 100, 200, 400)
WORDS_PER_DOCUMENT = 90
SAME_WORDS, EQUAL_NONZEROS = "vocabulary, same words", "vocabulary, equal nonzeros"
PEER = "PyTorch EmbeddingBag, fused Adam"


def measure(settings: Settings) -> list[Row]:
    """Milliseconds of CPU per step; the contestants of a round are the sizes."""
    rounds = settings.choose(15, 2)
    once, tenthousand = zipf_documents(400, 2_000), zipf_documents(400, 10_000)
    kinds = {
        EQUAL_NONZEROS: {n: OurEpochs([zipf_documents(400, n)]) for n in VOCABULARIES},
        SAME_WORDS: {n: OurEpochs([spread(once, n)]) for n in VOCABULARIES},
        "documents": {n: OurEpochs([zipf_documents(n, 10_000)]) for n in DOCUMENTS},
        "hidden width": {n: OurEpochs([tenthousand], hidden=(n, n)) for n in WIDTHS},
    }
    rows = [row for what, ours in kinds.items() for row in grow(what, ours, rounds)]
    if not needs("torch", "oracles"):
        rows += grow_peer(once, settings.choose(5, 2))
    return rows


def zipf_documents(n_documents: int, n_words: int) -> TaskData:
    """Documents of `WORDS_PER_DOCUMENT` distinct words each, rows of unit length."""
    rng = np.random.default_rng(0)
    # The words with the smallest exponential waiting times are a weighted draw without
    # replacement (Efraimidis & Spirakis 2006).
    ranks = np.arange(1.0, n_words + 1)
    words = np.stack(
        [
            np.argpartition(rng.exponential(size=n_words) * ranks, WORDS_PER_DOCUMENT)[
                :WORDS_PER_DOCUMENT
            ]
            for _ in range(n_documents)
        ]
    )
    words.sort(axis=1)
    values = rng.uniform(0.5, 1.5, words.shape).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    indptr = np.arange(n_documents + 1) * WORDS_PER_DOCUMENT
    X = sparse.csr_matrix((values.ravel(), words.ravel(), indptr), shape=(n_documents, n_words))
    return TaskData(X, rng.integers(2, size=n_documents))


def spread(task: TaskData, n_words: int) -> TaskData:
    """The same documents, their columns spread evenly over a vocabulary of `n_words`."""
    X = task.X
    columns = X.indices.astype(np.int64) * n_words // X.shape[1]
    return TaskData(
        sparse.csr_matrix((X.data, columns, X.indptr), shape=(X.shape[0], n_words)), task.y
    )


def grow(what: str, ours: dict[int, OurEpochs], rounds: int) -> list[Row]:
    """A row for each size, beside the first of its kind."""
    per_step: dict[str, Contestant] = {str(n): o.epoch for n, o in ours.items()}
    timings = interleave(several_epochs(per_step), rounds, warm_up=2)
    rows = []
    for (n, epochs), timing in zip(ours.items(), timings.values(), strict=True):
        step = per_unit(timing, epochs.n_steps * EPOCHS)
        note = f"{words_per_batch(epochs):,.0f} distinct words in a batch"
        rows.append(timing_row(SECTION, f"{what}: {n:,}", OURS, step, note=note))
    return rows


def grow_peer(task: TaskData, rounds: int) -> list[Row]:
    """PyTorch's best setting over the same words spread over ever more columns, few steps each."""
    from bench.peers_torch import TorchEpochs

    rows = []
    for n in VOCABULARIES:
        peer = TorchEpochs([spread(task, n)], "EmbeddingBag", "fused")
        timings = interleave({PEER: partial(peer.epoch, 3)}, rounds, units=3)
        rows.append(timing_row(SECTION, f"{SAME_WORDS}: {n:,}", PEER, timings[PEER]))
    return rows


def per_unit(timing: Timing, units: int) -> Timing:
    """The timing of one of `units` equal parts."""
    cpu, wall = (list(np.divide(seconds, units)) for seconds in (timing.cpu, timing.wall))
    return Timing(cpu=cpu, wall=wall)


def words_per_batch(epochs: OurEpochs) -> float:
    """Distinct words of an average batch of one epoch."""
    order = epochs.draw_order()[0]
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    return float(np.mean([len(np.unique(epochs.X[batch].indices)) for batch in batches]))
