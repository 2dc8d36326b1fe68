"""What the operating system gives: files written whole, the cache folder, threads, the machine.

May import: errors.
"""

from minimtl.system.atomic import write_atomically
from minimtl.system.cache import cache_dir
from minimtl.system.machine import available_cores, machine_facts, package_versions
from minimtl.system.output import make_folder, print_note
from minimtl.system.threads import THREAD_VARIABLES, pin_threads

__all__ = [
    "THREAD_VARIABLES",
    "available_cores",
    "cache_dir",
    "machine_facts",
    "make_folder",
    "package_versions",
    "pin_threads",
    "print_note",
    "write_atomically",
]
