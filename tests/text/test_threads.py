"""Threads give what one would."""

import threading

import numpy as np
import pytest

from minimtl.system import available_cores
from minimtl.text.threads import count_threads, in_order


def test_number_of_threads():
    assert [count_threads(n) for n in (None, 1, 3, np.int64(2))] == [1, 1, 3, 2]
    assert count_threads(-1) == available_cores()


@pytest.mark.parametrize("n_jobs", [0, -2, 1.0, True, "2", float("nan")])
def test_other_numbers_are_refused(n_jobs):
    with pytest.raises(ValueError, match=r"n_jobs must be None, .* got"):
        count_threads(n_jobs)


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_results_keep_their_order(n_threads):
    first_may_go = threading.Event()

    def slow_at_first(item):
        if n_threads > 1 and item == 0:
            assert first_may_go.wait(10)
        first_may_go.set()
        return item * item

    results = list(in_order(slow_at_first, iter(range(30)), n_threads))
    assert results == [item * item for item in range(30)]


@pytest.mark.parametrize("n_threads", [1, 3])
def test_an_error_ends_it_and_leaves_no_thread(n_threads):
    def refuse(item):
        if item == 4:
            raise ValueError("four")
        return item

    before = threading.active_count()
    taken = []
    items = (taken.append(item) or item for item in range(1000))
    results = in_order(refuse, items, n_threads)
    with pytest.raises(ValueError, match="four"):
        list(results)
    assert len(taken) < 20
    assert threading.active_count() == before


def test_who_stops_asking_leaves_no_thread():
    before = threading.active_count()
    results = in_order(abs, range(1000), 2)
    next(results)
    results.close()
    assert threading.active_count() == before
