"""Who takes part, and which settings each may be measured with.

A *line* is a setting with an effort that grows: epochs, passes or iterations.
`python -m bench.peers_choose` tries all lines of all contestants on a part of the training texts,
and writes those that are worth their time to ``peers_chosen.json``. The ranges follow the
contestants' own documentation: fastText's tutorial on classification raises epochs to 25 and ``lr``
to 1; Vowpal Wabbit's command line has ``--passes``, ``-l`` and ``--nn``; scikit-learn's example on
20 Newsgroups has C = 5. minimtl's and PyTorch's perceptrons are given equal ones;
scikit-learn's has fewer words and two lines, as it moves all words in a step.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from bench.peers_learners import (
    Learner,
    fit_advised,
    fit_advised_alone,
    fit_logistic,
    fit_mlp,
    fit_our_logistic,
    fit_our_mlp,
    fit_our_mlp_alone,
    fit_sgd,
)
from bench.peers_programs import fit_fasttext, fit_vw
from bench.rows import OURS, needs

EPOCHS = (1, 3, 8, 20)
# Hidden units with a learning rate that suits them, and words of the first layer; None is all.
NETWORKS = list(product(((32, 1e-2), (100, 3e-3)), (10_000, None)))


@dataclass(frozen=True)
class Line:
    """Fixed parameters, and the values of the one that says how much is done, from the least."""

    fixed: dict[str, Any]
    effort: str
    values: Sequence[float]

    def settings(self) -> Iterator[dict[str, Any]]:
        """The parameters of each effort."""
        return ({**self.fixed, self.effort: value} for value in self.values)


@dataclass(frozen=True)
class Contestant:
    """How it learns, what it needs, and its lines.

    ``learner`` is called first when it is sure that ``package`` is there. A ``joint`` one takes
    part where a unit has several tasks.
    """

    learner: Callable[[], Learner]
    package: str
    lines: tuple[Line, ...]
    joint: bool = False

    @property
    def missing(self) -> str:
        """Empty if it can take part; else a sentence that says what to install."""
        return needs(self.package, "bench")


def torch_learner() -> Learner:
    """PyTorch is imported here, and nowhere before."""
    from bench.peers_bags import fit_torch

    return fit_torch


def _ours(joint: bool) -> Contestant:
    lines = tuple(
        Line(
            {
                "max_features": n_words, "hidden_layer_sizes": [width], "activation": "relu",
                "learning_rate": rate,
            },
            "n_epochs",
            EPOCHS,
        )
        for (width, rate), n_words in NETWORKS
    )  # fmt: skip
    learner = fit_our_mlp if joint else fit_our_mlp_alone
    return Contestant(lambda: learner, "minimtl", lines, joint)


def _torch() -> Contestant:
    lines = tuple(
        Line(
            {
                "max_features": n_words, "hidden": width, "learning_rate": rate,
                "batch_size": 32,
                # The one moves all words in a step, the other those of the batch.
                "adam": "fused" if n_words else "sparse",
            },
            "n_epochs",
            EPOCHS,
        )
        for (width, rate), n_words in NETWORKS
    )  # fmt: skip
    return Contestant(torch_learner, "torch", lines)


def _sklearn_mlp() -> Contestant:
    lines = tuple(
        Line(
            {
                "max_features": n_words, "hidden_layer_sizes": [width],
                "learning_rate_init": rate, "batch_size": batch,
            },
            "max_iter",
            EPOCHS,
        )
        # It moves all words in a step, so that fewer words and fewer steps are faster.
        for width, rate, n_words, batch in ((32, 1e-2, 10_000, 32), (100, 3e-3, 10_000, 200))
    )  # fmt: skip
    return Contestant(lambda: fit_mlp, "sklearn", lines)


def _vw(*options: str, passes: Sequence[int] = (1, 2, 5, 12)) -> Contestant:
    lines = tuple(
        Line({"options": f"{option} -l {rate}".strip(), "weights": weights}, "passes", passes)
        for option in options
        for rate in (0.5, 2.0)
        for weights in ("counts", "log")
    )
    return Contestant(lambda: fit_vw, "vowpalwabbit", lines)


@cache
def contestants() -> dict[str, Contestant]:
    """All by name, minimtl first."""
    return {
        f"{OURS} MLP": _ours(joint=False),
        f"{OURS} MLP, tasks jointly": _ours(joint=True),
        f"{OURS} LogisticRegression": Contestant(
            lambda: fit_our_logistic,
            "minimtl",
            tuple(Line({"C": C, "tol": 1e-4}, "max_iter", (1, 2, 5)) for C in (1.0, 5.0, 20.0)),
        ),
        f"{OURS} advise's regression": Contestant(
            lambda: fit_advised_alone, "minimtl", (Line({}, "per_class", (1_000,)),)
        ),
        f"{OURS} EasyAdapt": Contestant(
            lambda: fit_advised, "minimtl", (Line({}, "per_class", (1_000,)),), joint=True
        ),
        "fastText": Contestant(
            lambda: fit_fasttext,
            "fasttext",
            tuple(
                Line({"dim": dim, "lr": rate}, "epoch", (3, 8, 20, 50, 100))
                for dim, rate in ((16, 0.3), (16, 1.0), (64, 1.0))
            ),
        ),
        "Vowpal Wabbit": _vw(""),
        "Vowpal Wabbit --nn": _vw("--nn 5 --inpass"),
        "scikit-learn LogisticRegression": Contestant(
            lambda: fit_logistic,
            "sklearn",
            tuple(
                Line({"C": C, "solver": solver}, "max_iter", values)
                for solver, values, Cs in (
                    ("lbfgs", (4, 8, 16, 40, 100), (1.0, 5.0, 20.0)),
                    ("newton-cg", (1, 2, 4, 8), (5.0, 20.0)),
                )
                for C in Cs
            ),
        ),
        "scikit-learn SGDClassifier": Contestant(
            lambda: fit_sgd,
            "sklearn",
            tuple(
                Line({"alpha": alpha, "loss": loss}, "max_iter", (1, 3, 8, 20))
                for alpha, loss in product((3e-5, 1e-4), ("hinge", "modified_huber"))
            ),
        ),
        "scikit-learn MLPClassifier": _sklearn_mlp(),
        "PyTorch EmbeddingBag": _torch(),
    }
