"""What the oracles share: `agreement`, which compares and keeps score, and the real posts.

    pytest tests/oracles --slow --write-oracles-table

writes docs/oracles.md from what was compared. It needs the real corpora and all peers, and does
nothing but say so where a test failed or was left out: the table is of all or not renewed.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

TABLE = Path(__file__).parents[2] / "docs" / "oracles.md"


@dataclass(frozen=True)
class Record:
    """One line of the table: the comparison of this name that differed most, of `cases`."""

    quantity: str
    peer: str
    difference: float
    allowed: float
    relative: bool
    cases: int = 1

    def line(self) -> str:
        unit = " of the largest" if self.relative else ""
        allowed = "equal" if self.allowed == 0 else f"{self.allowed:.1e}{unit}"
        difference = "0" if self.difference == 0 else f"{self.difference:.1e}"
        return f"| {self.quantity} | {self.peer} | {self.cases:,} | {difference} | {allowed} |"


# All records of a run, by heading and by what was compared.
Records = dict[str, dict[tuple[str, str], Record]]
RECORDS = pytest.StashKey[Records]()


def pytest_addoption(parser):
    parser.addoption(
        "--write-oracles-table", action="store_true", help="write docs/oracles.md (with --slow)"
    )


def pytest_configure(config):
    config.stash[RECORDS] = defaultdict(dict)


@pytest.fixture
def agreement(request):
    """``agreement(quantity, peer, ours, theirs, allowed, relative=False)`` asserts and records.

    The largest difference over all entries, or with `relative` its share of the largest entry of
    `theirs`, must not be above `allowed`. Lines of one quantity and peer become one in the table.
    """
    heading = (
        request.module.__doc__.split("\n\n")[0].rstrip(".").replace("\n", " ").replace("``", "`")
    )
    records = request.config.stash[RECORDS][heading]

    def compare(quantity, peer, ours, theirs, allowed, *, relative=False):
        ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
        assert ours.shape == theirs.shape
        difference = float(np.abs(ours - theirs).max())
        if relative:
            difference /= float(np.abs(theirs).max())
        assert difference <= allowed, f"{quantity} against {peer}: {difference} > {allowed}"

        new = Record(quantity, peer, difference, allowed, relative)
        old = records.get((quantity, peer))
        worst = new if old is None or new.difference > old.difference else old
        records[quantity, peer] = replace(worst, cases=1 + (old.cases if old else 0))

    return compare


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("write_oracles_table", False):
        return
    left_out = [o for o in ("failed", "error", "skipped") if terminalreporter.stats.get(o)]
    if left_out:
        terminalreporter.write_line(f"docs/oracles.md is not written: tests {', '.join(left_out)}")
        return
    TABLE.write_text(page(config.stash[RECORDS]), encoding="utf-8")
    terminalreporter.write_line("docs/oracles.md is written")


def page(every: Records) -> str:
    import scipy
    import sklearn
    import torch

    versions = ", ".join(f"{p.__name__} {p.__version__}" for p in (np, scipy, sklearn, torch))
    lines = [
        "# How closely minimtl agrees with its peers",
        "",
        "For anyone who asks how closely minimtl's numbers agree with those of its peers.",
        "",
        "Written by `pytest tests/oracles --slow --write-oracles-table`, not by hand. Each line is",
        "one quantity over several cases (data, shapes, settings): the largest difference seen in",
        "any entry of any case, and what the test allows in that case; the test says why. With",
        "“of the largest”, a difference is divided by the largest entry of the peer's. Differences",
        "near rounding vary a little with the machine and with the versions, which were here:",
        f"{versions}.",
    ]
    for heading, records in sorted(every.items()):
        lines += ["", f"## {heading}", "", "| Quantity | Peer | Cases | Differs by | Allowed |"]
        lines += ["|---|---|---:|---:|---:|"]
        lines += [record.line() for record in records.values()]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def newsgroups(data_dir):
    """The cleaned posts of 20 Newsgroups."""
    from minimtl.corpora.load import load_corpus

    return load_corpus(str(data_dir / "20news-bydate.tar.gz"), announce=lambda line: None)


@pytest.fixture(scope="session")
def newsgroups_tasks(newsgroups):
    """Three tasks of 400 training posts each: TF-IDF of 10,000 words (1200, 10000), and labels."""
    from minimtl.text.tfidf import TfidfVectorizer

    X = TfidfVectorizer(max_features=10_000).fit_transform(newsgroups.train.texts)
    rows, labels = [], []
    for names in (
        ("rec.autos", "sci.med"),
        ("rec.motorcycles", "sci.space"),
        ("comp.graphics", "talk.politics.guns"),
    ):
        for label, name in enumerate(names):
            topic = newsgroups.topic_names.index(name)
            rows.append(np.flatnonzero(newsgroups.train.topics == topic)[:200])
            labels.append(np.full(200, label))
    return sparse.csr_matrix(X[np.concatenate(rows)]), np.concatenate(labels)
