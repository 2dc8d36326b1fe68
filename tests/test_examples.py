"""The programs in examples/ do what README says of them."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from minimtl.corpora.files import read_text_set

ROOT = Path(__file__).parents[1]


def test_text_sets_are_made_without_any_file_or_network(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "MINIMTL_DATA"}
    environment |= {"PYTHONPATH": str(ROOT), "MINIMTL_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, ROOT / "examples" / "make_text_sets.py", tmp_path / "sets"]
    subprocess.run(command, env=environment, check=True)
    assert not (tmp_path / "cache").exists()
    named = [
        line for line in (ROOT / "README.md").read_text().splitlines() if "--main sets/" in line
    ]
    assert named == [
        "minimtl advise --main sets/vehicles.csv --aux sets/sport.csv --aux sets/computers.csv "
        "--quick --save-model cars.npz"
    ]
    for name in ("vehicles", "sport", "computers"):
        rows = read_text_set(tmp_path / "sets" / f"{name}.csv").train
        sizes = Counter(row.label for row in rows)
        assert len(sizes) == 2
        assert min(sizes.values()) > 500
