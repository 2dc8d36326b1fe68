"""Made-up tables of pairs with a known answer, as dicts of columns."""

from dataclasses import replace

import numpy as np

from minimtl.gains.pairtable import labels_of, topic_table
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.pairfeatures import DEFINITIONS
from minimtl.tasks.protocol import PAPER


def pairs_of(n_tasks):
    """All ordered pairs of some tasks, as two lists of numbers."""
    pairs = [(i, j) for i in range(n_tasks) for j in range(n_tasks) if i != j]
    return np.array(pairs).T


def made_up(kind, seed, n_tasks=10, n_runs=1, n_features=4):
    """A table whose gains are ``noise``, of the main task's ``name``, or of a ``feature``.

    The features of ``name`` are the main task's own, and so tell which task it is; they have
    nothing to do with the gain of a new task. Those of ``feature`` are drawn for each pair.
    """
    rng = np.random.default_rng(seed)
    main, aux = pairs_of(n_tasks)
    noise = rng.normal(size=(len(main), n_runs))
    of_pair = rng.normal(size=(len(main), n_features))
    of_task = rng.normal(size=(n_tasks, n_features))[main]
    signal = {
        "noise": np.zeros(len(main)),
        "name": 2.0 * rng.normal(size=n_tasks)[main],
        "feature": 1.5 * of_pair[:, 0] + 0.5 * rng.normal(size=n_tasks)[main],
    }[kind]
    X = of_task if kind == "name" else of_pair
    gain = signal[:, np.newaxis] + noise
    rows = np.repeat(np.arange(len(main)), n_runs)
    return {
        "main": [f"task {i}" for i in main[rows]],
        "aux": [f"task {i}" for i in aux[rows]],
        "run": np.tile(np.arange(n_runs), len(main)),
        "gain": gain.ravel(),
        **{f"x{k}": X[rows, k] for k in range(n_features)},
    }


def write(path, columns, delimiter=","):
    """A table as a file with a header; returns its path."""
    lines = [delimiter.join(columns)]
    lines += [delimiter.join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def of_topics(every, X=None, gains=None, settings=PAPER.meta):
    """The table of some pairs of topics: a data set for each run of `gains`, (n_pairs, n_runs)."""
    pairs = tuple(every)
    X = np.zeros((len(pairs), 1)) if X is None else X
    gains = np.zeros((len(pairs), 1)) if gains is None else gains
    data_sets = [LabelledPairs(X, y) for y in labels_of(gains, 0.0).T]
    subclasses = (name for pair in pairs for name in every.block(pair))
    table = topic_table(
        "topics", pairs, gains, data_sets, subclasses, DEFINITIONS["code"], settings
    )
    return replace(table, features=tuple(f"x{k}" for k in range(X.shape[1])), sets={})
