"""What the operating system gives: whole files, the cache folder, machine, process, terminal.

May import: errors.
"""

from minimtl.system.atomic import remove_unfinished, write_atomically
from minimtl.system.cache import cache_dir
from minimtl.system.machine import (
    THREAD_VARIABLES,
    available_cores,
    give_back_memory,
    installed_version,
    machine_facts,
    package_versions,
    pin_threads,
    processor,
)
from minimtl.system.process import (
    ENDING_SIGNALS,
    begin_process,
    check_address_space,
    end_process,
    exit_code_of_signal,
    ignore_signals,
)
from minimtl.system.terminal import escape, is_one_line, say

__all__ = [
    "ENDING_SIGNALS",
    "THREAD_VARIABLES",
    "available_cores",
    "begin_process",
    "cache_dir",
    "check_address_space",
    "end_process",
    "escape",
    "exit_code_of_signal",
    "give_back_memory",
    "ignore_signals",
    "installed_version",
    "is_one_line",
    "machine_facts",
    "package_versions",
    "pin_threads",
    "processor",
    "remove_unfinished",
    "say",
    "write_atomically",
]
