"""What the operating system gives: whole files, the cache folder, the machine, the terminal.

May import: errors.
"""

from minimtl.system.atomic import write_atomically
from minimtl.system.cache import cache_dir
from minimtl.system.machine import available_cores, machine_facts, package_versions
from minimtl.system.terminal import say
from minimtl.system.threads import THREAD_VARIABLES, pin_threads

__all__ = [
    "THREAD_VARIABLES",
    "available_cores",
    "cache_dir",
    "machine_facts",
    "package_versions",
    "pin_threads",
    "say",
    "write_atomically",
]
