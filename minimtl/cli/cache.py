"""``minimtl cache``: what minimtl keeps between runs, and how to be rid of it."""

import argparse
import os
import re
from pathlib import Path

from minimtl.corpora import AMAZON, EDITIONS
from minimtl.errors import MinimtlError
from minimtl.system import cache_dir

EXAMPLES = ("minimtl cache info", "minimtl cache clear")

KERNELS = "kernels"
_ARCHIVES = tuple(edition.file_name for edition in (*EDITIONS, AMAZON) if edition.urls)
_KERNEL_FOLDER = re.compile(r"[0-9a-f]{16}")  # named by the digest of the kernels' sources
# Numba's files, one that it was writing when it was killed, and the checksums of them all.
_KERNEL_FILE = re.compile(r".+\.nb[ci](\.tmp\..+)?|sha256\.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the action."""
    parser.add_argument(
        "action",
        choices=("info", "clear"),
        help="info: what is kept, where, and how large; clear: remove it",
    )


def run(args: argparse.Namespace) -> int:
    """List or remove what is kept; what is not minimtl's stays."""
    folder = cache_dir()
    kept = _find_kept(folder)
    megabytes = {
        name: sum(path.stat().st_size for path in files) / 1e6 for name, files in kept.items()
    }
    total = f"{sum(megabytes.values()):.1f} MB"
    if args.action == "clear":
        _remove(kept, folder)
        print(f"{total} removed from {folder}")
    else:
        for name, size in megabytes.items():
            print(f"{size:8.1f} MB  {name}")
        print(f"{total} in {folder}")
    return 0


def _find_kept(cache: Path) -> dict[str, list[Path]]:
    """The files of each corpus, and of the kernels of each version; no link is followed."""
    places = {name: [cache / name] for name in _ARCHIVES}
    for folder in _kernel_folders(cache):
        # Some versions of Numba keep code in the folder itself, others in one inside it.
        files = [path for path in _below(folder) if _KERNEL_FILE.fullmatch(path.name)]
        places[f"{KERNELS}/{folder.name}"] = files
    found = {
        name: [path for path in paths if path.is_file() and not path.is_symlink()]
        for name, paths in places.items()
    }
    return {name: files for name, files in found.items() if files}


def _kernel_folders(cache: Path) -> list[Path]:
    parent = cache / KERNELS
    if not _is_folder(parent):
        return []
    named = (path for path in parent.iterdir() if _KERNEL_FOLDER.fullmatch(path.name))
    return sorted(filter(_is_folder, named))


def _below(folder: Path) -> list[Path]:
    """All files and folders in a folder, the innermost first; what links lead to is not in it."""
    return [
        Path(top, name)
        for top, folders, files in os.walk(folder, topdown=False)
        for name in (*folders, *files)
    ]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(kept: dict[str, list[Path]], cache: Path) -> None:
    """Remove the files and, where they are left empty, the folders of kernels."""
    try:
        for files in kept.values():
            for path in files:
                path.unlink(missing_ok=True)

        for folder in _kernel_folders(cache):
            _remove_empty([*_below(folder), folder])
        _remove_empty([cache / KERNELS])
    except OSError as error:
        raise MinimtlError(
            f"Cannot remove {error.filename} ({error.strerror}); remove it by hand."
        ) from None


def _remove_empty(paths: list[Path]) -> None:
    for path in paths:
        if _is_folder(path) and not any(path.iterdir()):
            path.rmdir()
