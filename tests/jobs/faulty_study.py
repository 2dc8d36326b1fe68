"""Runs a small study once for every call at which the disk can fail, and prints what was wrong.

``LD_PRELOAD=faulty_disk.so python faulty_study.py FOLDER SCENARIO ERRNO once|onwards``

Each time: the call fails; the study must end in a sentence or succeed; then, on a sound disk, the
same study must complete with the right results.
"""

import ctypes
import itertools
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from minimtl.errors import MinimtlError
from minimtl.jobs.executors import Workers
from minimtl.jobs.store import open_store
from minimtl.report.csvfile import Table, to_csv, write_tables
from tests.jobs import toy_study as toy

JOBS = toy.JOBS[:8]
EXPECTED = toy.expected_of(JOBS)
OLD, NEW = (
    [Table(f"table{number}", [{"value": value}] * 20) for number in range(9)]
    for value in ("old", "newer")
)
DISK = ctypes.CDLL(None)


def study(folder, jobs, said, **options):
    """Two jobs at a time, so that there are several transactions."""
    with (
        open_store(folder, toy.IDENTITY, announce=said.append, **options) as store,
        ThreadPoolExecutor(1) as executor,
    ):
        toy.run(store, Workers(executor, toy.DATA), jobs=jobs, window=2)
        return toy.contents(store)


def prepare(folder, scenario):
    """Bring `folder` to where the scenario begins."""
    if scenario not in ("new", "files"):
        study(folder, JOBS[:4], [])
    if scenario == "damaged":
        with (folder / "study.sqlite").open("r+b") as file:
            file.write(os.urandom(4096))


def failing(call, folder, first, last, error):
    """Call it while the disk fails: how many calls, whether a sentence came, what was wrong."""
    wrong, n_sentences = [], 0
    DISK.fault_arm(os.fsencode(folder), ctypes.c_long(first), ctypes.c_long(last), error)
    try:
        call()
    except MinimtlError as sentence:
        n_sentences = 1
        if "\n" in str(sentence):
            wrong.append(f"no sentence: {sentence}")
    except Exception as exception:
        wrong.append(f"{type(exception).__name__}: {exception}")
    return DISK.fault_disarm(), n_sentences, wrong


def study_trial(template, folder, options, fault):
    """A failing run, then a sound one; returns as `failing`."""
    shutil.copytree(template, folder)
    said = []
    n_calls, n_sentences, wrong = failing(
        lambda: study(folder, JOBS, said, **options), folder, *fault
    )
    found = study(folder, JOBS, said)
    if found != EXPECTED:
        wrong.append(f"{len(found)} results, some of them wrong or missing")
    if sum("damaged" in line for line in said) > ("damaged" in template.name):
        wrong.append(f"damaged by the failure: {said}")
    return n_calls, n_sentences, wrong


def files_trial(template, folder, options, fault):
    """As `study_trial`, for the files that are written at the end of a study."""
    folder.mkdir()
    write_tables(OLD, folder)
    n_calls, n_sentences, wrong = failing(lambda: write_tables(NEW, folder), folder, *fault)
    for old, new in zip(OLD, NEW, strict=True):
        if (folder / f"{old.name}.csv").read_bytes() not in (to_csv(old), to_csv(new)):
            wrong.append(f"{old.name} is neither old nor new")
    write_tables(NEW, folder)
    if any((folder / f"{new.name}.csv").read_bytes() != to_csv(new) for new in NEW):
        wrong.append("a sound disk does not help")
    return n_calls, n_sentences, wrong


def main():
    root, scenario, error, how = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    template, folder = root / f"template-{scenario}", root / "out"
    template.mkdir()
    prepare(template, scenario)
    options = {"fresh": True} if scenario == "fresh" else {}
    trial = files_trial if scenario == "files" else study_trial
    n_wrong = n_sentences = 0
    for number in itertools.count(1):
        last = number if how == "once" else sys.maxsize
        n_calls, n_more, wrong = trial(template, folder, options, (number, last, error))
        shutil.rmtree(folder)
        n_sentences += n_more
        n_wrong += len(wrong)
        for line in wrong:
            print(f"call {number}: {line}")
        if n_calls < number:  # the whole study made fewer calls: all have failed once
            break
    print(f"{number - 1} calls failed, {n_sentences} sentences, {n_wrong} wrong")
    return n_wrong > 0


if __name__ == "__main__":
    sys.exit(main())
