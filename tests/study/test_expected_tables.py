"""Short studies of the synthetic corpus by both protocols give the tables that they always gave.

On one machine all come out as the same bytes; another processor may round the
fit of a learning curve otherwise, so numbers may differ by a part in a thousand.

A change that means to alter tables writes them anew by
``python -m tests.study.test_expected_tables``. Look at what `git diff` says of them.
"""

import csv
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.gains.meta.analysis import conclude
from minimtl.jobs.store import open_store
from minimtl.jobs.worker import Workers
from minimtl.report.csvfile import write_tables
from minimtl.study.conduct import Study, feature_maker, train_models
from minimtl.study.report.tables import tables
from minimtl.tasks.collect import Results
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.problems import make_problems
from minimtl.tasks.protocol import PAPER, RELEASED

pytest.importorskip("numba")
EXPECTED = Path(__file__).parent / "expected"
# The synthetic corpus has 120 documents of a task in the smaller partition.
# A processor rounds losses by 1e-6 otherwise than another one. Slopes of curves, and coefficients
# of few pairs, make some 1e-4 of that, fits of thirty features to resampled four pairs some 3e-3.
TOLERANCES = {"sizes.csv": 2e-2}
PROTOCOLS = {"paper": PAPER, "released": RELEASED.replace(train_per_task=100)}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_tables(protocol, folder):
    """Conduct the short study in `folder` and write its tables there."""
    problems = make_problems("related", protocol, NEWSGROUPS, n_pairs=4, n_runs=1)
    study = Study(generate_synthetic(), protocol, problems, 0, "numba")
    with (
        open_store(folder, study.identity, announce=pytest.fail) as store,
        ThreadPoolExecutor(1) as executor,
    ):
        train_models(study, store, Workers(executor, study.data), quiet=True)
        results = Results(store, study.data.identity, protocol)
        concluded = conclude(problems, results, study.seed, feature_maker(study, results))
        write_tables(tables([analysed for analysed, _ in concluded], protocol), folder)


@pytest.fixture(scope="module", params=PROTOCOLS)
def folders(request, tmp_path_factory):
    """The folder of the expected tables, and that of those made now."""
    folder = tmp_path_factory.mktemp(request.param)
    make_tables(PROTOCOLS[request.param], folder)
    return EXPECTED / request.param, folder


def test_the_tables_are_those_expected(folders):
    expected, folder = folders
    names = {path.name for path in expected.glob("*.csv")}
    assert names == {path.name for path in folder.glob("*.csv")}
    assert len(names) == 10
    for name in names:
        rows, made = read(expected / name), read(folder / name)
        assert len(rows) == len(made), name
        for row, other in zip(rows, made, strict=True):
            assert row.keys() == other.keys(), name
            for column, cell in row.items():
                try:
                    number = float(cell)
                except ValueError:
                    assert other[column] == cell, (name, column)
                else:
                    close = pytest.approx(number, rel=TOLERANCES.get(name, 1e-3))
                    assert float(other[column]) == close, (name, column)


if __name__ == "__main__":
    for name, protocol in PROTOCOLS.items():
        with TemporaryDirectory() as scratch:
            make_tables(protocol, Path(scratch))
            for table in Path(scratch).glob("*.csv"):
                shutil.copy(table, EXPECTED / name)
