"""The ways to train a classifier for the main set: by itself, and with auxiliary sets."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy import sparse

from minimtl.nn import MultiTaskMLPClassifier
from minimtl.stats import LogisticRegression

NETWORK, REGRESSION = "network", "regression"
ALONE, JOINTLY, PRETRAINED, POOLED = "alone", "jointly", "pretrained", "pooled"

N_EPOCHS = 100
# Documents of an epoch of the study. A hundred epochs of a few texts would be a hundred steps, in
# which a network learns next to nothing; a smaller set is passed over more often.
_EPOCH = 400
# Weak, as suits rows of unit norm: with scikit-learn's C = 1 the decisions are nearly flat.
_C = 10.0

Classifier = MultiTaskMLPClassifier | LogisticRegression
Documents = tuple[sparse.csr_matrix, np.ndarray]  # X and labels


class Way(NamedTuple):
    """How a classifier is trained.

    Attributes
    ----------
    use : `ALONE`; `JOINTLY`, with an output layer for each set on shared hidden layers;
        `PRETRAINED`, on the auxiliary sets, then trained on the main set; or `POOLED`, as if the
        auxiliary texts were of the main set.
    model : `NETWORK` or `REGRESSION`, a logistic regression.
    aux : numbers of the auxiliary sets.
    """

    use: str
    model: str
    aux: tuple[int, ...] = ()

    def describe(self, names: Sequence[str]) -> str:
        """The way in words; `names` are those of all sets, by number."""
        sets = " and ".join(names[number] for number in self.aux)
        if len(self.aux) > 2:
            sets = f"all {len(self.aux)} sets"
        if self.use == ALONE:
            return f"alone ({self.model})"
        if self.use == POOLED:
            return f"pooled with {sets} ({self.model})"
        return f"{self.use} {'on' if self.use == PRETRAINED else 'with'} {sets}"


def all_ways(classes: Sequence[tuple[str, ...]]) -> list[Way]:
    """The ways for set 0 with the other sets; `classes` are the labels of each set.

    Each auxiliary set is used by itself and, if there are several, all together. Texts are pooled
    where the labels are the same.
    """
    return list(chain([Way(ALONE, REGRESSION), Way(ALONE, NETWORK)], _with_others(classes)))


def _with_others(classes: Sequence[tuple[str, ...]]) -> Iterator[Way]:
    others = range(1, len(classes))
    groups: list[tuple[int, ...]] = [(number,) for number in others]
    if len(others) > 1:
        groups.append(tuple(others))
    for group in groups:
        yield Way(JOINTLY, NETWORK, group)
        yield Way(PRETRAINED, NETWORK, group)
        if all(classes[number] == classes[0] for number in group):
            yield Way(POOLED, NETWORK, group)
            yield Way(POOLED, REGRESSION, group)


def train(way: Way, main: Documents, others: Sequence[Documents], seed: int) -> Classifier:
    """The classifier that `way` makes of the main set and the auxiliary sets that it names."""
    sets = [main, *others]
    if way.use == POOLED:
        main = sparse.vstack([X for X, _ in sets], "csr"), np.concatenate([y for _, y in sets])
    X, y = main
    if way.model == REGRESSION:
        return LogisticRegression(C=_C).fit(X, y)
    network = _network(len(y), seed)
    if way.use == JOINTLY:
        return network.fit([X for X, _ in sets], [y for _, y in sets])
    if way.use == PRETRAINED:
        before = _network(len(others[0][1]), seed)
        return network.fine_tune(X, y, before.fit([X for X, _ in others], [y for _, y in others]))
    return network.fit(X, y)


def _network(n_documents: int, seed: int) -> MultiTaskMLPClassifier:
    """The study's network, not trained, with more epochs for fewer documents than the study's."""
    passes = max(1, round(_EPOCH / n_documents))
    return MultiTaskMLPClassifier(n_epochs=N_EPOCHS * passes, random_state=seed)
