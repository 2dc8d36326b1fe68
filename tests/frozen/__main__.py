"""Freeze anew what the commands give, and say what changed: ``python -m tests.frozen [CHAIN …]``.

All chains are run if none is named. Look at what `git diff` says of them before you commit.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.frozen.chains import CHAINS, changed, read_expected, run_chain, write_expected


def freeze(name: str) -> list[str]:
    """Run a chain and keep what it gives; the headings that changed."""
    with TemporaryDirectory() as scratch:
        seen = run_chain(name, Path(scratch).resolve())
    headings = list(changed(read_expected(name), seen))
    if headings:
        write_expected(name, seen)
    return headings


def main(names: list[str]) -> None:
    """Freeze the chains named, the longest first."""
    unknown = set(names) - set(CHAINS)
    if unknown:
        sys.exit(f"no chain {', '.join(unknown)}; there are {', '.join(CHAINS)}")
    ordered = sorted(names or CHAINS, key=lambda name: not CHAINS[name].slow)
    with ThreadPoolExecutor(cpu_count()) as pool:
        for name, headings in zip(ordered, pool.map(freeze, ordered), strict=True):
            print(f"{name}: {len(headings)} changed" if headings else f"{name}: as it was")
            for heading in headings:
                command, _, file = heading.partition(" > ")
                print(f"    {file}" if file else f"  {command}")


if __name__ == "__main__":
    main(sys.argv[1:])
