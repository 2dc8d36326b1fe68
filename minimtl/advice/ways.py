"""The ways to train a classifier for the main set: by itself, and with auxiliary sets."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from minimtl.advice.tokenizers import NETWORK, REGRESSION
from minimtl.errors import MinimtlError
from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.stats.logistic import LogisticRegression

ALONE, WORDS, ADAPTED, POOLED = "alone", "words", "adapted", "pooled"
JOINTLY, PRETRAINED = "jointly", "pretrained"

N_EPOCHS = 100
# Documents of an epoch of the study. A hundred epochs of a few texts would be a hundred steps, in
# which a network learns next to nothing; a smaller set is passed over more often.
_EPOCH = 400
# Weak, as suits rows of unit norm: with scikit-learn's C = 1 the decisions are nearly flat.
_C = 10.0
_TOL = 1e-4  # decisions are some .002 from those at the minimum, in a third of the time

Classifier = MultiTaskMLPClassifier | LogisticRegression
Documents = tuple[sparse.csr_matrix, np.ndarray]  # X and labels


class Way(NamedTuple):
    """One way to train a classifier.

    Attributes
    ----------
    use : `ALONE`; `WORDS`, alone too, but vocabulary and idf are those of all texts;
        `POOLED`, as if the auxiliary texts were of the main set; `ADAPTED`, pooled with features
        that all sets share beside features of each set's own; `JOINTLY`, with an output layer for
        each set on shared hidden layers; or `PRETRAINED`, on the auxiliary sets, then trained on
        the main set.
    model : `NETWORK` or `REGRESSION`, a logistic one.
    aux : numbers of the auxiliary sets.
    """

    use: str
    model: str
    aux: tuple[int, ...] = ()

    @property
    def uses_labels(self) -> bool:
        """True if labels of other sets are learned from, and not their words alone."""
        return self.use not in (ALONE, WORDS)

    def describe(self, names: Sequence[str]) -> str:
        """The way in words; `names` are those of all sets, by number."""
        sets = " and ".join(names[number] for number in self.aux)
        if len(self.aux) > 2:
            sets = f"all {len(self.aux)} sets"
        return {
            ALONE: f"alone ({self.model})",
            WORDS: f"alone, with the words of {sets} ({self.model})",
            POOLED: f"pooled with {sets} ({self.model})",
            ADAPTED: f"adapted from {sets} ({self.model})",
            JOINTLY: f"jointly with {sets} (network)",
            PRETRAINED: f"pretrained on {sets} (network)",
        }[self.use]


def all_ways(classes: Sequence[tuple[str, ...]], *, has_words: bool = True) -> list[Way]:
    """The ways for set 0 with the other sets.

    Each auxiliary set is used by itself and, if there are several, all together. Texts are pooled
    where the labels are the same.

    Parameters
    ----------
    classes : the labels of each set.
    has_words : whether sets hold texts, and not rows of features.
    """
    alone = [Way(ALONE, REGRESSION), Way(ALONE, NETWORK)]
    return [*alone, *_with_others(classes, has_words)]


def _with_others(classes: Sequence[tuple[str, ...]], has_words: bool) -> Iterator[Way]:
    others = range(1, len(classes))
    groups: list[tuple[int, ...]] = [(number,) for number in others]
    if len(others) > 1:
        groups.append(tuple(others))

    for group in groups:
        if has_words:
            yield Way(WORDS, REGRESSION, group)
        if all(classes[number] == classes[0] for number in group):
            yield Way(ADAPTED, REGRESSION, group)
            yield Way(POOLED, REGRESSION, group)
        yield Way(JOINTLY, NETWORK, group)
        yield Way(PRETRAINED, NETWORK, group)


def way_called(name: str, ways: Sequence[Way], names: Sequence[str]) -> Way:
    """The way of that name, or with it as a part that no other way's name has.

    Raises
    ------
    MinimtlError
        If no way or several ways are called so.
    """
    found = [way for way in ways if name in way.describe(names)]
    found = [way for way in found if name == way.describe(names)] or found
    if len(found) == 1:
        return found[0]
    choices = ", ".join(repr(way.describe(names)) for way in found or ways)
    how_many = f"{len(found)} ways are" if found else "No way is"
    raise MinimtlError(f"{how_many} called {name!r}; name one of {choices}.")


def train(way: Way, main: Documents, others: Sequence[Documents], seed: int) -> Classifier:
    """The classifier that `way` makes of the main set and the auxiliary sets that it names."""
    sets = [main, *others]
    X, y = main
    if way.use == POOLED:
        return _regression().fit(*_pooled(sets))
    if way.use == ADAPTED:
        return _adapted(sets)
    if way.model == REGRESSION:
        return _regression().fit(X, y)

    network = _network(len(y), seed)
    if way.use == JOINTLY:
        return network.fit([X for X, _ in sets], [y for _, y in sets])
    if way.use == PRETRAINED:
        before = _network(len(others[0][1]), seed)
        return network.fine_tune(X, y, before.fit([X for X, _ in others], [y for _, y in others]))
    return network.fit(X, y)


def _pooled(sets: Sequence[Documents]) -> Documents:
    return sparse.vstack([X for X, _ in sets], "csr"), np.concatenate([y for _, y in sets])


def _regression() -> LogisticRegression:
    """Rare labels weigh as much as frequent ones, as they do in macro-F1."""
    return LogisticRegression(C=_C, tol=_TOL, class_weight="balanced")


def _adapted(sets: Sequence[Documents]) -> LogisticRegression:
    """A regression on each feature twice: shared by all sets, and the own of a text's set.

    H. Daumé III (2007), Frustratingly easy domain adaptation, ACL. What the main set's texts see
    is the sum of two coefficients, so that the regression that comes back has one a feature.
    """
    X, y = _pooled(sets)
    own = sparse.block_diag([X for X, _ in sets], "csr")
    model = _regression().fit(sparse.hstack([X, own], "csr"), y)
    n_features = X.shape[1]
    model.coef_ = model.coef_[:, :n_features] + model.coef_[:, n_features : 2 * n_features]
    model.n_features_in_ = n_features
    return model


def _network(n_documents: int, seed: int) -> MultiTaskMLPClassifier:
    """The study's network, not trained, with more epochs for fewer documents than the study's."""
    passes = max(1, round(_EPOCH / n_documents))
    return MultiTaskMLPClassifier(n_epochs=N_EPOCHS * passes, random_state=seed)
