"""What is read of the machine, and one thread for each library."""

import os
import platform
from pathlib import Path

import numpy as np
import pytest

from minimtl.system import (
    THREAD_VARIABLES,
    available_cores,
    give_back_memory,
    installed_version,
    machine_facts,
    package_versions,
    pin_threads,
    processor,
    say,
)

CPUINFO = {
    "x86": (
        "model name\t: Some CPU @ 2 GHz\nflags\t\t: fpu sse avx2\n",
        "Some CPU @ 2 GHz",
        "avx2",
    ),
    "arm": ("processor\t: 0\nFeatures\t: fp asimd\n", "machine", "asimd"),
}


def test_the_processor_by_what_linux_lists(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "machine")
    for text, name, instruction in CPUINFO.values():
        monkeypatch.setattr(Path, "read_text", lambda *_, text=text, **__: text)
        found, instructions = processor()
        assert (found, instruction in instructions) == (name, True)


def test_the_processor_where_nothing_is_listed(monkeypatch):
    def fail(*args, **kwargs):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", fail)
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "machine")
    assert processor() == ("machine", frozenset())


def test_versions():
    assert installed_version("numpy") == package_versions()["numpy"] == np.__version__
    assert installed_version("no-package-of-this-name") is None


def test_cores_are_those_that_the_process_may_use():
    assert 1 <= available_cores() == machine_facts()["cores"] <= os.cpu_count()


def test_one_thread(monkeypatch):
    for variable in THREAD_VARIABLES:
        monkeypatch.setenv(variable, "8")
    pin_threads()
    assert {os.environ[variable] for variable in THREAD_VARIABLES} == {"1"}


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc keeps what is freed")
def test_memory_that_was_freed_is_given_back():
    """Of blocks with a kept one here and there, as texts leave them."""

    def resident_mb():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    blocks = [bytes(20_000) for _ in range(3_000)]
    kept = blocks[::50]
    del blocks
    before = resident_mb()
    give_back_memory()
    assert resident_mb() < before - 30
    assert len(kept) == 60


def test_say_prints_to_standard_error(capsys):
    say("a line")
    assert capsys.readouterr() == ("", "a line\n")
