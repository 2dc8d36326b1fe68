"""The user's cache folder, for fetched corpora and compiled kernels."""

import os
import sys
from pathlib import Path

from minimtl.errors import MinimtlError


def cache_dir() -> Path:
    """The cache folder, which may not exist yet.

    ``$MINIMTL_CACHE`` if set; else ``minimtl`` in the platform's user cache folder:
    ``$XDG_CACHE_HOME`` or ``~/.cache``, on macOS ``~/Library/Caches``, on Windows
    ``%LOCALAPPDATA%``.

    Raises
    ------
    MinimtlError
        If the user has no home folder and no variable says where else.
    """
    chosen = os.environ.get("MINIMTL_CACHE")
    try:
        return Path(chosen).expanduser().absolute() if chosen else _user_cache() / "minimtl"
    except RuntimeError:
        raise MinimtlError(
            "The user has no home folder to keep a cache in; set MINIMTL_CACHE to a folder."
        ) from None


def _user_cache() -> Path:
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    folder = os.environ.get(variable, "")
    # The XDG specification: a path that is not absolute is to be ignored.
    if sys.platform != "darwin" and os.path.isabs(folder):
        return Path(folder)
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Local"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
