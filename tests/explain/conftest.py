"""A small lesson: the real posts, and a study of all RELATED pairs that trains in seconds."""

import pytest

from minimtl.explain.lesson import SMALL, make_lesson
from tests.study.conftest import browser, opened  # noqa: F401

TINY = SMALL.replace(
    train_per_class=24,
    max_test=40,
    epochs_single=8,
    epochs_joint=8,
    read_at=7,
    gradient_window=8,
    gradient_fractions=(0.2, 0.4, 0.6, 0.8),
    cv_repeats=4,
)


@pytest.fixture(scope="session")
def lesson(tmp_path_factory):
    """By what trains here, the kernels if they can."""
    return make_lesson(
        None,
        tmp_path_factory.mktemp("lesson"),
        announce=lambda line: None,
        n_workers=1,
        protocol=TINY,
    )
