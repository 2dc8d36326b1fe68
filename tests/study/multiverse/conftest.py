"""A small multiverse of the synthetic corpus, trained once for all tests that look at it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.jobs import Workers
from minimtl.jobs.store import open_store
from minimtl.study.multiverse.definemultiverse import Multiverse
from minimtl.study.multiverse.runmultiverse import train_universes
from minimtl.study.multiverse.universes import make_universes, parse_choice
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS

SMALL = {
    "max_features": 400,
    "hidden_layer_sizes": (8,),
    "epochs_single": 12,
    "epochs_joint": 5,
    "read_at": 4,
    "gradient_window": 12,
    "cv_repeats": 1,
}
BASES = (
    PAPER.replace(train_per_class=20, **SMALL),
    RELEASED.replace(train_per_task=60, **SMALL),
)


@pytest.fixture(scope="session")
def corpus():
    return generate_synthetic()


@pytest.fixture(scope="session")
def make_multiverse(corpus):
    """A function: ``make_multiverse("score=f1,accuracy", …)``, small, about two small protocols."""

    def make(*vary, design="full", about=BASES, n_runs=2, n_pairs=16):
        choices = tuple(map(parse_choice, vary))
        universes = make_universes(choices, design, about)
        problems = make_problems("related", PAPER, NEWSGROUPS, n_pairs=n_pairs, n_runs=n_runs)
        return Multiverse({"stripped": corpus}, universes, choices, design, problems, 0, "numpy")

    return make


@pytest.fixture(scope="session")
def train():
    """Trains a multiverse into a folder and returns its store and what was done."""

    def run(multiverse, folder):
        store = open_store(folder, multiverse.identity, announce=pytest.fail)
        with ThreadPoolExecutor(1) as executor:
            workers = Workers(executor, multiverse.data)
            return store, train_universes(multiverse, store, workers, quiet=True)

    return run


@pytest.fixture(scope="session")
def trained(make_multiverse, train, tmp_path_factory):
    """A multiverse whose models are all in the store beside it."""
    multiverse = make_multiverse("score=f1,accuracy,log_loss", "dropout=0,0.5")
    store, _ = train(multiverse, tmp_path_factory.mktemp("multiverse"))
    with store:
        yield multiverse, store
