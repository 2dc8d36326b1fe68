"""The user's own cache folder: corpora that were fetched, kernels that were compiled."""

import os
import sys
from pathlib import Path


def cache_dir() -> Path:
    """``$MINIMTL_CACHE``, else ``minimtl`` in the platform's cache folder of this user.

    The folder may not exist yet; whoever writes to it makes it.
    """
    chosen = os.environ.get("MINIMTL_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return _platform_cache() / "minimtl"


def _platform_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    # The XDG base directory specification asks that a relative path be ignored.
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return xdg if xdg.is_absolute() else Path.home() / ".cache"
