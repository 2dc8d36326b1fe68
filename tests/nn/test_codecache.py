"""Compiled code kept between processes: found again, made anew when damaged, trusted by no name."""

import os
import subprocess
import sys
import time
import warnings

import numba
import numpy as np
import pytest

from minimtl.nn.kernels import codecache
from minimtl.nn.kernels.codecache import N_OTHERS, KernelCache, kernel_folder, open_folder

POSIX = pytest.mark.skipif(os.name == "nt", reason="rights as POSIX has them")


def double(x):
    return x + x


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of the test's own; no warning goes unnoticed."""
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "deep" / "cache"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield tmp_path / "deep" / "cache"


def hits(folder):
    """How many of two kernels a new process would find; both must give the right number."""
    dispatcher = numba.njit(double)
    dispatcher._cache = KernelCache(double, folder)
    assert dispatcher(2.5) == 5.0
    assert dispatcher(3) == 6
    return sum(dispatcher.stats.cache_hits.values())


def test_code_is_found_again():
    folder = open_folder()
    assert folder == kernel_folder()
    assert hits(folder) == 0
    assert hits(folder) == 2
    assert open_folder() == folder


@POSIX
def test_the_folder_is_the_user_s_own():
    before = os.umask(0)
    try:
        folder = open_folder()
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]


def test_every_truncated_file_is_made_anew():
    folder = open_folder()
    hits(folder)
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    assert len(whole) == 3  # an index and the code of two signatures
    for path, content in whole.items():
        for length in (0, 40, len(content) - 40, len(content) - 1):
            path.write_bytes(content[:length])
            hits(folder)
            assert hits(folder) == 2, f"{path.name} cut at {length}"


def test_no_flipped_bit_of_the_code_is_run():
    folder = open_folder()
    hits(folder)
    (path, _) = sorted(folder.glob("*.nbc"))
    content = path.read_bytes()
    for position in np.linspace(0, len(content) - 1, 8, dtype=int):
        flipped = bytearray(content)
        flipped[position] ^= 16
        path.write_bytes(bytes(flipped))
        assert hits(folder) < 2
        assert hits(folder) == 2


def test_a_missing_file_is_made_anew():
    folder = open_folder()
    hits(folder)
    for path in list(folder.iterdir()):
        path.unlink()
        hits(folder)
        assert hits(folder) == 2


def test_only_the_last_used_of_other_folders_stay():
    parent = kernel_folder().parent
    names = [f"{number:016x}" for number in range(N_OTHERS + 3)]
    for age, name in enumerate(names):
        (parent / name).mkdir(parents=True)
        (parent / name / "code").write_text("")
        used = time.time() - 1000 * age
        os.utime(parent / name, (used, used))
    parent.chmod(0o700)
    folder = open_folder()
    kept = {path.name for path in parent.iterdir()}
    assert kept == {folder.name, *names[:N_OTHERS]}


def test_using_a_folder_keeps_it():
    folder = open_folder()
    os.utime(folder, (0, 0))
    open_folder()
    assert folder.stat().st_mtime > time.time() - 60


def test_a_cache_that_cannot_be_a_folder(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match="not kept, and each process compiles them anew: .*file"):
        assert open_folder() is None


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o1777])
@pytest.mark.parametrize("level", ["kernels", "version"])
def test_a_folder_that_others_can_write_is_not_read(mode, level):
    folder = open_folder()
    (folder if level == "version" else folder.parent).chmod(mode)
    with pytest.warns(UserWarning, match="Others may write to .*; remove it, or set it to mode"):
        assert open_folder() is None


@POSIX
def test_a_folder_of_another_user_is_not_read(monkeypatch):
    folder = open_folder()
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    status = folder.lstat()
    if status.st_uid == 0:  # root's folder is trusted; give it away, which root can
        os.chown(folder, 4_000_001, -1)
    with pytest.warns(UserWarning, match="belongs to another user; set MINIMTL_CACHE"):
        assert open_folder() is None


@POSIX
def test_a_link_is_not_followed(tmp_path):
    folder = open_folder()
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.warns(UserWarning, match="is not a folder; remove it"):
        assert open_folder() is None


def test_a_full_disk_is_said_and_does_no_harm(monkeypatch):
    folder = open_folder()

    def fail(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(codecache._SummedFile, "_save_data", fail)
        with pytest.warns(UserWarning, match=r"cannot be written \(No space left on device\)"):
            assert hits(folder) == 0
    hits(folder)
    assert hits(folder) == 2


TRAIN = """
import hashlib, warnings
import numpy as np
from scipy import sparse
warnings.simplefilter("error" if {strict} else "default")
from minimtl.nn.adam import Adam
from minimtl.nn.network import Shape, initialize
from minimtl.nn.training import Schedule, TaskData, train
rng = np.random.default_rng(0)
X = sparse.random(20, 30, 0.3, "csr", np.float32, random_state=0)
network = initialize(Shape(30, (8, 8), (2, 2)), rng)
train(network, [TaskData(X, np.arange(20) % 2, X)] * 2, Schedule(3, 5), Adam(), rng, "numba")
print(hashlib.sha256(network.first.tobytes() + network.flat.tobytes()).hexdigest())
"""


def trained(cache, strict=True):
    """What a process of its own trains, with this cache, and what it says."""
    environment = {**os.environ, "MINIMTL_CACHE": str(cache)}
    command = [sys.executable, "-c", TRAIN.format(strict=strict)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return result.stdout, result.stderr


@pytest.mark.slow
def test_training_outlives_all_damage_to_its_cache(cache, tmp_path):
    expected = trained(cache)
    (folder,) = (cache / "kernels").iterdir()
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    for number, (name, content) in enumerate(files.items()):
        (folder / name).write_bytes(content[: len(content) * (number % 3) // 3])
    assert trained(cache) == expected
    assert {path.name for path in folder.iterdir()} == files.keys()
    (tmp_path / "file").write_text("")
    weights, said = trained(tmp_path / "file" / "cache", strict=False)
    assert weights == expected[0]
    assert said.count("Compiled kernels are not kept") == 1
