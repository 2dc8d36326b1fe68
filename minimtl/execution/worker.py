"""What runs in a worker: one job, on data that travels to each worker once.

A call names its data by digest. A worker that has other data, or none, answers `DataMissing`, and
the runner sends a job again with the data attached. This needs nothing of the executor but that
it calls a function. An executor that can do better is a `SharingExecutor`.
"""

import os
import socket
import traceback
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

from minimtl.system import pin_threads


class Data(Protocol):
    """What jobs are computed from. ``digest`` is a hash of its content."""

    @property
    def digest(self) -> str: ...


class SharingExecutor(Executor):
    """An executor that itself brings data to each of its workers once."""

    @abstractmethod
    def share(self, data: Data) -> Any:
        """What stands for `data` in a call: the worker is given the data themselves."""


Compute = Callable[[Any, Any], bytes]


@dataclass(frozen=True)
class DataMissing:
    """The answer of the process `worker`, which lacks the data."""

    worker: str


@dataclass(frozen=True)
class JobError:
    """The answer when a job raised: the traceback as text, which always travels."""

    traceback: str


# The data this process holds: the last it was sent, and no more.
_held: dict[str, Data] = {}


def perform(
    compute: Compute, job: Any, digest: str, data: Data | None = None
) -> bytes | DataMissing | JobError:
    """Compute `job` on the data of that digest.

    Parameters
    ----------
    compute : callable
        A function of a module, ``compute(job, data) -> bytes``.
    job : Job
        What to compute.
    digest : str
        The digest of the data it is computed from.
    data : Data, optional
        The data itself, for a worker that may lack it.
    """
    if data is not None and digest not in _held:
        pin_threads()
        _held.clear()
        _held[digest] = data
    held = _held.get(digest)
    if held is None:
        return DataMissing(f"{socket.gethostname()}:{os.getpid()}")
    try:
        return compute(job, held)
    except Exception:
        return JobError(traceback.format_exc())
