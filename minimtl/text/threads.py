"""Work shared by several threads, with results in the order in which one would give them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from numbers import Integral
from typing import Any, TypeVar

from minimtl.system import available_cores

Item = TypeVar("Item")
Result = TypeVar("Result")


def count_threads(n_jobs: Any) -> int:
    """How many threads `n_jobs` asks for: None is 1, -1 one for each core.

    Raises
    ------
    ValueError
        For anything else but a whole number of at least 1.
    """
    if n_jobs is None:
        return 1
    is_whole = isinstance(n_jobs, Integral) and not isinstance(n_jobs, bool)
    if is_whole and n_jobs == -1:
        return available_cores()
    if is_whole and n_jobs >= 1:
        return int(n_jobs)
    raise ValueError(
        "n_jobs must be None, a number of threads of at least 1, or -1 for all cores; "
        f"got {n_jobs!r}."
    )


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], n_threads: int
) -> Iterator[Result]:
    """The results of `function`, of which `n_threads` are computed at a time.

    Items are taken a few ahead of the results that are asked for, so that an iterator of many
    documents is never held in memory. With one thread, the caller's own does the work.
    """
    if n_threads == 1:
        yield from map(function, items)
        return
    ahead: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(n_threads, thread_name_prefix="minimtl") as pool:
        try:
            for item in items:
                ahead.append(pool.submit(function, item))
                if len(ahead) > 2 * n_threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:  # after an error or an interrupt, what has begun is waited for and no more
            for future in ahead:
                future.cancel()
