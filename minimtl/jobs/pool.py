"""A pool of local processes in which a worker that dies takes only its own job with it.

`concurrent.futures.ProcessPoolExecutor` breaks as a whole when a worker dies, and every
job in flight fails without saying whose fault it was. Here each worker has its own pipe and its
own thread in the parent. The thread knows which job its worker held, and starts another worker
in its place. A worker that has had nothing to do for a while is ended, and its memory is free for
what the parent does meanwhile. Only a worker that cannot be started at all breaks the pool, since
another could not either. A worker ends itself as soon as its parent has ended, however that
happened.
"""

import contextlib
import multiprocessing
import multiprocessing.resource_tracker
import os
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from queue import Empty, SimpleQueue
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.system import ENDING_SIGNALS, pin_threads

# Fresh interpreters: no lock, thread or open store of the parent is copied into them.
_SPAWN = multiprocessing.get_context("spawn")
_SECONDS_IDLE = 2.0  # after which a worker is ended; another starts in about as long
_SECONDS_TO_END = 1.0  # from the end of a worker's pipe to its own


class WorkerDiedError(RuntimeError):
    """The process that computed a call ended before it answered."""


class WorkerStartError(BrokenExecutor):
    """No worker can be started here: processes, files or memory are lacking, or a package."""


class CallError(RuntimeError):
    """The call raised; the message is its traceback in the worker."""


class ProcessPool(Executor):
    """An executor over `n_workers` processes, started when there is work for them.

    Each process first calls ``initializer(*initargs)``, a replacement too. Where that raises, or a
    process cannot be started, calls fail with WorkerStartError. Left by an exception (Ctrl-C), the
    ``with`` block kills the workers at once.

    Raises
    ------
    MinimtlError
        If the system allows no more threads, processes or open files.
    """

    def __init__(
        self,
        n_workers: int,
        initializer: Callable[..., Any] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        if n_workers < 1:
            raise ValueError(f"n_workers must be at least 1, not {n_workers}")
        self._first_call = ForkingPickler.dumps((_begin, (initializer, initargs), {}))
        self._calls: SimpleQueue[tuple[Future[Any], Any] | None] = SimpleQueue()
        self._closed = self._killed = False
        self._workers: set[_Worker] = set()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run_worker, daemon=True, name=f"worker-{number}")
            for number in range(n_workers)
        ]
        try:
            if hasattr(signal, "pthread_sigmask"):
                # Started here because its start would undo the threads' signal mask.
                multiprocessing.resource_tracker.ensure_running()
            for thread in self._threads:
                thread.start()
        except (OSError, RuntimeError) as error:  # what Python raises where there are no threads
            self.shutdown(wait=False)
            raise MinimtlError(
                f"no {n_workers} workers can be started here ({error}); ask for fewer, or "
                "raise the limits of open files and processes (`ulimit -n`, `ulimit -u`)"
            ) from None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a worker call ``fn(*args, **kwargs)``; `fn` must be a function of a module."""
        if self._closed:
            raise RuntimeError("the pool is shut down")
        future: Future[Any] = Future()
        self._calls.put((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; end each worker after the calls that are left."""
        self._closed = True
        if cancel_futures:
            with contextlib.suppress(Empty):
                while waiting := self._calls.get_nowait():
                    waiting[0].cancel()
        for _ in self._threads:
            self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def kill(self) -> None:
        """End all workers at once; calls they held fail with WorkerDiedError."""
        with self._lock:
            self._killed = True
            for worker in self._workers:
                worker.process.kill()
        self.shutdown(cancel_futures=True)

    def __exit__(self, *exception: object) -> None:
        if exception == (None, None, None):
            self.shutdown()
        else:
            self.kill()

    def _run_worker(self) -> None:
        """Pass calls to a worker of this thread's own, and replace it when it dies."""
        if hasattr(signal, "pthread_sigmask"):
            # Inherited by the workers: these are for the parent, which decides what ends.
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
        worker: _Worker | None = None
        while True:
            try:
                waiting = self._calls.get(timeout=_SECONDS_IDLE if worker else None)
            except Empty:
                self._end_worker(worker)
                worker = None
                continue
            if waiting is None:
                break
            future, call = waiting
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if worker is None:
                    worker = self._start_worker()
                    worker.prepare(self._first_call)
                future.set_result(worker.call(call))
            except (EOFError, OSError):
                future.set_exception(self._end_worker(worker))
                worker = None
            except Exception as error:
                future.set_exception(error)
        if worker:
            self._end_worker(worker)

    def _start_worker(self) -> "_Worker":
        # Processes are started and waited for by one thread at a time, as multiprocessing wants.
        with self._lock:
            if self._killed:
                raise WorkerDiedError("the pool was killed")
            try:
                worker = _Worker()
            except (OSError, RuntimeError) as error:
                raise WorkerStartError(f"no worker process could be started: {error}") from None
            self._workers.add(worker)
        return worker

    def _end_worker(self, worker: "_Worker | None") -> Exception:
        """End a worker, dead or alive, and return an exception that says how it ended."""
        if worker is None:
            return WorkerDiedError("no worker process could be started")
        with self._lock:
            self._workers.discard(worker)
            exit_code = worker.end()
        if worker.complaint:
            return WorkerStartError(f"a worker process could not begin: {worker.complaint}")
        if not worker.is_ready and exit_code and exit_code > 0:
            return WorkerStartError(
                f"a worker process could not begin: it ended with exit code {exit_code}; a script "
                'of your own must call minimtl below `if __name__ == "__main__":`'
            )
        hint = ", killed, perhaps because memory ran out" if exit_code == -9 else ""
        return WorkerDiedError(f"the worker process ended with exit code {exit_code}{hint}")


class _Worker:
    """A process and the parent's end of its pipe.

    Attributes
    ----------
    is_ready : whether the initializer has run.
    complaint : why it has not, where the worker could say so.
    """

    def __init__(self) -> None:
        self.is_ready, self.complaint = False, ""
        self.connection, child_connection = _SPAWN.Pipe()
        self.process = _SPAWN.Process(target=_answer_calls, args=(child_connection,), daemon=True)
        self.process.start()
        child_connection.close()  # so that the death of the worker closes the pipe

    def prepare(self, first_call: Any) -> None:
        """Have the initializer run; EOFError or OSError if it raises or the worker ends."""
        self.connection.send_bytes(first_call)
        self.is_ready, answer = self.connection.recv()
        if not self.is_ready:
            self.complaint = answer.splitlines()[-1]
            raise EOFError

    def call(self, call: Any) -> Any:
        """Return the call's result.

        Raises CallError if it raises, EOFError or OSError if the worker dies.
        """
        self.connection.send(call)
        succeeded, answer = self.connection.recv()
        if not succeeded:
            raise CallError(answer)
        return answer

    def end(self) -> int | None:
        """End the process and return its exit code, which is its own if it was about to end."""
        self.connection.close()
        self.process.join(_SECONDS_TO_END)
        self.process.kill()
        self.process.join()
        exit_code = self.process.exitcode
        self.process.close()
        return exit_code


def _answer_calls(connection: "Connection[Any, Any]") -> None:
    """Answer calls until the pipe closes. Runs in the worker."""
    pin_threads()
    # The parent may end, or be killed, at any time; there is nobody to tell of it then.
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            connection.send(_answer_next_call(connection))


def _answer_next_call(connection: "Connection[Any, Any]") -> tuple[bool, Any]:
    """Whether the call that comes succeeded, and its result or traceback."""
    try:
        function, args, kwargs = connection.recv()
    except (EOFError, ConnectionError):  # no call comes any more
        raise
    except Exception:  # a call that cannot be unpickled here
        return False, traceback.format_exc()
    try:
        return True, function(*args, **kwargs)
    except Exception:
        return False, traceback.format_exc()


def _begin(initializer: Callable[..., Any] | None, initargs: tuple[Any, ...]) -> None:
    """The first call that a worker answers."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if initializer:
        initializer(*initargs)


def _end_with_parent() -> None:
    """End this process when its parent has, even in the middle of a job."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # the worker was started by multiprocessing
    parent.join()
    os._exit(1)
