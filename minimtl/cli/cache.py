"""``minimtl cache``: what minimtl keeps between runs, and how to be rid of it."""

import argparse
import os
import re
from pathlib import Path

from minimtl.corpora.amazon import AMAZON
from minimtl.corpora.load import EDITIONS
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
    cache = cache_dir()
    kept = _find_kept(cache)
    megabytes = {
        name: sum(path.stat().st_size for path in files) / 1e6 for name, files in kept.items()
    }
    total = f"{sum(megabytes.values()):.1f} MB"
    if args.action == "clear":
        for files in kept.values():
            _remove(files, cache)
        print(f"{total} removed from {cache}")
    else:
        for name, size in megabytes.items():
            print(f"{size:8.1f} MB  {name}")
        print(f"{total} in {cache}")
    return 0


def _find_kept(cache: Path) -> dict[str, list[Path]]:
    """The files of each corpus, and of the kernels of each version; no link is followed."""
    places = {name: [cache / name] for name in _ARCHIVES}
    kernels = cache / KERNELS
    folders = sorted(kernels.iterdir()) if _is_folder(kernels) else []
    for folder in folders:
        if _KERNEL_FOLDER.fullmatch(folder.name) and _is_folder(folder):
            # Some versions of Numba keep code in the folder itself, others in one inside it.
            places[f"{KERNELS}/{folder.name}"] = [
                Path(top, name)
                for top, _, names in os.walk(folder)
                for name in names
                if _KERNEL_FILE.fullmatch(name)
            ]
    found = {
        name: [path for path in paths if path.is_file() and not path.is_symlink()]
        for name, paths in places.items()
    }
    return {name: files for name, files in found.items() if files}


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(files: list[Path], cache: Path) -> None:
    """Remove the files, and the folders below the cache that they leave empty."""
    try:
        for file in files:
            file.unlink(missing_ok=True)
            for folder in file.parents:
                if folder == cache or any(folder.iterdir()):
                    break
                folder.rmdir()
    except OSError as error:
        raise MinimtlError(
            f"Cannot remove {error.filename} ({error.strerror}); remove it by hand."
        ) from None
