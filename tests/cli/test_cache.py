"""``minimtl cache``: what it counts, and that it removes nothing but what minimtl put there."""

import os
import subprocess
import sys

import pytest

from minimtl.cli import main
from minimtl.cli.cache import KERNELS
from minimtl.corpora.amazon import AMAZON

DIGEST = "0123456789abcdef"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache with a corpus of 2 MB, kernels of 1 MB, and things that are not minimtl's."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("MINIMTL_CACHE", str(folder))
    kernels = folder / KERNELS / DIGEST
    inside = kernels / "kernels_0f3c"  # where some versions of Numba keep them
    inside.mkdir(parents=True)
    (folder / AMAZON.file_name).write_bytes(bytes(2_000_000))
    (kernels / "epoch.train-12.py311.nbi").write_bytes(bytes(400_000))
    (inside / "epoch.train-12.py311.1.nbc").write_bytes(bytes(600_000))
    (folder / "my notes.txt").write_text("mine")
    (folder / KERNELS / "mine").mkdir()
    (folder / KERNELS / "mine" / "x.nbi").write_text("mine")
    return folder


def below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_clear_removes_what_info_shows_and_leaves_what_is_not_minimtl_s(cache, capsys):
    (cache / KERNELS / DIGEST / "notes.txt").write_text("mine")
    before = below(cache)
    assert main(["cache", "info"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"     2.0 MB  {AMAZON.file_name}",
        f"     1.0 MB  {KERNELS}/{DIGEST}",
        f"3.0 MB in {cache}",
    ]
    assert below(cache) == before
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out == f"3.0 MB removed from {cache}\n"
    inside = (DIGEST, f"{DIGEST}/notes.txt", "mine", "mine/x.nbi")
    assert below(cache) == {"my notes.txt", KERNELS, *(f"{KERNELS}/{name}" for name in inside)}


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
@pytest.mark.parametrize(
    ("link", "target"),
    [
        (KERNELS, ""),
        (f"{KERNELS}/{DIGEST}", DIGEST),
        (f"{KERNELS}/{DIGEST}/a.nbi", f"{DIGEST}/a.nbi"),
        (AMAZON.file_name, f"{DIGEST}/a.nbi"),
    ],
)
def test_no_link_is_followed(tmp_path, monkeypatch, capsys, link, target):
    """Another folder holds files of the right names; a link to it or to one of them is passed."""
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "other" / DIGEST / "a.nbi"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(5_000_000))
    place = tmp_path / "cache" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "other" / target)
    assert main(["cache", "info"]) == 0
    assert "5.0 MB" not in capsys.readouterr().out
    assert main(["cache", "clear"]) == 0
    assert file.stat().st_size == 5_000_000


def test_no_cache_at_all(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "absent"))
    for action in ("info", "clear"):
        assert main(["cache", action]) == 0
    assert not (tmp_path / "absent").exists()
    assert capsys.readouterr().out.startswith("0.0 MB in ")


def test_what_cannot_be_removed_is_a_sentence(cache, monkeypatch, capsys):
    def refuse(path, missing_ok=False):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    assert main(["cache", "clear"]) == 1
    assert capsys.readouterr().err == (
        f"minimtl: Cannot remove {cache / AMAZON.file_name} (Permission denied); remove it by "
        "hand.\n"
    )


def test_nothing_is_left_of_the_kernels_of_a_training(monkeypatch, tmp_path, capsys):
    """Wherever this version of Numba keeps them."""
    pytest.importorskip("numba")
    folder = tmp_path / "cache"
    monkeypatch.setenv("MINIMTL_CACHE", str(folder))
    train = (
        "import numpy as np, minimtl; X = np.eye(40, 12) + 0.1; "
        "minimtl.MultiTaskMLPClassifier(n_epochs=1, backend='numba').fit(X, np.arange(40) % 2)"
    )
    subprocess.run([sys.executable, "-c", train], check=True)
    assert {path.suffix for path in folder.rglob("*")} >= {".nbi", ".nbc"}
    assert main(["cache", "clear"]) == 0
    assert not capsys.readouterr().out.startswith("0.0 MB")
    assert below(folder) == set()
