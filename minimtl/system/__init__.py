"""What the operating system gives: whole files, the cache folder, the machine, the terminal.

May import: errors.
"""

from minimtl.system.atomic import remove_unfinished, write_atomically
from minimtl.system.cache import cache_dir
from minimtl.system.machine import (
    THREAD_VARIABLES,
    available_cores,
    installed_version,
    machine_facts,
    package_versions,
    pin_threads,
    processor,
)
from minimtl.system.terminal import say

__all__ = [
    "THREAD_VARIABLES",
    "available_cores",
    "cache_dir",
    "installed_version",
    "machine_facts",
    "package_versions",
    "pin_threads",
    "processor",
    "remove_unfinished",
    "say",
    "write_atomically",
]
