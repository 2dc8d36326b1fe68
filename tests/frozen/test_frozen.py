"""Each command of README's table gives what it gave: its words, its tables, its pages.

The commands are run as people type them, on small inputs, in chains that share a folder. What
they print and write is held against the files in ``expected``, word for word; of pages the
visible text is. Paths, versions, times and what names the machine are masked.

A change that means to alter what people see freezes it anew by ``python -m tests.frozen``. Look
at what `git diff` says.
"""

from difflib import unified_diff

import pytest

from tests.frozen.chains import CHAINS, changed, read_expected, run_chain

for package in ("numba", "matplotlib", "jinja2", "nbformat"):
    pytest.importorskip(package)
MOST_LINES = 40  # of a difference that are shown


def difference(expected, seen):
    lines = unified_diff(expected.split("\n"), seen.split("\n"), n=1, lineterm="")
    return "\n".join(list(lines)[2:MOST_LINES])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if chain.slow else ())
        for name, chain in CHAINS.items()
    ],
)
def test_the_commands_give_what_they_gave(name, tmp_path):
    expected, seen = read_expected(name), run_chain(name, tmp_path)
    parts = [
        f"{heading}\n{difference(expected.get(heading, ''), seen.get(heading, ''))}"
        for heading in changed(expected, seen)
    ]
    assert not parts, "\n\n".join(["`python -m tests.frozen` would freeze this:", *parts])
