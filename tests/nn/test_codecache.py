"""Compiled code kept between processes: found again, made anew when damaged, trusted by no name."""

import os
import subprocess
import sys
import tempfile
import time
import warnings
from functools import partial
from pathlib import Path

import numba
import pytest

from minimtl.errors import MinimtlError
from minimtl.nn.kernels import codecache
from minimtl.nn.kernels.codecache import N_OTHERS, kernel_folder, open_folder
from minimtl.nn.kernels.jit import EntryKernel

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
    """How many of two signatures a new process would find; both must give the right number."""
    folder = open_folder()
    kernel = EntryKernel(double, folder)
    assert kernel(2.5) == 5.0
    assert kernel(3) == 6
    return kernel.n_loaded


def files(folder):
    """All files of a folder that has code in it."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_code_is_found_again():
    folder = open_folder()
    assert folder == kernel_folder()
    assert hits(folder) == 0
    assert hits(folder) == 2
    assert open_folder() == folder


def test_other_functions_keep_their_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "theirs"))
    before = numba.njit(cache=True)(double)
    hits(open_folder())
    after = numba.njit(cache=True)(double)
    assert after.stats.cache_path == before.stats.cache_path
    assert str(tmp_path / "theirs") in after.stats.cache_path


@POSIX
def test_the_folder_is_the_user_s_own():
    before = os.umask(0)
    try:
        folder = open_folder()
        hits(folder)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    assert hits(folder) == 2


def cut_off(path, n):
    path.write_bytes(path.read_bytes()[:n])


def flip(path, place):
    """Turn over a bit at a place from 0 to 7, of eight."""
    changed = bytearray(path.read_bytes())
    changed[place * (len(changed) - 1) // 7] ^= 16
    path.write_bytes(changed)


def give_away(path):
    """To another user, as only root can."""
    if os.name == "nt" or os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 4_000_001, -1)


CHANGES = {
    "cut off": [partial(cut_off, n=n) for n in (0, 40, -40, -1)],
    "a flipped bit": [partial(flip, place=place) for place in range(8)],
    "missing": [Path.unlink],
    "another user's": [give_away],
}


@pytest.mark.parametrize("kind", CHANGES)
def test_no_file_that_was_changed_is_read(kind):
    folder = open_folder()
    hits(folder)
    whole = files(folder)
    assert len(whole) == 4  # an index, the code of two signatures, and the checksums
    for path in whole:
        for change in CHANGES[kind]:
            change(path)
            assert hits(folder) < 2
            assert hits(folder) == 2, path.name


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
    assert {path.name for path in parent.iterdir()} == {folder.name, *names[:N_OTHERS]}
    os.utime(folder, (0, 0))
    open_folder()
    assert folder.stat().st_mtime > time.time() - 60


def test_a_cache_that_cannot_be_a_folder(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match="not kept, and each process compiles them anew: .*file"):
        assert open_folder() is None


def replace_by_link(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


OTHERS_ENTER = "Others may enter .*; remove it, or set it to mode"
# In a folder above they could put another folder in the place of the one that was checked.
OTHERS_WRITE = "Others may write to .*; set it to mode 755, or MINIMTL_CACHE"
ANOTHERS = "belongs to another user; set MINIMTL_CACHE"
OURS, ABOVE = (0, 1), (2, 3)  # the folder of the version and "kernels"; the cache and what holds it


@POSIX
@pytest.mark.parametrize(
    ("level", "change", "sentence"),
    [
        *((n, m, OTHERS_ENTER) for n in OURS for m in (0o770, 0o702, 0o1777, 0o755)),
        *((n, m, OTHERS_WRITE) for n in ABOVE for m in (0o770, 0o707)),
        *((n, give_away, ANOTHERS) for n in (*OURS, *ABOVE)),
        (0, replace_by_link, "is not a folder; remove it"),
    ],
)
def test_an_unsafe_folder_is_not_read(level, change, sentence):
    folder = open_folder()
    path = [folder, *folder.parents][level]
    if callable(change):
        change(path)
    else:
        path.chmod(change)
    with pytest.warns(UserWarning, match=sentence):
        assert open_folder() is None


@POSIX
def test_a_sticky_folder_above_is_trusted(cache):
    open_folder()
    cache.parent.chmod(0o1777)
    assert open_folder() is not None


# The attack: another user renames the checked folder and puts one of his own in its place, while
# a process starts. `ATTACK` runs as that user; it succeeds if a planted file is ever read.
ATTACK = """
import os, sys, time
os.setgid(4000001); os.setuid(4000001)
kernels = sys.argv[1]
for round in range(400):
    try:
        os.rename(kernels, kernels + f".{round}")
        os.mkdir(kernels, 0o755)
        print("planted", flush=True)
    except OSError:
        pass
    time.sleep(0.001)
"""


@POSIX
@pytest.mark.skipif(os.name != "nt" and os.getuid() != 0, reason="two users, which takes root")
@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_nobody_slips_a_folder_in_between(mode, monkeypatch, tmp_path_factory):
    """In a folder that all can write; with mode 1777 it is sticky, but the attacker's own."""
    root = tmp_path_factory.mktemp("shared")
    above = Path(tempfile.gettempdir())
    for folder in (root, *root.parents):
        if above in folder.parents:
            folder.chmod(0o755)
    root = root / "everybody"
    root.mkdir()
    root.chmod(mode)
    if mode == 0o1777:
        os.chown(root, 4_000_001, -1)
    monkeypatch.setenv("MINIMTL_CACHE", str(root))
    (root / "kernels").mkdir(mode=0o700)
    command = [sys.executable, "-c", ATTACK, str(root / "kernels")]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as attacker,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        opened = []
        while attacker.poll() is None:
            opened.append(open_folder())
        assert attacker.stdout.read().count(b"planted") > 0
    assert len(opened) > 3
    assert set(opened) == {None}


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("place", "name", "error"),
    [
        (numba.core.caching.IndexDataCacheFile, "_save_data", FULL),
        (numba.core.caching.IndexDataCacheFile, "_save_index", FULL),
        (codecache, "write_atomically", MinimtlError("Cannot write: No space left on device.")),
    ],
)
def test_a_full_disk_is_said_and_does_no_harm(monkeypatch, place, name, error):
    folder = open_folder()

    def fail(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(place, name, fail)
        with pytest.warns(UserWarning, match=r"not kept.*No space left on device"):
            assert hits(folder) == 0
    hits(folder)
    assert hits(folder) == 2


def test_the_package_s_own_folder_is_not_used_instead(monkeypatch):
    """Numba takes it where the chosen folder cannot be written."""
    folder = open_folder()
    caching = numba.core.caching
    # Its name began with an underscore before Numba 0.62.
    locator = (
        getattr(caching, "UserProvidedCacheLocator", None) or caching._UserProvidedCacheLocator
    )

    def refuse(self):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(locator, "ensure_cache_path", refuse)
    with pytest.warns(UserWarning, match="Numba cannot write to"):
        assert hits(folder) == 0
    assert list(files(folder)) == []


TRAIN = """
import hashlib, warnings
import numpy as np
warnings.simplefilter("error")
from minimtl import MultiTaskMLPClassifier
X = np.random.default_rng(0).random((20, 30))
model = MultiTaskMLPClassifier(8, n_epochs=3, backend="numba", random_state=0)
print(hashlib.sha256(model.fit(X, np.arange(20) % 2).coefs_[0].tobytes()).hexdigest())
"""


def trained(cache):
    """A digest of what a process of its own trains, with this cache and without a warning."""
    environment = {**os.environ, "MINIMTL_CACHE": str(cache)}
    return subprocess.check_output([sys.executable, "-c", TRAIN], env=environment)


@pytest.mark.slow
def test_training_outlives_all_damage_to_its_cache(cache):
    expected = trained(cache)
    (folder,) = (cache / "kernels").iterdir()
    whole = files(folder)
    assert len(whole) == 7  # index and code of each kernel that Python calls, and the checksums
    for number, (path, content) in enumerate(whole.items()):
        path.write_bytes(content[: len(content) * (number % 3) // 3])
    assert trained(cache) == expected
    assert files(folder).keys() == whole.keys()
